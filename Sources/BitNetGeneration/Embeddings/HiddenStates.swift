internal import BitNetModels
internal import BitNetTokenizers

extension LanguageModel {
    /// The hidden states of `tokens`, or of the last of them, which are appended to `cache`: one pass
    /// on the engine's queue.
    func hiddenStates(
        _ tokens: [TokenID], _ cache: KVCache, all: Bool
    ) async throws -> [[Float]] {
        let (model, workspace) = (model, engine.workspace)
        return try await engine.perform {
            var states: [[Float]] = []
            let chunk = SequenceChunk(cache: cache, tokens: tokens, outputs: all ? .all : .last)
            try model.hiddenStates([chunk], workspace) { states.append($0.values) }
            return states
        }
    }
}
