import BitNetTestSupport
import BitNetTokenizers
import BitNetTraining
import Foundation
import Testing

@Suite struct DatasetPreparationTests {
    private let folder: TemporaryFolder
    private let tokenizer: TrainedTokenizer

    init() throws {
        folder = try TemporaryFolder()
        let text =
            TextSamples.sentences(100, seed: 1).joined(separator: "\n")
            + TextSamples.text(length: 5000, seed: 2)
        tokenizer = try TextSamples.tokenizer(text, size: 400)
    }

    /// Prepares `texts`, one a file, and returns the folder.
    @discardableResult
    private func prepare(
        _ texts: [String], name: String = "data", workers: Int = 2,
        corpus corpusOptions: TextCorpus.Options = .init(),
        _ change: (inout DatasetPreparation.Options) throws -> Void = { _ in }
    ) throws -> String {
        let paths = try texts.enumerated().map { index, text in
            try folder.write(Array(text.utf8), to: "\(name)-\(index).txt")
        }
        var options = DatasetPreparation.Options()
        options.heldOutFraction = 0
        try change(&options)
        _ = try DatasetPreparation(
            corpus: TextCorpus(paths: paths, options: corpusOptions),
            tokenizer: .existing(tokenizer.files), options: options
        ).write(to: folder.path(name), pool: TextSamples.pool(workers))
        return folder.path(name)
    }

    private func document(_ text: String, bos: Bool = true) -> [TokenID] {
        let core = tokenizer.tokenizer
        return core.encode(text, addBeginningOfText: bos, parseSpecialTokens: false)
            + [core.endOfText ?? -1]
    }

    @Test func documentsFollowOneAnother() throws {
        let texts = ["One text.", " \n", "Another\nof two lines\n", "<|eot_id|>"]
        let path = try prepare(texts)
        let expected = [0, 2, 3].flatMap { document(texts[$0]) }
        #expect(try TextSamples.tokens(path, .train) == expected)
        let dataset = try TokenDataset(path: path)
        #expect(dataset.manifest.train.documents == 3)
        #expect(dataset.manifest.heldOut == nil)
        #expect(dataset.manifest.textBytes == 9 + 21 + 10)
        #expect(dataset.vocabularySize == tokenizer.tokenizer.vocabularyCount)
        #expect(dataset.tokenizerFiles.fingerprint == tokenizer.files.fingerprint)
    }

    @Test func documentsNeedNotBegin() throws {
        let path = try prepare(["One text.", "Two"]) { $0.beginsDocuments = false }
        let expected = document("One text.", bos: false) + document("Two", bos: false)
        #expect(try TextSamples.tokens(path, .train) == expected)
    }

    @Test(arguments: [
        ("\n\n", "a\nb\n\nc\n\n\n\nd", ["a\nb", "c", "d"]),
        ("\u{0C}", "a\u{0C}\u{0C}b\u{0C}", ["a", "b"]),
        ("\n", "a\r\nb\n\n c", ["a", "b", " c"]),
        ("---", "a--b----c", ["a--b", "-c"]),
    ])
    func delimitersCutFiles(delimiter: String, text: String, documents: [String]) throws {
        var options = TextCorpus.Options()
        options.delimiter = delimiter
        let path = try prepare(["\u{FEFF}" + text], corpus: options)
        #expect(try TextSamples.tokens(path, .train) == documents.flatMap { document($0) })
    }

    /// Documents far longer than what one worker takes.
    @Test(arguments: 0..<5)
    func longDocumentsAreEncodedAsAWhole(kind: Int) throws {
        let text =
            switch kind {
            case 0: TextSamples.text(length: 700_000, seed: 5)
            case 1: TextSamples.sentences(9000, seed: 6).joined(separator: " ")
            case 2: String(repeating: "0123456789", count: 40_000)
            case 3: String(repeating: "a \n\n \r\n", count: 60_000) + "b"
            default: String(repeating: "漢", count: 150_000)
            }
        let isEqual = try TextSamples.tokens(prepare([text]), .train) == document(text)
        #expect(isEqual)
    }

