/// A file that grows at its end, so that whatever was appended survives the process.
///
/// Every `append` is handed to the system at once; a process killed inside one leaves a part of it.
package final class AppendedFile {
    /// The file's path.
    package let path: String
    private let descriptor: Int32

    /// Opens the file at `path`, creating it if there is none, and cuts it to its first `size`
    /// bytes if it has more.
    ///
    /// Throws while another process has it open in this way.
    package init(path: String, cuttingTo size: Int) throws(FileError) {
        let descriptor = try SystemCalls.openForAppending(path)
        do throws(FileError) {
            guard SystemCalls.lock(descriptor) else {
                throw FileError(
                    code: .system, path: path, message: "another process is writing to the file")
            }
            try SystemCalls.cut(descriptor, to: size, path: path)
        } catch {
            SystemCalls.closeQuietly(descriptor)
            throw error
        }
        self.path = path
        self.descriptor = descriptor
    }

    deinit { SystemCalls.closeQuietly(descriptor) }

    /// Appends `bytes`.
    package func append(_ bytes: [UInt8]) throws(FileError) {
        let outcome: Result<Void, FileError> = bytes.withUnsafeBytes { bytes in
            do throws(FileError) {
                return .success(try SystemCalls.writeAll(descriptor, bytes, path: path))
            } catch {
                return .failure(error)
            }
        }
        try outcome.get()
    }

    /// Waits until what was appended is on the disk.
    package func synchronize() throws(FileError) {
        try SystemCalls.synchronize(descriptor, path: path)
    }
}
