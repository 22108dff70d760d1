internal import BitNetTokenizers

extension ChatEncoder {
    /// What is to be learned of a conversation.
    ///
    /// An answer whose prompt begins with the sequence so far goes on with that sequence; another
    /// one begins a sequence of its own. So a conversation is one sequence where the template and
    /// the tokenizer keep what they wrote before, and otherwise each answer still follows the very
    /// tokens that the model will see. Cost: the conversation is rendered twice for each answer.
    ///
    /// - Returns: Sequences, none for no answers, and the number of answers without a token that
    ///   ends generation (from these a model does not learn to stop).
    public func sequences(
        _ conversation: Conversation
    ) throws(TrainingError) -> (sequences: [TrainingSequence], unended: Int) {
        var sequences: [TrainingSequence] = []
        var unended = 0
        for index in conversation.answers {
            let answer = try answer(conversation.messages, at: index)
            if !answer.isEnded { unended += 1 }
            if let last = sequences.last, answer.prompt.starts(with: last.tokens) {
                sequences[sequences.count - 1].append(
                    prompt: answer.prompt[last.tokens.count...], answer: answer.tokens)
            } else {
                sequences.append(TrainingSequence(prompt: answer.prompt, answer: answer.tokens))
            }
        }
        return (sequences, unended)
    }

    /// The two answers of a preference, each behind the prompt; only the answers count.
    public func pair(_ preference: Preference) throws(TrainingError) -> PreferencePair {
        func sequence(_ message: ChatMessage) throws(TrainingError) -> TrainingSequence {
            let answer = try answer(preference.prompt + [message], at: preference.prompt.count)
            return TrainingSequence(prompt: answer.prompt, answer: answer.tokens)
        }
        return PreferencePair(
            chosen: try sequence(preference.chosen), rejected: try sequence(preference.rejected))
    }
}
