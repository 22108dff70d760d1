#if Server
import BitNetServer
import Foundation
import Testing

/// What a client can't do: send too much, wait too long, ask for more than there is room for.
@Suite struct LimitTests {
    /// A completion that goes on until the context is full.
    static let long = #"{"prompt": "And", "max_tokens": 500, "ignore_eos": true"#

    @Test func bodiesOverTheLimitAreRefused() async throws {
        var configuration = TestServer.configuration
        configuration.limits.bodyBytes = 2000
        try await TestServer.run(configuration) { server in
            let body = #"{"prompt": "\#(String(repeating: "a", count: 3000))"}"#
            let announced = try await server.post("/v1/completions", body)
            #expect(announced.status == 413)
            #expect(announced.headers["connection"] == "close")
            let connection = try server.connect()
            connection.send("POST /v1/completions HTTP/1.1\r\nHost: x\r\n")
            connection.send("Transfer-Encoding: chunked\r\n\r\n")
            connection.send("\(String(body.utf8.count, radix: 16))\r\n\(body)\r\n0\r\n\r\n")
            let chunked = await connection.read { $0.contains("request_too_large") }
            #expect(chunked.hasPrefix("HTTP/1.1 413"))
        }
    }

    @Test func chunkedBodiesAreRead() async throws {
        try await TestServer.run { server in
            let connection = try server.connect()
            connection.send("POST /tokenize HTTP/1.1\r\nHost: x\r\nConnection: close\r\n")
            connection.send("Transfer-Encoding: chunked\r\n\r\n")
            for part in [#"{"conte"#, #"nt": "hel"#, #"lo"}"#] {
                connection.send("\(String(part.utf8.count, radix: 16))\r\n\(part)\r\n")
            }
            connection.send("0\r\n\r\n")
            let answer = try #require(TestResponse(await connection.read()))
            #expect(answer.body == #"{"tokens":[71,578,78],"count":3}"#)
        }
    }

    @Test func leaveToSendIsGivenUnlessTheBodyIsTooLarge() async throws {
        var configuration = TestServer.configuration
        configuration.limits.bodyBytes = 2000
        try await TestServer.run(configuration) { server in
            for (length, status) in [(20, "100"), (5000, "413")] {
                let connection = try server.connect()
                connection.send(
                    "POST /tokenize HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                        + "Content-Length: \(length)\r\n\r\n")
                let first = await connection.read { $0.contains("\r\n\r\n") }
                #expect(first.hasPrefix("HTTP/1.1 \(status)"), "\(first)")
                guard status == "100" else { continue }
                connection.send(#"{"content": "hello"}"#)
                let answer = await connection.read { $0.contains("}") }
                #expect(answer.hasPrefix("HTTP/1.1 200"), "\(answer)")
            }
        }
    }

    @Test func connectionsAreKeptForFurtherRequests() async throws {
        try await TestServer.run { server in
            let connection = try server.connect()
            // Two at once: the second is answered after the first.
            let one = TestServer.text("POST", "/tokenize", body: #"{"content": "hello"}"#)
            let stream = TestServer.text(
                "POST", "/v1/completions",
                body: #"{"prompt": "a", "max_tokens": 3, "stream": true}"#)
            connection.send(one + stream + one)
            let answers = await connection.read {
                $0.components(separatedBy: #"{"tokens":[71,578,78]}"#).count == 3
            }
            #expect(answers.components(separatedBy: "HTTP/1.1 200").count == 4)
            #expect(answers.contains("[DONE]"))
        }
    }

    /// HTTP/1.0 ends an answer by closing, unless the client asks for more.
    @Test(arguments: [true, false])
    func connectionsOfOldClientsEndWithTheAnswer(keeps: Bool) async throws {
        try await TestServer.run { server in
            let connection = try server.connect()
            let header = keeps ? "Connection: Keep-Alive\r\n" : ""
            connection.send("GET /api/version HTTP/1.0\r\n\(header)\r\n")
            let answer =
                keeps ? await connection.read { $0.contains("}") } : await connection.read()
            #expect(answer.hasPrefix("HTTP/1.1 200") && answer.contains(#""version""#))
            guard keeps else { return }
            connection.send("GET /api/version HTTP/1.0\r\n\r\n")
            #expect(await connection.read().contains(#""version""#))
        }
    }

    @Test func aClientThatStopsSendingIsAnsweredAndCutOff() async throws {
        var configuration = TestServer.configuration
        configuration.limits.clientSeconds = 0.3
        try await TestServer.run(configuration) { server in
            let connection = try server.connect()
            connection.send("POST /tokenize HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{")
            let answer = await connection.read()
            #expect(answer.hasPrefix("HTTP/1.1 408"), "\(answer)")
        }
    }

    @Test func anIdleConnectionIsClosed() async throws {
        var configuration = TestServer.configuration
        configuration.limits.idleSeconds = 0.3
        try await TestServer.run(configuration) { server in
            let silent = try server.connect()
            let slow = try server.connect()
            slow.send("POST /tokenize HT")
            #expect(await silent.read() == "")
            #expect(await slow.read() == "")
        }
    }

    @Test func malformedRequestsAreRefused() async throws {
        try await TestServer.run { server in
            let connection = try server.connect()
            connection.send("NONSENSE\r\n\r\n")
            let answer = await connection.read()
            #expect(answer.hasPrefix("HTTP/1.1 400"), "\(answer)")
        }
    }

    @Test func moreThanMayWaitIsRefused() async throws {
        var configuration = TestServer.configuration
        configuration.limits.sequences = 1
        configuration.limits.queue = 1
        try await TestServer.run(configuration) { server in
            let connections = try (0..<2).map { _ in try server.connect() }
            for connection in connections {
                connection.send(
                    TestServer.text(
                        "POST", "/v1/completions", body: Self.long + #", "n": 100, "stream": true}"#
                    ))
            }
            for connection in connections.prefix(1) {
                _ = await connection.read { $0.contains("data:") }
            }
            var refused: TestResponse?
            try await server.wait("a refusal") {
                let answer = try await server.post(
                    "/v1/completions", #"{"prompt": "a", "max_tokens": 1}"#)
                refused = answer
                return answer.status == 429
            }
            #expect(refused?.headers["retry-after"] == "1")
            #expect(refused?.body.contains(#""type":"rate_limit_error""#) == true)
            // Optimised code would close them after their last use.
            withExtendedLifetime(connections) {}
        }
    }

    @Test func aRequestThatTakesTooLongIsEnded() async throws {
        var configuration = TestServer.configuration
        configuration.limits.requestSeconds = 0.1
        try await TestServer.run(configuration) { server in
            let whole = try await server.post("/v1/completions", Self.long + #", "n": 128}"#)
            #expect(whole.status == 504)
            let streamed = try await server.post(
                "/v1/completions", Self.long + #", "n": 128, "stream": true}"#)
            #expect(streamed.status == 200)
            #expect(streamed.events.last?.contains(#""code":"timeout""#) == true)
        }
    }
}
#endif
