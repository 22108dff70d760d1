extension GenerationParameters: Codable {
    private enum CodingKeys: String, CodingKey {
        case maximumTokens, temperature, topK, topP, minP, typicalP
        case repetitionPenalty, repetitionWindow, presencePenalty, frequencyPenalty
        case logitBias, seed, stopStrings, ignoreEndOfText, maximumDraftTokens
    }

    /// Decodes parameters; fields that are absent or null have their defaults.
    ///
    /// Values are not checked: call `validate()`.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        func field<Value: Decodable>(
            _ key: CodingKeys, _ path: WritableKeyPath<Self, Value>
        ) throws {
            guard let value = try fields.decodeIfPresent(Value.self, forKey: key) else { return }
            self[keyPath: path] = value
        }
        self.init()
        maximumTokens = try fields.decodeIfPresent(Int.self, forKey: .maximumTokens)
        try field(.temperature, \.temperature)
        try field(.topK, \.topK)
        try field(.topP, \.topP)
        try field(.minP, \.minP)
        try field(.typicalP, \.typicalP)
        try field(.repetitionPenalty, \.repetitionPenalty)
        try field(.repetitionWindow, \.repetitionWindow)
        try field(.presencePenalty, \.presencePenalty)
        try field(.frequencyPenalty, \.frequencyPenalty)
        seed = try fields.decodeIfPresent(UInt64.self, forKey: .seed)
        try field(.stopStrings, \.stopStrings)
        try field(.ignoreEndOfText, \.ignoreEndOfText)
        try field(.maximumDraftTokens, \.maximumDraftTokens)
        if let bias = try fields.decodeIfPresent(TokenBias.self, forKey: .logitBias) {
            logitBias = bias.values
        }
    }

    /// Encodes all fields; those that are nil are left out.
    ///
    /// `logitBias` becomes an object from token ids to numbers, or to `"inf"` and `"-inf"`,
    /// which JSON has no numbers for.
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encodeIfPresent(maximumTokens, forKey: .maximumTokens)
        try fields.encode(temperature, forKey: .temperature)
        try fields.encode(topK, forKey: .topK)
        try fields.encode(topP, forKey: .topP)
        try fields.encode(minP, forKey: .minP)
        try fields.encode(typicalP, forKey: .typicalP)
        try fields.encode(repetitionPenalty, forKey: .repetitionPenalty)
        try fields.encode(repetitionWindow, forKey: .repetitionWindow)
        try fields.encode(presencePenalty, forKey: .presencePenalty)
        try fields.encode(frequencyPenalty, forKey: .frequencyPenalty)
        try fields.encode(TokenBias(values: logitBias), forKey: .logitBias)
        try fields.encodeIfPresent(seed, forKey: .seed)
        try fields.encode(stopStrings, forKey: .stopStrings)
        try fields.encode(ignoreEndOfText, forKey: .ignoreEndOfText)
        try fields.encode(maximumDraftTokens, forKey: .maximumDraftTokens)
    }
}

/// A table of logit biases in its coded form: an object whose keys are token ids.
private struct TokenBias: Codable {
    let values: [Int32: Float]

    init(values: [Int32: Float]) {
        self.values = values
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: TokenKey.self)
        var values: [Int32: Float] = [:]
        for key in fields.allKeys {
            values[key.token] = try Self.bias(of: key, in: fields)
        }
        self.values = values
    }

    func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: TokenKey.self)
        for (token, bias) in values {
            let key = TokenKey(token: token)
            if bias.isInfinite {
                try fields.encode(bias < 0 ? "-inf" : "inf", forKey: key)
            } else {
                try fields.encode(bias, forKey: key)
            }
        }
    }

    private static func bias(
        of key: TokenKey, in fields: KeyedDecodingContainer<TokenKey>
    ) throws -> Float {
        switch try? fields.decode(String.self, forKey: key) {
        case "inf": .infinity
        case "-inf": -.infinity
        default: try fields.decode(Float.self, forKey: key)
        }
    }
}

/// A token id as the key of a coded object.
private struct TokenKey: CodingKey {
    let token: Int32

    init(token: Int32) {
        self.token = token
    }

    init?(stringValue: String) {
        guard let token = Int32(stringValue) else { return nil }
        self.token = token
    }

    init?(intValue: Int) {
        guard let token = Int32(exactly: intValue) else { return nil }
        self.token = token
    }

    var stringValue: String { String(token) }
    var intValue: Int? { Int(token) }
}
