#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Android)
import Android
#elseif canImport(Darwin)
import Darwin
#endif

/// The process's standard input, output and error, as bytes and without buffers.
enum StandardStreams {
    /// Whether standard error is a terminal, so that a line on it can be rewritten.
    static var showsProgress: Bool { isatty(STDERR_FILENO) == 1 }

    /// Whether a person types at standard input.
    static var inputIsTerminal: Bool { isatty(STDIN_FILENO) == 1 }

    /// Everything that is left on standard input.
    static func readInput() throws(CommandFailure) -> [UInt8] {
        var input: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(STDIN_FILENO, &part, part.count)
            if count == 0 { return input }
            if count > 0 {
                input.append(contentsOf: part[..<count])
            } else if errno != EINTR {
                throw CommandFailure(
                    "cannot read standard input: \(String(cString: strerror(errno)))")
            }
        }
    }

    /// Results and text.
    static func writeOutput(_ text: String) throws(CommandFailure) {
        try writeOutput(Array(text.utf8))
    }

    /// Results and text, as bytes.
    static func writeOutput(_ bytes: [UInt8]) throws(CommandFailure) {
        guard write(bytes[...], to: STDOUT_FILENO) else {
            throw CommandFailure(
                "cannot write to standard output: \(String(cString: strerror(errno)))")
        }
    }

    /// Progress and statistics; there is nobody to tell when they can't be written.
    static func writeError(_ text: String) {
        _ = write(Array(text.utf8)[...], to: STDERR_FILENO)
    }

    /// A line of progress, notes or statistics.
    static func note(_ line: String) { writeError(line + "\n") }

    private static func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let part = Array(rest.prefix(1 << 20))
            let count = systemWrite(descriptor, part, part.count)
            if count > 0 {
                rest.removeFirst(count)
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }
}

/// `write` of the C library, which the method of that name would hide.
private let systemWrite: @Sendable (Int32, [UInt8], Int) -> Int = { descriptor, bytes, count in
    write(descriptor, bytes, count)
}
