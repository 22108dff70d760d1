internal import BitNetTokenizers

/// The members of the objects that references lead through, by name.
///
/// An object of definitions is searched once for each reference into it.
final class SchemaIndex {
    private var members: [Int: [[UInt8]: SchemaReference]] = [:]

    /// The member `name` of `schema`, the last of that name.
    func member(_ name: String, of schema: SchemaReference) -> SchemaReference? {
        let key = Array(name.utf8)
        if let known = members[schema.identity] { return known[key] }
        var found: [[UInt8]: SchemaReference] = [:]
        for (name, member) in schema.members { found[name] = member }
        members[schema.identity] = found
        return found[key]
    }
}

/// A schema in its document, with the JSON pointer to it.
struct SchemaReference {
    let value: JSONValue
    let pointer: String

    /// What tells schemas of one document apart.
    var identity: Int { value.byteOffset }

    /// The schema or value at `key`, if there is one.
    func member(_ key: String) -> SchemaReference? {
        value.member(key).map { SchemaReference(value: $0, pointer: place(key)) }
    }

    /// The members in order; of a repeated name the last value at the first place.
    var members: [(name: [UInt8], schema: SchemaReference)] {
        var places: [[UInt8]: Int] = [:]
        var members: [(name: [UInt8], schema: SchemaReference)] = []
        for (key, value) in value.members {
            let name = key.utf8 ?? []
            let text = String(decoding: name, as: UTF8.self)
            let schema = SchemaReference(value: value, pointer: place(text))
            if let known = places[name] {
                members[known].schema = schema
            } else {
                places[name] = members.count
                members.append((name, schema))
            }
        }
        return members
    }

    /// The items of an array.
    var elements: [SchemaReference] {
        value.elements.enumerated().map { index, value in
            SchemaReference(value: value, pointer: "\(pointer)/\(index)")
        }
    }

    func place(_ key: String) -> String { pointer + "/" + Self.escaped(key) }

    private static func escaped(_ key: String) -> String {
        var result = ""
        for character in key.unicodeScalars {
            switch character {
            case "~": result += "~0"
            case "/": result += "~1"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }

    /// The kind of the value, in words.
    var found: String {
        switch value.kind {
        case .null: "null"
        case .bool, .number: String(decoding: value.source.prefix(40), as: UTF8.self)
        case .string: "\"" + String(decoding: value.source.prefix(80), as: UTF8.self) + "\""
        case .array: "a list"
        case .object: "an object"
        }
    }

    func error(
        _ code: ConstraintError.Code, found: String? = nil, expected: String
    ) -> ConstraintError {
        ConstraintError(code, place: pointer, found: found ?? self.found, expected: expected)
    }

    // MARK: Values of keywords

    func required(_ kind: JSONDocument.Kind, _ expected: String) throws(ConstraintError) {
        guard value.kind == kind else { throw error(.malformed, expected: expected) }
    }

    /// A count that is not negative.
    func count() throws(ConstraintError) -> Int {
        guard let decimal = Decimal(value), let count = decimal.integer, count >= 0 else {
            throw error(.malformed, expected: "an integer from 0")
        }
        return min(count, 1 << 30)
    }

    func strings() throws(ConstraintError) -> [[UInt8]] {
        try required(.array, "a list of strings")
        var strings: [[UInt8]] = []
        for element in elements {
            guard let text = element.value.utf8 else {
                throw element.error(.malformed, expected: "a string")
            }
            strings.append(text)
        }
        return strings
    }
}
