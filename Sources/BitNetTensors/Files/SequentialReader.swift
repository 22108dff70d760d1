/// Reads a file, a pipe or standard input from front to back.
package final class SequentialReader {
    /// The path the file was opened with; "-" is standard input.
    package let path: String
    private let descriptor: Int32

    /// Opens the file at `path`.
    package init(path: String) throws(FileError) {
        self.path = path
        descriptor = try SystemCalls.openForReading(path)
    }

    /// The size of the regular file at `path`; nil for anything else.
    package static func size(ofFile path: String) -> Int? {
        guard let (descriptor, size) = try? SystemCalls.openRegularFile(path) else { return nil }
        SystemCalls.closeQuietly(descriptor)
        return size
    }

    deinit { SystemCalls.closeQuietly(descriptor) }

    /// Appends at most `limit` bytes to `bytes`; waits for at least one.
    ///
    /// - Returns: The number of bytes, 0 only at the end.
    package func read(into bytes: inout [UInt8], limit: Int = 1 << 20) throws(FileError) -> Int {
        try SystemCalls.read(descriptor, into: &bytes, limit: limit, path: path)
    }
}
