extension JSONValue {
    /// What the value is, in a few words.
    var summary: String {
        switch kind {
        case .null: "null"
        case .bool, .number:
            String(
                decoding: document.bytes[byteOffset..<Int(document.nodes[index].end)].prefix(40),
                as: UTF8.self)
        case .string: "the string \"" + (string ?? "").prefix(200) + "\""
        case .array: "a list"
        case .object: "an object"
        }
    }

    /// The error that this value is not what it should be.
    func mismatch(
        _ place: String, expected: String, code: TokenizerError.Code = .wrongValue
    ) -> TokenizerError {
        TokenizerError(
            code: code, place: place, found: summary, expected: expected, byteOffset: byteOffset)
    }

    /// The value of a key that must be there and of the kind `kind`.
    func required(
        _ key: String, _ kind: JSONDocument.Kind, in place: String
    ) throws(TokenizerError) -> JSONValue {
        guard let value = member(key) else {
            throw TokenizerError(
                code: .missingValue, place: "\(place).\(key)", found: "nothing",
                expected: "a value of the kind \(kind)", byteOffset: byteOffset)
        }
        guard value.kind == kind else {
            throw value.mismatch("\(place).\(key)", expected: "a value of the kind \(kind)")
        }
        return value
    }

    /// The truth value of a key that may be absent or null.
    func optionalBool(_ key: String, in place: String) throws(TokenizerError) -> Bool? {
        guard let value = member(key), !value.isNull else { return nil }
        guard let bool = value.bool else {
            throw value.mismatch("\(place).\(key)", expected: "true or false")
        }
        return bool
    }

    /// The string of a key that may be absent or null.
    func optionalString(_ key: String, in place: String) throws(TokenizerError) -> String? {
        guard let value = member(key), !value.isNull else { return nil }
        guard let string = value.string else {
            throw value.mismatch("\(place).\(key)", expected: "a string")
        }
        return string
    }
}
