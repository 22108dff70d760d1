import BitNetTensors
import BitNetTestSupport
import BitNetTraining
import Foundation

/// Made-up texts, and what tests make of them.
enum TextSamples {
    /// Words over few letters with all kinds of white space, signs and scripts between them.
    static func text(length: Int, seed: UInt64) -> String {
        var generator = SeededGenerator(seed: seed)
        let parts = [
            "a", "b", "ab", "ba", "aaaa", "abab", " ", " ", " ", "\n", "\n\n", "\r\n", "\t", "  ",
            "1", "2345", "'s", "'LL", "!", "?!", "é", "Ж", "漢字", "👍", "\u{A0}", "\u{3000}", ".\n",
        ]
        var text = ""
        while text.utf8.count < length { text += parts.randomElement(using: &generator) ?? "" }
        return text
    }

    /// Sentences of made-up words, one a line.
    static func sentences(_ count: Int, seed: UInt64) -> [String] {
        var generator = SeededGenerator(seed: seed)
        let words = ["river", "she", "walked", "along", "the", "lighthouse", "of", "stone", "old"]
        return (0..<count).map { _ in
            (0..<Int.random(in: 3...12, using: &generator))
                .map { _ in words.randomElement(using: &generator) ?? "" }
                .joined(separator: " ") + "."
        }
    }

    /// Threads for a test.
    static func pool(_ workers: Int = 2) throws -> ThreadPool {
        guard let pool = ThreadPool(workers: workers) else {
            throw TrainingError(.memory, "no threads")
        }
        return pool
    }

    /// A tokenizer trained on `text`.
    static func tokenizer(
        _ text: String, size: Int = 300, minimumFrequency: Int = 2, workers: Int = 2
    ) throws -> TrainedTokenizer {
        let folder = try TemporaryFolder()
        let path = try folder.write(Array(text.utf8), to: "text.txt")
        return try TokenizerTrainer(vocabularySize: size, minimumFrequency: minimumFrequency)
            .train(on: TextCorpus(paths: [path]), pool: pool(workers))
    }

    /// All tokens of a part of prepared data.
    static func tokens(_ path: String, _ split: TokenDataset.Split) throws -> [Int32] {
        let dataset = try TokenDataset(path: path, split: split)
        var tokens: [Int32] = []
        dataset.copy(0..<dataset.tokenCount, into: &tokens)
        return tokens
    }
}
