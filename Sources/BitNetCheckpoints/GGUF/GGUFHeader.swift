internal import BitNetTensors

/// Everything before the tensor data of a GGUF file, checked but not yet tied to the data.
struct GGUFHeader {
    /// A tensor as the header describes it.
    struct TensorInfo {
        let name: String
        let shape: [Int]
        let elementCount: Int
        let type: GGMLType
        /// Counted from the start of the data.
        let offset: Int
    }

    let version: UInt32
    let alignment: Int
    let metadata: GGUFMetadata
    let tensors: [TensorInfo]
    /// Where the tensor data start in the file.
    let dataStart: Int

    /// Reads the header at the start of `region`.
    init(_ region: FileRegion) throws(CheckpointError) {
        var cursor = GGUFCursor(region)
        version = try Self.readVersion(&cursor)
        let tensorCount = try cursor.count(of: "tensors", minimumSize: 33)
        let pairCount = try cursor.count(of: "metadata pairs", minimumSize: 14)
        metadata = try Self.readMetadata(&cursor, count: pairCount)
        alignment = try Self.alignment(metadata, file: cursor.file)
        tensors = try Self.readTensors(&cursor, count: tensorCount)
        dataStart = (cursor.offset + alignment - 1) / alignment * alignment
    }

    private static func readVersion(_ cursor: inout GGUFCursor) throws(CheckpointError) -> UInt32 {
        let magic = try cursor.integer(UInt32.self)
        guard magic == 0x4655_4747 else {
            throw CheckpointError(
                .wrongFormat, file: cursor.file, "not a GGUF file: it does not start with \"GGUF\"")
        }
        let version = try cursor.integer(UInt32.self)
        if version == 2 || version == 3 { return version }
        let found = version.byteSwapped < 65536 ? "big-endian GGUF" : "GGUF version \(version)"
        throw CheckpointError(
            .unsupportedVersion, file: cursor.file,
            "expected little-endian GGUF of version 2 or 3, found \(found); convert the model "
                + "again with a current converter")
    }

    private static func readMetadata(
        _ cursor: inout GGUFCursor, count: Int
    ) throws(CheckpointError) -> GGUFMetadata {
        var metadata = GGUFMetadata(file: cursor.file)
        for index in 0..<count {
            cursor.context = "metadata pair \(index)"
            let key = try cursor.name(of: "metadata pair \(index)")
            cursor.context = "metadata \"\(key)\""
            let type = try cursor.integer(UInt32.self)
            guard metadata.append(key, try cursor.value(ofType: type)) else {
                throw CheckpointError(
                    .duplicate, file: cursor.file, "the metadata key \"\(key)\" occurs twice")
            }
        }
        return metadata
    }

    private static func alignment(
        _ metadata: GGUFMetadata, file: String
    ) throws(CheckpointError) -> Int {
        guard let alignment = try metadata.integer("general.alignment") else { return 32 }
        guard alignment >= 8, alignment <= 1 << 20, alignment.nonzeroBitCount == 1 else {
            throw CheckpointError(
                .corrupt, file: file,
                "expected general.alignment to be a power of two from 8 to 1048576, "
                    + "found \(alignment)")
        }
        return alignment
    }

    private static func readTensors(
        _ cursor: inout GGUFCursor, count: Int
    ) throws(CheckpointError) -> [TensorInfo] {
        var tensors: [TensorInfo] = []
        var names: Set<String> = []
        tensors.reserveCapacity(count)
        for index in 0..<count {
            cursor.context = "the description of tensor \(index)"
            let tensor = try readTensor(&cursor, index: index)
            guard names.insert(tensor.name).inserted else {
                throw CheckpointError(
                    .duplicate, file: cursor.file, tensor: tensor.name, "the name occurs twice")
            }
            tensors.append(tensor)
        }
        return tensors
    }

    private static func readTensor(
        _ cursor: inout GGUFCursor, index: Int
    ) throws(CheckpointError) -> TensorInfo {
        let name = try cursor.name(of: "tensor \(index)")
        let shape = try readShape(&cursor, tensor: name)
        let type = GGMLType.withID(try cursor.integer())
        let offset = try cursor.integer(UInt64.self)
        guard let elementCount = TensorDescriptor.elementCount(of: shape) else {
            throw CheckpointError(
                .corrupt, file: cursor.file, tensor: name,
                "the product of the dimensions \(shape) overflows")
        }
        guard let offset = Int(exactly: offset) else {
            throw CheckpointError(
                .corrupt, file: cursor.file, tensor: name,
                "the data offset \(offset) lies outside the file")
        }
        return TensorInfo(
            name: name, shape: shape, elementCount: elementCount, type: type, offset: offset)
    }

    /// Reads the dimensions, which the file stores innermost first.
    private static func readShape(
        _ cursor: inout GGUFCursor, tensor: String
    ) throws(CheckpointError) -> [Int] {
        let rank = try cursor.integer(UInt32.self)
        guard (1...4).contains(rank) else {
            throw CheckpointError(
                .corrupt, file: cursor.file, tensor: tensor,
                "expected 1 to 4 dimensions, found \(rank)")
        }
        var shape: [Int] = []
        for _ in 0..<rank {
            let stored = try cursor.integer(UInt64.self)
            guard let dimension = Int(exactly: stored), dimension > 0 else {
                throw CheckpointError(
                    .corrupt, file: cursor.file, tensor: tensor,
                    "expected dimensions from 1 to 2^63 - 1, found \(stored)")
            }
            shape.append(dimension)
        }
        return shape.reversed()
    }
}
