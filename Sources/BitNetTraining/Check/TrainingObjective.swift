internal import BitNetTensors

/// What a fixture's loss is of its targets' negative log-likelihoods.
enum TrainingObjective {
    /// Σ weight · loss.
    case weightedSum
    /// Of row 0 over row 1 (DPO, arXiv 2305.18290): -log σ(β · (m - m')) with the difference m of the
    /// rows' weighted log-probabilities, and m' by the reference.
    case preference(beta: Double, reference: [Double])

    /// The weighted log-probability of each row.
    func rows(_ losses: [Double], _ batch: TokenBatch) -> [Double] {
        (0..<batch.rows).map { row in
            (row * batch.length..<(row + 1) * batch.length).reduce(0) {
                $0 - Double(batch.weights[$1]) * losses[$1]
            }
        }
    }

    /// β · (m - m').
    private func margin(
        _ losses: [Double], _ batch: TokenBatch, _ beta: Double, _ reference: [Double]
    ) -> Double {
        let rows = rows(losses, batch)
        return beta * (rows[0] - reference[0] - (rows[1] - reference[1]))
    }

    /// The loss.
    func loss(_ losses: [Double], _ batch: TokenBatch) -> Double {
        switch self {
        case .weightedSum: return -rows(losses, batch).reduce(0, +)
        case .preference(let beta, let reference):
            return ReferenceFunctions.softplus(-margin(losses, batch, beta, reference))
        }
    }

    /// The batch with the loss's derivatives by each target's loss as weights.
    func weighted(_ batch: TokenBatch, _ losses: () throws -> [Double]) rethrows -> TokenBatch {
        guard case .preference(let beta, let reference) = self else { return batch }
        let slope =
            beta * ReferenceFunctions.sigmoid(-margin(try losses(), batch, beta, reference))
        var result = batch
        for index in result.weights.indices {
            result.weights[index] *= Float(index < batch.length ? slope : -slope)
        }
        return result
    }
}

/// A batch and what its loss is.
struct FixtureTask {
    let batch: TokenBatch
    let objective: TrainingObjective

    /// A backward pass's loss, and the weighted log-probability of each row.
    struct Result {
        let loss: Double
        let rows: [Double]
    }

    /// What a difference of two losses is divided by: for sums, the sum of weights.
    var size: Double {
        guard case .weightedSum = objective else { return 1 }
        return max(1, batch.weights.reduce(0) { $0 + Double($1) })
    }

    fileprivate func result(_ losses: [Double]) -> Result {
        Result(loss: objective.loss(losses, batch), rows: objective.rows(losses, batch))
    }
}

extension TrainableModel {
    /// The task's loss; the gradients become its.
    func backpropagate(_ task: FixtureTask) throws -> FixtureTask.Result {
        context.clear(gradients.buffer, count: gradients.buffer.count)
        let batch = try task.objective.weighted(task.batch) {
            try losses(task.batch).map { Double($0) }
        }
        return task.result(try backpropagate(batch).map { Double($0) })
    }
}

extension ReferenceModel {
    /// The same with the codes of another run, if there are any.
    func backpropagate(
        _ task: FixtureTask, following codes: [String: [Int8]] = [:]
    ) -> FixtureTask.Result {
        rounding?.follow(codes)
        let batch = task.objective.weighted(task.batch) { backpropagate(task.batch) }
        rounding?.follow(codes)
        return task.result(backpropagate(batch))
    }
}
