public import BitNetTensors

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Android)
internal import Android
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Rotary position embedding (arXiv 2104.09864), first half of a head against its second half.
public struct RotaryEmbedding: Sendable {
    /// Radians by which pair i turns from one position to the next, (head dimension / 2).
    public let inverseFrequencies: [Float]

    /// theta^(-2i / width), changed by `scaling`.
    public init(headDimension: Int, theta: Float, scaling: RopeScaling) {
        inverseFrequencies = (0..<headDimension / 2).map { pair in
            let exponent = Float(2 * pair) / Float(headDimension)
            let frequency = 1 / Float(pow(Double(theta), Double(exponent)))
            return Self.scaled(frequency, pair: pair, scaling)
        }
    }

    private static func scaled(_ frequency: Float, pair: Int, _ scaling: RopeScaling) -> Float {
        switch scaling {
        case .none: return frequency
        case .linear(let factor): return frequency / factor
        case .divisors(let divisors): return frequency / divisors[pair]
        case .llama3(let factor, let low, let high, let original):
            let wavelength = 2 * Float.pi / frequency
            if wavelength > original / low { return frequency / factor }
            if wavelength < original / high { return frequency }
            let smooth = (original / wavelength - low) / (high - low)
            return (1 - smooth) * frequency / factor + smooth * frequency
        }
    }

    /// Room for the angles of `positions` positions, to be filled; nil when memory is short.
    public func emptyTable(positions: Int) -> RotaryTable? {
        let half = inverseFrequencies.count
        let count = positions.multipliedReportingOverflow(by: half)
        guard !count.overflow, let cosines = AlignedBuffer<Float>(count: count.partialValue),
            let sines = AlignedBuffer<Float>(count: count.partialValue)
        else { return nil }
        return RotaryTable(cosines: cosines, sines: sines, half: half)
    }

    /// Writes cosines and sines of `positions` into `table`.
    ///
    /// Angles are float32 products, as in the reference; their cosines are rounded from float64.
    public func fill(_ table: RotaryTable, _ positions: Range<Int>) {
        for position in positions {
            for (pair, frequency) in inverseFrequencies.enumerated() {
                let angle = Double(Float(position) * frequency)
                table.cosines[position * table.half + pair] = Float(cos(angle))
                table.sines[position * table.half + pair] = Float(sin(angle))
            }
        }
    }
}
