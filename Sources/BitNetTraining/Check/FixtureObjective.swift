internal import BitNetTensors

/// The batch of a fixture and the loss that is computed of its targets' losses.
struct FixtureObjective {
    /// The batch; its weights are those of the loss, or of each answer's log-probability.
    let batch: TokenBatch
    /// Whether losses are sums, whose differences count relative to their size where that is above 1.
    let isSum: Bool
    private let preference: (DirectPreference, DirectPreference.LogProbabilities)?

    init(_ fixture: TrainingFixture) throws(TrainingError) {
        batch = try fixture.batch()
        let objective = fixture.expected.objective
        isSum = objective != nil
        switch objective?.kind {
        case nil, "weighted_sum": preference = nil
        case "dpo":
            guard batch.rows == 2, let beta = objective?.beta,
                let reference = objective?.reference_log_probabilities, reference.count == 2
            else {
                throw TrainingError(
                    .invalidData, file: fixture.path,
                    "objective: expected two rows, beta and two reference_log_probabilities")
            }
            preference = (
                try DirectPreference(beta: beta),
                DirectPreference.LogProbabilities(chosen: reference[0], rejected: reference[1])
            )
        case let kind?:
            throw TrainingError(
                .invalidData, file: fixture.path,
                "objective.kind: expected \"weighted_sum\" or \"dpo\", found \"\(kind)\"")
        }
    }

    /// The loss, the batch whose weights give its gradient, and each row's log-probability.
    func evaluate(_ losses: [Double]) -> (loss: Double, batch: TokenBatch, logProbabilities: [Double])
    {
        let sums = (0..<batch.rows).map { row in
            (row * batch.length..<(row + 1) * batch.length).reduce(0) {
                $0 - losses[$1] * Double(batch.weights[$1])
            }
        }
        guard let (objective, reference) = preference else {
            return (batch.total(losses), batch, sums)
        }
        let outcome = objective.evaluate(
            policy: DirectPreference.LogProbabilities(chosen: sums[0], rejected: sums[1]),
            reference: reference)
        let factors = [Float(outcome.chosenWeight), Float(outcome.rejectedWeight)]
        return (outcome.loss, SequenceBatch(batch, items: [0]).scaled(by: factors), sums)
    }

    /// The loss and each row's log-probability; `gradients` become those of the loss.
    func backpropagate(_ model: TrainableModel) throws -> (loss: Double, logProbabilities: [Double]) {
        let gradients = model.gradients.buffer
        model.context.clear(gradients, count: gradients.count)
        guard preference != nil else {
            let result = evaluate(try model.backpropagate(batch).map { Double($0) })
            return (result.loss, result.logProbabilities)
        }
        let result = evaluate(try model.losses(batch).map { Double($0) })
        _ = try model.backpropagate(result.batch)
        return (result.loss, result.logProbabilities)
    }

    /// The same in float64; `probe`, which computes the same, is used where it takes two passes.
    func backpropagate(
        _ model: ReferenceModel, probe: @autoclosure () -> ReferenceModel
    ) -> (loss: Double, logProbabilities: [Double]) {
        guard preference != nil else {
            let result = evaluate(model.backpropagate(batch))
            return (result.loss, result.logProbabilities)
        }
        let result = evaluate(probe().backpropagate(batch))
        _ = model.backpropagate(result.batch)
        return (result.loss, result.logProbabilities)
    }

    /// How far a loss is from the expected one.
    func difference(_ loss: Double, _ expected: Double) -> Double {
        abs(loss - expected) / (isSum ? max(1, abs(expected)) : 1)
    }
}
