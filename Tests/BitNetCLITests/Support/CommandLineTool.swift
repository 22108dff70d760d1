import BitNetTestSupport
import Foundation
import Testing

/// The built `bitnet`, run as a user runs it.
enum CommandLineTool {
    /// What a run left.
    struct Output {
        let status: Int32
        let data: Data
        let errors: String

        /// Standard output as text.
        var text: String { String(decoding: data, as: UTF8.self) }

        /// Standard output as JSON.
        func json<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value {
            try JSONDecoder().decode(type, from: data)
        }
    }

    /// Runs `bitnet` with `arguments`; input and output go through files, so no pipe can fill up.
    static func run(
        _ arguments: [String], input: Data = Data(), environment: [String: String] = [:]
    ) throws -> Output {
        let folder = try TemporaryFolder()
        let files = ["in", "out", "err"].map { URL(filePath: folder.path($0)) }
        try input.write(to: files[0])
        try Data().write(to: files[1])
        try Data().write(to: files[2])
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment
            .merging(["COLUMNS": "100"]) { $1 }.merging(environment) { $1 }
        process.standardInput = try FileHandle(forReadingFrom: files[0])
        process.standardOutput = try FileHandle(forWritingTo: files[1])
        process.standardError = try FileHandle(forWritingTo: files[2])
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationReason == .exit, "bitnet crashed: \(arguments)")
        return Output(
            status: process.terminationStatus, data: try Data(contentsOf: files[1]),
            errors: try String(contentsOf: files[2], encoding: .utf8))
    }

    /// Runs `bitnet` and expects success.
    static func succeed(
        _ arguments: [String], input: Data = Data(),
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Output {
        let output = try run(arguments, input: input)
        try #require(output.status == 0, "\(output.errors)", sourceLocation: sourceLocation)
        return output
    }

    /// The executable lies in the folder of products, as do the tests.
    static var executable: URL {
        let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }
        let tests = bundle?.bundleURL ?? URL(filePath: CommandLine.arguments[0])
        return tests.deletingLastPathComponent().appending(path: "bitnet")
    }
}
