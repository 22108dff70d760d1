/// A metadata value of a GGUF file, in the type the file stores.
public enum GGUFValue: Sendable, Equatable {
    /// An unsigned 8-bit integer.
    case uint8(UInt8)
    /// A signed 8-bit integer.
    case int8(Int8)
    /// An unsigned 16-bit integer.
    case uint16(UInt16)
    /// A signed 16-bit integer.
    case int16(Int16)
    /// An unsigned 32-bit integer.
    case uint32(UInt32)
    /// A signed 32-bit integer.
    case int32(Int32)
    /// A binary32 number.
    case float32(Float)
    /// A truth value.
    case bool(Bool)
    /// A string; invalid UTF-8 was replaced by U+FFFD.
    case string(String)
    /// An unsigned 64-bit integer.
    case uint64(UInt64)
    /// A signed 64-bit integer.
    case int64(Int64)
    /// A binary64 number.
    case float64(Double)
    /// An array of unsigned 8-bit integers.
    case uint8s([UInt8])
    /// An array of signed 8-bit integers.
    case int8s([Int8])
    /// An array of unsigned 16-bit integers.
    case uint16s([UInt16])
    /// An array of signed 16-bit integers.
    case int16s([Int16])
    /// An array of unsigned 32-bit integers.
    case uint32s([UInt32])
    /// An array of signed 32-bit integers.
    case int32s([Int32])
    /// An array of binary32 numbers.
    case float32s([Float])
    /// An array of truth values.
    case bools([Bool])
    /// An array of strings, bytes as stored.
    case strings(StringTable)
    /// An array of unsigned 64-bit integers.
    case uint64s([UInt64])
    /// An array of signed 64-bit integers.
    case int64s([Int64])
    /// An array of binary64 numbers.
    case float64s([Double])
    /// An array of arrays.
    case arrays([GGUFValue])
}

/// The type numbers of GGUF metadata values.
enum GGUFValueType: UInt32 {
    case uint8 = 0
    case int8, uint16, int16, uint32, int32, float32, bool, string, array, uint64, int64, float64

    /// The least number of bytes one value takes in the file.
    var minimumSize: Int {
        switch self {
        case .uint8, .int8, .bool: 1
        case .uint16, .int16: 2
        case .uint32, .int32, .float32: 4
        case .string, .uint64, .int64, .float64: 8
        case .array: 12
        }
    }
}

extension GGUFValue {
    /// The type number the value has in a file, and that of its elements when it is an array.
    var types: (own: GGUFValueType, element: GGUFValueType?) {
        switch self {
        case .uint8: (.uint8, nil)
        case .int8: (.int8, nil)
        case .uint16: (.uint16, nil)
        case .int16: (.int16, nil)
        case .uint32: (.uint32, nil)
        case .int32: (.int32, nil)
        case .float32: (.float32, nil)
        case .bool: (.bool, nil)
        case .string: (.string, nil)
        case .uint64: (.uint64, nil)
        case .int64: (.int64, nil)
        case .float64: (.float64, nil)
        case .uint8s: (.array, .uint8)
        case .int8s: (.array, .int8)
        case .uint16s: (.array, .uint16)
        case .int16s: (.array, .int16)
        case .uint32s: (.array, .uint32)
        case .int32s: (.array, .int32)
        case .float32s: (.array, .float32)
        case .bools: (.array, .bool)
        case .strings: (.array, .string)
        case .uint64s: (.array, .uint64)
        case .int64s: (.array, .int64)
        case .float64s: (.array, .float64)
        case .arrays: (.array, .array)
        }
    }

    /// The type's name in messages, for example "uint32" or "array of string".
    public var typeName: String {
        let (own, element) = types
        guard let element else { return "\(own)" }
        return "array of \(element)"
    }

    /// Whether an array of arrays holds only arrays; all other values always are well formed.
    var isWellFormed: Bool {
        guard case .arrays(let values) = self else { return true }
        return values.allSatisfy { $0.types.own == .array && $0.isWellFormed }
    }
}
