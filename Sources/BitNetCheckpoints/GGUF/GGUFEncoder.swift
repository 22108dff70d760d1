/// Builds the bytes of a GGUF header.
struct GGUFEncoder {
    /// The bytes so far.
    private(set) var bytes: [UInt8] = []

    /// Appends a little-endian integer.
    mutating func append<T: FixedWidthInteger>(integer: T) {
        for shift in stride(from: 0, to: T.bitWidth, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: integer >> shift))
        }
    }

    /// Appends a string with its length.
    mutating func append(string: some Collection<UInt8>) {
        append(integer: UInt64(string.count))
        bytes.append(contentsOf: string)
    }

    /// Appends a metadata pair.
    mutating func append(key: String, _ value: GGUFValue) {
        append(string: key.utf8)
        append(integer: value.types.own.rawValue)
        append(value)
    }

    /// Appends a tensor's description; the file stores dimensions innermost first.
    mutating func append(_ tensor: TensorSequence.Declaration, offset: Int) {
        append(string: tensor.name.utf8)
        append(integer: UInt32(tensor.shape.count))
        for dimension in tensor.shape.reversed() { append(integer: UInt64(dimension)) }
        append(integer: GGMLType.id(of: tensor.encoding) ?? 0)
        append(integer: UInt64(offset))
    }

    private mutating func append(_ value: GGUFValue) {
        switch value {
        case .uint8(let value): append(integer: value)
        case .int8(let value): append(integer: value)
        case .uint16(let value): append(integer: value)
        case .int16(let value): append(integer: value)
        case .uint32(let value): append(integer: value)
        case .int32(let value): append(integer: value)
        case .float32(let value): append(integer: value.bitPattern)
        case .bool(let value): append(integer: UInt8(value ? 1 : 0))
        case .string(let value): append(string: value.utf8)
        case .uint64(let value): append(integer: value)
        case .int64(let value): append(integer: value)
        case .float64(let value): append(integer: value.bitPattern)
        default: appendArray(value)
        }
    }

    private mutating func appendArray(_ value: GGUFValue) {
        append(integer: value.types.element?.rawValue ?? 0)
        switch value {
        case .uint8s(let values): append(integers: values)
        case .int8s(let values): append(integers: values)
        case .uint16s(let values): append(integers: values)
        case .int16s(let values): append(integers: values)
        case .uint32s(let values): append(integers: values)
        case .int32s(let values): append(integers: values)
        case .float32s(let values): append(integers: values.map(\.bitPattern))
        case .bools(let values): append(integers: values.map { UInt8($0 ? 1 : 0) })
        case .strings(let table): append(strings: table)
        case .uint64s(let values): append(integers: values)
        case .int64s(let values): append(integers: values)
        case .float64s(let values): append(integers: values.map(\.bitPattern))
        case .arrays(let values):
            append(integer: UInt64(values.count))
            for value in values { append(value) }
        default: preconditionFailure("\(value.typeName) is not an array")
        }
    }

    private mutating func append(integers: [some FixedWidthInteger]) {
        append(integer: UInt64(integers.count))
        for integer in integers { append(integer: integer) }
    }

    private mutating func append(strings: StringTable) {
        append(integer: UInt64(strings.count))
        for index in 0..<strings.count { append(string: strings[index]) }
    }
}
