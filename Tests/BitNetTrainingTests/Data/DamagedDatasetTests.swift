import BitNetTestSupport
import BitNetTraining
import Foundation
import Testing

/// Whatever is wrong with a folder of tokens is an error that says so.
@Suite struct DamagedDatasetTests {
    private let folder: TemporaryFolder
    private let shard: String
    private let bytes: [UInt8]

    init() throws {
        folder = try TemporaryFolder()
        let text = TextSamples.sentences(40, seed: 4).joined(separator: "\n")
        let path = try folder.write(Array(text.utf8), to: "text.txt")
        _ = try DatasetPreparation(
            corpus: TextCorpus(paths: [path]),
            tokenizer: .trained(TokenizerTrainer(vocabularySize: 300))
        ).write(to: folder.path("data"), pool: TextSamples.pool())
        shard = folder.path("data/train-00000.tokens")
        bytes = [UInt8](try Data(contentsOf: URL(filePath: shard)))
    }

    private func expectError(_ message: String) {
        let error = #expect(throws: TrainingError.self) {
            try TokenDataset(path: folder.path("data"))
        }
        #expect(error?.description.contains(message) == true, "\(String(describing: error))")
    }

    private func write(_ bytes: [UInt8], to path: String) throws {
        try Data(bytes).write(to: URL(filePath: path))
    }

    @Test func anUndamagedFolderOpens() throws {
        #expect(try TokenDataset(path: folder.path("data")).tokenCount > 100)
        #expect(try TokenDataset(path: folder.path("data"), split: .heldOut).tokenCount > 1)
    }

    @Test(arguments: [
        (0, 0x41, "does not begin with BNTOKENS"), (8, 2, "version 2"),
        (12, 3, "a token has 3 bytes"), (12, 4, "its end is missing"),
        (24, 0, "expected"), (31, 0xFF, "impossible numbers"),
        (16, 0x40, "size of its vocabulary"), (40, 0x99, "does not belong to"),
        (48, 0x77, "checksum"), (100, 0x01, "the file is damaged"),
    ])
    func changedBytesAreFound(position: Int, byte: UInt8, message: String) throws {
        var damaged = bytes
        damaged[position] = damaged[position] == byte ? byte ^ 0x10 : byte
        if position == 16 { damaged[17] = 0 }
        try write(damaged, to: shard)
        expectError(message)
    }

    @Test(arguments: [0, 7, 8, 63, 64, 65, 500])
    func missingEndsAreFound(size: Int) throws {
        try write(Array(bytes.prefix(size)), to: shard)
        expectError("train-00000.tokens: it ")
    }

    @Test func randomDamageNeverCrashes() throws {
        var generator = SeededGenerator(seed: 12)
        for _ in 0..<60 {
            for mutation in Mutation.allCases {
                try write(mutation.apply(to: bytes, headerSize: 64, using: &generator), to: shard)
                // Damage of the count of documents and of unused bytes does no harm.
                do {
                    let dataset = try TokenDataset(path: folder.path("data"))
                    var tokens: [Int32] = []
                    dataset.copy(0..<dataset.tokenCount, into: &tokens)
                    #expect(tokens.count == (bytes.count - 64) / 2)
                } catch {}
            }
        }
    }

    @Test func filesMustBelongTogether() throws {
        let other = try TextSamples.tokenizer("another text altogether, altogether")
        let json = folder.path("data/tokenizer.json")
        let mine = [UInt8](try Data(contentsOf: URL(filePath: json)))
        try write(other.files["tokenizer.json"] ?? [], to: json)
        expectError("another tokenizer")
        try write(mine, to: json)
        try FileManager.default.removeItem(atPath: shard)
        expectError("train-00000.tokens: cannot open the file")
        try FileManager.default.removeItem(atPath: json)
        expectError("there is no readable tokenizer.json")
    }

    @Test(arguments: [
        ("", "expected \"format\""), ("{}", "expected \"format\""),
        (#"{"format":"bitnet-tokens","version":9}"#, "version 9"),
        (#"{"format":"bitnet-tokens","version":1}"#, "it is damaged"),
    ])
    func descriptionsMustBeWhole(json: String, message: String) throws {
        try write(Array(json.utf8), to: folder.path("data/dataset.json"))
        expectError(message)
    }

    @Test func otherFoldersAreNamed() {
        let error = #expect(throws: TrainingError.self) { try TokenDataset(path: folder.path) }
        #expect(error?.message.contains("there is no dataset.json in it") == true)
    }
}
