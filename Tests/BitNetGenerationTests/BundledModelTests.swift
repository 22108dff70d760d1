import BitNetGeneration
import BitNetModels
import BitNetTensors
import BitNetTokenizers
import Testing

/// The bundled model against continuations that transformers gave for its packed checkpoint.
struct BundledModelTests {
    @Test(arguments: [
        (
            "In the beginning",
            " of the LORD, and the LORD God of Israel, and the LORD thy God, and the LORD thy God,"
        ),
        (
            "And the LORD said unto Moses,",
            " I will not be the children of Israel, and I will give thee a covenant to the LORD, "
                + "and to the LORD thy God.\nAnd the LORD said unto"
        ),
        (
            "Blessed are",
            " the LORD of hosts, and the LORD thy God, and the LORD thy God, and thy God,"
        ),
    ])
    func greedyContinuationsAreThoseOfTheReference(prompt: String, expected: String) throws {
        let path = BundledModel.name
        let tokenizer = try TokenizerLoader.load(path: path)
        let model = try BitNetModel.load(path: path, compute: ComputeContext(threads: 1))
        let beginning = try #require(tokenizer.beginningOfText)
        var tokens = [beginning] + tokenizer.encode(prompt)
        let promptCount = tokens.count
        let cache = try model.makeCache(capacity: 128, format: .float32)
        let workspace = try Workspace(model, tokens: 32, positions: 128)
        var text = ""
        var pending = tokens
        while text.utf8.count < expected.utf8.count, tokens.count < 120 {
            var best: TokenID = 0
            try model.forward(
                [SequenceChunk(cache: cache, tokens: pending, outputs: .last)], workspace
            ) { row in
                let logits = row.logits
                best = TokenID(logits.indices.max { logits[$0] < logits[$1] } ?? 0)
            }
            tokens.append(best)
            pending = [best]
            text = tokenizer.decode(Array(tokens[promptCount...]))
        }
        #expect(text.hasPrefix(expected), "\(text)")
    }
}
