#if Server
import BitNetGeneration
import BitNetTokenizers

/// The sampling fields that chat completions and completions share.
///
/// What a request leaves out has the server's default.
enum OpenAISampling {
    /// The most stop strings; OpenAI takes 4.
    static let stopLimit = 16
    /// The most texts of a prompt, as at OpenAI.
    static let choiceLimit = 128

    private static let anyNumber = -1e30...1e30

    /// The parameters of a request.
    static func read(
        _ fields: RequestFields, defaults: GenerationParameters
    ) throws(RequestError) -> GenerationParameters {
        var parameters = defaults
        try readFilters(fields, &parameters)
        try readPenalties(fields, &parameters)
        try readLength(fields, &parameters)
        if let bias = try fields.object("logit_bias") {
            parameters.logitBias = try readBias(bias)
        }
        if let stop = fields.value("stop") { parameters.stopStrings = try readStop(stop) }
        if let seed = try fields.integer("seed") {
            parameters.seed = seed == -1 ? nil : UInt64(bitPattern: Int64(seed))
        }
        return parameters
    }

    /// How many texts each prompt gets.
    static func choices(_ fields: RequestFields) throws(RequestError) -> Int {
        try fields.integer("n", 1...choiceLimit) ?? 1
    }

    private static func readFilters(
        _ fields: RequestFields, _ parameters: inout GenerationParameters
    ) throws(RequestError) {
        if let value = try fields.number("temperature", 0...1e30) {
            parameters.temperature = value
        }
        if let value = try fields.number("top_p", 0...1) { parameters.topP = value }
        if let value = try fields.integer("top_k", -1 ... .max) { parameters.topK = max(value, 0) }
        if let value = try fields.number("min_p", 0...1) { parameters.minP = value }
        if let value = try fields.number("typical_p", 0...1) { parameters.typicalP = value }
    }

    private static func readPenalties(
        _ fields: RequestFields, _ parameters: inout GenerationParameters
    ) throws(RequestError) {
        if let value = try fields.number("presence_penalty", anyNumber) {
            parameters.presencePenalty = value
        }
        if let value = try fields.number("frequency_penalty", anyNumber) {
            parameters.frequencyPenalty = value
        }
        for name in ["repetition_penalty", "repeat_penalty"] {
            if let value = try fields.number(name, 1e-6...1e30) {
                parameters.repetitionPenalty = value
            }
        }
        if let value = try fields.integer("repeat_last_n", -1 ... .max) {
            parameters.repetitionWindow = value
        }
    }

    /// `max_completion_tokens` goes before `max_tokens`; -1 is no limit.
    private static func readLength(
        _ fields: RequestFields, _ parameters: inout GenerationParameters
    ) throws(RequestError) {
        for name in ["max_tokens", "max_completion_tokens"] {
            if let value = try fields.integer(name, -1 ... .max) {
                parameters.maximumTokens = value == -1 ? nil : value
            }
        }
        if let value = try fields.bool("ignore_eos") { parameters.ignoreEndOfText = value }
    }

    /// `{"15043": -100}`: token ids and what is added to their logits.
    private static func readBias(
        _ fields: RequestFields
    ) throws(RequestError) -> [Int32: Float] {
        var bias: [Int32: Float] = [:]
        for name in fields.names {
            guard let token = Int32(name), token >= 0 else {
                throw .invalid(
                    fields.path, found: "the key \"\(name.prefix(40))\"",
                    expected: "token ids as keys")
            }
            if let value = try fields.number(name, -100...100) { bias[token] = value }
        }
        return bias
    }

    private static func readStop(_ value: RequestValue) throws(RequestError) -> [String] {
        let expected = "a string or a list of at most \(stopLimit) strings, none of them empty"
        var strings: [String] = []
        if value.kind == .string {
            strings = [try value.string()]
        } else {
            for item in try value.items(expected) { strings.append(try item.string()) }
        }
        guard strings.count <= stopLimit, !strings.contains("") else {
            throw value.mismatch(expected)
        }
        return strings
    }
}
#endif
