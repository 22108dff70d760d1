/// One comparison with an independent implementation.
public struct TrainingComparison: Sendable, Codable {
    /// Of what.
    public let subject: String
    /// How far apart the two are.
    public let difference: Double
    /// How far apart they may be.
    public let limit: Double
    /// Whether they are close enough; false where a value is not a number.
    public var holds: Bool { difference <= limit }

    /// The norm of the difference of two tensors over the second one's norm.
    package static func relative(_ values: some Sequence<Double>, _ expected: some Sequence<Double>)
        -> Double
    {
        var difference = 0.0
        var norm = 0.0
        for (ours, theirs) in zip(values, expected) {
            difference += (ours - theirs) * (ours - theirs)
            norm += theirs * theirs
        }
        return (norm == 0 ? difference : difference / norm).squareRoot()
    }

    /// The greatest of some differences; not a number if one is not.
    package static func greatest(_ differences: some Sequence<Double>) -> Double {
        differences.reduce(0) { $1 > $0 || $1.isNaN ? $1 : $0 }
    }
}
