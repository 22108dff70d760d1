internal import BitNetTensors

extension TrainableModel {
    /// The codes of all ternary weights, by their tensor's name, and of all projections' inputs for
    /// `batch`, by ``CodePlace``.
    package func codes(_ batch: TokenBatch) throws(TrainingError) -> [String: [Int8]] {
        let shape = try check(batch)
        var codes: [String: [Int8]] = [:]
        for linear in layers.flatMap(\.linears) { codes[linear.name] = linear.codes }
        forward(batch, shape) { layer, kept in
            let tokens = shape.tokens
            codes[CodePlace.attentionInput(layer)] = kept.attentionInput.codes(tokens: tokens)
            codes[CodePlace.outputInput(layer)] = kept.outputInput.codes(tokens: tokens)
            codes[CodePlace.feedForwardInput(layer)] = kept.feedForwardInput.codes(tokens: tokens)
            codes[CodePlace.downInput(layer)] = kept.downInput.codes(tokens: tokens)
        }
        return codes
    }
}
