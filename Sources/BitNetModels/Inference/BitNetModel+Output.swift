internal import BitNetTensors

extension BitNetModel {
    /// Logits of the tokens that ask for them.
    func emit(_ workspace: Workspace, _ receive: (LogitsRow) -> Void) {
        var index = 0
        while index < workspace.wanted.count {
            let chosen = chosenCount(from: index, workspace)
            if chosen > 0 {
                emitGreatest(from: index, chosen, workspace, receive)
                index += chosen
            } else {
                index += emitAll(from: index, workspace, receive)
            }
        }
    }

    /// How many of the tokens from `first` on want only the greatest logits of a quantised head, as
    /// many as are computed together.
    private func chosenCount(from first: Int, _ workspace: Workspace) -> Int {
        guard case .quantized(let head) = head else { return 0 }
        let limit = min(HeadScratch.stateLimit, workspace.tokenCapacity)
        var count = 0
        while count < limit, first + count < workspace.wanted.count,
            isChosen(workspace.wanted[first + count].selection, head)
        {
            count += 1
        }
        return count
    }

    /// Whether only some of the head's rows are computed exactly.
    private func isChosen(_ selection: LogitSelection, _ head: QuantizedHead) -> Bool {
        switch selection {
        case .all: false
        case .greatest(let wanted, let including, _):
            wanted + including.count <= HeadScratch.selectionLimit
        case .allowed(let mask): mask.count <= head.listedLimit
        }
    }

    /// The greatest logits of `count` tokens.
    private func emitGreatest(
        from first: Int, _ count: Int, _ workspace: Workspace, _ receive: (LogitsRow) -> Void
    ) {
        guard case .quantized(let head) = head, let scratch = workspace.head else { return }
        normalize(first..<first + count, headNorm, workspace)
        for index in 0..<count {
            switch workspace.wanted[first + index].selection {
            case .all: preconditionFailure("a row of all logits among chosen ones")
            case .greatest(let wanted, let including, let mask):
                compute.select(
                    index, count: min(max(wanted, 1), configuration.vocabularySize),
                    including: including, among: mask, head, workspace.normalized, row: index,
                    scratch)
            case .allowed(let mask):
                compute.select(
                    index, all: mask, head, workspace.normalized, row: index, scratch)
            }
        }
        compute.greatest(count, head, scratch)
        for index in 0..<count {
            let place = workspace.wanted[first + index]
            let found = scratch.found(index)
            receive(
                LogitsRow(
                    chunk: place.chunk, token: place.token, logits: found.logits,
                    tokens: found.tokens))
        }
    }

    /// All logits of as many tokens as the workspace has rows for; returns how many.
    private func emitAll(
        from first: Int, _ workspace: Workspace, _ receive: (LogitsRow) -> Void
    ) -> Int {
        let vocabulary = configuration.vocabularySize
        let step = workspace.logits.count / vocabulary
        let rows = first..<min(first + step, workspace.wanted.count)
        normalize(rows, headNorm, workspace)
        switch head {
        case .stored(let matrix):
            compute.multiply(
                matrix, workspace.normalized, tokens: rows.count, into: workspace.logits)
        case .quantized(let head):
            guard let scratch = workspace.head else { return rows.count }
            compute.multiply(
                head, workspace.normalized, tokens: rows.count, into: workspace.logits, scratch)
        }
        for (index, place) in workspace.wanted[rows].enumerated() {
            workspace.logits.copy(
                index * vocabulary..<(index + 1) * vocabulary, into: &workspace.row)
            place.selection.mask?.exclude(from: &workspace.row)
            receive(
                LogitsRow(
                    chunk: place.chunk, token: place.token, logits: workspace.row, tokens: nil))
        }
        return rows.count
    }

    /// What the head's input is normalised by.
    private var headNorm: RMSNorm {
        if case .quantized(let head) = head { return head.inputNorm }
        return outputNorm
    }

    /// The normalised hidden states of some of the wanted tokens, from row 0 on.
    func normalize(_ rows: Range<Int>, _ norm: RMSNorm, _ workspace: Workspace) {
        let hidden = configuration.hiddenSize
        for (index, wanted) in workspace.wanted[rows].enumerated() {
            workspace.normalized.assign(
                from: workspace.hidden, wanted.row * hidden..<(wanted.row + 1) * hidden,
                at: index * hidden)
        }
        compute.normalize(
            workspace.normalized, tokens: rows.count, norm, into: workspace.normalized)
    }
}
