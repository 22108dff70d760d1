import ArgumentParser

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Android)
import Android
#elseif canImport(Darwin)
import Darwin
#endif

@main
struct BitNetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bitnet",
        abstract: "Run ternary (1.58-bit) language models.",
        version: "0.1.0",
        subcommands: [RunCommand.self] + serving + [
            InspectCommand.self, BenchCommand.self, PerplexityCommand.self, LogitsCommand.self,
            EmbedCommand.self, TokenizeCommand.self, DetokenizeCommand.self,
            ConstraintCommand.self, ConvertCommand.self, SynthCommand.self, TrainCommand.self,
        ])

    /// `serve`, where it is built in.
    private static var serving: [any ParsableCommand.Type] {
        #if Server
        [ServeCommand.self]
        #else
        []
        #endif
    }

    static func main() async {
        // Beyond a limit of file size (`ulimit -f`) writes fail, instead of ending the process.
        signal(SIGXFSZ, SIG_IGN)
        await main(nil)
    }

    /// What every failure begins with on standard error.
    static var _errorPrefix: String { "error: " }
}
