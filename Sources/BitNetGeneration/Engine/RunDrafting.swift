internal import BitNetTokenizers

/// Guesses for one generation, made when they are first asked for: beside others it never is.
struct RunDrafting: Sendable {
    private var drafter: Drafter?
    /// Tokens of the text that the drafter knows.
    private var known = 0

    /// Up to `limit` tokens that are likely to follow `text`.
    mutating func draft(
        _ request: GenerationRequest, _ text: [TokenID], _ contextLength: Int, atMost limit: Int
    ) -> [TokenID] {
        let maximum = request.parameters.maximumDraftTokens
        guard maximum > 0 else { return [] }
        var drafter =
            self.drafter
            ?? Drafter(maximum: maximum, prompt: request.prompt, capacity: contextLength)
        self.drafter = nil
        for token in text[max(known, request.prompt.count)...] { drafter.accept(token) }
        known = text.count
        let draft = limit > 0 ? drafter.draft(atMost: limit) : []
        self.drafter = drafter
        return draft
    }
}
