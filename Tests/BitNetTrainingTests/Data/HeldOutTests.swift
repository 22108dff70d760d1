import BitNetTestSupport
import BitNetTokenizers
import BitNetTraining
import Foundation
import Testing

@Suite struct HeldOutTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Prepares one document a line with a tokenizer of bytes; the texts of both parts.
    private func prepare(
        _ lines: [String], asOne: Bool = false,
        _ change: (inout DatasetPreparation.Options) throws -> Void = { _ in }
    ) throws -> (train: [String], heldOut: [String]) {
        let path = try folder.write(Array(lines.joined(separator: "\n").utf8), to: "text.txt")
        var corpus = TextCorpus.Options()
        corpus.delimiter = asOne ? nil : "\n"
        var options = DatasetPreparation.Options()
        options.replacing = true
        try change(&options)
        let manifest = try DatasetPreparation(
            corpus: TextCorpus(paths: [path], options: corpus),
            tokenizer: .trained(TokenizerTrainer(vocabularySize: 261)), options: options
        ).write(to: folder.path("data"), pool: TextSamples.pool())
        return (
            try texts(.train), manifest.heldOut == nil ? [] : try texts(.heldOut)
        )
    }

    private func texts(_ split: TokenDataset.Split) throws -> [String] {
        let dataset = try TokenDataset(path: folder.path("data"), split: split)
        let tokenizer = try dataset.tokenizerFiles.tokenizer()
        return try TextSamples.tokens(folder.path("data"), split)
            .split(separator: dataset.manifest.endOfText)
            .map { tokenizer.decode(Array($0), skipSpecialTokens: true) }
    }

    private let lines = (0..<1000).map { "document \($0)" }

    @Test func aShareIsChosenBySeed() throws {
        let first = try prepare(lines) { $0.heldOutFraction = 0.1 }
        #expect((60...140).contains(first.heldOut.count))
        #expect(Set(first.train + first.heldOut) == Set(lines))
        #expect(first.train.count + first.heldOut.count == 1000)
        #expect(
            first.train
                == first.train.sorted { lines.firstIndex(of: $0)! < lines.firstIndex(of: $1)! })
        let again = try prepare(lines) { $0.heldOutFraction = 0.1 }
        #expect(again == first)
        let other = try prepare(lines) {
            $0.heldOutFraction = 0.1
            $0.seed = 1
        }
        #expect(other.heldOut != first.heldOut)
    }

    @Test(arguments: [2, 3, 5], [1e-9, 0.01, 0.999_999])
    func bothPartsGetADocument(count: Int, fraction: Double) throws {
        let parts = try prepare(Array(lines.prefix(count))) { $0.heldOutFraction = fraction }
        #expect(!parts.train.isEmpty)
        #expect(!parts.heldOut.isEmpty)
        #expect(parts.train.count + parts.heldOut.count == count)
    }

    @Test func nothingNeedBeHeldOut() throws {
        let parts = try prepare(lines) { $0.heldOutFraction = 0 }
        #expect(parts.train == lines)
        let error = #expect(throws: TrainingError.self) {
            try TokenDataset(path: folder.path("data"), split: .heldOut)
        }
        #expect(error?.message.contains("nothing was held out") == true)
    }

    @Test func theEndOfASingleDocumentIsHeldOut() throws {
        let parts = try prepare(lines, asOne: true) { $0.heldOutFraction = 0.05 }
        #expect(parts.train.count == 1)
        #expect(parts.heldOut.count == 1)
        #expect(parts.train[0] + parts.heldOut[0] == lines.joined(separator: "\n"))
        #expect(parts.train[0].hasSuffix("\n"))
        #expect((40...60).contains(parts.heldOut[0].split(separator: "\n").count))
    }

    @Test func aSingleLineIsDividedBetweenWords() throws {
        let parts = try prepare(["one two three four"]) { $0.heldOutFraction = 0.5 }
        #expect(parts.train == ["one two three "])
        #expect(parts.heldOut == ["four"])
        let word = try prepare(["indivisible"]) { $0.heldOutFraction = 0.5 }
        #expect(word.train == ["indivisible"])
        #expect(word.heldOut == [])
    }

    @Test func filesCanBeHeldOut() throws {
        let texts = folder.path("texts")
        try FileManager.default.createDirectory(atPath: texts, withIntermediateDirectories: true)
        for name in ["a", "b", "c"] {
            try folder.write(Array("text \(name)\(name)\(name)".utf8), to: "texts/\(name).txt")
        }
        var options = DatasetPreparation.Options()
        options.heldOut = try TextCorpus(paths: [folder.path("texts/../texts/b.txt")])
        _ = try DatasetPreparation(
            corpus: TextCorpus(paths: [texts]),
            tokenizer: .trained(TokenizerTrainer(vocabularySize: 300)), options: options
        ).write(to: folder.path("data"), pool: TextSamples.pool())
        #expect(try self.texts(.train) == ["text aaa", "text ccc"])
        #expect(try self.texts(.heldOut) == ["text bbb"])
        let tokenizer = try TokenizerFiles(folder: folder.path("data")).tokenizer()
        #expect(tokenizer.token(named: "aa") != nil || tokenizer.token(named: " t") != nil)
        #expect(tokenizer.token(named: "bb") == nil)
    }

    @Test(arguments: [-0.1, 1, .nan])
    func sharesHaveLimits(fraction: Double) {
        #expect(throws: TrainingError.self) {
            try prepare(lines) { $0.heldOutFraction = fraction }
        }
    }
}
