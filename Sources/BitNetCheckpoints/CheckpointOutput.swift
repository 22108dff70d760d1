internal import BitNetTensors

/// The file a checkpoint writer writes to, with failures as `CheckpointError`.
struct CheckpointOutput {
    private let file: AtomicFileWriter

    /// Creates the temporary file beside `path`.
    init(path: String) throws(CheckpointError) {
        do throws(FileError) {
            file = try AtomicFileWriter(path: path)
        } catch {
            throw CheckpointError(error)
        }
    }

    /// Appends `bytes`.
    func append(_ bytes: [UInt8]) throws(CheckpointError) {
        try perform { () throws(FileError) in try file.append(bytes) }
    }

    /// Appends the bytes of `region`.
    func append(_ region: FileRegion) throws(CheckpointError) {
        try perform { () throws(FileError) in try file.append(region) }
    }

    /// Appends zeros up to a multiple of `alignment`.
    func pad(to alignment: Int) throws(CheckpointError) {
        try perform { () throws(FileError) in try file.pad(to: alignment) }
    }

    /// Moves the file to its target path.
    func finish() throws(CheckpointError) {
        try perform { () throws(FileError) in try file.finish() }
    }

    private func perform(_ body: () throws(FileError) -> Void) throws(CheckpointError) {
        do throws(FileError) {
            try body()
        } catch {
            throw CheckpointError(error)
        }
    }
}
