import BitNetGeneration
import BitNetModels
import BitNetTensors

/// Times the forward pass on random tokens; nothing else is in the time.
struct BenchRunner {
    let model: BitNetModel
    let batch: Int
    let format: KeyValueFormat
    private let workspace: Workspace
    private let tokens: [Int32]

    /// What the sampler of `bitnet run` asks for when nothing else is said: top-k of 40.
    private static let selection = LogitSelection.greatest(count: 40, including: [])

    /// Buffers for sequences of up to `positions` tokens, prompts `batch` tokens at a time.
    init(_ model: BitNetModel, batch: Int, positions: Int, format: KeyValueFormat) throws {
        self.model = model
        self.batch = min(batch, positions)
        self.format = format
        workspace = try Workspace(model, tokens: self.batch, positions: positions)
        var generator = SeededGenerator(seed: 1)
        let vocabulary = Int32(model.configuration.vocabularySize)
        tokens = (0..<positions).map { _ in Int32.random(in: 0..<vocabulary, using: &generator) }
    }

    /// What the runs of a row showed.
    struct Measurement {
        /// Seconds of each run.
        var seconds: [Double] = []
        /// The share of gates at or below zero, and of zeros at the input of the down projections.
        var zeros: (gates: Double?, inputs: Double?) = (nil, nil)
        /// The shares of rows and columns that were left out for them.
        var skipped: (rows: Double, columns: Double) = (0, 0)
        /// Seconds of each kind of step in a run of its own.
        var profile: [(step: StepProfile.Step, seconds: Double)]?
    }

    /// Measures `repetitions` runs, after one that does not count; with `profile` one more, whose
    /// steps are timed.
    func measure(
        _ test: BenchCase, repetitions: Int, profile: Bool, progress: (Int) -> Void
    ) throws -> Measurement {
        let cache = try model.makeCache(capacity: test.positions, format: format)
        var result = Measurement()
        for repetition in 0...repetitions {
            progress(repetition)
            let elapsed = try time(test, cache)
            if repetition > 0 { result.seconds.append(elapsed) }
        }
        result.zeros = workspace.zeroShares
        result.skipped = workspace.skippedShares
        if profile { result.profile = try steps(test, cache) }
        return result
    }

    private func steps(
        _ test: BenchCase, _ cache: KVCache
    ) throws -> [(step: StepProfile.Step, seconds: Double)] {
        let profile = StepProfile()
        _ = try time(test, cache, profile)
        return StepProfile.Step.allCases.map { ($0, profile.duration($0).seconds) }
    }

    /// Seconds of one run on a cache that this runner alone has filled.
    ///
    /// What is in it up to the test's depth stays: the token of a position is always the same.
    func time(
        _ test: BenchCase, _ cache: KVCache, _ profile: StepProfile? = nil
    ) throws -> Double {
        cache.truncate(to: min(cache.count, test.depth))
        try prefill(test.depth - cache.count, cache)
        workspace.resetZeroShares()
        workspace.profile = profile
        defer { workspace.profile = nil }
        let start = ContinuousClock.now
        try prefill(test.prompt, cache)
        for _ in 0..<test.generation { try decode(cache) }
        return (ContinuousClock.now - start).seconds
    }

    /// Adds `count` tokens; only the last one's logits are computed.
    private func prefill(_ count: Int, _ cache: KVCache) throws {
        let end = cache.count + count
        while cache.count < end {
            let chunk = cache.count..<min(cache.count + batch, end)
            let outputs: SequenceChunk.Outputs = chunk.upperBound == end ? .last : .none
            try forward(Array(tokens[chunk]), outputs, cache)
        }
    }

    private func decode(_ cache: KVCache) throws {
        try model.decode(
            tokens[cache.count], cache, workspace, selection: Self.selection
        ) { _ in }
    }

    private func forward(
        _ tokens: [Int32], _ outputs: SequenceChunk.Outputs, _ cache: KVCache
    ) throws {
        let chunk = SequenceChunk(
            cache: cache, tokens: tokens, outputs: outputs, selection: Self.selection)
        try model.forward([chunk], workspace) { _ in }
    }
}
