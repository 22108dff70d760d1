/// A range of bytes of a mapped file; it keeps the file mapped.
public struct FileRegion: Sendable {
    /// The file the bytes belong to.
    public let file: MappedFile
    /// The bytes' positions in the file, always inside it.
    public let range: Range<Int>

    /// The number of bytes.
    @inlinable public var count: Int { range.count }

    /// The bytes at `range` of `file`, or nil when they are not all inside the file.
    public init?(file: MappedFile, range: Range<Int>) {
        guard range.lowerBound >= 0, range.upperBound <= file.count else { return nil }
        self.init(file: file, validRange: range)
    }

    init(file: MappedFile, validRange: Range<Int>) {
        self.file = file
        self.range = validRange
    }

    /// The little-endian integer at byte `offset` of the region, or nil when it does not fit.
    ///
    /// Inlinable, because headers are read integer by integer: a vocabulary has half a million.
    @inlinable public func load<T: FixedWidthInteger & BitwiseCopyable>(
        _ type: T.Type, at offset: Int
    ) -> T? {
        guard offset >= 0, offset <= count, count - offset >= MemoryLayout<T>.size,
            let base = file.base
        else { return nil }
        let start = range.lowerBound + offset
        return T(littleEndian: base.loadUnaligned(fromByteOffset: start, as: T.self))
    }

    /// The `count` little-endian numbers from byte `offset` on, or nil when they do not fit.
    package func array<T: BitwiseCopyable>(of type: T.Type, count: Int, at offset: Int) -> [T]? {
        let size = count.multipliedReportingOverflow(by: MemoryLayout<T>.size)
        guard count >= 0, offset >= 0, offset <= self.count, !size.overflow,
            let part = subregion(offset..<offset + min(size.partialValue, self.count)),
            part.count == size.partialValue
        else { return nil }
        return part.withUnsafeBytes { source in
            [T](unsafeUninitializedCapacity: count) { target, initialized in
                UnsafeMutableRawBufferPointer(target).copyMemory(from: source)
                initialized = count
            }
        }
    }

    /// A copy of the bytes at `range`, counted from the region's start; nil when out of bounds.
    public func bytes(_ range: Range<Int>) -> [UInt8]? {
        guard let part = subregion(range) else { return nil }
        return part.withUnsafeBytes { [UInt8]($0) }
    }

    /// Appends the bytes at `range`, counted from the region's start; false when out of bounds.
    public func append(_ range: Range<Int>, to bytes: inout [UInt8]) -> Bool {
        guard let part = subregion(range) else { return false }
        part.withUnsafeBytes { bytes.append(contentsOf: $0) }
        return true
    }

    /// The part of the region at `range`, counted from its start; nil when out of bounds.
    public func subregion(_ range: Range<Int>) -> FileRegion? {
        guard range.lowerBound >= 0, range.upperBound <= count else { return nil }
        let start = self.range.lowerBound
        return FileRegion(
            file: file, validRange: start + range.lowerBound..<start + range.upperBound)
    }

    /// Calls `body` with all bytes of the region; the pointer is valid only during the call.
    package func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try file.withUnsafeBytes(range, body)
    }

    /// Drops the region's whole pages from this process's resident memory.
    package func discard() { file.discard(range) }

    /// Reads the region's pages into memory ahead of their use.
    package func populate() { file.populate(range) }
}
