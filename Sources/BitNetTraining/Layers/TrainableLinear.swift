internal import BitNetTensors

/// A projection y = x · Wᵀ whose weights are float32 masters, (outputs, inputs), and ternary in the
/// forward pass unless the whole model trains in full precision.
final class TrainableLinear {
    let name: String
    let weights: FloatMatrix
    let gradient: FloatMatrix
    private let copy: TernaryCopy?

    init(
        _ name: String, _ weights: ParameterSet, _ gradients: ParameterSet,
        _ precision: TrainingPrecision
    ) throws(TrainingError) {
        self.name = name
        self.weights = weights.matrix(name)
        gradient = gradients.matrix(name)
        guard precision == .ternary else {
            copy = nil
            return
        }
        guard let copy = TernaryCopy(rows: self.weights.rows, columns: self.weights.columns) else {
            throw TrainingError(.memory, "no memory for the ternary copy of \(name)")
        }
        self.copy = copy
    }

    /// Makes the ternary copy of the master weights; due whenever they have changed.
    func ternarize(_ context: TrainingContext) {
        if let copy { context.ternarize(weights, into: copy) }
    }

    /// The shares of -1, 0 and +1; nil in full precision.
    var distribution: TernaryDistribution? { copy.map { TernaryDistribution($0.matrix) } }

    /// The weights -1, 0 and +1 of the ternary copy, (outputs, inputs); none in full precision.
    var codes: [Int8] {
        guard let copy else { return [] }
        return (0..<weights.rows).flatMap { copy.matrix.values(row: $0) }
    }

    /// y (+)= x · Wᵀ, (tokens, outputs).
    func forward(
        _ x: ProjectionInput, tokens: Int, into y: AlignedBuffer<Float>, accumulate: Bool = false,
        _ context: TrainingContext
    ) {
        switch x.values {
        case .ternary(let activations):
            guard let copy else { preconditionFailure("codes for a full-precision projection") }
            context.compute.multiply(
                activations, TernaryProduct(copy.matrix, into: y, accumulate: accumulate))
        case .full(let values):
            context.multiply(
                FloatMatrix(values, rows: tokens, columns: weights.columns), weights.transposed,
                into: FloatMatrix(y, rows: tokens, columns: weights.rows), accumulate: accumulate)
        }
    }

    /// dW += dyᵀ · x with the values that the product saw, and dx (+)= dy · W with the weights that
    /// it saw.
    func backward(
        _ x: FloatMatrix, _ dy: AlignedBuffer<Float>, into dx: AlignedBuffer<Float>,
        accumulate: Bool = false, _ context: TrainingContext
    ) {
        let dy = FloatMatrix(dy, rows: x.rows, columns: weights.rows)
        context.multiply(dy.transposed, x, into: gradient, accumulate: true)
        context.multiply(
            dy, copy?.values ?? weights,
            into: FloatMatrix(dx, rows: x.rows, columns: weights.columns), accumulate: accumulate)
    }
}

/// How many weights of a matrix are -1, 0 and +1.
public struct TernaryDistribution: Sendable, Equatable, Codable {
    /// Weights of -1.
    public var negative = 0
    /// Weights of 0.
    public var zero = 0
    /// Weights of +1.
    public var positive = 0

    /// None yet.
    public init() {}

    init(_ matrix: TernaryMatrix) {
        var codes: [UInt8] = []
        for row in 0..<matrix.rows {
            matrix.codes(row: row, into: &codes)
            for code in codes {
                switch code {
                case 0: negative += 1
                case 1: zero += 1
                default: positive += 1
                }
            }
        }
    }

    /// Adds the counts of another.
    public static func += (left: inout TernaryDistribution, right: TernaryDistribution) {
        left.negative += right.negative
        left.zero += right.zero
        left.positive += right.positive
    }
}
