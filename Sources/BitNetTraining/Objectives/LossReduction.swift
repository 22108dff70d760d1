/// How the losses of a step's tokens become one loss.
public enum LossReduction: String, Sendable, CaseIterable, Codable {
    /// Their sum: a step with more tokens is a greater step.
    case sum
    /// Their mean.
    case mean

    /// What the weighted sum of the tokens' losses is multiplied by.
    ///
    /// - Parameter weight: The sum of the weights over the whole step, all its batches and
    ///   processes together; above 0.
    public func factor(forTotalWeight weight: Float) -> Float {
        switch self {
        case .sum: 1
        case .mean: 1 / weight
        }
    }
}
