internal import BitNetModels

/// The final norm, the head (the embedding if tied), and the cross-entropy with the targets.
final class ReferenceOutput {
    private let norm: ReferenceNorm
    private let head: String
    private let parameters: ReferenceParameters
    private var hidden = ReferenceRows(count: 0, width: 1)
    private var probabilities = ReferenceRows(count: 0, width: 1)
    private var targets: [Int32] = []

    init(_ model: ModelConfiguration, _ parts: ReferenceParts) {
        norm = parts.norm("model.norm")
        head = model.tiedEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight"
        parameters = parts.parameters
    }

    /// loss[t] = log Σ exp(logits[t]) - logits[t][target[t]].
    func forward(_ x: ReferenceRows, _ targets: [Int32]) -> [Double] {
        self.targets = targets
        hidden = norm.forward(x)
        let logits = hidden.times(transposed: parameters.matrix(head, width: x.width))
        probabilities = logits
        return targets.enumerated().map { t, target in
            let row = t * logits.width..<(t + 1) * logits.width
            let softmax = ReferenceFunctions.softmax(Array(logits.values[row]))
            probabilities.values.replaceSubrange(row, with: softmax.weights)
            return softmax.logarithm - logits.values[row.lowerBound + Int(target)]
        }
    }

    /// dlogits[t] = weight[t] · (softmax(logits[t]) - one hot(target[t])).
    func backward(_ weights: [Double]) -> ReferenceRows {
        var dlogits = probabilities
        for (t, target) in targets.enumerated() {
            dlogits.values[t * dlogits.width + Int(target)] -= 1
            for i in 0..<dlogits.width { dlogits.values[t * dlogits.width + i] *= weights[t] }
        }
        parameters.add(dlogits.transposedTimes(hidden).values, to: head)
        return norm.backward(dlogits.times(parameters.matrix(head, width: hidden.width)))
    }
}
