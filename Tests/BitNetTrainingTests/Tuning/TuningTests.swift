import BitNetTestSupport
import BitNetTraining
import Foundation
import Testing

/// Fine-tuning of a tiny model, from a text to answers by the engine's own inference.
@Suite(.serialized)
struct TuningTests {
    private let model: InstructionModel

    init() throws { model = try InstructionModel.base.get() }

    /// Sum and mean of losses, and how far greedy answers follow the format before and after.
    @Test func conversationsTeachAFormat() async throws {
        try InstructionModel.chat.get()
        let before = try await model.formatShare("base")
        let after = try await model.formatShare("chat")
        #expect(before < 0.2, "\(before)")
        #expect(after > 0.9, "\(after)")
        let losses = try heldOutLosses("chat")
        #expect(try #require(losses.last) < 0.5 * (try #require(losses.first)))
        #expect(try model.supervised(to: "mean", reduction: .mean).run())
        #expect(try await model.formatShare("mean") > 0.9)
    }

    /// The margin rises from 0, and the loss of plain text by less than 0.1 nats a token.
    @Test func preferencesRaiseTheMargin() throws {
        var steps: [StepRecord] = []
        let run = try model.preferences(to: "preferred", lr: 2e-5)
        let isFinished = try run.run(shouldStop: { false }) { event in
            if case .step(let record) = event { steps.append(record) }
        }
        #expect(isFinished)
        let margins = try steps.map { try value("margin", $0) }
        let accuracies = try steps.map { try value("accuracy", $0) }
        #expect(abs(try #require(margins.first)) < 1e-4)
        #expect(mean(margins.suffix(10)) > 0.2, "\(mean(margins.suffix(10)))")
        #expect(mean(accuracies.suffix(10)) > 0.9, "\(mean(accuracies.suffix(10)))")
        let losses = try heldOutLosses("preferred")
        let rise = try #require(losses.last) - (try #require(losses.first))
        #expect(rise < 0.1, "held-out loss rose by \(rise)")
    }

    /// A run that ends at any step and goes on is the run that did not end.
    @Test(arguments: [1, 6, 13])
    func resumedRunsAreTheSame(stop: Int) throws {
        var options = TrainingRun.Options()
        options.checkpointInterval = 5
        options.evaluationInterval = 7
        try resume("sft-\(stop)", stop) { name, checkpoint in
            try model.supervised(to: name, from: checkpoint, options)
        }
        try resume("dpo-\(stop)", stop) { name, checkpoint in
            try model.preferences(to: name, from: checkpoint, lr: 1e-4, options)
        }
    }

    private func resume(
        _ name: String, _ stop: Int, _ make: (String, TrainingCheckpoint?) throws -> TrainingRun
    ) throws {
        let (whole, parts) = ("\(name)-whole", "\(name)-parts")
        #expect(try make(whole, nil).run())
        var made = 0
        let isFinished = try make(parts, nil).run(shouldStop: { made == stop }) { event in
            if case .step = event { made += 1 }
        }
        #expect(!isFinished)
        let checkpoint = try #require(try RunFolder(model.folder.path(parts)).newest())
        #expect(checkpoint.step == stop)
        #expect(try make(parts, checkpoint).run())
        #expect(try model.records(parts) == (try model.records(whole)))
        #expect(try weights(parts) == (try weights(whole)))
    }

    /// Pieces and activation checkpointing change no more than the order of float32's sums.
    @Test func piecesDoNotChangeResults() throws {
        var options = TrainingRun.Options()
        options.pieceTokens = 1
        options.checkpointsActivations = true
        options.evaluationInterval = 0
        let pieces = try firstSteps("pieces", options)
        options.pieceTokens = 4096
        let whole = try firstSteps("whole", options)
        #expect(pieces.count == 8)
        for (one, other) in zip(pieces, whole) {
            #expect(abs(one.loss - other.loss) < 1e-4, "step \(one.step)")
            #expect(abs(one.gradientNorm / other.gradientNorm - 1) < 1e-4, "step \(one.step)")
        }
    }

    private func firstSteps(_ name: String, _ options: TrainingRun.Options) throws -> [StepRecord] {
        var steps: [StepRecord] = []
        _ = try model.supervised(to: name, options).run(shouldStop: { steps.count == 8 }) { event in
            if case .step(let record) = event { steps.append(record) }
        }
        return steps
    }

    private func heldOutLosses(_ name: String) throws -> [Double] {
        try model.records(name).compactMap {
            if case .evaluation(let record) = $0 { record.heldOutLoss } else { nil }
        }
    }

    private func weights(_ name: String) throws -> Data {
        try Data(contentsOf: URL(filePath: model.folder.path("\(name)/model.safetensors")))
    }

    private func value(_ name: String, _ record: StepRecord) throws -> Double {
        let member = try #require(record.extra.first { $0.name == name })
        guard case .number(let number) = member.value else { return .nan }
        return number
    }

    private func mean(_ values: some Collection<Double>) -> Double {
        values.reduce(0, +) / Double(values.count)
    }
}
