extension TrainingTask {
    /// Refuses processes that would train different models: all must have the same settings and data,
    /// and be at the same step of the same weights.
    func agree(_ model: TrainableModel, step: Int) throws {
        guard communicator.size > 1 else { return }
        var weights = Checksum()
        for parameter in model.weights.layout.parameters {
            weights.append(model.weights.values(parameter))
        }
        let own = try identity() + Array(" \(step) \(weights.value)".utf8)
        guard try communicator.broadcast(own) == own else {
            throw TrainingError(
                .communication,
                "process \(communicator.rank) has other settings, data, checkpoints or initial "
                    + "weights than process 0; all need the same files at the same paths, those of "
                    + "the run's folder included when it is resumed")
        }
    }
}
