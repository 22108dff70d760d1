/// Writes a file front to back beside its target and moves it there when it is complete.
///
/// Until `finish` nothing is seen at the target path; a writer given up before removes its file.
package final class AtomicFileWriter {
    private static let bufferSize = 1 << 20

    /// The path the finished file will have.
    package let path: String
    /// The number of bytes appended so far.
    package private(set) var count = 0
    private let temporaryPath: String
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var isOpen = true

    /// Creates the temporary file in the folder of `path`.
    package init(path: String) throws(FileError) {
        self.path = path
        self.temporaryPath = "\(path).\(UInt64.random(in: .min ... .max)).tmp"
        self.descriptor = try SystemCalls.createFile(temporaryPath)
    }

    /// Whether `name` is that of a file in work, which a process that was killed has left.
    package static func isLeftover(_ name: String) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count > 2 && parts[parts.count - 1] == "tmp"
            && UInt64(parts[parts.count - 2]) != nil
    }

    deinit {
        guard isOpen else { return }
        SystemCalls.closeQuietly(descriptor)
        SystemCalls.remove(temporaryPath)
    }

    /// Appends `bytes`.
    package func append(_ bytes: [UInt8]) throws(FileError) {
        count += bytes.count
        if buffer.count + bytes.count > Self.bufferSize { try flush() }
        guard bytes.count < Self.bufferSize else { return try write(bytes) }
        buffer.append(contentsOf: bytes)
    }

    /// Appends the bytes of `region` without copying them to the heap.
    package func append(_ region: FileRegion) throws(FileError) {
        try flush()
        count += region.count
        try region.withUnsafeBytes { bytes throws(FileError) in
            try SystemCalls.writeAll(descriptor, bytes, path: path)
        }
    }

    /// Replaces the file's first bytes, which have been appended already, by as many others.
    package func replaceStart(with bytes: [UInt8]) throws(FileError) {
        precondition(bytes.count <= count, "bytes behind the file's end")
        try flush()
        let outcome: Result<Void, FileError> = bytes.withUnsafeBytes { bytes in
            do throws(FileError) {
                return .success(try SystemCalls.writeAll(descriptor, bytes, at: 0, path: path))
            } catch {
                return .failure(error)
            }
        }
        try outcome.get()
    }

    /// Appends zeros until the file's size is a multiple of `alignment`.
    package func pad(to alignment: Int) throws(FileError) {
        let excess = count % alignment
        if excess > 0 { try append([UInt8](repeating: 0, count: alignment - excess)) }
    }

    /// Writes everything to the disk and moves the file to its target path; behind it, a power cut
    /// undoes neither.
    package func finish() throws(FileError) {
        try flush()
        try SystemCalls.synchronize(descriptor, path: path)
        try SystemCalls.rename(temporaryPath, to: path)
        SystemCalls.closeQuietly(descriptor)
        isOpen = false
        try SystemCalls.synchronizeFolder(of: path)
    }

    private func flush() throws(FileError) {
        try write(buffer)
        buffer.removeAll(keepingCapacity: true)
    }

    private func write(_ bytes: [UInt8]) throws(FileError) {
        let outcome: Result<Void, FileError> = bytes.withUnsafeBytes { bytes in
            do throws(FileError) {
                return .success(try SystemCalls.writeAll(descriptor, bytes, path: path))
            } catch {
                return .failure(error)
            }
        }
        try outcome.get()
    }
}
