import BitNetModels
import BitNetTensors
import BitNetTraining

/// A model that is trained to be timed.
final class TrainBenchSubject {
    let model: TrainableModel
    private let trainer: Trainer
    private let batchTokens: Int

    /// One measurement.
    struct Sample {
        let tokensPerSecond: Double
        let loss: Double
    }

    init(
        _ settings: PretrainSettings, vocabularySize: Int, compute: ComputeContext,
        blas: BLASLibrary?, checkpointsActivations: Bool, initial: String?
    ) throws {
        var options = TrainableModel.Options(
            tokenCapacity: settings.batchTokens, maximumLength: settings.length)
        options.precision = settings.precision
        options.blas = blas
        options.checkpointsActivations = checkpointsActivations
        let configuration = settings.configuration(vocabularySize: vocabularySize)
        model = try TrainableModel(configuration, options, compute)
        if let initial {
            try model.weights.load(safetensors: initial)
        } else {
            WeightInitializer(seed: settings.seed).fill(model.weights, layers: settings.layers)
        }
        model.weightsDidChange()
        batchTokens = settings.batchTokens
        trainer = Trainer(
            model, try AdamW(model.weights.layout),
            BenchmarkBatches(
                vocabularySize: vocabularySize, sequences: settings.sequences,
                length: settings.length), settings.schedule)
    }

    /// Makes that many steps.
    func measure(steps: Int) throws -> Sample {
        let start = ContinuousClock.now
        var loss = 0.0
        for _ in 0..<steps { loss = try trainer.step().loss }
        let seconds = (ContinuousClock.now - start).seconds
        return Sample(tokensPerSecond: Double(steps * batchTokens) / seconds, loss: loss)
    }
}

/// Answers requests on standard input, one JSON object a line.
struct TrainBenchRequests {
    let subject: TrainBenchSubject

    private struct Ready: Encodable { var ready = true }
    private struct Request: Decodable { let steps: Int }
    private struct Answer: Encodable {
        let tokens_per_second: Double
        let loss: Double
        let peak_resident_bytes: Int?
    }

    /// Runs until standard input ends.
    func serve() throws {
        try StandardStreams.writeOutput(JSONLines.line(Ready()))
        var number = 0
        while let line = readLine() {
            number += 1
            let request: Request = try JSONLines.decode(
                Array(line.utf8)[...], number, #"{"steps": N}"#)
            guard (1...1_000_000).contains(request.steps) else {
                throw CommandFailure(
                    "standard input, line \(number): steps: expected 1 to 1000000, found "
                        + "\(request.steps)")
            }
            let sample = try subject.measure(steps: request.steps)
            try StandardStreams.writeOutput(
                JSONLines.line(
                    Answer(
                        tokens_per_second: sample.tokensPerSecond, loss: sample.loss,
                        peak_resident_bytes: ProcessMemory.peakBytes)))
        }
    }
}
