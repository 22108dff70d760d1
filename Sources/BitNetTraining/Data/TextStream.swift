internal import BitNetTokenizers

/// One reading of a ``TextSource``, front to back.
final class TextStream {
    /// A batch is complete at this many bytes, or this many segments.
    private static let batchSize = 4 << 20
    private static let batchCount = 1 << 16

    private let source: TextSource
    private var fileIndex = 0
    private var segmenter: TextSegmenter?
    private var document = 0
    /// Whether a segment of the present document was given out already.
    private var isInsideDocument = false
    /// The bytes of the first document before the present segment, while it may be divided.
    private var divisionOffset: Int?
    private var pending: TextSegment?
    private let totalSize: Int
    private var sizeBefore = 0

    init(_ source: TextSource) {
        self.source = source
        totalSize = source.corpus.files.reduce(0) { $0 + $1.size }
        divisionOffset = source.division == nil ? nil : 0
    }

    /// How much of the files has been read, from 0 to 1.
    var fractionRead: Double {
        guard totalSize > 0 else { return 0 }
        return Double(sizeBefore + (segmenter?.position ?? 0)) / Double(totalSize)
    }

    /// A few megabytes of segments in order, without blank documents; nil at the end.
    func nextBatch() throws(TrainingError) -> [TextSegment]? {
        var batch: [TextSegment] = []
        var size = 0
        while size < Self.batchSize, batch.count < Self.batchCount, let segment = try next() {
            size += segment.bytes.count
            batch.append(segment)
        }
        return batch.isEmpty ? nil : batch
    }

    private func next() throws(TrainingError) -> TextSegment? {
        while true {
            let held = pending.take()
            guard let segment = held == nil ? try nextRaw() : held else { return nil }
            let isBlank = !isInsideDocument && segment.endsDocument && segment.isBlank
            if !isBlank { return numbered(divided(segment)) }
        }
    }

    private func numbered(_ segment: TextSegment) -> TextSegment {
        var segment = segment
        segment.document = document
        isInsideDocument = !segment.endsDocument
        if segment.endsDocument { document += 1 }
        return segment
    }

    /// The first part of a segment that is to be divided; the second comes next.
    private func divided(_ segment: TextSegment) -> TextSegment {
        guard let division = source.division, let offset = divisionOffset else { return segment }
        divisionOffset = offset + segment.bytes.count
        let rest = segment.bytes.dropFirst(max(0, division - offset))
        guard let end = rest.firstIndex(of: 0x0A) ?? rest.firstIndex(of: 0x20) else {
            return segment
        }
        divisionOffset = nil
        let second = Array(segment.bytes[(end + 1)...])
        pending = TextSegment(bytes: second, endsDocument: segment.endsDocument)
        return TextSegment(bytes: Array(segment.bytes[...end]), endsDocument: true)
    }

    /// The next segment of the files, blank ones too.
    private func nextRaw() throws(TrainingError) -> TextSegment? {
        while true {
            if segmenter == nil { segmenter = try openNext() }
            guard let segmenter else { return nil }
            if let part = try segmenter.next() { return try segment(part, segmenter.file) }
            sizeBefore += segmenter.file.size
            self.segmenter = nil
        }
    }

    private func openNext() throws(TrainingError) -> TextSegmenter? {
        guard fileIndex < source.corpus.files.count else { return nil }
        let file = source.corpus.files[fileIndex]
        fileIndex += 1
        let delimiter = file.isJSONLines ? "\n" : source.corpus.options.delimiter ?? ""
        return try TextSegmenter(
            file, delimiter: Array(delimiter.utf8), cuts: file.isJSONLines ? nil : source.cuts)
    }

    private func segment(
        _ part: TextSegmenter.Part, _ file: TextFile
    ) throws(TrainingError) -> TextSegment {
        var bytes = part.bytes
        let options = source.corpus.options
        if let position = UTF8Check.firstIllFormed(in: bytes) {
            guard options.repairsText else {
                throw IllFormedText(file, at: part.offset + position, bytes[position]).error
            }
            bytes = UTF8Check.repaired(bytes)
        }
        if file.isJSONLines {
            let line = JSONTextLine(bytes: bytes, number: part.number + 1, file: file.name)
            bytes = try line.text(field: options.field)
        } else if options.delimiter == "\n", bytes.last == 0x0D {
            bytes.removeLast()
        }
        return TextSegment(bytes: bytes, endsDocument: part.isLast)
    }
}

extension TextSegment {
    /// Whether there is nothing but white space in the segment.
    fileprivate var isBlank: Bool {
        bytes.allSatisfy { $0 == 0x20 || (0x09...0x0D).contains($0) }
    }
}
