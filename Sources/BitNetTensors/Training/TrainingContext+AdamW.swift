internal import CBitNetKernels

/// One step's settings of AdamW (arXiv 1711.05101), bias-corrected.
public struct AdamWStep: Sendable {
    /// The step's number, from 1.
    public var step: Int
    /// The learning rate.
    public var learningRate: Float
    /// Decay of the first moment.
    public var beta1: Float
    /// Decay of the second moment.
    public var beta2: Float
    /// Added to the second moment's root.
    public var epsilon: Float
    /// Decoupled weight decay.
    public var weightDecay: Float
    /// What gradients are multiplied with: clipping.
    public var gradientFactor: Float

    /// Settings of step `step`.
    public init(
        step: Int, learningRate: Float, beta1: Float, beta2: Float, epsilon: Float,
        weightDecay: Float, gradientFactor: Float
    ) {
        self.step = step
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.weightDecay = weightDecay
        self.gradientFactor = gradientFactor
    }

    var arguments: bn_adamw_arguments {
        return bn_adamw_arguments(
            learning_rate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon,
            weight_decay: weightDecay, gradient_factor: gradientFactor,
            first_correction: Float(1 / (1 - Self.power(beta1, step))),
            root_correction: Float((1 / (1 - Self.power(beta2, step))).squareRoot()))
    }

    private static func power(_ base: Float, _ exponent: Int) -> Double {
        var (result, square, rest) = (1.0, Double(base), exponent)
        while rest > 0 {
            if rest & 1 == 1 { result *= square }
            square *= square
            rest >>= 1
        }
        return result
    }
}

extension TrainingContext {
    /// Values that are summed apart.
    private static let sumRun = 1 << 16

    /// Moves `range` of the weights by their gradients and both moments.
    public func adamW(
        _ step: AdamWStep, weights: AlignedBuffer<Float>, gradients: AlignedBuffer<Float>,
        first: AlignedBuffer<Float>, second: AlignedBuffer<Float>, _ range: Range<Int>
    ) {
        precondition(
            range.lowerBound >= 0
                && range.upperBound
                    <= min(weights.count, gradients.count, first.count, second.count),
            "values outside the buffers")
        let table = table
        let arguments = step.arguments
        split(range.count, work: range.count * 8) { share, _ in
            var arguments = arguments
            let start = range.lowerBound + share.lowerBound
            table.adamw(
                weights.base + start, gradients.base + start, first.base + start,
                second.base + start, share.count, &arguments)
        }
    }

    /// The sum of squares of `range`, in an order that no number of threads changes.
    public func sumOfSquares(_ x: AlignedBuffer<Float>, _ range: Range<Int>) -> Double {
        precondition(range.lowerBound >= 0 && range.upperBound <= x.count, "outside the buffer")
        let runs = (range.count + Self.sumRun - 1) / Self.sumRun
        var sums = [Double](repeating: 0, count: runs)
        let table = table
        sums.withUnsafeMutableBufferPointer { sums in
            nonisolated(unsafe) let sums = sums
            split(runs, work: range.count) { share, _ in
                for run in share {
                    let start = range.lowerBound + run * Self.sumRun
                    sums[run] = table.sum_squares(
                        x.base + start, min(Self.sumRun, range.upperBound - start))
                }
            }
        }
        return sums.reduce(0, +)
    }

    /// Multiplies `count` values by `factor`.
    public func scale(_ x: AlignedBuffer<Float>, count: Int, by factor: Float) {
        precondition(count <= x.count, "too short")
        let table = table
        split(count, work: count) { share, _ in
            table.scale(x.base + share.lowerBound, share.count, factor)
        }
    }

    /// Sets all values to zero.
    public func clear(_ x: AlignedBuffer<Float>, count: Int) {
        precondition(count <= x.count, "too short")
        split(count, work: count) { share, _ in
            (x.base + share.lowerBound).update(repeating: 0, count: share.count)
        }
    }
}
