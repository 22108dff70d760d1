#if Server
import ArgumentParser
import BitNetServer
import Logging

/// What `bitnet serve` writes about the requests.
struct LogOptions: ParsableArguments {
    @Option(help: "The form of the log, on standard error.")
    var logFormat = ServerLog.Format.text

    @Option(
        help: ArgumentHelp(
            "The least level that is written; info writes a line for each request.",
            valueName: "level"))
    var logLevel = LogThreshold.info

    @Flag(help: "Write what clients send, prompts and all.")
    var logPrompts = false

    func makeLogger() -> Logger {
        Logger(label: "bitnet.serve") { _ in ServerLog(logFormat, level: logLevel.level) }
    }
}

/// How much is worth a line of the log.
enum LogThreshold: String, CaseIterable, ExpressibleByArgument {
    case debug, info, warning, error

    var level: Logger.Level {
        switch self {
        case .debug: .debug
        case .info: .info
        case .warning: .warning
        case .error: .error
        }
    }
}
#endif
