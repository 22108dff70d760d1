internal import BitNetTensors
internal import BitNetTokenizers

/// A byte that is not UTF-8, and where it is.
struct IllFormedText {
    let file: TextFile
    let offset: Int
    let byte: UInt8

    init(_ file: TextFile, at offset: Int, _ byte: UInt8) {
        self.file = file
        self.offset = offset
        self.byte = byte
    }

    /// The error that names the place.
    var error: TrainingError {
        let line = line.map { " (line \($0))" } ?? ""
        return TrainingError(
            .invalidData, file: file.name,
            "found the byte 0x\(byte.hexadecimal) at offset \(offset)\(line), which is not UTF-8; "
                + "expected UTF-8: convert the file, or put U+FFFD in such places (--lossy)")
    }

    /// The number of the line, found by reading the file again; nil for standard input.
    private var line: Int? {
        guard file.path != "-", let reader = try? SequentialReader(path: file.path) else {
            return nil
        }
        var line = 1
        var rest = offset
        var buffer: [UInt8] = []
        while rest > 0, let count = try? reader.read(into: &buffer), count > 0 {
            line += buffer.prefix(rest).count { $0 == 0x0A }
            rest -= count
            buffer.removeAll(keepingCapacity: true)
        }
        return line
    }
}

/// A line of a JSONL file.
struct JSONTextLine {
    let bytes: [UInt8]
    /// From 1.
    let number: Int
    let file: String

    /// The text of the object's `field`; of a blank line, nothing.
    func text(field: String) throws(TrainingError) -> [UInt8] {
        if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { return [] }
        let root: JSONValue
        do {
            root = try JSONDocument(bytes, file: file).root
        } catch {
            let place = error.byteOffset.map { " at byte \($0) of the line" } ?? ""
            let found = error.found == "the end of the file" ? "the end" : error.found
            throw problem("found \(found)\(place); expected \(error.expected)")
        }
        guard root.kind == .object else {
            throw problem("found no object; expected one with the text in \"\(field)\"")
        }
        guard let value = root.member(field) else {
            let keys = root.members.prefix(5).map { "\"\($0.key.string ?? "")\"" }
            throw problem(
                "the object has no \"\(field)\", only [\(keys.joined(separator: ", "))]; "
                    + "name the field of the text (--field)")
        }
        guard let text = value.utf8 else {
            throw problem("\"\(field)\" is of the kind \(value.kind); expected a string")
        }
        return text
    }

    private func problem(_ message: String) -> TrainingError {
        TrainingError(.invalidData, file: file, "line \(number): \(message)")
    }
}
