/// A value of a configuration file, and where it stands.
public struct TOMLValue: Sendable, Equatable {
    /// What the value is.
    public enum Content: Sendable, Equatable {
        /// Text.
        case string(String)
        /// A whole number.
        case integer(Int)
        /// A number with a point or an exponent; always finite.
        case double(Double)
        /// True or false.
        case bool(Bool)
        /// A list of the above.
        case array([TOMLValue])
    }

    /// What the value is.
    public let content: Content
    /// The line in the file, from 1.
    public let line: Int

    /// The kind of the value as errors name it.
    var kind: String {
        switch content {
        case .string: "a string"
        case .integer: "an integer"
        case .double: "a number"
        case .bool: "true or false"
        case .array: "a list"
        }
    }

    /// The text, if it is one.
    var string: String? {
        if case .string(let value) = content { value } else { nil }
    }

    /// The whole number, if it is one.
    var integer: Int? {
        if case .integer(let value) = content { value } else { nil }
    }

    /// The number, if it is one, whole or not.
    var double: Double? {
        switch content {
        case .double(let value): value
        case .integer(let value): Double(value)
        case .string, .bool, .array: nil
        }
    }

    /// The truth value, if it is one.
    var bool: Bool? {
        if case .bool(let value) = content { value } else { nil }
    }

    /// The items, if it is a list.
    var items: [TOMLValue]? {
        if case .array(let values) = content { values } else { nil }
    }
}
