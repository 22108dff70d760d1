#if Server
import BitNetGeneration
import BitNetServer
import Foundation
import Synchronization
import Testing

/// From loading to the end, and what becomes of clients that go away.
@Suite struct LifecycleTests {
    private static let stream = LimitTests.long + #", "n": 128, "stream": true}"#

    @Test func whileTheModelLoadsRequestsAreToldToWait() async throws {
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let load: @Sendable () async throws -> LanguageModel = {
            for await _ in gate {}
            return try await LanguageModel.load(from: "kjv-tiny", options: .init(threads: 1))
        }
        try await TestServer.run(loading: load, waitsForModel: false) { server in
            let health = try await server.get("/health")
            #expect(health.status == 503)
            #expect(health.body == #"{"status":"loading"}"#)
            let early = try await server.post("/v1/completions", #"{"prompt": "a"}"#)
            #expect(early.status == 503)
            #expect(early.headers["retry-after"] == "5")
            open.finish()
            try await server.wait("readiness") { try await server.get("/health").status == 200 }
        }
    }

    @Test func aModelThatCannotBeLoadedEndsTheServer() async throws {
        await #expect(throws: CocoaError.self) {
            try await TestServer.run(
                loading: { throw CocoaError(.fileNoSuchFile) }, waitsForModel: false
            ) { _ in }
        }
    }

    @Test func aTakenPortIsReported() async throws {
        try await TestServer.run { server in
            var configuration = TestServer.configuration
            configuration.port = server.port
            await #expect(throws: ServerError.self) {
                try await TestServer.run(configuration) { _ in }
            }
        }
    }

    @Test func runningRequestsEndAndNewOnesAreRefusedWhileDraining() async throws {
        try await TestServer.run { server in
            let running = try server.connect()
            let body = LimitTests.long + #", "n": 40, "stream": true}"#
            running.send(TestServer.text("POST", "/v1/completions", body: body))
            _ = await running.read { $0.contains("data:") }
            server.server.drain()
            try await server.wait("the refusal of new requests") {
                let answer = try await server.get("/health")
                return answer.status == 503 && answer.body.contains("draining")
            }
            let refused = try await server.post("/v1/completions", #"{"prompt": "a"}"#)
            #expect(refused.status == 503)
            #expect(refused.headers["retry-after"] == "5")
            #expect(refused.headers["connection"] == "close")
            let rest = await running.read()
            #expect(rest.contains("data: [DONE]"))
        }
    }

    @Test func whatDoesNotEndInTimeIsCutShort() async throws {
        var configuration = TestServer.configuration
        configuration.drain.timeoutSeconds = 0.05
        try await TestServer.run(configuration) { server in
            let running = try server.connect()
            running.send(TestServer.text("POST", "/v1/completions", body: Self.stream))
            _ = await running.read { $0.contains("data:") }
            server.server.drain()
            let rest = await running.read()
            #expect(rest.contains(#""code":"unavailable""#))
            #expect(!rest.contains("[DONE]"))
        }
    }

    @Test func duringTheDelayRequestsAreStillServed() async throws {
        var configuration = TestServer.configuration
        configuration.drain.delaySeconds = 3
        try await TestServer.run(configuration) { server in
            server.server.drain()
            try await server.wait("draining") { try await server.get("/health").status == 503 }
            let answer = try await server.post(
                "/v1/completions", #"{"prompt": "a", "max_tokens": 1}"#)
            #expect(answer.status == 200)
            #expect(answer.headers["connection"] == "close")
        }
    }

    @Test(arguments: [true, false])
    func aClientThatGoesAwayEndsItsWork(streams: Bool) async throws {
        let log = RecordingLog()
        try await TestServer.run(log: log) { server in
            let client = try server.connect()
            let body = streams ? Self.stream : LimitTests.long + #", "n": 128}"#
            client.send(TestServer.text("POST", "/v1/completions", body: body))
            if streams {
                _ = await client.read { $0.contains("data:") }
            } else {
                try await server.wait("the beginning") {
                    try await server.get("/metrics").body
                        .contains("bitnet_texts_admitted 16")
                }
            }
            client.close()
            try await server.wait("the end of the work") {
                try await server.get("/metrics").body.contains("bitnet_texts_admitted 0")
            }
        }
        let request = log.requests.first { $0["route"] == "/v1/completions" }
        #expect(request?["status"] == "499")
    }

    @Test func aClientThatDoesNotReadIsCutOff() async throws {
        var configuration = TestServer.configuration
        configuration.limits.clientSeconds = 0.3
        try await TestServer.run(configuration) { server in
            let client = try server.connect(receiveBuffer: 4096)
            // More than the system's buffers hold, which are some megabytes.
            let body = LimitTests.long + #", "n": 128, "stream": true, "logprobs": 100}"#
            client.send(TestServer.text("POST", "/v1/completions", body: body))
            try await server.wait("the end of the work") {
                let metrics = try await server.get("/metrics").body
                return metrics.contains(#"route="/v1/completions",status="499""#)
            }
            let answer = try await server.post(
                "/v1/completions", #"{"prompt": "a", "max_tokens": 1}"#)
            #expect(answer.status == 200)
            // Optimised code would close it after its last use.
            withExtendedLifetime(client) {}
        }
    }

    @Test func textsDoNotDependOnWhoElseIsServed() async throws {
        try await TestServer.run { server in
            let bodies = (0..<24).map { index in
                #"""
                {"prompt": "\#(["In", "And God", "The"][index % 3])", "seed": \#(index),
                 "temperature": 1, "max_tokens": \#(8 + index), "stream": true}
                """#
            }
            func texts(_ answer: TestResponse) throws -> String {
                try answer.chunks().compactMap {
                    ($0["choices"] as? [[String: Any]])?.first?["text"] as? String
                }.joined()
            }
            var alone: [String] = []
            for body in bodies {
                alone.append(try texts(await server.post("/v1/completions", body)))
            }
            let together = try await withThrowingTaskGroup(of: (Int, String).self) { group in
                for (index, body) in bodies.enumerated() {
                    group.addTask {
                        (index, try texts(await server.post("/v1/completions", body)))
                    }
                }
                return try await group.reduce(into: [Int: String]()) { $0[$1.0] = $1.1 }
            }
            for (index, text) in alone.enumerated() { #expect(together[index] == text) }
        }
    }
}
#endif
