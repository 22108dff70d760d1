#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Android)
internal import Android
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Weights to begin with: norms are 1, matrices normally distributed.
///
/// Each tensor has a stream of its own, by its number, so that one more tensor changes no other.
public struct WeightInitializer: Sendable {
    /// What the weights depend on.
    public let seed: UInt64
    /// The deviation of all matrices but those that write to the residual stream.
    ///
    /// Those have it divided by the root of twice the number of layers, as GPT-2 has it.
    public static let deviation = 0.02

    /// Weights of that seed.
    public init(seed: UInt64) { self.seed = seed }

    /// Fills all tensors of `weights`.
    public func fill(_ weights: ParameterSet, layers: Int) {
        for (index, parameter) in weights.layout.parameters.enumerated() {
            guard parameter.isMatrix else {
                weights.assign([Float](repeating: 1, count: parameter.count), to: parameter)
                continue
            }
            var deviation = Self.deviation
            if parameter.name.contains("o_proj") || parameter.name.contains("down_proj") {
                deviation /= (2 * Double(layers)).squareRoot()
            }
            var normal = NormalNumbers(seed: BitMixer.mix(BitMixer.mix(seed) ^ UInt64(index)))
            weights.assign(
                (0..<parameter.count).map { _ in Float(deviation * normal.next()) }, to: parameter)
        }
    }
}

/// Normally distributed numbers (Marsaglia's polar method) from a counter's mixed bits.
struct NormalNumbers {
    private var counter: UInt64
    private var kept: Double?

    init(seed: UInt64) { counter = seed }

    mutating func next() -> Double {
        if let number = kept {
            kept = nil
            return number
        }
        while true {
            let (x, y) = (uniform(), uniform())
            let square = x * x + y * y
            guard square > 0, square < 1 else { continue }
            let factor = (-2 * log(square) / square).squareRoot()
            kept = y * factor
            return x * factor
        }
    }

    /// From -1 to 1.
    private mutating func uniform() -> Double {
        counter &+= 0x9e37_79b9_7f4a_7c15
        return Double(Int64(bitPattern: BitMixer.mix(counter)) >> 11) / Double(1 << 52)
    }
}
