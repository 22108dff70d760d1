internal import BitNetTensors
internal import BitNetTokenizers

/// Writes tokens to one file after the other, `train-00000.tokens`, `train-00001.tokens` and so on.
struct TokenShardWriter {
    private static let flushSize = 1 << 20

    /// The files that are complete.
    private(set) var shards: [DatasetManifest.Shard] = []
    /// The tokens and documents of all files so far.
    private(set) var tokenCount = 0
    private(set) var documentCount = 0

    private let folder: String
    private let name: (_ index: Int) -> String
    private let longestShard: Int
    private let emptyHeader: TokenShardHeader
    private var header: TokenShardHeader
    private var checksum = Checksum()
    private var writer: AtomicFileWriter?
    private var pending: [UInt8] = []

    /// Files in `folder` with the names that `name` gives, of at most `longestShard` tokens.
    init(
        folder: String, longestShard: Int, header: TokenShardHeader,
        name: @escaping (_ index: Int) -> String
    ) {
        self.folder = folder
        self.longestShard = longestShard
        self.name = name
        self.header = header
        emptyHeader = header
    }

    /// Appends tokens, with which `documents` documents end.
    mutating func append(_ ids: [TokenID], documents: Int) throws(FileError) {
        var start = 0
        while start < ids.count {
            if writer == nil { try begin() }
            let count = min(ids.count - start, longestShard - header.tokenCount)
            for id in ids[start..<start + count] { append(id) }
            header.tokenCount += count
            start += count
            if start == ids.count { header.documentCount += documents }
            if pending.count >= Self.flushSize { try flush(pending.count / 8 * 8) }
            if header.tokenCount == longestShard { try end() }
        }
        tokenCount += ids.count
        documentCount += documents
    }

    /// Completes the last file.
    mutating func finish() throws(FileError) {
        if writer != nil { try end() }
    }

    private mutating func append(_ id: TokenID) {
        if header.tokenWidth == 2 {
            pending.append(UInt8(truncatingIfNeeded: id))
            pending.append(UInt8(truncatingIfNeeded: id >> 8))
        } else {
            pending.appendLittleEndian(id)
        }
    }

    private mutating func begin() throws(FileError) {
        header = emptyHeader
        checksum = Checksum()
        let writer = try AtomicFileWriter(path: "\(folder)/\(name(shards.count))")
        try writer.append(header.bytes)
        self.writer = writer
    }

    private mutating func flush(_ count: Int) throws(FileError) {
        let part = Array(pending.prefix(count))
        checksum.append(part)
        try writer?.append(part)
        pending.removeFirst(count)
    }

    private mutating func end() throws(FileError) {
        try flush(pending.count)
        header.checksum = checksum.value
        try writer?.replaceStart(with: header.bytes)
        try writer?.finish()
        writer = nil
        shards.append(
            DatasetManifest.Shard(
                file: name(shards.count), tokens: header.tokenCount,
                documents: header.documentCount))
    }
}
