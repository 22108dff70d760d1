internal import BitNetTensors

/// The input of one or more projections: an optional norm, then 8-bit quantisation.
///
/// The backward pass goes through the rounding unchanged (straight-through estimator,
/// arXiv 1308.3432).
final class ProjectionInput {
    /// What the products read and the backward pass needs again, (tokens, width).
    enum Values {
        case ternary(QuantizedActivations)
        case full(AlignedBuffer<Float>)
    }

    let values: Values
    let width: Int

    init(tokens: Int, width: Int, _ precision: TrainingPrecision) throws(TrainingError) {
        self.width = width
        switch precision {
        case .ternary:
            guard let activations = QuantizedActivations(tokens: tokens, columns: width) else {
                throw TrainingError(.memory, "no memory for \(tokens) rows of \(width) activations")
            }
            values = .ternary(activations)
        case .full: values = .full(try .allocated(tokens * width, "activations"))
        }
    }

    /// Takes rows of `x`, (tokens, width), through the norm if there is one.
    ///
    /// `scratch` is as large as `x`.
    func forward(
        _ x: AlignedBuffer<Float>, tokens: Int, _ norm: RMSNorm?, scratch: AlignedBuffer<Float>,
        _ context: TrainingContext
    ) {
        switch values {
        case .ternary(let activations):
            context.compute.quantize(
                x, tokens: tokens, width: width, norm: norm, scratch: scratch, into: activations)
        case .full(let out):
            if let norm {
                context.compute.normalize(x, tokens: tokens, norm, into: out)
            } else {
                context.copy(x, to: out, count: tokens * width)
            }
        }
    }

    /// The gradient of `x` from that of the values, written or added to `dx`; the norm's weights'
    /// gradient is added to `gradients` at `offset`.
    ///
    /// With a norm, `dx` and `dy` are two buffers.
    func backward(
        _ x: AlignedBuffer<Float>, tokens: Int, _ norm: (RMSNorm, gradient: Int)?,
        _ dy: AlignedBuffer<Float>, into dx: AlignedBuffer<Float>, accumulate: Bool,
        gradients: AlignedBuffer<Float>, scratch: AlignedBuffer<Float>, _ context: TrainingContext
    ) {
        if let (norm, offset) = norm {
            context.normalizeBackward(
                x, tokens: tokens, norm, dy, into: dx, accumulate: accumulate, weights: gradients,
                offset: offset, inverses: scratch)
        } else if accumulate {
            context.add(dy, to: dx, count: tokens * width)
        } else if dx !== dy {
            context.copy(dy, to: dx, count: tokens * width)
        }
    }

    /// The 8-bit codes, (tokens, width); none in full precision.
    func codes(tokens: Int) -> [Int8] {
        guard case .ternary(let activations) = values else { return [] }
        return (0..<tokens).flatMap { activations.codes(token: $0).prefix(width) }
    }

    /// The values as float32, (tokens, width), in `scratch` where they are codes.
    func floats(tokens: Int, scratch: AlignedBuffer<Float>, _ context: TrainingContext)
        -> FloatMatrix
    {
        switch values {
        case .full(let values): return FloatMatrix(values, rows: tokens, columns: width)
        case .ternary(let activations):
            context.dequantize(activations, width: width, into: scratch)
            return FloatMatrix(scratch, rows: tokens, columns: width)
        }
    }
}
