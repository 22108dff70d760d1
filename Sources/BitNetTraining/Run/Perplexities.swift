#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Android)
internal import Android
#elseif canImport(Darwin)
internal import Darwin
#endif

/// From losses to perplexities.
public enum Perplexities {
    /// e to the power of a mean loss in nats.
    public static func perplexity(_ loss: Double) -> Double { exp(loss) }
}
