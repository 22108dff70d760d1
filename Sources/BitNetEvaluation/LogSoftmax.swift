#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Android)
internal import Android
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Logarithms of the probabilities that logits stand for.
public enum LogSoftmax {
    /// The natural logarithm of the probability of `token`: logit - log Σ exp(logits).
    ///
    /// Summed in float64 in the order of the vocabulary, so the same on every machine.
    public static func value(_ logits: [Float], token: Int32) -> Double {
        precondition(logits.indices.contains(Int(token)), "token \(token) of \(logits.count)")
        let greatest = Double(logits.max() ?? 0)
        var sum = 0.0
        for logit in logits { sum += exp(Double(logit) - greatest) }
        return Double(logits[Int(token)]) - greatest - log(sum)
    }
}
