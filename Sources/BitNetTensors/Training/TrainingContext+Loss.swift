internal import CBitNetKernels

extension TrainingContext {
    /// Copies the embedding's rows of `tokens` into `out`, (tokens, width).
    public func embed(_ tokens: [Int32], _ embedding: FloatMatrix, into out: AlignedBuffer<Float>) {
        let width = embedding.columns
        precondition(out.count >= tokens.count * width, "rows do not fit")
        checkTokens(tokens, embedding.rows)
        split(tokens.count, work: tokens.count * width) { share, _ in
            for index in share {
                (out.base + index * width).update(
                    from: embedding.base + Int(tokens[index]) * width, count: width)
            }
        }
    }

    /// Backward of ``embed(_:_:into:)``: adds rows of `gradient` to those of the embedding's
    /// gradient, token after token.
    public func embedBackward(
        _ tokens: [Int32], _ gradient: AlignedBuffer<Float>, into embedding: FloatMatrix
    ) {
        let width = embedding.columns
        precondition(gradient.count >= tokens.count * width, "rows are missing")
        checkTokens(tokens, embedding.rows)
        let table = table
        split(width, work: tokens.count * width * 2) { columns, _ in
            let first = columns.lowerBound
            for (index, token) in tokens.enumerated() {
                table.add(
                    embedding.base + Int(token) * width + first,
                    gradient.base + index * width + first, columns.count)
            }
        }
    }

    private func checkTokens(_ tokens: [Int32], _ rows: Int) {
        for token in tokens {
            precondition(token >= 0 && token < rows, "token \(token) of a vocabulary of \(rows)")
        }
    }

    /// Negative log-likelihood (natural logarithm) of each row's target by `logits`, (rows,
    /// vocabulary), which become weight · (softmax - one hot) where weights are given.
    public func crossEntropy(
        _ logits: FloatMatrix, targets: ArraySlice<Int32>, weights: ArraySlice<Float>?,
        into losses: inout [Float]
    ) {
        precondition(targets.count == logits.rows, "\(targets.count) targets")
        precondition(weights == nil || weights?.count == logits.rows, "weights are missing")
        checkTokens(Array(targets), logits.columns)
        let start = losses.count
        losses.append(contentsOf: repeatElement(0, count: logits.rows))
        let table = table
        losses.withUnsafeMutableBufferPointer { losses in
            nonisolated(unsafe) let losses = losses
            split(logits.rows, work: logits.rows * logits.columns * 16) { share, _ in
                for row in share {
                    losses[start + row] = table.cross_entropy(
                        logits.rows(row..<row + 1).base, logits.columns,
                        Int(targets[targets.startIndex + row]),
                        weights.map { $0[$0.startIndex + row] } ?? 0, weights != nil)
                }
            }
        }
    }
}
