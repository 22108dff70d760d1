internal import BitNetTensors

/// The head of a file of tokens (`.tokens`): 64 bytes, all numbers little-endian.
///
/// | bytes | what |
/// |---|---|
/// | 0–7 | `BNTOKENS` |
/// | 8–11 | version, 1 |
/// | 12–15 | bytes of a token, 2 or 4 |
/// | 16–23 | vocabulary size; all ids are below |
/// | 24–31 | number of tokens |
/// | 32–39 | number of documents that end in the file |
/// | 40–47 | ``Checksum`` of the `tokenizer.json` |
/// | 48–55 | ``Checksum`` of the tokens |
/// | 56–63 | zero |
///
/// The token ids follow, unsigned, and the file ends with the last one. Every document ends with
/// the end-of-text token.
struct TokenShardHeader: Equatable {
    static let size = 64
    private static let magic = Array("BNTOKENS".utf8)
    private static let version: UInt32 = 1

    var tokenWidth: Int
    var vocabularySize: Int
    var tokenCount = 0
    var documentCount = 0
    var tokenizerFingerprint: UInt64
    var checksum: UInt64 = 0

    init(vocabularySize: Int, tokenizerFingerprint: UInt64) {
        tokenWidth = vocabularySize <= 1 << 16 ? 2 : 4
        self.vocabularySize = vocabularySize
        self.tokenizerFingerprint = tokenizerFingerprint
    }

    /// The header as it stands in a file.
    var bytes: [UInt8] {
        var bytes = Self.magic
        bytes.appendLittleEndian(Self.version)
        bytes.appendLittleEndian(UInt32(tokenWidth))
        for number in [
            UInt64(vocabularySize), UInt64(tokenCount), UInt64(documentCount), tokenizerFingerprint,
            checksum, 0,
        ] {
            bytes.appendLittleEndian(number)
        }
        return bytes
    }

    /// Reads the header of a file and compares it with the file's size.
    init(_ file: MappedFile) throws(TrainingError) {
        let region = file.region
        guard region.bytes(0..<8) == Self.magic, let version = region.load(UInt32.self, at: 8),
            let width = region.load(UInt32.self, at: 12), file.count >= Self.size
        else {
            throw Self.problem(file, "it is no file of tokens: it does not begin with BNTOKENS")
        }
        guard version == Self.version else {
            throw Self.problem(
                file,
                "it has version \(version) of the format; expected \(Self.version): prepare the "
                    + "data with this version of bitnet")
        }
        guard width == 2 || width == 4 else {
            throw Self.problem(file, "a token has \(width) bytes; expected 2 or 4")
        }
        func number(_ offset: Int) -> UInt64 { region.load(UInt64.self, at: offset) ?? 0 }
        guard let vocabularySize = Int(exactly: number(16)), vocabularySize <= Int(Int32.max),
            let documents = Int(exactly: number(32)),
            let tokens = Int(exactly: number(24)), tokens <= Int.max / 8
        else {
            throw Self.problem(file, "its header holds impossible numbers")
        }
        let size = Self.size + tokens * Int(width)
        guard file.count == size else {
            throw Self.problem(
                file,
                "it has \(file.count) bytes; expected \(size) for \(tokens) tokens: "
                    + (file.count < size ? "its end is missing" : "it is too long"))
        }
        tokenWidth = Int(width)
        self.vocabularySize = vocabularySize
        tokenCount = tokens
        documentCount = documents
        tokenizerFingerprint = number(40)
        checksum = number(48)
    }

    private static func problem(_ file: MappedFile, _ message: String) -> TrainingError {
        TrainingError(.invalidData, file: file.path, message)
    }
}

extension [UInt8] {
    /// Appends the bytes of `number`, the lowest first.
    mutating func appendLittleEndian(_ number: some FixedWidthInteger) {
        for shift in stride(from: 0, to: type(of: number).bitWidth, by: 8) {
            append(UInt8(truncatingIfNeeded: number >> shift))
        }
    }
}
