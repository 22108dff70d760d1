import Foundation

/// Standard output for results, standard error for progress, notes and statistics.
enum Terminal {
    /// Writes to standard output at once, without a line end.
    static func write(_ text: String) throws(CommandFailure) {
        try StandardStreams.writeOutput(text)
    }

    /// Writes a line to standard error.
    static func note(_ text: String) { StandardStreams.writeError(text + "\n") }

    /// Writes to standard error without a line end.
    static func prompt(_ text: String) { StandardStreams.writeError(text) }

    /// Whether a person reads standard error.
    static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Whether a person types at standard input.
    static var inputIsTerminal: Bool { isatty(STDIN_FILENO) == 1 }
}
