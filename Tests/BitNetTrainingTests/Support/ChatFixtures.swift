import BitNetTestSupport
import BitNetTokenizers
import BitNetTraining
import Foundation

/// Tokenizers and chat templates of the fixtures.
enum ChatFixtures {
    private struct Templates: Decodable {
        let templates: [String: String]
    }

    /// The templates of both fixture files, by name.
    static let templates = Result {
        let bitnet = try Fixtures.json("tokenizer/chat_cases.json", as: Templates.self).templates
        let jinja = try Fixtures.json("tokenizer/jinja_cases.json", as: Templates.self).templates
        return bitnet.merging(jinja) { own, _ in own }
    }

    /// The byte-level tokenizer of the model fixtures, with the template of bitnet-hf.
    static let tokenizer = Result {
        try Tokenizer.fromTokenizerJSON(
            bytes("tokenizer/tokenizer.json"),
            configuration: TokenizerConfigurationFile(
                json: bytes("tokenizer/tokenizer_config.json")))
    }

    /// A tokenizer of `tokenizer-families`, which has no template.
    static func family(_ name: String) throws -> Tokenizer {
        try Tokenizer.fromTokenizerJSON(
            bytes("tokenizer-families/\(name)/tokenizer.json"), configuration: nil)
    }

    private static func bytes(_ path: String) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: Fixtures.url(path)))
    }

    /// Reads a JSONL text as a data set.
    static func dataset(
        _ text: String, maximumLength: Int = 1000, file: String = "data.jsonl"
    ) throws -> ChatDataset {
        let folder = try TemporaryFolder()
        let path = try folder.write(Array(text.utf8), to: file)
        return try ChatDataset(
            path: path, encoder: ChatEncoder(tokenizer: tokenizer.get()),
            maximumLength: maximumLength)
    }

    /// Reads a JSONL text as preferences.
    static func preferences(
        _ text: String, maximumLength: Int = 1000
    ) throws -> PreferenceDataset {
        let folder = try TemporaryFolder()
        let path = try folder.write(Array(text.utf8), to: "pairs.jsonl")
        return try PreferenceDataset(
            path: path, encoder: ChatEncoder(tokenizer: tokenizer.get()),
            maximumLength: maximumLength)
    }
}

extension TrainingSequence {
    /// The runs of tokens that are learned, as places in `tokens`.
    var trainedRuns: [Range<Int>] {
        var runs: [Range<Int>] = []
        for index in weights.indices where weights[index] != 0 {
            if let last = runs.last, last.upperBound == index + 1 {
                runs[runs.count - 1] = last.lowerBound..<index + 2
            } else {
                runs.append(index + 1..<index + 2)
            }
        }
        return runs
    }

    /// The texts of the runs.
    func trainedTexts(_ tokenizer: Tokenizer) -> [String] {
        trainedRuns.map { run in
            String(decoding: tokens[run].flatMap { tokenizer.bytes(of: $0) }, as: UTF8.self)
        }
    }
}
