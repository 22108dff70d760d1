import BitNetTestSupport
import Foundation
import Synchronization
import Testing

/// A `bitnet` that is still running: it can be written to, read from and interrupted.
final class RunningTool {
    private let process = Process()
    private let input = Pipe()
    private let output: URL
    private let errors: URL
    private let folder: TemporaryFolder
    private let ended = EndTime()
    private var interrupted = ContinuousClock.now

    init(_ arguments: [String]) throws {
        folder = try TemporaryFolder()
        output = URL(filePath: folder.path("out"))
        errors = URL(filePath: folder.path("err"))
        try Data().write(to: output)
        try Data().write(to: errors)
        process.executableURL = CommandLineTool.executable
        process.arguments = arguments
        process.standardInput = input
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        process.terminationHandler = { [ended] _ in ended.note() }
        try process.run()
    }

    deinit { if process.isRunning { process.terminate() } }

    /// What came on standard output so far.
    var text: String { read(output) }

    /// What came on standard error so far.
    var notes: String { read(errors) }

    private func read(_ file: URL) -> String {
        String(decoding: (try? Data(contentsOf: file)) ?? Data(), as: UTF8.self)
    }

    func type(_ line: String) throws {
        try input.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8))
    }

    func endInput() throws { try input.fileHandleForWriting.close() }

    /// What Ctrl-C does.
    func interrupt() {
        interrupted = .now
        process.interrupt()
    }

    /// What `kill -9` does; waits for the end.
    func kill() {
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Whether the process has ended, and with which status.
    var status: Int32? { process.isRunning ? nil : process.terminationStatus }

    /// Waits, at most ten seconds, until `condition` holds.
    func wait(
        _ what: String, sourceLocation: SourceLocation = #_sourceLocation,
        until condition: () -> Bool
    ) async throws {
        for _ in 0..<1000 {
            if condition() { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        try #require(condition(), "\(what); errors: \(notes)", sourceLocation: sourceLocation)
    }

    /// Waits for the end and returns the exit status and the seconds since the last interrupt.
    func end() async throws -> (status: Int32, seconds: Double) {
        try await wait("the process should end") { ended.time != nil }
        try #require(process.terminationReason == .exit, "bitnet crashed")
        let end = try #require(ended.time)
        return (process.terminationStatus, (end - interrupted) / .seconds(1))
    }
}

/// When a process ended, noted outside the pool of threads that other tests may keep busy.
private final class EndTime: Sendable {
    private let instant = Mutex<ContinuousClock.Instant?>(nil)

    var time: ContinuousClock.Instant? { instant.withLock { $0 } }

    func note() { instant.withLock { $0 = .now } }
}
