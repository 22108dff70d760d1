#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Android)
internal import Android
#elseif canImport(Darwin)
internal import Darwin
#endif

/// One direction of a panel: values on one side, coordinates on the other.
struct PlotAxis {
    /// A place on an axis that has a label.
    struct Tick {
        let value: Double
        let label: String
    }

    let lower: Double
    let upper: Double
    /// Where `lower` and `upper` are drawn.
    let start: Double
    let end: Double
    let isLogarithmic: Bool

    /// An axis from `lower` to `upper`, made wider where they are equal; on a logarithmic one both
    /// are above zero.
    init(
        _ lower: Double, _ upper: Double, from start: Double, to end: Double,
        isLogarithmic: Bool = false
    ) {
        let isEmpty = !(upper > lower)
        self.lower = lower
        self.upper = isEmpty ? (isLogarithmic ? 10 * lower : lower + max(abs(lower), 1)) : upper
        self.start = start
        self.end = end
        self.isLogarithmic = isLogarithmic
    }

    /// The coordinate of a value; NaN stays NaN.
    func place(_ value: Double) -> Double {
        let share =
            isLogarithmic
            ? log(value / lower) / log(upper / lower) : (value - lower) / (upper - lower)
        return start + share * (end - start)
    }

    /// The step of 1, 2 or 5 times a power of ten that gives at most `count` ticks, and the number
    /// of digits behind the point that it needs.
    static func step(_ range: Double, atMost count: Int) -> (size: Double, digits: Int) {
        let raw = range / Double(max(count, 1))
        var exponent = Int(log10(raw).rounded(.down))
        let fraction = raw / pow(10, Double(exponent))
        let factor = [1.0, 2, 5].first { fraction <= $0 + 1e-9 }
        if factor == nil { exponent += 1 }
        // A division by a whole power of ten is exact where a product by 0.1 is not.
        let size =
            exponent < 0
            ? (factor ?? 1) / pow(10, Double(-exponent)) : (factor ?? 1) * pow(10, Double(exponent))
        return (size, max(0, -exponent))
    }

    /// Evenly spread ticks of a linear axis, each a whole multiple of a round step.
    func linearTicks(atMost count: Int, label: (Double, Int) -> String) -> [Tick] {
        let step = Self.step(upper - lower, atMost: count)
        let first = (lower / step.size - 1e-9).rounded(.up)
        let last = (upper / step.size + 1e-9).rounded(.down)
        guard first <= last else { return [] }
        return (0...Int(last - first)).map {
            let value = (first + Double($0)) * step.size
            return Tick(value: value, label: label(value, step.digits))
        }
    }

    /// Ticks at the powers of ten, and at 2 and 5 times those where there are few.
    func logarithmicTicks(label: (Double) -> String) -> [Tick] {
        let factors = log10(upper / lower) > 2.5 ? [1.0] : [1.0, 2, 5]
        return factors.flatMap { powers(times: $0) }.sorted().map {
            Tick(value: $0, label: label($0))
        }
    }

    /// Where the lines between the powers of ten of a logarithmic axis are.
    var minorTicks: [Double] { (2...9).flatMap { powers(times: Double($0)) } }

    private func powers(times factor: Double) -> [Double] {
        (0...15).map { factor * pow(10, Double($0)) }.filter {
            $0 >= lower * (1 - 1e-9) && $0 <= upper * (1 + 1e-9)
        }
    }
}
