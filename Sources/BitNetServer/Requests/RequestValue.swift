#if Server
import BitNetTokenizers

/// A value of a request's JSON with its place, for errors.
struct RequestValue: Sendable {
    let json: JSONValue
    /// Where the value is, such as `messages[1].content`.
    let path: String

    init(_ json: JSONValue, path: String) {
        self.json = json
        self.path = path
    }

    var kind: JSONDocument.Kind { json.kind }
    var isNull: Bool { json.isNull }

    /// The error that this value is not what it should be.
    func mismatch(_ expected: String) -> RequestError {
        .invalid(path, found: Self.kind(json), expected: expected)
    }

    func string() throws(RequestError) -> String {
        guard let string = json.string else { throw mismatch("a string") }
        return string
    }

    func bool() throws(RequestError) -> Bool {
        guard let bool = json.bool else { throw mismatch("true or false") }
        return bool
    }

    /// An integer; one that is written with a fraction of zero counts.
    func integer(_ range: ClosedRange<Int> = .min ... .max) throws(RequestError) -> Int {
        let expected =
            range == .min ... .max
            ? "an integer" : "an integer from \(range.lowerBound) to \(range.upperBound)"
        guard let integer = json.integer ?? json.double.flatMap({ Int(exactly: $0) }),
            range.contains(integer)
        else { throw mismatch(range.upperBound == .max ? atLeast(range) : expected) }
        return integer
    }

    private func atLeast(_ range: ClosedRange<Int>) -> String {
        range.lowerBound == .min ? "an integer" : "an integer of at least \(range.lowerBound)"
    }

    /// A finite number.
    func number(_ range: ClosedRange<Double>) throws(RequestError) -> Float {
        guard let number = json.double, number.isFinite, range.contains(number),
            Float(number).isFinite
        else {
            let isOpen = range.upperBound >= Double(Float.greatestFiniteMagnitude)
            throw mismatch(
                isOpen
                    ? "a number of at least \(Self.text(range.lowerBound))"
                    : "a number from \(Self.text(range.lowerBound)) to "
                        + Self.text(range.upperBound))
        }
        return Float(number)
    }

    private static func text(_ number: Double) -> String {
        Int(exactly: number).map { "\($0)" } ?? "\(number)"
    }

    func object() throws(RequestError) -> RequestFields {
        guard kind == .object else { throw mismatch("an object") }
        return try RequestFields(json, path: path)
    }

    /// The items of a list.
    func items(_ expected: String) throws(RequestError) -> [RequestValue] {
        guard kind == .array else { throw mismatch(expected) }
        return json.elements.enumerated().map { RequestValue($1, path: "\(path)[\($0)]") }
    }

    /// What a value is, in a few words.
    static func kind(_ value: JSONValue) -> String {
        switch value.kind {
        case .null: "null"
        case .bool: value.bool == true ? "true" : "false"
        case .number: value.integer.map { "\($0)" } ?? value.double.map { "\($0)" } ?? "a number"
        case .string: "\"" + (value.string ?? "").prefix(40) + "\""
        case .array: "a list"
        case .object: "an object"
        }
    }
}
#endif
