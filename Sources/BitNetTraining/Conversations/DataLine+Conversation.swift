internal import BitNetTokenizers

extension DataLine {
    /// The conversation of a line in one of the forms of ``ChatDataset``.
    func conversation() throws(TrainingError) -> Conversation {
        let conversation = try readConversation()
        guard !conversation.answers.isEmpty else {
            throw error(
                found: "no assistant's message to learn",
                expected: "at least one (role \"assistant\", or from \"gpt\")")
        }
        return conversation
    }

    private func readConversation() throws(TrainingError) -> Conversation {
        if let list = value("messages") {
            return Conversation(listed: try messages(list, "messages", .roleContent))
        }
        if let list = value("conversations") {
            return Conversation(listed: try messages(list, "conversations", .fromValue))
        }
        if value("prompt") != nil, value("completion") != nil { return try promptAndCompletion() }
        if value("instruction") != nil { return try instruction() }
        throw error(
            found: keyList,
            expected: "messages, conversations, prompt and completion, or instruction and output")
    }

    private func promptAndCompletion() throws(TrainingError) -> Conversation {
        let prompt = try messages("prompt", stringRole: "user")
        let completion = try messages("completion", stringRole: "assistant")
        var conversation = Conversation(listed: prompt + completion)
        conversation.answers.removeAll { $0 < prompt.count }
        return conversation
    }

    /// The messages of a key: a list, or a string that is one message of `stringRole`.
    func messages(
        _ key: String, stringRole: String
    ) throws(TrainingError) -> [ListedMessage] {
        guard let value = value(key) else {
            throw error(found: "nothing for \"\(key)\"", expected: "a string or a list of messages")
        }
        guard let text = value.string else { return try messages(value, key, .roleContent) }
        return [
            ListedMessage(
                message: ChatMessage(role: stringRole, content: text),
                isLearned: stringRole == "assistant")
        ]
    }

    private func instruction() throws(TrainingError) -> Conversation {
        let instruction = try string("instruction")
        let input = value("input") == nil ? "" : try string("input")
        let question = input.isEmpty ? instruction : instruction + "\n\n" + input
        return Conversation([.user(question), .assistant(try string("output"))])
    }
}

extension Conversation {
    fileprivate init(listed: [ListedMessage]) {
        self.init(listed.map(\.message), answers: listed.indices.filter { listed[$0].isLearned })
    }
}
