extension GGUFCursor {
    /// Arrays of arrays deeper than this are refused; no known file has any.
    private static var deepestNesting: Int { 4 }

    /// Reads the value of type number `type`.
    mutating func value(ofType type: UInt32) throws(CheckpointError) -> GGUFValue {
        switch try valueType(type) {
        case .uint8: .uint8(try integer())
        case .int8: .int8(try integer())
        case .uint16: .uint16(try integer())
        case .int16: .int16(try integer())
        case .uint32: .uint32(try integer())
        case .int32: .int32(try integer())
        case .float32: .float32(Float(bitPattern: try integer()))
        case .bool: .bool(try bool())
        case .string: .string(try string())
        case .uint64: .uint64(try integer())
        case .int64: .int64(try integer())
        case .float64: .float64(Double(bitPattern: try integer()))
        case .array: try array(depth: 1)
        }
    }

    private func valueType(_ number: UInt32) throws(CheckpointError) -> GGUFValueType {
        if let type = GGUFValueType(rawValue: number) { return type }
        throw CheckpointError(
            .corrupt, file: file,
            "\(context): expected a value type from 0 to 12, found \(number)")
    }

    private mutating func bool() throws(CheckpointError) -> Bool {
        let byte = try integer(UInt8.self)
        if byte <= 1 { return byte == 1 }
        throw CheckpointError(
            .corrupt, file: file, "\(context): expected a truth value, 0 or 1, found \(byte)")
    }

    private mutating func array(depth: Int) throws(CheckpointError) -> GGUFValue {
        guard depth <= Self.deepestNesting else {
            throw CheckpointError(
                .limitExceeded, file: file,
                "\(context): arrays are nested more than \(Self.deepestNesting) deep")
        }
        let type = try valueType(try integer())
        let count = try count(of: "elements of type \(type)", minimumSize: type.minimumSize)
        return switch type {
        case .uint8: .uint8s(try integers(count))
        case .int8: .int8s(try integers(count))
        case .uint16: .uint16s(try integers(count))
        case .int16: .int16s(try integers(count))
        case .uint32: .uint32s(try integers(count))
        case .int32: .int32s(try integers(count))
        case .float32:
            .float32s(
                try elements(count) { c throws(CheckpointError) in
                    Float(bitPattern: try c.integer())
                })
        case .bool: .bools(try elements(count) { c throws(CheckpointError) in try c.bool() })
        case .string: .strings(try strings(count))
        case .uint64: .uint64s(try integers(count))
        case .int64: .int64s(try integers(count))
        case .float64:
            .float64s(
                try elements(count) { c throws(CheckpointError) in
                    Double(bitPattern: try c.integer())
                })
        case .array:
            .arrays(
                try elements(count) { c throws(CheckpointError) in
                    try c.array(depth: depth + 1)
                })
        }
    }

    private mutating func integers<T: FixedWidthInteger & BitwiseCopyable>(
        _ count: Int
    ) throws(CheckpointError) -> [T] {
        try elements(count) { c throws(CheckpointError) in try c.integer(T.self) }
    }

    private mutating func elements<Element>(
        _ count: Int, _ read: (inout GGUFCursor) throws(CheckpointError) -> Element
    ) throws(CheckpointError) -> [Element] {
        var elements: [Element] = []
        elements.reserveCapacity(count)
        for _ in 0..<count { elements.append(try read(&self)) }
        return elements
    }

    private mutating func strings(_ count: Int) throws(CheckpointError) -> StringTable {
        var bytes: [UInt8] = []
        var offsets: [UInt32] = [0]
        bytes.reserveCapacity(try byteCount(ofStrings: count))
        offsets.reserveCapacity(count + 1)
        for _ in 0..<count {
            try appendString(to: &bytes)
            offsets.append(UInt32(bytes.count))
        }
        return StringTable(bytes: bytes, offsets: offsets)
    }

    /// Walks `count` strings without moving the cursor and adds up their lengths.
    private func byteCount(ofStrings count: Int) throws(CheckpointError) -> Int {
        var walker = self
        for _ in 0..<count {
            _ = try walker.skip(try walker.count(of: "bytes of string", minimumSize: 1))
        }
        let total = walker.offset - offset - 8 * count
        guard total <= Int(UInt32.max) else {
            throw CheckpointError(
                .limitExceeded, file: file,
                "\(context): \(total) bytes of strings exceed the limit of 4 GiB")
        }
        return total
    }
}
