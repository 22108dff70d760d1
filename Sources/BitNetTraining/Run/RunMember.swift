/// A further member of a record, under a name that the record does not have.
public struct RunMember: Sendable, Equatable {
    /// The member's name.
    public var name: String
    /// The member's value.
    public var value: RunValue

    /// A member.
    public init(_ name: String, _ value: RunValue) {
        self.name = name
        self.value = value
    }
}

/// The value of a further member of a record.
public enum RunValue: Sendable, Equatable {
    /// Text.
    case string(String)
    /// A whole number.
    case integer(Int)
    /// A number; null in the log when it is not finite.
    case number(Double)
    /// True or false.
    case bool(Bool)
}

extension RunValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral
{
    /// Text.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A whole number.
    public init(integerLiteral value: Int) { self = .integer(value) }
    /// A number.
    public init(floatLiteral value: Double) { self = .number(value) }
    /// True or false.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
}
