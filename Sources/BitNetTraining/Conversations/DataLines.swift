internal import BitNetTensors
internal import BitNetTokenizers

/// The lines of a JSONL file that are not blank, one at a time.
///
/// Memory: one line and a part of 1 MiB.
struct DataLines {
    private static let partSize = 1 << 20

    private let file: MappedFile
    private var number = 0
    /// Bytes that were read, and how many of them were taken.
    private var part: [UInt8] = []
    private var taken = 0
    /// The number of bytes of the file that were read.
    private var position = 0

    init(path: String) throws(TrainingError) {
        do throws(FileError) {
            file = try MappedFile(path: path)
        } catch {
            throw TrainingError(.file, file: path, error.message)
        }
        // The byte order mark of UTF-8.
        if file.region.bytes(0..<min(3, file.count)) == [0xEF, 0xBB, 0xBF] { position = 3 }
    }

    /// How much of the file has been taken, from 0 to 1.
    var fraction: Double {
        file.count == 0 ? 1 : Double(position - (part.count - taken)) / Double(file.count)
    }

    /// The next line that is not blank, parsed; nil after the last one.
    mutating func next() throws(TrainingError) -> DataLine? {
        while let bytes = nextBytes() {
            number += 1
            let isBlank = bytes.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
            if !isBlank { return try DataLine(bytes, file: file.path, number: number) }
        }
        return nil
    }

    /// The bytes up to the next line feed or the end; nil at the end.
    private mutating func nextBytes() -> [UInt8]? {
        var line: [UInt8] = []
        while true {
            let rest = part[taken...]
            if let end = rest.firstIndex(of: 0x0A) {
                line += rest[..<end]
                taken = end + 1
                return line
            }
            line += rest
            guard readPart() else { return line.isEmpty ? nil : line }
        }
    }

    /// Reads more of the file; false at its end.
    private mutating func readPart() -> Bool {
        let end = min(position + Self.partSize, file.count)
        part = file.region.bytes(position..<end) ?? []
        taken = 0
        position = end
        return !part.isEmpty
    }
}

/// A line of a JSONL file: one object.
struct DataLine {
    private let file: String
    private let number: Int
    /// The object.
    let root: JSONValue

    /// Parses a line; throws an error with its number.
    init(_ bytes: [UInt8], file: String, number: Int) throws(TrainingError) {
        self.file = file
        self.number = number
        let place = "\(file), line \(number)"
        do throws(TokenizerError) {
            root = try JSONDocument(bytes, file: file).root
        } catch {
            let isCut = error.byteOffset == bytes.count
            throw TrainingError(
                .invalidData, file: place,
                "found \(isCut ? "the end of the line" : error.found) at byte "
                    + "\(error.byteOffset ?? 0) of the line; expected \(error.expected) "
                    + "(one JSON object on each line)")
        }
        guard root.kind == .object else {
            throw error(
                found: root.kindName,
                expected: "an object with one conversation (JSONL: one object on each line; "
                    + "`jq -c '.[]'` makes lines of a list)")
        }
    }

    /// Where the line is, for errors.
    var place: String { "\(file), line \(number)" }

    /// An error about this line.
    func error(found: String, expected: String) -> TrainingError {
        TrainingError(.invalidData, file: place, "found \(found); expected \(expected)")
    }

    /// The value of a key that is there and not null.
    func value(_ key: String) -> JSONValue? {
        root.member(key).flatMap { $0.isNull ? nil : $0 }
    }

    /// The string of a key, which must be there.
    func string(_ key: String) throws(TrainingError) -> String {
        guard let text = value(key)?.string else {
            throw error(
                found: "\(value(key)?.kindName ?? "nothing") for \"\(key)\"", expected: "a string")
        }
        return text
    }

    /// The keys of the object, for errors.
    var keyList: String {
        let keys = root.members.compactMap(\.key.string)
        return keys.isEmpty
            ? "an empty object" : "the keys \(keys.prefix(8).joined(separator: ", "))"
    }
}

extension JSONValue {
    /// What the value is, in a word or two.
    var kindName: String {
        switch kind {
        case .null: "null"
        case .bool: "a truth value"
        case .number: "a number"
        case .string: "a string"
        case .array: "a list"
        case .object: "an object"
        }
    }
}