    @Test func delimitersAreFoundAcrossReads() throws {
        var options = TextCorpus.Options()
        options.delimiter = "<END>"
        let texts = (0..<60).map { TextSamples.text(length: 50_000 + $0, seed: UInt64($0)) }
        let path = try prepare([texts.joined(separator: "<END>")], corpus: options)
        let isEqual = try TextSamples.tokens(path, .train) == texts.flatMap { document($0) }
        #expect(isEqual)
    }

    @Test func threadsAndFileSizesChangeNothing() throws {
        let texts = TextSamples.sentences(300, seed: 8)
        var options = TextCorpus.Options()
        options.delimiter = "\n"
        let text = texts.joined(separator: "\n")
        let one = try prepare([text], name: "one", workers: 1, corpus: options) {
            $0.heldOutFraction = 0.1
        }
        let three = try prepare([text], name: "three", workers: 3, corpus: options) {
            $0.heldOutFraction = 0.1
            $0.longestShard = 100
        }
        for split in [TokenDataset.Split.train, .heldOut] {
            #expect(try TextSamples.tokens(one, split) == TextSamples.tokens(three, split))
        }
        let shards = try TokenDataset(path: three).manifest.train.shards
        #expect(shards.dropLast().allSatisfy { $0.tokens == 100 })
        #expect(shards.count > 10)
        #expect(shards[11].file == "train-00011.tokens")
        #expect(shards.reduce(0) { $0 + $1.documents } + 1 > 250)
    }

    @Test func windowsCrossFiles() throws {
        let texts = TextSamples.sentences(40, seed: 9)
        let path = try prepare(texts) { $0.longestShard = 7 }
        let dataset = try TokenDataset(path: path)
        let all = texts.flatMap { document($0) }
        #expect(dataset.tokenCount == all.count)
        for length in [1, 5, 16, 64] {
            let count = try dataset.windowCount(length: length)
            #expect(count == (all.count - 1) / length)
            for index in 0..<count {
                var window: [Int32] = [-7]
                dataset.copyWindow(index, length: length, into: &window)
                #expect(window == [-7] + all[index * length...(index + 1) * length])
            }
        }
        #expect(throws: TrainingError.self) { try dataset.windowCount(length: all.count) }
        #expect(try dataset.windowCount(length: all.count - 1) == 1)
        #expect(throws: TrainingError.self) { try dataset.windowCount(length: 0) }
    }

    @Test func largeVocabulariesTakeFourBytes() throws {
        let json = String(decoding: tokenizer.files["tokenizer.json"] ?? [], as: UTF8.self)
        let token = """
            {"id":70000,"content":"<|far|>","single_word":false,"lstrip":false,"rstrip":false,\
            "normalized":false,"special":true},
            """
        let large = json.replacingOccurrences(
            of: "\"added_tokens\":[", with: "\"added_tokens\":[" + token)
        try folder.write(Array(large.utf8), to: "tokenizer.json")
        let text = try folder.write(Array("Some text.".utf8), to: "text.txt")
        var options = DatasetPreparation.Options()
        options.heldOutFraction = 0
        options.beginsDocuments = true
        _ = try DatasetPreparation(
            corpus: TextCorpus(paths: [text]),
            tokenizer: .existing(TokenizerFiles(folder: folder.path)), options: options
        ).write(to: folder.path("data"), pool: TextSamples.pool())
        let dataset = try TokenDataset(path: folder.path("data"))
        #expect(dataset.vocabularySize == 70001)
        #expect(try TextSamples.tokens(folder.path("data"), .train) == document("Some text."))
        let size = try Data(
            contentsOf: URL(filePath: folder.path("data/train-00000.tokens"))
        ).count
        #expect(size == 64 + 4 * dataset.tokenCount)
    }
}
