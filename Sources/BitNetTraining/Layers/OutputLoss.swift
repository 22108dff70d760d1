internal import BitNetModels
internal import BitNetTensors

/// The final norm, the output head and the cross-entropy, some rows of logits at a time.
final class OutputLoss {
    private let norm: TrainableNorm
    private let head: FloatMatrix
    private let headGradient: FloatMatrix
    private let gradients: AlignedBuffer<Float>
    private let hidden: AlignedBuffer<Float>
    private let hiddenGradient: AlignedBuffer<Float>
    private let logits: AlignedBuffer<Float>

    /// Logits that are held at once: 32 MiB.
    private static let logitCapacity = 1 << 23

    init(
        _ model: ModelConfiguration, tokens: Int, _ weights: ParameterSet,
        _ gradients: ParameterSet
    ) throws(TrainingError) {
        norm = TrainableNorm("model.norm.weight", weights, epsilon: model.normEpsilon)
        let name = model.tiedEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight"
        head = weights.matrix(name)
        headGradient = gradients.matrix(name)
        self.gradients = gradients.buffer
        hidden = try .allocated(tokens * model.hiddenSize, "hidden states")
        hiddenGradient = try .allocated(tokens * model.hiddenSize, "gradients of hidden states")
        let rows = min(tokens, max(1, Self.logitCapacity / model.vocabularySize))
        logits = try .allocated(rows * model.vocabularySize, "logits")
    }

    /// Each target's negative log-likelihood; where weights are given, also the gradient of their
    /// weighted sum: of `x` into `dx`, both (tokens, hidden), and of head and norm.
    func forward(
        _ x: AlignedBuffer<Float>, tokens: Int, targets: [Int32], weights: [Float]?,
        into dx: AlignedBuffer<Float>, _ scratch: LayerScratch, _ context: TrainingContext
    ) -> [Float] {
        context.compute.normalize(x, tokens: tokens, norm.norm, into: hidden)
        let states = FloatMatrix(hidden, rows: tokens, columns: head.columns)
        let dstates = FloatMatrix(hiddenGradient, rows: tokens, columns: head.columns)
        var losses: [Float] = []
        losses.reserveCapacity(tokens)
        let chunk = logits.count / head.rows
        for start in stride(from: 0, to: tokens, by: chunk) {
            let rows = start..<min(tokens, start + chunk)
            let scores = FloatMatrix(logits, rows: rows.count, columns: head.rows)
            context.multiply(states.rows(rows), head.transposed, into: scores)
            context.crossEntropy(
                scores, targets: targets[rows], weights: weights?[rows], into: &losses)
            guard weights != nil else { continue }
            context.multiply(scores, head, into: dstates.rows(rows))
            context.multiply(
                scores.transposed, states.rows(rows), into: headGradient, accumulate: true)
        }
        if weights != nil {
            context.normalizeBackward(
                x, tokens: tokens, norm.norm, hiddenGradient, into: dx, accumulate: false,
                weights: gradients, offset: norm.offset, inverses: scratch.inverses)
        }
        return losses
    }

    /// The logits of some rows of `x`, for reports and tests.
    func logits(
        _ x: AlignedBuffer<Float>, tokens: Int, row: Int, _ context: TrainingContext
    ) -> [Float] {
        context.compute.normalize(x, tokens: tokens, norm.norm, into: hidden)
        let state = FloatMatrix(hidden, rows: tokens, columns: head.columns).rows(row..<row + 1)
        context.multiply(
            state, head.transposed, into: FloatMatrix(logits, rows: 1, columns: head.rows))
        return logits.values(0..<head.rows)
    }
}
