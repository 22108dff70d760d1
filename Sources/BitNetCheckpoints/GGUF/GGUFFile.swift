package import BitNetTensors

/// An open GGUF file: its metadata and its tensors, whose data stay in the mapped file.
///
/// Versions 2 and 3, little-endian. Opening reads the header only and checks every count, size,
/// offset and name in it; a damaged file gives a `CheckpointError`.
public final class GGUFFile: Sendable {
    /// The path the file was opened with.
    public let path: String
    /// The version of the format, 2 or 3.
    public let version: UInt32
    /// Tensor data start at multiples of this, counted from the start of the data.
    public let alignment: Int
    /// The key-value pairs.
    public let metadata: GGUFMetadata
    /// The tensors in file order.
    public let tensors: [TensorDescriptor]
    private let indices: [String: Int]

    /// Opens the file at `path`.
    public convenience init(path: String) throws(CheckpointError) {
        try self.init(MappedFile.open(path))
    }

    /// Opens a file that is in memory already.
    package init(_ file: MappedFile) throws(CheckpointError) {
        let region = file.region
        let header = try GGUFHeader(region)
        self.path = file.path
        self.version = header.version
        self.alignment = header.alignment
        self.metadata = header.metadata
        self.tensors = try header.descriptors(in: region)
        self.indices = Dictionary(
            uniqueKeysWithValues: tensors.enumerated().map { ($1.name, $0) })
    }

    /// The tensor called `name`, or nil.
    public func tensor(_ name: String) -> TensorDescriptor? { indices[name].map { tensors[$0] } }
}
