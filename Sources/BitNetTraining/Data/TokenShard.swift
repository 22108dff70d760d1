internal import BitNetTensors

/// A file of tokens, mapped into memory.
struct TokenShard: Sendable {
    private static let chunk = 1 << 16

    let header: TokenShardHeader
    private let tokens: FileRegion

    /// Opens the file at `path` and checks all of it: its size, its checksum, every id.
    ///
    /// - Complexity: one reading of the file; its pages don't stay resident.
    init(path: String) throws(TrainingError) {
        let file: MappedFile
        do {
            file = try MappedFile(path: path)
        } catch {
            throw TrainingError(.file, file: path, error.message)
        }
        header = try TokenShardHeader(file)
        guard let tokens = file.region.subregion(TokenShardHeader.size..<file.count) else {
            throw TrainingError(.invalidData, file: path, "it has no tokens")
        }
        self.tokens = tokens
        try check(path)
    }

    /// Appends the tokens at `range`, which must lie in the file.
    func append(_ range: Range<Int>, to ids: inout [Int32]) {
        let offset = range.lowerBound * header.tokenWidth
        switch header.tokenWidth {
        case 2:
            let part = tokens.array(of: UInt16.self, count: range.count, at: offset)
            ids.append(contentsOf: (part ?? []).lazy.map { Int32(UInt16(littleEndian: $0)) })
        default:
            let part = tokens.array(of: Int32.self, count: range.count, at: offset)
            ids.append(contentsOf: (part ?? []).lazy.map { Int32(littleEndian: $0) })
        }
    }

    private func check(_ path: String) throws(TrainingError) {
        var checksum = Checksum()
        var start = 0
        var ids: [Int32] = []
        while start < header.tokenCount {
            let range = start..<min(start + Self.chunk, header.tokenCount)
            let width = header.tokenWidth
            checksum.append(tokens.bytes(range.lowerBound * width..<range.upperBound * width) ?? [])
            ids.removeAll(keepingCapacity: true)
            append(range, to: &ids)
            if let wrong = ids.first(where: { $0 < 0 || $0 >= header.vocabularySize }) {
                throw TrainingError(
                    .invalidData, file: path,
                    "it holds the token \(wrong); expected ids below \(header.vocabularySize), the "
                        + "size of its vocabulary: prepare the data again")
            }
            start = range.upperBound
        }
        tokens.discard()
        guard checksum.value == header.checksum else {
            throw TrainingError(
                .invalidData, file: path,
                "its checksum is \(checksum.value.hexadecimal); expected "
                    + "\(header.checksum.hexadecimal): the file is damaged, prepare the data again")
        }
    }
}
