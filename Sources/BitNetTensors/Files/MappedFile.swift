/// A file's bytes, mapped read-only into memory for as long as the object lives.
///
/// Opening costs microseconds whatever the file's size; pages are read when touched and are shared
/// between processes. A file must not be shortened while it is mapped.
public final class MappedFile: Sendable {
    /// The path the file was opened with.
    public let path: String
    /// The file's size in bytes.
    public let count: Int
    // Sendable: the mapping is read-only and lives exactly as long as this object.
    @usableFromInline nonisolated(unsafe) let base: UnsafeRawPointer?
    private let isPartOfProgram: Bool
    /// The open file, for `read`; nil for bytes that are part of the program.
    private let descriptor: Int32?

    /// Maps the regular file at `path`; an empty file gives an empty mapping.
    public init(path: String) throws(FileError) {
        let (descriptor, size) = try SystemCalls.openRegularFile(path)
        do throws(FileError) {
            self.base = size == 0 ? nil : try SystemCalls.map(descriptor, size: size, path: path)
        } catch {
            SystemCalls.closeQuietly(descriptor)
            throw error
        }
        self.descriptor = descriptor
        self.path = path
        self.count = size
        self.isPartOfProgram = false
    }

    /// Bytes that are part of the program, under a name of their own.
    init(programBytes: UnsafeRawPointer, count: Int, name: String) {
        self.path = name
        self.count = count
        self.base = programBytes
        self.isPartOfProgram = true
        self.descriptor = nil
    }

    deinit {
        if let base, !isPartOfProgram { SystemCalls.unmap(base, size: count) }
        if let descriptor { SystemCalls.closeQuietly(descriptor) }
    }

    /// The whole file as a region.
    public var region: FileRegion { FileRegion(file: self, validRange: 0..<count) }

    /// Calls `body` with the bytes of `range`, which must lie inside the file.
    ///
    /// The pointer is valid only during the call.
    package func withUnsafeBytes<Result, Failure: Error>(
        _ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "range outside the file")
        guard let base else { return try body(UnsafeRawBufferPointer(start: nil, count: 0)) }
        return try body(
            UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count))
    }

    /// Copies the bytes of `range`, which must lie inside the file, to `target`, without making pages
    /// of the mapping resident.
    package func read(_ range: Range<Int>, into target: UnsafeMutableRawPointer) {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "range outside the file")
        if let descriptor,
            SystemCalls.read(descriptor, target, size: range.count, at: range.lowerBound)
        {
            return
        }
        withUnsafeBytes(range) { bytes in
            if let base = bytes.baseAddress {
                target.copyMemory(from: base, byteCount: range.count)
            }
        }
    }

    /// Drops the whole pages inside `range` from this process's resident memory.
    ///
    /// Their bytes stay readable: touching them reads them again, from the page cache or the file.
    package func discard(_ range: Range<Int>) {
        let range = range.clamped(to: 0..<count)
        let page = SystemCalls.pageSize
        let lower = (range.lowerBound + page - 1) / page * page
        let upper = range.upperBound == count ? count : range.upperBound / page * page
        guard let base, lower < upper, !isPartOfProgram else { return }
        SystemCalls.dropPages(base + lower, size: upper - lower)
    }

    /// Drops all of the file's pages from this process's resident memory.
    package func discardAll() { discard(0..<count) }

    /// Reads the pages of `range` into memory ahead of their use.
    package func populate(_ range: Range<Int>) {
        let range = range.clamped(to: 0..<count)
        let lower = range.lowerBound / SystemCalls.pageSize * SystemCalls.pageSize
        guard let base, lower < range.upperBound, !isPartOfProgram else { return }
        SystemCalls.readPages(base + lower, size: range.upperBound - lower)
    }
}

extension MappedFile {
    /// Whether `path` names a folder.
    package static func isFolder(_ path: String) -> Bool {
        do throws(FileError) {
            SystemCalls.closeQuietly(try SystemCalls.openRegularFile(path).descriptor)
            return false
        } catch {
            return error.code == .isDirectory
        }
    }
}
