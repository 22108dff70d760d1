internal import BitNetTensors

/// Reads a run's log record by record.
///
/// A last line without an end, which a killed process leaves, is left out. Memory does not depend
/// on the log's length.
public struct RunLogReader {
    /// No record is as long; another kind of file may have such lines.
    private static let longestLine = 1 << 20
    private static let partSize = 1 << 18

    /// The log's path.
    public let path: String
    /// The line of the last record, from 1; 0 at first.
    public private(set) var line = 0
    /// Where the last record ends, in bytes from the file's beginning.
    public private(set) var end = 0
    /// Whether the file's last line was left out.
    public private(set) var isCut = false

    private let region: FileRegion
    /// Bytes read ahead, and how many of them were used.
    private var buffer: [UInt8] = []
    private var used = 0
    /// Where the bytes behind the buffer begin.
    private var position = 0

    /// Opens the log at `path`.
    public init(path: String) throws(TrainingError) {
        do throws(FileError) {
            region = try MappedFile(path: path).region
        } catch {
            throw TrainingError(.file, file: path, error.message)
        }
        self.path = path
    }

    /// The next record, nil at the end; errors name the file and the line.
    public mutating func next() throws(TrainingError) -> RunRecord? {
        while let bytes = try nextLine() {
            line += 1
            end += bytes.count + 1
            if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x0D }) { continue }
            return try RunRecord(line: bytes, place: "\(path):\(line)")
        }
        return nil
    }

    /// The next complete line without its end.
    private mutating func nextLine() throws(TrainingError) -> [UInt8]? {
        var searched = used
        while true {
            if let newline = buffer[searched...].firstIndex(of: 0x0A) {
                defer { used = newline + 1 }
                return Array(buffer[used..<newline])
            }
            searched = buffer.count - used
            guard searched <= Self.longestLine else {
                throw TrainingError(
                    .invalidData, file: "\(path):\(line + 1)",
                    "a line of over \(Self.longestLine) bytes; expected a training log")
            }
            guard readAhead() else { return try finish() }
        }
    }

    /// Drops the used bytes and adds some of the file; false at its end.
    private mutating func readAhead() -> Bool {
        buffer.removeFirst(used)
        used = 0
        let part = position..<min(position + Self.partSize, region.count)
        position = part.upperBound
        return !part.isEmpty && region.append(part, to: &buffer)
    }

    /// Accepts a record's beginning as the last line; any other is no log's.
    private mutating func finish() throws(TrainingError) -> [UInt8]? {
        guard let first = buffer.first else { return nil }
        guard first == UInt8(ascii: "{") else {
            throw TrainingError(
                .invalidData, file: "\(path):\(line + 1)",
                "the last line is no part of a record; expected a training log")
        }
        isCut = true
        return nil
    }
}
