#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// What a folder of prepared data holds: its `dataset.json`.
public struct DatasetManifest: Codable, Equatable, Sendable {
    /// A file of tokens.
    public struct Shard: Codable, Equatable, Sendable {
        /// The name in the folder.
        public var file: String
        /// The number of its tokens.
        public var tokens: Int
        /// How many documents end in it.
        public var documents: Int
    }

    /// The tokens for training, or those held out.
    public struct Part: Codable, Equatable, Sendable {
        /// The tokens of all files.
        public var tokens: Int
        /// The documents in all files.
        public var documents: Int
        /// The files, whose tokens are one sequence.
        public var shards: [Shard]
    }

    /// How the data was prepared.
    public struct Settings: Codable, Equatable, Sendable {
        /// Whether documents begin with the begin-of-text token.
        public var beginsDocuments: Bool
        /// The share of documents that was to be held out; nil when they were files of their own.
        public var heldOutFraction: Double?
        /// The seed that chose them.
        public var seed: UInt64
        /// What stood between documents of text files, if not their ends.
        public var delimiter: String?
        /// The key of the text in JSONL.
        public var field: String
        /// Whether ill-formed UTF-8 was repaired.
        public var repairsText: Bool

        enum CodingKeys: String, CodingKey {
            case beginsDocuments = "bos"
            case heldOutFraction = "held_out_fraction"
            case seed, delimiter, field
            case repairsText = "lossy"
        }
    }

    static let file = "dataset.json"
    static let format = "bitnet-tokens"
    static let version = 1

    /// The kind of the folder, `bitnet-tokens`.
    public var format = DatasetManifest.format
    /// The version of the format, 1.
    public var version = DatasetManifest.version
    /// The number of token ids.
    public var vocabularySize: Int
    /// The token that ends every document.
    public var endOfText: Int32
    /// The checksum of the tokenizer, as 16 hexadecimal digits.
    public var tokenizerFingerprint: String
    /// The bytes of text in all documents.
    public var textBytes: Int
    /// What to train on.
    public var train: Part
    /// What to measure with, if something was held out.
    public var heldOut: Part?
    /// How it came about.
    public var settings: Settings

    enum CodingKeys: String, CodingKey {
        case format, version, train, settings
        case vocabularySize = "vocabulary_size"
        case endOfText = "end_of_text_id"
        case tokenizerFingerprint = "tokenizer_fingerprint"
        case textBytes = "text_bytes"
        case heldOut = "held_out"
    }

    /// The file's bytes.
    func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self)) + [0x0A]
    }

    /// Reads the file of a folder.
    init(folder: String) throws(TrainingError) {
        let path = "\(folder)/\(Self.file)"
        guard let data = FileManager.default.contents(atPath: path) else {
            let exists = FileManager.default.fileExists(atPath: path)
            throw TrainingError(
                .file, file: folder,
                (exists ? "its \(Self.file) cannot be read" : "there is no \(Self.file) in it")
                    + "; expected a folder that `bitnet train prepare` wrote")
        }
        struct Kind: Decodable {
            let format: String
            let version: Int
        }
        let kind = try? JSONDecoder().decode(Kind.self, from: data)
        guard kind?.format == Self.format else {
            throw TrainingError(
                .invalidData, file: path, "expected \"format\": \"\(Self.format)\" in it")
        }
        guard kind?.version == Self.version else {
            throw TrainingError(
                .invalidData, file: path,
                "it has version \(kind?.version ?? 0) of the format; expected \(Self.version): "
                    + "prepare the data with this version of bitnet")
        }
        do {
            self = try JSONDecoder().decode(Self.self, from: data)
        } catch {
            throw TrainingError(
                .invalidData, file: path, "it is damaged: prepare the data again (\(error))")
        }
    }

    init(
        vocabularySize: Int, endOfText: Int32, tokenizerFingerprint: UInt64, textBytes: Int,
        train: Part, heldOut: Part?, settings: Settings
    ) {
        self.vocabularySize = vocabularySize
        self.endOfText = endOfText
        self.tokenizerFingerprint = tokenizerFingerprint.hexadecimal
        self.textBytes = textBytes
        self.train = train
        self.heldOut = heldOut
        self.settings = settings
    }
}
