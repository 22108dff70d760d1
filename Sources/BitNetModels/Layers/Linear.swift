public import BitNetTensors

/// A projection with ternary weights and int8 activations (BitNet b1.58, arXiv 2402.17764).
public struct BitLinear: Sendable {
    /// The weights, (outputs, inputs).
    public let weights: TernaryMatrix
    /// A norm of the projection's own input, in front of its quantisation.
    public let inputNorm: RMSNorm?

    /// A projection.
    public init(weights: TernaryMatrix, inputNorm: RMSNorm?) {
        self.weights = weights
        self.inputNorm = inputNorm
    }
}

/// A projection of the residual stream or of a layer's inner values; no biases.
public enum Linear: Sendable {
    /// Ternary weights, activations quantised to int8.
    case ternary(BitLinear)
    /// Full-precision weights, float32 activations.
    case dense(DenseMatrix)

    /// Outputs.
    public var rows: Int {
        switch self {
        case .ternary(let linear): linear.weights.rows
        case .dense(let matrix): matrix.rows
        }
    }

    /// Inputs.
    public var columns: Int {
        switch self {
        case .ternary(let linear): linear.weights.columns
        case .dense(let matrix): matrix.columns
        }
    }

    /// The bytes that a product reads.
    public var byteCount: Int {
        switch self {
        case .ternary(let linear): linear.weights.byteCount
        case .dense(let matrix): matrix.byteCount
        }
    }

    /// The ternary weights; nil for dense ones.
    var ternaryWeights: TernaryMatrix? {
        guard case .ternary(let linear) = self else { return nil }
        return linear.weights
    }

    /// The dense weights; nil for ternary ones.
    var denseWeights: DenseMatrix? {
        guard case .dense(let matrix) = self else { return nil }
        return matrix
    }

    /// The ternary weights when they take their input as it is, so that projections can share one
    /// quantisation; nil for dense weights and for those with a norm of their own.
    var sharedInput: TernaryMatrix? {
        guard case .ternary(let linear) = self, linear.inputNorm == nil else { return nil }
        return linear.weights
    }
}
