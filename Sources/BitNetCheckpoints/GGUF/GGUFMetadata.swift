/// The key-value pairs of a GGUF file, in file order.
///
/// The typed getters give nil for an absent key and throw when the value is of another type.
public struct GGUFMetadata: Sendable {
    /// The keys in file order.
    public private(set) var keys: [String] = []
    private var values: [String: GGUFValue] = [:]
    private let file: String

    /// Metadata without keys, of the file at `file`.
    init(file: String) { self.file = file }

    /// The number of keys.
    public var count: Int { keys.count }

    /// The value of `key`, or nil when it is absent.
    public subscript(key: String) -> GGUFValue? { values[key] }

    /// Adds a pair behind the others; false when the key is there already.
    mutating func append(_ key: String, _ value: GGUFValue) -> Bool {
        guard values.updateValue(value, forKey: key) == nil else { return false }
        keys.append(key)
        return true
    }

    /// The string `key`.
    public func string(_ key: String) throws(CheckpointError) -> String? {
        try get(key, "string") { if case .string(let value) = $0 { value } else { nil } }
    }

    /// The truth value `key`.
    public func bool(_ key: String) throws(CheckpointError) -> Bool? {
        try get(key, "bool") { if case .bool(let value) = $0 { value } else { nil } }
    }

    /// The integer `key`, of any width, when it fits `Int`.
    public func integer(_ key: String) throws(CheckpointError) -> Int? {
        try get(key, "integer") { $0.integer }
    }

    /// The floating-point number `key`, of either width.
    public func float(_ key: String) throws(CheckpointError) -> Float? {
        try get(key, "float") { value in
            switch value {
            case .float32(let number): number
            case .float64(let number): Float(number)
            default: nil
            }
        }
    }

    /// The array of strings `key`.
    public func strings(_ key: String) throws(CheckpointError) -> StringTable? {
        try get(key, "array of string") { if case .strings(let table) = $0 { table } else { nil } }
    }

    /// The array of integers `key`, of any width, when all of them fit 32 bits.
    public func integers(_ key: String) throws(CheckpointError) -> [Int32]? {
        try get(key, "array of 32-bit integers") { $0.integers }
    }

    /// The array of floating-point numbers `key`, of either width.
    public func floats(_ key: String) throws(CheckpointError) -> [Float]? {
        try get(key, "array of float") { value in
            switch value {
            case .float32s(let numbers): numbers
            case .float64s(let numbers): numbers.map { Float($0) }
            default: nil
            }
        }
    }

    private func get<Value>(
        _ key: String, _ expected: String, _ convert: (GGUFValue) -> Value?
    ) throws(CheckpointError) -> Value? {
        guard let stored = values[key] else { return nil }
        if let value = convert(stored) { return value }
        throw CheckpointError(
            .wrongType, file: file,
            "metadata \"\(key)\": expected \(expected), found \(stored.typeName)")
    }
}

extension GGUFValue {
    fileprivate var integer: Int? {
        switch self {
        case .uint8(let value): Int(value)
        case .int8(let value): Int(value)
        case .uint16(let value): Int(value)
        case .int16(let value): Int(value)
        case .uint32(let value): Int(value)
        case .int32(let value): Int(value)
        case .uint64(let value): Int(exactly: value)
        case .int64(let value): Int(value)
        default: nil
        }
    }

    fileprivate var integers: [Int32]? {
        switch self {
        case .uint8s(let values): values.map { Int32($0) }
        case .int8s(let values): values.map { Int32($0) }
        case .uint16s(let values): values.map { Int32($0) }
        case .int16s(let values): values.map { Int32($0) }
        case .uint32s(let values): Self.narrow(values)
        case .int32s(let values): values
        case .uint64s(let values): Self.narrow(values)
        case .int64s(let values): Self.narrow(values)
        default: nil
        }
    }

    private static func narrow(_ values: [some FixedWidthInteger]) -> [Int32]? {
        var narrowed: [Int32] = []
        narrowed.reserveCapacity(values.count)
        for value in values {
            guard let value = Int32(exactly: value) else { return nil }
            narrowed.append(value)
        }
        return narrowed
    }
}
