internal import BitNetTokenizers

extension DataLine {
    /// The preference of a line in one of the forms of ``PreferenceDataset``; nil when both
    /// answers are the same.
    func preference() throws(TrainingError) -> Preference? {
        guard value("chosen") != nil, value("rejected") != nil else {
            throw error(found: keyList, expected: "prompt, chosen and rejected")
        }
        let chosen = try dialogue("chosen")
        let rejected = try dialogue("rejected")
        if chosen == rejected { return nil }
        let shared = zip(chosen, rejected).prefix { $0 == $1 }.count
        return Preference(
            prompt: Array(chosen[..<shared]), chosen: try answer(chosen, after: shared, "chosen"),
            rejected: try answer(rejected, after: shared, "rejected"))
    }

    /// The prompt and the messages of a side; a side that begins with the prompt has it once.
    private func dialogue(_ key: String) throws(TrainingError) -> [ChatMessage] {
        let side = try messages(key, stringRole: "assistant").map(\.message)
        let isWhole = side[0].role != "assistant"
        guard value("prompt") != nil else {
            if isWhole { return side }
            throw error(
                found: "no prompt and only the answer for \"\(key)\"",
                expected: "a \"prompt\", or the whole conversation as messages")
        }
        let prompt = try messages("prompt", stringRole: "user").map(\.message)
        guard isWhole else { return prompt + side }
        // A prompt that is a string leaves out the system's message that the side may begin with.
        let question = side.dropLast()
        guard question.starts(with: prompt) || question.suffix(prompt.count).elementsEqual(prompt)
        else {
            throw error(
                found: "another question in \"\(key)\" than in \"prompt\"",
                expected: "the same in both, or only the answer in \"\(key)\"")
        }
        return side
    }

    /// The one message that follows the shared part.
    private func answer(
        _ dialogue: [ChatMessage], after shared: Int, _ key: String
    ) throws(TrainingError) -> ChatMessage {
        guard dialogue.count == shared + 1, let answer = dialogue.last, answer.role == "assistant",
            shared > 0
        else {
            throw error(
                found: "\(dialogue.count - shared) messages in \"\(key)\" after the \(shared) that "
                    + "both sides share",
                expected: "a shared question and then one assistant's message")
        }
        return answer
    }
}
