import BitNetCheckpoints
import BitNetTensors

/// A checkpoint of either format, for tests that treat both alike.
enum OpenCheckpoint {
    /// The tensors of the GGUF file or safetensors checkpoint at `path`.
    static func tensors(_ path: String) throws(CheckpointError) -> [TensorDescriptor] {
        path.hasSuffix(".gguf")
            ? try GGUFFile(path: path).tensors : try SafetensorsCheckpoint(path: path).tensors
    }
}

/// The error that `body` throws, if any.
func checkpointError(_ body: () throws(CheckpointError) -> Void) -> CheckpointError? {
    do throws(CheckpointError) {
        try body()
        return nil
    } catch {
        return error
    }
}

/// All bytes of the file at `path`.
func contents(_ path: String) throws -> [UInt8] {
    let region = try MappedFile(path: path).region
    return region.bytes(0..<region.count) ?? []
}

/// `value` as `T`'s little-endian bytes.
func littleEndian<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    stride(from: 0, to: T.bitWidth, by: 8).map { UInt8(truncatingIfNeeded: value >> $0) }
}
