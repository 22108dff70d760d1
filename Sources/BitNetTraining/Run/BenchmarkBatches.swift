/// An endless row of tokens for benchmarks: the i-th, from 1, is SplitMix64's i-th output with seed
/// 0, modulo the vocabulary.
public struct BenchmarkBatches: BatchSource {
    private let vocabularySize: Int
    private let sequences: Int
    private let length: Int

    /// Steps of `sequences` rows of `length + 1` tokens.
    public init(vocabularySize: Int, sequences: Int, length: Int) {
        self.vocabularySize = vocabularySize
        self.sequences = sequences
        self.length = length
    }

    /// All targets of a step.
    public func targetCount(step: Int) -> Int { sequences * length }

    /// The step's rows in one piece.
    public func pieces(step: Int) -> [TokenBatch] {
        let count = sequences * (length + 1)
        let first = UInt64((step - 1) * count)
        // BitMixer adds the constant once itself.
        let tokens = (0..<UInt64(count)).map { index in
            let state = (first + index) &* 0x9E37_79B9_7F4A_7C15
            return Int32(BitMixer.mix(state) % UInt64(vocabularySize))
        }
        return [TokenBatch(rows: sequences, length: length, tokens: tokens)]
    }
}
