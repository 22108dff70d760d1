/// The published schedule of BitNet b1.58 ("Training Tips, Code and FAQ", section 2): after a
/// warm-up the learning rate falls linearly towards zero; at half of the steps it drops to a lower
/// line at once, and the weight decay goes from its value to zero.
public struct LearningRateSchedule: Sendable, Equatable, Codable {
    /// All steps.
    public var steps: Int
    /// Steps in which the rate rises from zero.
    public var warmUpSteps: Int
    /// Where the first stage's line begins.
    public var peak: Double
    /// Where the second stage's line would begin at step 0.
    public var secondPeak: Double
    /// Weight decay of the first stage; that of the second is zero.
    public var weightDecay: Double
    /// The step behind which the second stage begins.
    public var switchStep: Int

    /// A schedule that switches at half of `steps`.
    public init(
        steps: Int, warmUpSteps: Int, peak: Double, secondPeak: Double, weightDecay: Double
    ) {
        self.steps = steps
        self.warmUpSteps = warmUpSteps
        self.peak = peak
        self.secondPeak = secondPeak
        self.weightDecay = weightDecay
        switchStep = steps / 2
    }

    /// The learning rate of step `step`, from 1.
    public func learningRate(_ step: Int) -> Double {
        let top = step <= switchStep ? peak : secondPeak
        let rest = Double(steps - step + 1) / Double(max(steps, 1))
        let rise = step < warmUpSteps ? Double(step) / Double(warmUpSteps) : 1
        return top * max(rest, 0) * rise
    }

    /// The weight decay of step `step`, from 1.
    public func weightDecay(_ step: Int) -> Double { step <= switchStep ? weightDecay : 0 }
}
