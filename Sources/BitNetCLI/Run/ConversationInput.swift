/// What a person types: a message, possibly of several lines, or a command.
enum ConversationInput {
    case text(String)
    case help
    case clear
    case leave
    case unknown(String)

    static let commands = """
        /clear   forget the conversation
        /bye     end (so does Ctrl-D; Ctrl-C ends an answer)
        Three double quotes begin and end a message of several lines.
        """

    /// Reads the next input from standard input; nil at its end. Empty lines are skipped.
    static func read() -> ConversationInput? {
        while true {
            if StandardStreams.inputIsTerminal { StandardStreams.writeError("> ") }
            guard let line = readLine() else { return nil }
            let trimmed = trim(line, \.isWhitespace)
            if trimmed.isEmpty { continue }
            if trimmed.hasPrefix("\"\"\"") {
                let block = readBlock(trimmed.dropFirst(3))
                if block.isEmpty { continue }
                return .text(block)
            }
            return command(trimmed) ?? .text(line)
        }
    }

    private static func command(_ line: String) -> ConversationInput? {
        switch line {
        case "/bye", "/exit", "/quit": .leave
        case "/help", "/?": .help
        case "/clear": .clear
        default: line.hasPrefix("/") && !line.contains(" ") ? .unknown(line) : nil
        }
    }

    private static func readBlock(_ first: Substring) -> String {
        var lines: [String] = []
        var line: String? = String(first)
        while let current = line {
            if current.hasSuffix("\"\"\"") {
                lines.append(String(current.dropLast(3)))
                break
            }
            lines.append(current)
            line = readLine()
        }
        return trim(lines.joined(separator: "\n"), \.isNewline)
    }

    private static func trim(_ text: String, _ isTrimmed: (Character) -> Bool) -> String {
        guard let end = text.lastIndex(where: { !isTrimmed($0) }) else { return "" }
        return String(text[...end].drop(while: isTrimmed))
    }
}
