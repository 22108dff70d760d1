internal import BitNetTokenizers

/// How a list of messages names its parts.
enum MessageKeys {
    /// `role` and `content` (OpenAI).
    case roleContent
    /// `from` and `value` (ShareGPT).
    case fromValue

    var role: String { self == .roleContent ? "role" : "from" }
    var content: String { self == .roleContent ? "content" : "value" }
}

/// A message and whether its line wants it learned.
struct ListedMessage {
    var message: ChatMessage
    /// False for an assistant's message with `"weight": 0`.
    var isLearned: Bool
}

extension DataLine {
    /// The messages in the list of a key.
    func messages(
        _ list: JSONValue, _ key: String, _ keys: MessageKeys
    ) throws(TrainingError) -> [ListedMessage] {
        guard list.kind == .array else {
            throw error(found: "\(list.kindName) for \"\(key)\"", expected: "a list of messages")
        }
        var messages: [ListedMessage] = []
        for item in list.elements {
            messages.append(try message(item, "\(key)[\(messages.count)]", keys))
        }
        guard !messages.isEmpty else {
            throw error(found: "an empty list for \"\(key)\"", expected: "at least one message")
        }
        return messages
    }

    private func message(
        _ item: JSONValue, _ place: String, _ keys: MessageKeys
    ) throws(TrainingError) -> ListedMessage {
        guard item.kind == .object else {
            throw error(found: "\(item.kindName) for \(place)", expected: "an object")
        }
        if let calls = item.member("tool_calls"), !calls.isNull, calls.elementCount != 0 {
            throw error(
                found: "tool calls in \(place)",
                expected: "plain text (tool calls are not supported; leave such lines out)")
        }
        let role = try role(item, place, keys)
        let content = try content(item.member(keys.content), "\(place).\(keys.content)")
        let isLearned = role == "assistant" ? try isWeighted(item, place) : false
        return ListedMessage(
            message: ChatMessage(role: role, content: content), isLearned: isLearned)
    }

    private func role(
        _ item: JSONValue, _ place: String, _ keys: MessageKeys
    ) throws(TrainingError) -> String {
        let found = item.member(keys.role)
        guard let name = found?.string, !name.isEmpty else {
            throw error(
                found: "\(found?.kindName ?? "nothing") for \(place).\(keys.role)",
                expected: keys == .roleContent
                    ? "a role such as user or assistant" : "human, gpt or system")
        }
        guard keys == .fromValue else { return name }
        switch name {
        case "human", "user": return "user"
        case "gpt", "assistant": return "assistant"
        case "system": return "system"
        default:
            throw error(
                found: "\(name.debugDescription) for \(place).from",
                expected: "human, gpt or system")
        }
    }

    /// A string, or the texts of a list of text parts.
    private func content(
        _ value: JSONValue?, _ place: String
    ) throws(TrainingError) -> String {
        if let text = value?.string { return text }
        guard let value, value.kind == .array else {
            throw error(found: "\(value?.kindName ?? "nothing") for \(place)", expected: "a string")
        }
        var text = ""
        for part in value.elements {
            guard part.member("type")?.string == "text", let piece = part.member("text")?.string
            else {
                throw error(
                    found: "something else than text in \(place)",
                    expected: "a string, or a list of {\"type\": \"text\", \"text\": …}")
            }
            text += piece
        }
        return text
    }

    /// Whether an assistant's message counts: `weight` 1, which is also the default, or 0.
    private func isWeighted(_ item: JSONValue, _ place: String) throws(TrainingError) -> Bool {
        guard let weight = item.member("weight"), !weight.isNull else { return true }
        guard let value = weight.integer, value == 0 || value == 1 else {
            throw error(found: "another value for \(place).weight", expected: "0 or 1")
        }
        return value == 1
    }
}
