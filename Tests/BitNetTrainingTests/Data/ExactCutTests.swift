import BitNetTokenizers
import Testing

/// Texts cut at the places that count as exact split as the whole does.
@Suite struct ExactCutTests {
    @Test(arguments: 0..<40)
    func partsSplitAsTheWhole(seed: UInt64) {
        let text = Array(TextSamples.text(length: 200, seed: seed).utf8)
        for pattern in [SplitPattern.llama3, .qwen2] {
            let splitter = TextSplitter(pattern: pattern)
            let whole = splitter.matchEnds(in: text)
            for position in 1..<text.count where splitter.isExactCut(in: text, at: position) {
                let left = splitter.matchEnds(in: Array(text[..<position]))
                let right = splitter.matchEnds(in: Array(text[position...])).map { $0 + position }
                #expect(left + right == whole)
            }
        }
    }

    @Test func ordinaryTextHasManyPlaces() {
        let text = Array("One line of text.\nAnother one, \"quoted\".\n\nAnd more".utf8)
        let splitter = TextSplitter(pattern: .llama3)
        let places = text.indices.filter { splitter.isExactCut(in: text, at: $0) }
        #expect(places == [3, 8, 11, 18, 25, 42, 45])
    }

    @Test func gpt2sPatternHasNone() {
        let text = Array("a b\nc".utf8)
        let splitter = TextSplitter(pattern: .gpt2)
        #expect(text.indices.allSatisfy { !splitter.isExactCut(in: text, at: $0) })
    }
}
