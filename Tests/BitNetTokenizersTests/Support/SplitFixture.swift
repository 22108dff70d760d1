import BitNetTestSupport
import BitNetTokenizers

/// Texts and the ends of the matches of the three split patterns, from Python's `regex`.
struct SplitFixture: Decodable {
    struct Case: Decodable {
        let text: String
        /// The ends of the matches in bytes.
        let llama3: [Int]
        let qwen2: [Int]
        let gpt2: [Int]

        func ends(of pattern: SplitPattern) -> [Int] {
            switch pattern {
            case .llama3: llama3
            case .qwen2: qwen2
            case .gpt2: gpt2
            }
        }
    }

    let patterns: [String: String]
    let cases: [Case]

    init() throws {
        self = try Fixtures.json("tokenizer-families/splits.json")
    }
}
