public import BitNetTensors

/// Writes a GGUF file (version 3, little-endian, alignment 32) without holding it in memory.
///
/// First set metadata and declare all tensors, then append the tensors' bytes in declared order, in
/// chunks of any size, then call `finish`. The file appears at its path only then; a writer that is
/// dropped before leaves nothing behind.
public struct GGUFWriter: ~Copyable {
    private static var alignment: Int { 32 }

    private let path: String
    private var keys: Set<String> = []
    private var pairs: [(key: String, value: GGUFValue)] = []
    private var tensors: TensorSequence
    private var output: CheckpointOutput?

    /// A writer for the file at `path`, which it will create or replace.
    public init(path: String) {
        self.path = path
        self.tensors = TensorSequence(file: path)
    }

    /// Adds a metadata pair behind the others.
    public mutating func setMetadata(_ key: String, _ value: GGUFValue) throws(CheckpointError) {
        try requireDeclarations()
        guard !key.isEmpty, key.utf8.count <= 65535, key != "general.alignment" else {
            throw CheckpointError(
                .invalidRequest, file: path,
                "the metadata key \"\(key.prefix(80))\" is reserved or not of 1 to 65535 bytes")
        }
        guard value.isWellFormed else {
            throw CheckpointError(
                .invalidRequest, file: path,
                "metadata \"\(key)\": expected an array of arrays of one type")
        }
        guard keys.insert(key).inserted else {
            throw CheckpointError(
                .duplicate, file: path, "the metadata key \"\(key)\" is set twice")
        }
        pairs.append((key, value))
    }

    /// Declares the next tensor: 1 to 4 dimensions, outermost first, rows of whole blocks.
    public mutating func declareTensor(
        _ name: String, shape: [Int], encoding: TensorEncoding
    ) throws(CheckpointError) {
        try requireDeclarations()
        guard GGMLType.id(of: encoding) != nil else {
            throw CheckpointError(
                .invalidRequest, file: path, tensor: name,
                "GGUF has no type for \(encoding.rawValue)")
        }
        let rowLength = shape.last ?? 0
        guard (1...4).contains(shape.count), shape.allSatisfy({ $0 > 0 }),
            rowLength % encoding.valuesPerBlock == 0
        else {
            throw CheckpointError(
                .invalidRequest, file: path, tensor: name,
                "expected 1 to 4 dimensions and rows of a multiple of \(encoding.valuesPerBlock) "
                    + "values for \(encoding.rawValue), found the shape \(shape)")
        }
        try tensors.declare(name, shape: shape, encoding: encoding)
    }

    /// Appends bytes of tensor `name`, the next in declared order.
    public mutating func append(_ bytes: [UInt8], to name: String) throws(CheckpointError) {
        let output = try startedOutput()
        let isComplete = try tensors.advance(name, by: bytes.count)
        try output.append(bytes)
        if isComplete { try output.pad(to: Self.alignment) }
    }

    /// Appends bytes of another file to tensor `name`, the next in declared order.
    public mutating func append(_ region: FileRegion, to name: String) throws(CheckpointError) {
        let output = try startedOutput()
        let isComplete = try tensors.advance(name, by: region.count)
        try output.append(region)
        if isComplete { try output.pad(to: Self.alignment) }
    }

    /// Completes the file and moves it to its path; every tensor must have all its bytes.
    public consuming func finish() throws(CheckpointError) {
        let output = try startedOutput()
        try tensors.end()
        try output.finish()
    }

    private func requireDeclarations() throws(CheckpointError) {
        guard output != nil else { return }
        throw CheckpointError(
            .invalidRequest, file: path,
            "metadata and tensors must be declared before the first bytes are appended")
    }

    /// The output, which the first call creates with the file's header.
    private mutating func startedOutput() throws(CheckpointError) -> CheckpointOutput {
        if let output { return output }
        let created = try CheckpointOutput(path: path)
        try created.append(header())
        try created.pad(to: Self.alignment)
        output = created
        return created
    }

    private func header() -> [UInt8] {
        var encoder = GGUFEncoder()
        encoder.append(integer: UInt32(0x4655_4747))
        encoder.append(integer: UInt32(3))
        encoder.append(integer: UInt64(tensors.tensors.count))
        encoder.append(integer: UInt64(pairs.count))
        for (key, value) in pairs { encoder.append(key: key, value) }
        var offset = 0
        for tensor in tensors.tensors {
            encoder.append(tensor, offset: offset)
            offset += (tensor.byteCount + Self.alignment - 1) / Self.alignment * Self.alignment
        }
        return encoder.bytes
    }
}
