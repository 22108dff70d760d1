internal import BitNetTensors

extension BitNetModel {
    /// Logits of the tokens that ask for them.
    func emit(_ workspace: Workspace, _ receive: (LogitsRow) -> Void) {
        var index = 0
        while index < workspace.wanted.count {
            let wanted = workspace.wanted[index]
            if case .quantized(let head) = head, let scratch = workspace.head,
                case .greatest(let count, let including) = wanted.selection,
                count + including.count <= HeadScratch.selectionLimit
            {
                emitGreatest(count, including, wanted, head, scratch, workspace, receive)
                index += 1
            } else {
                index += emitAll(from: index, workspace, receive)
            }
        }
    }

    /// The greatest logits of one token.
    private func emitGreatest(
        _ count: Int, _ including: [Int32], _ wanted: WantedRow, _ head: QuantizedHead,
        _ scratch: HeadScratch, _ workspace: Workspace, _ receive: (LogitsRow) -> Void
    ) {
        normalize([wanted][...], workspace)
        compute.greatest(
            min(max(count, 1), configuration.vocabularySize), including: including, head,
            workspace.normalized, row: 0, scratch, into: &workspace.found)
        receive(
            LogitsRow(
                chunk: wanted.chunk, token: wanted.token, logits: workspace.found.logits,
                tokens: workspace.found.tokens))
    }

    /// All logits of as many tokens as the workspace has rows for; returns how many.
    private func emitAll(
        from first: Int, _ workspace: Workspace, _ receive: (LogitsRow) -> Void
    ) -> Int {
        let vocabulary = configuration.vocabularySize
        let step = workspace.logits.count / vocabulary
        let rows = workspace.wanted[first..<min(first + step, workspace.wanted.count)]
        normalize(rows, workspace)
        switch head {
        case .stored(let matrix):
            compute.multiply(
                matrix, workspace.normalized, tokens: rows.count, into: workspace.logits)
        case .quantized(let head):
            guard let scratch = workspace.head else { return rows.count }
            compute.multiply(
                head, workspace.normalized, tokens: rows.count, into: workspace.logits, scratch)
        }
        for (index, place) in rows.enumerated() {
            workspace.logits.copy(
                index * vocabulary..<(index + 1) * vocabulary, into: &workspace.row)
            receive(
                LogitsRow(
                    chunk: place.chunk, token: place.token, logits: workspace.row, tokens: nil))
        }
        return rows.count
    }

    /// The normalised hidden states of some tokens, from row 0 on.
    private func normalize(_ rows: ArraySlice<WantedRow>, _ workspace: Workspace) {
        let hidden = configuration.hiddenSize
        for (index, wanted) in rows.enumerated() {
            workspace.normalized.assign(
                from: workspace.hidden, wanted.row * hidden..<(wanted.row + 1) * hidden,
                at: index * hidden)
        }
        var norm = outputNorm
        if case .quantized(let head) = head { norm = head.inputNorm }
        compute.normalize(
            workspace.normalized, tokens: rows.count, norm, into: workspace.normalized)
    }
}
