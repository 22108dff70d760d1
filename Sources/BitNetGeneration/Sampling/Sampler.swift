#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Android)
import Android
#endif

/// Draws tokens from rows of logits.
///
/// The chain is that of llama.cpp: `LogitProcessor` adds biases and penalties first; the sampler
/// then applies top-k, typical, top-p, min-p and temperature, and draws one of the tokens left.
/// Temperature 0 skips the chain and takes the greatest logit, the lowest id among equals.
///
/// The token depends only on the logits, the parameters, the seed and the number of draws before.
/// One owner per sequence; after its first draws it allocates nothing. A draw from 128,256 logits
/// takes tens of microseconds with top-k, hundreds without it, and a few thousand if no more than
/// top-p or typical thins out a flat distribution.
///
/// ```swift
/// var processor = LogitProcessor(parameters: parameters)
/// var sampler = Sampler(parameters: parameters, vocabularyCount: logits.count)
/// processor.process(&logits)
/// let token = try sampler.sample(logits)
/// processor.accept(token)
/// ```
public struct Sampler: Sendable {
    /// The number of logits in a row.
    public let vocabularyCount: Int

    /// The seed in use: that of the parameters, or the one that was made up.
    public let seed: UInt64

    private let parameters: GenerationParameters
    /// ln of `minP`, the least kept logit relative to the greatest; minus infinity if off.
    private let leastOffset: Float
    private var generator: SeededGenerator
    private var remaining: CandidateSet

    /// Creates a sampler for rows of `vocabularyCount` logits.
    ///
    /// It takes any parameters; `GenerationParameters.validate()` tells which make sense.
    public init(parameters: GenerationParameters, vocabularyCount: Int) {
        precondition(vocabularyCount >= 0, "a vocabulary of \(vocabularyCount) tokens")
        self.parameters = parameters
        self.vocabularyCount = vocabularyCount
        seed = parameters.seed ?? UInt64.random(in: .min ... .max)
        generator = SeededGenerator(seed: seed)
        let minP = parameters.minP
        leastOffset = minP > 0 ? Float(log(Double(min(minP, 1)))) : -.infinity
        let keepsAll = parameters.topK <= 0
        remaining = CandidateSet(
            capacity: keepsAll ? vocabularyCount : min(parameters.topK, vocabularyCount))
    }

    /// How many of the greatest logits a draw looks at; nil when it may be all.
    ///
    /// A row that holds these, and those that a `LogitProcessor` changes, gives the same token as the
    /// whole row.
    public var selectionCount: Int? {
        guard parameters.temperature > 0 else { return 1 }
        let isNarrow = parameters.topK > 0 && parameters.topK < vocabularyCount
        return isNarrow ? parameters.topK : nil
    }

    /// Draws a token from one row of logits, already processed, indexed by token id, or of `tokens`
    /// in ascending order.
    ///
    /// - Throws: `SamplingError` if the row has the wrong length, holds a NaN, or holds nothing
    ///   but minus infinity.
    /// - Complexity: one pass over the row if top-k is on or the temperature 0; otherwise up to
    ///   four passes, and a partial ordering of the tokens that the filters may keep.
    public mutating func sample(
        _ logits: [Float], of tokens: [Int32]? = nil
    ) throws(SamplingError) -> Int32 {
        let expected = tokens?.count ?? vocabularyCount
        guard logits.count == expected else {
            throw SamplingError(.wrongCount(expected: expected, found: logits.count))
        }
        guard parameters.temperature > 0 else {
            let id = try logits.greatest().id
            return tokens.map { $0[Int(id)] } ?? id
        }
        try select(logits)
        if let tokens { remaining.rename(tokens) }
        filter()
        remaining.weigh(temperature: parameters.temperature)
        guard let token = remaining.draw(at: generator.nextUnitDouble()) else {
            throw SamplingError(.noTokenLeft)
        }
        return token
    }

    /// The tokens that the last draw chose from, with their probabilities, in no particular order.
    ///
    /// Empty before the first draw and at temperature 0.
    package var candidates: [(token: Int32, probability: Double)] {
        remaining.items.map { ($0.id, Double($0.weight) / remaining.total) }
    }

    private var isTypicalOn: Bool { parameters.typicalP < 1 }
    private var isNucleusOn: Bool { parameters.topP < 1 }

    /// Fills the set with the tokens of top-k, or with all that the other filters may keep.
    private mutating func select(_ logits: [Float]) throws(SamplingError) {
        if selectionCount != nil {
            try remaining.takeGreatest(parameters.topK, of: logits)
            remaining.weigh()
        } else if isTypicalOn {
            try remaining.takeAll(of: logits, offset: -.infinity)
            remaining.weigh()
        } else if isNucleusOn {
            try remaining.takeNucleus(parameters.topP, of: logits, offset: leastOffset)
        } else {
            try remaining.takeAll(of: logits, offset: leastOffset)
        }
    }

    private mutating func filter() {
        if isTypicalOn {
            remaining.keepTypical(parameters.typicalP)
        }
        if isNucleusOn {
            remaining.keepNucleus(parameters.topP)
        }
        remaining.keepLikely(offset: leastOffset)
    }
}
