import BitNetTensors

/// Output of a command: a file that appears when it is complete, or standard output for "-".
final class OutputFile {
    private let writer: AtomicFileWriter?
    private var pending = ""

    init(_ path: String) throws {
        writer = path == "-" ? nil : try AtomicFileWriter(path: path)
    }

    /// Adds text; it is written in parts of about a megabyte.
    func write(_ text: String) throws {
        pending += text
        if pending.utf8.count > 1 << 20 { try flush() }
    }

    /// Writes what is left and puts the file in its place.
    func finish() throws {
        try flush()
        try writer?.finish()
    }

    private func flush() throws {
        if let writer {
            try writer.append(Array(pending.utf8))
        } else {
            try StandardStreams.writeOutput(pending)
        }
        pending = ""
    }
}
