#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Android)
internal import Android
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Functions of float64 values.
enum ReferenceFunctions {
    /// exp(x) / Σ exp(x), and log Σ exp(x).
    static func softmax(_ x: [Double]) -> (weights: [Double], logarithm: Double) {
        let largest = x.reduce(-.infinity) { max($0, $1) }
        let powers = x.map { exp($0 - largest) }
        let sum = powers.reduce(0, +)
        return (powers.map { $0 / sum }, log(sum) + largest)
    }

    static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

    /// log(1 + exp(x)) = -log(sigmoid(-x)).
    static func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }

    static func direction(_ angle: Double) -> (cosine: Double, sine: Double) {
        (cos(angle), sin(angle))
    }
}
