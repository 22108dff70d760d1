import BitNetTestSupport

/// A made-up task with a format that a parser can check: "Say pear." is answered "ANSWER: pear.".
struct InstructionTask {
    /// A question with the right answer and one that misses the format.
    struct Example {
        let word: String
        let question: String
        let answer: String
        let rejected: String
    }

    private static let starts = ["b", "d", "f", "k", "l", "m", "n", "p", "r", "s", "t", "v"]
    private static let middles = ["a", "e", "i", "o", "u"]
    private static let ends = ["lan", "rin", "ton", "mer", "dal", "ken", "sor", "vet"]
    private static let questions = ["Say WORD.", "Please say WORD.", "Repeat the word WORD."]
    private static let misses = ["WORD", "I say WORD, of course", "The word is WORD!"]

    /// `count` examples, the same for the same seed.
    static func examples(_ count: Int, seed: UInt64) -> [Example] {
        var random = SeededGenerator(seed: seed)
        func pick(_ parts: [String]) -> String { parts[Int(random.next() % UInt64(parts.count))] }
        return (0..<count).map { _ in
            let word = pick(starts) + pick(middles) + pick(ends)
            return Example(
                word: word, question: put(word, into: pick(questions)), answer: "ANSWER: \(word).",
                rejected: put(word, into: pick(misses)))
        }
    }

    /// Whether a text has the form "ANSWER: <lower-case word>." and nothing else.
    static func followsFormat(_ text: String) -> Bool { answeredWord(text) != nil }

    /// The word of an answer in the right form; nil for every other text.
    static func answeredWord(_ text: String) -> String? {
        let prefix = "ANSWER: "
        guard text.hasPrefix(prefix), text.hasSuffix(".") else { return nil }
        let word = text.dropFirst(prefix.count).dropLast()
        let isWord = !word.isEmpty && word.utf8.allSatisfy { (0x61...0x7A).contains($0) }
        return isWord ? String(word) : nil
    }

    /// The JSONL of supervised fine-tuning.
    static func conversations(_ examples: [Example]) -> String {
        lines(examples) {
            #"{"messages":[{"role":"user","content":"\#($0.question)"},"#
                + #"{"role":"assistant","content":"\#($0.answer)"}]}"#
        }
    }

    /// The JSONL of preferences.
    static func preferences(_ examples: [Example]) -> String {
        lines(examples) {
            #"{"prompt":"\#($0.question)","chosen":"\#($0.answer)","rejected":"\#($0.rejected)"}"#
        }
    }

    /// Questions and answers as plain text, from which a tokenizer can be made.
    static func plainText(_ examples: [Example]) -> String {
        lines(examples) { "\($0.question)\n\($0.answer)\n\($0.rejected)\n" }
    }

    private static func lines(_ examples: [Example], _ line: (Example) -> String) -> String {
        examples.map { line($0) + "\n" }.joined()
    }

    private static func put(_ word: String, into pattern: String) -> String {
        pattern.split(separator: "WORD", omittingEmptySubsequences: false).joined(separator: word)
    }
}
