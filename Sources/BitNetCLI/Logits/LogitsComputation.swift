import BitNetEvaluation
import BitNetModels
import BitNetTensors

/// Computes one prompt at a time with a cache of float32.
struct LogitsComputation {
    /// What a prompt gives.
    struct Answer {
        /// Logits by position, for the positions asked for.
        var rows: [Int: [Float]] = [:]
        /// The greedy continuation.
        var greedy: [Int32] = []
        /// Mean negative log-likelihood of the tokens after the first, when asked for.
        var likelihood: Double?
    }

    let model: BitNetModel
    let workspace: Workspace
    let batch: Int
    let greedyCount: Int

    /// Buffers for prompts of up to `longest` tokens.
    init(_ model: BitNetModel, longest: Int, batch: Int, greedyCount: Int) throws {
        self.model = model
        self.batch = min(batch, max(longest, 1))
        self.greedyCount = greedyCount
        workspace = try Workspace(
            model, tokens: self.batch, positions: max(longest, 1) + greedyCount)
    }

    /// The logits at `positions`, and what follows greedily.
    func answer(
        _ ids: [Int32], positions: Set<Int>, withLikelihood: Bool
    ) throws -> Answer {
        let cache = try model.makeCache(capacity: ids.count + greedyCount, format: .float32)
        var answer = Answer()
        var last: [Float] = []
        var likelihood = 0.0
        for start in stride(from: 0, to: ids.count, by: batch) {
            let chunk = start..<min(start + batch, ids.count)
            let needed = withLikelihood || chunk.dropLast().contains { positions.contains($0) }
            let outputs: SequenceChunk.Outputs = needed ? .all : .last
            let tokens = SequenceChunk(cache: cache, tokens: Array(ids[chunk]), outputs: outputs)
            try model.forward([tokens], workspace) { row in
                let position = outputs == .all ? start + row.token : chunk.upperBound - 1
                if positions.contains(position) { answer.rows[position] = row.logits }
                if withLikelihood, position + 1 < ids.count {
                    likelihood -= LogSoftmax.value(row.logits, token: ids[position + 1])
                }
                if position == ids.count - 1 { last = row.logits }
            }
        }
        if withLikelihood { answer.likelihood = likelihood / Double(ids.count - 1) }
        answer.greedy = try continueGreedily(from: last, cache)
        return answer
    }

    /// The most likely token again and again; tokens that end a text do not end it.
    private func continueGreedily(from logits: [Float], _ cache: KVCache) throws -> [Int32] {
        var last = logits
        var tokens: [Int32] = []
        while tokens.count < greedyCount {
            guard let best = Self.greatest(last) else { break }
            tokens.append(best)
            guard tokens.count < greedyCount else { break }
            let chunk = SequenceChunk(cache: cache, tokens: [best], outputs: .last)
            try model.forward([chunk], workspace) { last = $0.logits }
        }
        return tokens
    }

    /// The token with the greatest logit, the lowest of equal ones.
    private static func greatest(_ logits: [Float]) -> Int32? {
        logits.indices.max { logits[$0] < logits[$1] }.map { Int32($0) }
    }
}
