#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Android)
import Android
#endif

/// Logits of a whole vocabulary as natural logarithms of probabilities.
///
/// Cost: one pass over the logits; a report of n alternatives another, with a bound that rises.
struct LogProbabilities {
    private let logits: [Float]
    /// ln Σ exp(logit).
    private let total: Double

    init(_ logits: [Float]) {
        self.logits = logits
        let greatest = logits.max() ?? 0
        var sum = 0.0
        var start = 0
        while start < logits.count {
            let end = min(start + 1024, logits.count)
            var part: Float = 0
            for index in start..<end { part += exponential(logits[index] - greatest) }
            sum += Double(part)
            start = end
        }
        total = Double(greatest) + log(sum)
    }

    /// ln p of `token`; minus infinity for a token outside the vocabulary.
    func value(_ token: Int32) -> Float {
        guard logits.indices.contains(Int(token)) else { return -.infinity }
        return Float(min(Double(logits[Int(token)]) - total, 0))
    }

    /// The report of `token` with the `count` most likely ones beside it.
    func report(_ token: Int32, alternatives count: Int) -> TokenReport {
        TokenReport(
            token: token, logProbability: value(token),
            alternatives: greatest(count).map { .init(token: $0, logProbability: value($0)) })
    }

    /// The `count` likeliest tokens in order; of equal ones the lower id comes first.
    private func greatest(_ count: Int) -> [Int32] {
        var best: [Int32] = []
        guard count > 0 else { return best }
        var next = 0
        var bound = -Float.infinity
        while let index = logits.firstIndex(notAtMost: bound, from: next) {
            next = index + 1
            let place = best.partitionIndex { logits[Int($0)] >= logits[index] }
            best.insert(Int32(index), at: place)
            if best.count > count { best.removeLast() }
            if best.count == count { bound = logits[Int(best[count - 1])] }
        }
        return best
    }
}

extension [Int32] {
    /// The index of the first element that `precedes` is false for; it must be true before and
    /// false from there on.
    fileprivate func partitionIndex(_ precedes: (Int32) -> Bool) -> Int {
        var (lower, upper) = (0, count)
        while lower < upper {
            let middle = (lower + upper) / 2
            if precedes(self[middle]) { lower = middle + 1 } else { upper = middle }
        }
        return lower
    }
}
