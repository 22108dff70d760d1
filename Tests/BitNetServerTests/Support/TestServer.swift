#if Server
import BitNetGeneration
import BitNetServer
import Foundation
import Logging
import Synchronization
import Testing

/// A server on a free port, with the bundled model.
final class TestServer: Sendable {
    let server: BitNetServer
    let port: Int

    private init(_ server: BitNetServer, port: Int) {
        self.server = server
        self.port = port
    }

    /// A configuration with the model's most likely text, and a free port.
    static var configuration: ServerConfiguration {
        var configuration = ServerConfiguration(modelName: "kjv-tiny")
        configuration.port = 0
        configuration.parameters.temperature = 0
        return configuration
    }

    /// One model for all tests: loading it is most of what a test would cost.
    private static let model = Task {
        try await LanguageModel.load(
            from: "kjv-tiny", options: .init(threads: 1))
    }

    /// Runs a server around `body`, and expects that it ends by itself afterwards.
    static func run(
        _ configuration: ServerConfiguration = configuration,
        loading load: @escaping @Sendable () async throws -> LanguageModel = {
            try await model.value
        },
        waitsForModel: Bool = true, log: RecordingLog = RecordingLog(),
        _ body: @Sendable (TestServer) async throws -> Void
    ) async throws {
        let server = try BitNetServer(configuration, logger: log.logger)
        let (reports, continuation) = AsyncStream.makeStream(of: BitNetServer.Report.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { continuation.finish() }
                try await server.run(loading: load) { continuation.yield($0) }
            }
            var port: Int?
            for await report in reports {
                if case .listening(let url) = report {
                    port = url.split(separator: ":").last.flatMap { Int($0) }
                    if !waitsForModel { break }
                }
                if case .ready = report { break }
            }
            if let port { try await body(TestServer(server, port: port)) }
            server.drain()
            try await group.waitForAll()
        }
    }

    /// A connection of its own.
    func connect(receiveBuffer: Int32? = nil) throws -> RawConnection {
        try RawConnection(port: port, receiveBuffer: receiveBuffer)
    }

    /// Sends one request on a connection of its own and reads the answer.
    func request(
        _ method: String, _ path: String, headers: [String: String] = [:], body: String = ""
    ) async throws -> TestResponse {
        let connection = try connect()
        connection.send(Self.text(method, path, headers: headers, body: body, isLast: true))
        let answer = await connection.read()
        return try #require(TestResponse(answer), "no answer to \(method) \(path): \(answer)")
    }

    func get(_ path: String, headers: [String: String] = [:]) async throws -> TestResponse {
        try await request("GET", path, headers: headers)
    }

    func post(
        _ path: String, _ body: String, headers: [String: String] = [:]
    ) async throws -> TestResponse {
        try await request("POST", path, headers: headers, body: body)
    }

    /// A request as it is sent.
    static func text(
        _ method: String, _ path: String, headers: [String: String] = [:], body: String = "",
        isLast: Bool = false
    ) -> String {
        var lines = ["\(method) \(path) HTTP/1.1", "Host: localhost"]
        lines += headers.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        if !body.isEmpty { lines.append("Content-Length: \(body.utf8.count)") }
        if isLast { lines.append("Connection: close") }
        return (lines + ["", ""]).joined(separator: "\r\n") + body
    }

    /// Waits, at most ten seconds, until `condition` holds.
    func wait(
        _ what: String, sourceLocation: SourceLocation = #_sourceLocation,
        until condition: () async throws -> Bool
    ) async throws {
        for _ in 0..<1000 {
            if try await condition() { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("\(what) did not happen", sourceLocation: sourceLocation)
    }
}
#endif
