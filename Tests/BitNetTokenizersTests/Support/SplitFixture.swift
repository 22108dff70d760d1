import BitNetTestSupport

/// Texts and the ends of the matches of the three split patterns, from Python's `regex`.
struct SplitFixture: Decodable {
    struct Case: Decodable {
        let text: String
        /// The ends of the matches in bytes.
        let llama3: [Int]
        let qwen2: [Int]
        let gpt2: [Int]
    }

    let patterns: [String: String]
    let cases: [Case]

    init() throws {
        self = try Fixtures.json("tokenizer-families/splits.json")
    }
}
