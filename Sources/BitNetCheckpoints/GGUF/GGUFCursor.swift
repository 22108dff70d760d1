internal import BitNetTensors

/// Reads the header of a GGUF file front to back; every read is checked against the file's end.
struct GGUFCursor {
    private let region: FileRegion
    private(set) var offset = 0
    /// What is being read, for messages; for example `metadata "general.name"`.
    var context = "the header"

    /// A cursor at the start of `region`.
    init(_ region: FileRegion) { self.region = region }

    /// The path of the file.
    var file: String { region.file.path }

    /// The bytes behind the cursor.
    var remaining: Int { region.count - offset }

    /// Reads one little-endian integer.
    mutating func integer<T: FixedWidthInteger & BitwiseCopyable>(
        _ type: T.Type = T.self
    ) throws(CheckpointError) -> T {
        guard let value = region.load(T.self, at: offset) else {
            throw truncated(needed: MemoryLayout<T>.size)
        }
        offset += MemoryLayout<T>.size
        return value
    }

    /// Reads `count` little-endian numbers in one go; `count` was checked against the file's end.
    mutating func numbers<T: BitwiseCopyable>(
        _ type: T.Type = T.self, count: Int
    ) throws(CheckpointError) -> [T] {
        let bytes = try skip(count * MemoryLayout<T>.size)
        return region.array(of: T.self, count: count, at: bytes.lowerBound) ?? []
    }

    /// Reads a 64-bit count of `what`, each of which takes at least `minimumSize` bytes.
    mutating func count(
        of what: String, minimumSize: Int
    ) throws(CheckpointError) -> Int {
        let stored = try integer(UInt64.self)
        guard let count = Int(exactly: stored), count <= remaining / minimumSize else {
            throw CheckpointError(
                .truncated, file: file,
                "\(context) announces \(stored) \(what), which cannot fit the remaining "
                    + "\(remaining) bytes; the file is truncated or damaged")
        }
        return count
    }

    /// Moves past `count` bytes and returns where they were.
    mutating func skip(_ count: Int) throws(CheckpointError) -> Range<Int> {
        guard count <= remaining else { throw truncated(needed: count) }
        defer { offset += count }
        return offset..<offset + count
    }

    /// Reads a string's length and appends its bytes to `bytes`.
    mutating func appendString(to bytes: inout [UInt8]) throws(CheckpointError) {
        let length = try count(of: "bytes of string", minimumSize: 1)
        _ = region.append(try skip(length), to: &bytes)
    }

    /// Reads a string, with U+FFFD for bytes that are not UTF-8.
    mutating func string() throws(CheckpointError) -> String {
        var bytes: [UInt8] = []
        try appendString(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Reads the name of `what` (a key or a tensor): valid UTF-8 of 1 to 65535 bytes.
    mutating func name(of what: String) throws(CheckpointError) -> String {
        var bytes: [UInt8] = []
        try appendString(to: &bytes)
        guard !bytes.isEmpty, bytes.count <= 65535,
            let name = String(validating: bytes, as: UTF8.self)
        else {
            throw CheckpointError(
                .corrupt, file: file,
                "expected the name of \(what), 1 to 65535 bytes of UTF-8, found \(bytes.count) "
                    + "bytes\(bytes.count > 65535 ? "" : " that are not a name")")
        }
        return name
    }

    private func truncated(needed: Int) -> CheckpointError {
        CheckpointError(
            .truncated, file: file,
            "the file ends within \(context): expected \(needed) bytes at \(offset), "
                + "found \(remaining)")
    }
}
