#if Server
import BitNetTokenizers

/// An object of a request's JSON, whose errors name the path of the field to blame.
///
/// A field that is null counts as absent, as it does for OpenAI. Fields that nobody asks for are
/// ignored; a key that comes twice is refused.
struct RequestFields: Sendable {
    /// Where the object is, such as `messages[1]`; empty for the body itself.
    let path: String
    private let values: [String: JSONValue]

    /// Reads the body of a request.
    init(body: [UInt8]) throws(RequestError) {
        let document: JSONDocument
        do {
            document = try JSONDocument(body, file: "the body")
        } catch {
            throw RequestError(.invalid, "the body is not valid JSON: \(error)")
        }
        guard document.root.kind == .object else {
            throw RequestError(
                .invalid, "the body: found \(RequestValue.kind(document.root)); expected an object")
        }
        try self.init(document.root, path: "")
    }

    /// The fields of `object`, which is one.
    init(_ object: JSONValue, path: String) throws(RequestError) {
        self.path = path
        var values: [String: JSONValue] = [:]
        for (key, value) in object.members {
            let name = key.string ?? ""
            guard values.updateValue(value, forKey: name) == nil else {
                throw .invalid(
                    path.isEmpty ? name : "\(path).\(name)", found: "the key twice",
                    expected: "each key once")
            }
        }
        self.values = values
    }

    /// The names of the fields.
    var names: [String] { values.keys.sorted() }

    /// The path of a field.
    func path(of name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    /// The value of a field; nil where it is absent or null.
    func value(_ name: String) -> RequestValue? {
        guard let value = values[name], !value.isNull else { return nil }
        return RequestValue(value, path: path(of: name))
    }

    /// The value of a field that must be there.
    func required(_ name: String, _ expected: String) throws(RequestError) -> RequestValue {
        guard let value = value(name) else {
            throw .invalid(path(of: name), found: "nothing", expected: expected)
        }
        return value
    }
}

extension RequestFields {
    func string(_ name: String) throws(RequestError) -> String? { try value(name)?.string() }

    func bool(_ name: String) throws(RequestError) -> Bool? { try value(name)?.bool() }

    func integer(
        _ name: String, _ range: ClosedRange<Int> = .min ... .max
    ) throws(RequestError) -> Int? {
        try value(name)?.integer(range)
    }

    func number(_ name: String, _ range: ClosedRange<Double>) throws(RequestError) -> Float? {
        try value(name)?.number(range)
    }

    func object(_ name: String) throws(RequestError) -> RequestFields? {
        try value(name)?.object()
    }
}
#endif
