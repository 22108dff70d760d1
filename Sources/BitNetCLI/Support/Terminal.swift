import Foundation

/// Standard output for results, standard error for progress, notes and statistics.
enum Terminal {
    /// Writes to standard output at once, without a line end.
    static func write(_ text: String) {
        FileHandle.standardOutput.write(Data(text.utf8))
    }

    /// Writes a line to standard error.
    static func note(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }

    /// Writes to standard error without a line end.
    static func prompt(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }

    /// Whether a person reads standard error.
    static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Whether a person types at standard input.
    static var inputIsTerminal: Bool { isatty(STDIN_FILENO) == 1 }
}
