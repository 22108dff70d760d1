internal import BitNetTensors

/// The last hidden state of one token, behind the output norm: what the output head would read.
public struct HiddenStateRow {
    /// The index of the chunk in the pass.
    public let chunk: Int
    /// The index of the token in the chunk.
    public let token: Int
    /// The values, (hidden).
    public let values: [Float]
}

extension BitNetModel {
    /// Computes the chunks as `forward` does, and hands out hidden states where that gives logits.
    ///
    /// Exact in the same way: they do not depend in one bit on the cut into chunks, on the pass or on
    /// the number of threads. Costs no product with the output head.
    public func hiddenStates(
        _ chunks: [SequenceChunk], _ workspace: Workspace, receive: (HiddenStateRow) -> Void
    ) throws(ModelError) {
        try compute(chunks, workspace)
        let hidden = configuration.hiddenSize
        normalize(workspace.wanted.indices, outputNorm, workspace)
        var values: [Float] = []
        for (index, place) in workspace.wanted.enumerated() {
            workspace.normalized.copy(index * hidden..<(index + 1) * hidden, into: &values)
            receive(HiddenStateRow(chunk: place.chunk, token: place.token, values: values))
        }
    }

    /// Whether every projection has a norm of its own input, as those of BitNet's text embedders have
    /// (arXiv 2606.25674), and those of no published language model.
    public var normalizesProjectionInputs: Bool {
        !blocks.isEmpty
            && blocks.allSatisfy { block in
                block.projections.allSatisfy {
                    guard case .ternary(let linear) = $0 else { return false }
                    return linear.inputNorm != nil
                }
            }
    }
}
