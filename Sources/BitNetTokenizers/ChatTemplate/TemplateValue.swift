/// A value that a chat template can be given: the values of JSON, with ordered objects.
public enum TemplateValue: Sendable, Equatable {
    /// JSON's `null`, Python's `None`.
    case null
    /// A truth value.
    case bool(Bool)
    /// A whole number.
    case integer(Int)
    /// A floating-point number.
    case number(Double)
    /// A text.
    case string(String)
    /// A list.
    case array([TemplateValue])
    /// A dictionary that keeps the order of its keys.
    case object(TemplateObject)
}

/// A dictionary from names to template values that keeps its order.
public struct TemplateObject: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    /// A name and its value.
    public struct Entry: Sendable, Equatable {
        /// The name.
        public var key: String
        /// The value of the name.
        public var value: TemplateValue

        /// Creates an entry that gives `key` the value `value`.
        public init(key: String, value: TemplateValue) {
            self.key = key
            self.value = value
        }
    }

    /// The entries in order; of entries with the same name the last one counts.
    public var entries: [Entry]

    /// Creates an object of `entries`.
    public init(entries: [Entry]) { self.entries = entries }

    /// Creates an object of the literal's entries, in order.
    public init(dictionaryLiteral elements: (String, TemplateValue)...) {
        entries = elements.map { Entry(key: $0.0, value: $0.1) }
    }
}

extension TemplateValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByNilLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// Creates a text.
    public init(stringLiteral value: String) { self = .string(value) }
    /// Creates a whole number.
    public init(integerLiteral value: Int) { self = .integer(value) }
    /// Creates a floating-point number.
    public init(floatLiteral value: Double) { self = .number(value) }
    /// Creates a truth value.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// Creates `null`.
    public init(nilLiteral: ()) { self = .null }
    /// Creates a list.
    public init(arrayLiteral elements: TemplateValue...) { self = .array(elements) }
    /// Creates an object in the order of the literal.
    public init(dictionaryLiteral elements: (String, TemplateValue)...) {
        self = .object(TemplateObject(entries: elements.map { .init(key: $0.0, value: $0.1) }))
    }
}
