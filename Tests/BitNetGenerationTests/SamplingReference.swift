import BitNetGeneration
import Foundation

/// The sampling chain from its definition: slow, in double precision, sorting everything.
enum SamplingReference {
    typealias Entry = (token: Int32, logit: Double)

    /// Returns the distribution that a sampler has to draw from.
    static func distribution(
        of logits: [Float], _ parameters: GenerationParameters
    ) -> [Int32: Double] {
        var entries: [Entry] = logits.enumerated().map { (Int32($0.offset), Double($0.element)) }
        entries.removeAll { $0.logit == -.infinity }
        entries.sort { ($1.logit, $0.token) < ($0.logit, $1.token) }
        if parameters.topK > 0 { entries = Array(entries.prefix(parameters.topK)) }
        if parameters.typicalP < 1 { entries = typical(entries, parameters.typicalP) }
        if parameters.topP < 1 { entries = nucleus(entries, parameters.topP) }
        let probabilities = softmax(entries)
        let least = Double(parameters.minP) * (probabilities.max() ?? 0)
        entries = zip(entries, probabilities).filter { $0.1 >= least }.map(\.0)
        let tempered = softmax(
            entries.map { ($0.token, $0.logit / Double(parameters.temperature)) })
        return Dictionary(uniqueKeysWithValues: zip(entries.map(\.token), tempered))
    }

    static func softmax(_ entries: [Entry]) -> [Double] {
        let greatest = entries.map(\.logit).max() ?? 0
        let weights = entries.map { exp($0.logit - greatest) }
        let total = weights.reduce(0, +)
        return weights.map { $0 / total }
    }

    private static func nucleus(_ entries: [Entry], _ mass: Float) -> [Entry] {
        var sum = 0.0
        let last = softmax(entries).firstIndex { probability in
            sum += probability
            return Float(sum) >= mass
        }
        return Array(entries[...(last ?? entries.count - 1)])
    }

    private static func typical(_ entries: [Entry], _ mass: Float) -> [Entry] {
        let probabilities = softmax(entries)
        let entropy = -probabilities.reduce(0) { $0 + ($1 > 0 ? $1 * log($1) : 0) }
        let ranked = zip(entries, probabilities)
            .map { (entry: $0, probability: $1, distance: abs(-log($1) - entropy)) }
            .sorted { ($0.distance, $0.entry.token) < ($1.distance, $1.entry.token) }
        var sum = 0.0
        let last = ranked.firstIndex {
            sum += $0.probability
            return Float(sum) > mass
        }
        return ranked[...(last ?? ranked.count - 1)].map(\.entry)
            .sorted { ($1.logit, $0.token) < ($0.logit, $1.token) }
    }
}

/// Rows of logits for tests, always the same for the same seed.
struct RandomLogits {
    var generator: SeededGenerator

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    /// Returns about normal logits, rounded to multiples of `step` unless that is 0.
    mutating func row(_ count: Int, deviation: Float, step: Float = 0) -> [Float] {
        (0..<count).map { _ in
            let sum = (0..<12).reduce(Float(-6)) { sum, _ in sum + generator.nextUnitFloat() }
            let logit = sum * deviation
            return step > 0 ? (logit / step).rounded() * step : logit
        }
    }

    mutating func pick<Value>(_ values: [Value]) -> Value {
        values[Int(generator.nextUnitDouble() * Double(values.count))]
    }
}

extension Sampler {
    /// Draws once and returns the distribution that was drawn from.
    mutating func distribution(of logits: [Float]) throws -> [Int32: Double] {
        _ = try sample(logits)
        return Dictionary(uniqueKeysWithValues: candidates.map { ($0.token, $0.probability) })
    }
}

extension GenerationParameters {
    /// Draws from all tokens, as they are: every filter is off.
    static let unfiltered = GenerationParameters(temperature: 1, topK: 0, topP: 1, minP: 0, seed: 1)

    /// Returns a copy with some fields changed.
    func with(_ change: (inout Self) -> Void) -> Self {
        var copy = self
        change(&copy)
        return copy
    }
}
