/// What `bitnet logits` is asked for; other keys are ignored.
struct LogitsRequest: Decodable {
    let prompts: [Prompt]
    let nll: LikelihoodRequest?

    /// Token ids, and the positions whose logits are wanted: all when nil.
    struct Prompt: Decodable {
        let name: String?
        let ids: [Int]
        let positions: [Int]?
    }

    /// The name of the prompt whose mean negative log-likelihood is wanted.
    struct LikelihoodRequest: Decodable {
        let prompt: String
    }

    /// Checks ids and positions, so that nothing fails after a long computation.
    func validate(vocabularySize: Int) throws(CommandFailure) {
        for (index, prompt) in prompts.enumerated() {
            let place = "prompts[\(index)]"
            guard !prompt.ids.isEmpty else {
                throw CommandFailure("\(place).ids: expected at least one token id, found none")
            }
            for (offset, id) in prompt.ids.enumerated() where !(0..<vocabularySize).contains(id) {
                throw CommandFailure(
                    "\(place).ids[\(offset)]: expected a token id of 0 to \(vocabularySize - 1), "
                        + "found \(id)")
            }
            for (offset, position) in (prompt.positions ?? []).enumerated()
            where !prompt.ids.indices.contains(position) {
                throw CommandFailure(
                    "\(place).positions[\(offset)]: expected 0 to \(prompt.ids.count - 1), "
                        + "found \(position)")
            }
        }
    }

    /// The index of the prompt that `nll` names.
    func likelihoodPrompt() throws(CommandFailure) -> Int {
        guard let nll else {
            throw CommandFailure(
                "--nll: the input has no \"nll\": {\"prompt\": name of one of the prompts}")
        }
        guard let index = prompts.firstIndex(where: { $0.name == nll.prompt }) else {
            throw CommandFailure("nll.prompt: there is no prompt named \"\(nll.prompt)\"")
        }
        guard prompts[index].ids.count >= 2 else {
            throw CommandFailure("nll.prompt: \"\(nll.prompt)\" has fewer than two tokens")
        }
        return index
    }
}
