import BitNetTokenizers
import Testing

/// Encoding text that goes on after other text.
@Suite struct ContinuedTextTests {
    @Test(arguments: ["gpt2", "llama2", "llama2-always", "llama2-first", "qwen2"])
    func continuedTextGetsNoSpaceInFront(family: String) throws {
        let tokenizer = try TokenizerFamily(family).tokenizer
        for text in ["", "a", "the end", " a", "é🙂", "1 2\n 3"] {
            let ids = tokenizer.encode(continuing: text)
            #expect(ids.flatMap { tokenizer.bytes(of: $0) } == Array(text.utf8), "\(text)")
        }
    }

    @Test func textBehindAControlTokenIsEncodedAsEver() throws {
        let tokenizer = try TokenizerFamily("llama2-always").tokenizer
        let ids = tokenizer.encode(continuing: "a</s>b")
        let whole = tokenizer.encode("</s>b")
        #expect(ids.count > whole.count)
        #expect(ids.suffix(whole.count).elementsEqual(whole))
        #expect(tokenizer.encode(continuing: "</s>b") == whole)
    }
}
