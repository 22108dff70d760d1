internal import BitNetTensors

/// One safetensors file: a JSON header and the tensors' bytes behind it.
struct SafetensorsFile {
    /// The longest header a file may have; the limit of the format's own library.
    static let longestHeader = 100_000_000

    /// The tensors in the order of their data.
    let tensors: [TensorDescriptor]
    /// The `__metadata__` strings.
    let metadata: [String: String]

    /// Opens the file at `path` and checks its header.
    init(path: String) throws(CheckpointError) {
        let region = try MappedFile.open(path).region
        let headerSize = try Self.headerSize(region)
        guard let header = region.bytes(8..<8 + headerSize),
            let data = region.subregion(8 + headerSize..<region.count)
        else { throw CheckpointError(.truncated, file: path, "the file ends within its header") }
        let entries = try SafetensorsHeader(header, file: path)
        self.metadata = entries.metadata
        self.tensors = try entries.descriptors(in: data)
    }

    private static func headerSize(_ region: FileRegion) throws(CheckpointError) -> Int {
        let file = region.file.path
        guard let stored = region.load(UInt64.self, at: 0) else {
            throw CheckpointError(
                .truncated, file: file,
                "not a safetensors file: expected at least 8 bytes, found \(region.count)")
        }
        guard stored <= UInt64(longestHeader) else {
            throw CheckpointError(
                .limitExceeded, file: file,
                "not a safetensors file, or damaged: its header would have \(stored) bytes, the "
                    + "limit is \(longestHeader)")
        }
        guard Int(stored) <= region.count - 8 else {
            throw CheckpointError(
                .truncated, file: file,
                "expected a header of \(stored) bytes, found \(region.count - 8) bytes in the file")
        }
        return Int(stored)
    }
}
