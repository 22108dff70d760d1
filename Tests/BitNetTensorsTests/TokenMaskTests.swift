import BitNetTensors
import Testing

@Suite("Sets of tokens")
struct TokenMaskTests {
    @Test(arguments: [0, 1, 63, 64, 65, 128, 1000])
    func aSetHoldsWhatItWasMadeOf(_ vocabulary: Int) {
        let chosen = (0..<Int32(vocabulary)).filter { $0 % 3 == 1 }
        let mask = TokenMask(chosen + [-1, Int32(vocabulary)], vocabularyCount: vocabulary)
        #expect(mask.tokens == chosen)
        #expect(mask.count == chosen.count)
        #expect(!mask.contains(-1) && !mask.contains(Int32(vocabulary)))
        let all = TokenMask(
            words: [UInt64](repeating: .max, count: (vocabulary + 63) / 64),
            vocabularyCount: vocabulary)
        #expect(all.count == vocabulary)
        var logits = [Float](repeating: 1, count: vocabulary)
        all.exclude(from: &logits)
        #expect(logits.allSatisfy { $0 == 1 })
        mask.exclude(from: &logits)
        #expect(logits.indices.allSatisfy { (logits[$0] == 1) == ($0 % 3 == 1) })
    }
}
