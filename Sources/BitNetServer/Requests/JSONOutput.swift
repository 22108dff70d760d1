#if Server
/// A JSON value to send; keys keep the order they are given in, so that bytes can be pinned.
enum JSONOutput: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int)
    case string(String)
    case array([JSONOutput])
    case object([Member])
    /// Text that is JSON already: a number in the form it should have, or a part that was made before.
    case literal(String)

    /// A key and its value.
    struct Member: Sendable, Equatable {
        var key: String
        var value: JSONOutput
    }

    /// A number; JSON has no infinities, for which the greatest finite ones stand.
    static func number(_ value: Double) -> JSONOutput {
        if value.isNaN { return .null }
        let bound = Double.greatestFiniteMagnitude
        return .literal("\(min(max(value, -bound), bound))")
    }

    /// A logarithm of a probability with the digits that a `Float` has; -9999 for minus infinity, as
    /// OpenAI writes it.
    static func logProbability(_ value: Float?) -> JSONOutput {
        guard let value else { return .null }
        return .literal(value.isFinite ? "\(value)" : "-9999.0")
    }

    /// The value, or null.
    static func optional(_ value: String?) -> JSONOutput { value.map { .string($0) } ?? .null }

    /// Adds the members of another object behind those of this one.
    mutating func append(_ other: JSONOutput) {
        guard case .object(var members) = self, case .object(let more) = other else { return }
        members += more
        self = .object(members)
    }

    /// The value of a key; setting it puts the key last, nil takes it away.
    subscript(key: String) -> JSONOutput? {
        get {
            guard case .object(let members) = self else { return nil }
            return members.first { $0.key == key }?.value
        }
        set {
            guard case .object(var members) = self else { return }
            members.removeAll { $0.key == key }
            if let newValue { members.append(Member(key: key, value: newValue)) }
            self = .object(members)
        }
    }
}

extension JSONOutput: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral,
    ExpressibleByNilLiteral
{
    init(stringLiteral value: String) { self = .string(value) }
    init(integerLiteral value: Int) { self = .integer(value) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
    init(nilLiteral: ()) { self = .null }
    init(arrayLiteral elements: JSONOutput...) { self = .array(elements) }

    init(dictionaryLiteral elements: (String, JSONOutput)...) {
        self = .object(elements.map { Member(key: $0, value: $1) })
    }
}
#endif
