internal import BitNetTensors
internal import BitNetTokenizers

/// Reads one file in parts: what is between two delimiters, long ones cut further where that does
/// not change how they are split.
///
/// Memory: a few megabytes, or the longest stretch without a place to cut.
final class TextSegmenter {
    /// A piece of the file.
    struct Part {
        var bytes: [UInt8]
        /// Its place in the file.
        var offset: Int
        /// How many delimiters come before it.
        var number: Int
        /// Whether a delimiter or the end of the file follows.
        var isLast: Bool
    }

    /// Parts are cut when they are longer than this.
    static let longestPart = 1 << 17

    let file: TextFile
    private let delimiter: [UInt8]
    private let cuts: TextSplitter?
    private let reader: SequentialReader
    private var buffer: [UInt8] = []
    /// What is left to give out begins here in `buffer`, and at `offset` in the file.
    private var start = 0
    private var offset = 0
    /// How far behind `start` delimiters and cuts have been looked for.
    private var searched = 0
    private var cutSearched = 0
    private var number = 0
    private var isAtEnd = false
    /// Whether a piece of the present part was given out already.
    private var isInsidePart = false

    /// An empty `delimiter` makes the file one part; nil for `cuts` leaves parts whole.
    init(_ file: TextFile, delimiter: [UInt8], cuts: TextSplitter?) throws(TrainingError) {
        self.file = file
        self.delimiter = delimiter
        self.cuts = cuts
        do {
            reader = try SequentialReader(path: file.path)
        } catch {
            throw TrainingError(.file, file: file.name, error.message)
        }
        try fill()
        if buffer.starts(with: [0xEF, 0xBB, 0xBF]) { advance(3) }
    }

    /// How many bytes have been given out.
    var position: Int { offset }

    /// The next part; nil at the end.
    func next() throws(TrainingError) -> Part? {
        while true {
            if let length = delimiterPosition() {
                let part = take(length, isLast: true)
                advance(delimiter.count)
                number += 1
                return part
            }
            if let length = cutPosition() { return take(length, isLast: false) }
            if isAtEnd {
                let isEmpty = start == buffer.count && !isInsidePart
                return isEmpty ? nil : take(buffer.count - start, isLast: true)
            }
            try fill()
        }
    }

    private func fill() throws(TrainingError) {
        if start > 0 {
            buffer.removeFirst(start)
            start = 0
        }
        do {
            isAtEnd = try reader.read(into: &buffer) == 0
        } catch {
            throw TrainingError(.file, file: file.name, error.message)
        }
    }

    private func take(_ length: Int, isLast: Bool) -> Part {
        let bytes = Array(buffer[start..<start + length])
        let part = Part(bytes: bytes, offset: offset, number: number, isLast: isLast)
        advance(length)
        isInsidePart = !isLast
        return part
    }

    private func advance(_ count: Int) {
        start += count
        offset += count
        searched = 0
        cutSearched = 0
    }

    /// The distance from `start` to the next delimiter in the buffer.
    private func delimiterPosition() -> Int? {
        guard let first = delimiter.first else { return nil }
        let end = buffer.count - delimiter.count
        var index = start + searched
        while index <= end {
            if buffer[index] == first, buffer[index...].starts(with: delimiter) {
                return index - start
            }
            index += 1
        }
        searched = max(searched, index - start)
        return nil
    }

    /// The distance from `start` to a place where a long part may be cut: the last one within
    /// `longestPart`, otherwise the first one behind it.
    private func cutPosition() -> Int? {
        let wanted = start + Self.longestPart
        // A delimiter may have begun, and a scalar be incomplete, at the end of the buffer.
        let limit = buffer.count - max(4, delimiter.count)
        guard let cuts, limit > wanted else { return nil }
        var index = wanted
        while cutSearched == 0, index > start {
            if cuts.isExactCut(in: buffer, at: index) { return index - start }
            index -= 1
        }
        index = max(wanted, start + cutSearched)
        while index < limit {
            if cuts.isExactCut(in: buffer, at: index) { return index - start }
            index += 1
        }
        cutSearched = index - start
        return nil
    }
}
