#if Server
import BitNetServer
import Foundation
import Testing

/// Keys, and pages of other origins.
@Suite struct AccessTests {
    private static func protected() -> ServerConfiguration {
        var configuration = TestServer.configuration
        configuration.keys = ["sesame", "other-key"]
        return configuration
    }

    @Test func withoutAKeyOnlyHealthAnswers() async throws {
        try await TestServer.run(Self.protected()) { server in
            let health = try await server.get("/health")
            #expect(health.status == 200)
            let description = try await server.get(
                "/openapi.json", headers: ["X-Api-Key": "sesame"])
            let paths = try #require(try description.json()["paths"] as? [String: [String: Any]])
            #expect(paths.count > 8)
            for (path, methods) in paths where path != "/health" {
                for method in methods.keys {
                    let answer = try await server.request(
                        method.uppercased(), path, body: method == "post" ? "{}" : "")
                    #expect(answer.status == 401, "\(method) \(path)")
                    #expect(answer.headers["www-authenticate"]?.contains("Bearer") == true)
                }
            }
            for path in ["/", "/nowhere", "/health/", "/page/app.js"] {
                let answer = try await server.get(path)
                #expect(answer.status == 401, "\(path)")
            }
            let page = try await server.get("/")
            #expect(page.headers["www-authenticate"]?.hasPrefix("Basic") == true)
        }
    }

    @Test func everyFormOfAKeyIsTaken() async throws {
        func basic(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
        let cases: [([String: String], Int)] = [
            (["Authorization": "Bearer sesame"], 200),
            (["Authorization": "bearer  other-key"], 200),
            (["X-Api-Key": "other-key"], 200),
            (["Authorization": "Basic " + basic("anyone:sesame")], 200),
            (["Authorization": "Bearer sesam"], 401),
            (["Authorization": "Bearer sesame1"], 401),
            (["Authorization": "Bearer "], 401),
            (["Authorization": "Basic " + basic("sesame")], 401),
            (["Authorization": "Basic ???"], 401),
            (["Authorization": "sesame"], 401),
            (["X-Api-Key": String(repeating: "s", count: 5000)], 401),
        ]
        try await TestServer.run(Self.protected()) { server in
            for (headers, status) in cases {
                let answer = try await server.get("/v1/models", headers: headers)
                #expect(answer.status == status, "\(headers)")
            }
        }
    }

    @Test(arguments: ["", "with space", "ünsichtbar", String(repeating: "k", count: 257)])
    func keysThatNoHeaderCarriesAreRefused(key: String) throws {
        var configuration = TestServer.configuration
        configuration.keys = [key]
        #expect(throws: ServerError.self) {
            try BitNetServer(configuration, logger: RecordingLog().logger)
        }
    }

    @Test func otherOriginsAreStrangersByDefault() async throws {
        try await TestServer.run { server in
            let answer = try await server.get(
                "/v1/models", headers: ["Origin": "https://chat.example"])
            #expect(answer.status == 200)
            #expect(answer.headers["access-control-allow-origin"] == nil)
            let asked = try await server.request(
                "OPTIONS", "/v1/models",
                headers: [
                    "Origin": "https://chat.example", "Access-Control-Request-Method": "GET",
                ])
            #expect(asked.status == 405)
        }
    }

    @Test func listedOriginsAreLetIn() async throws {
        var configuration = Self.protected()
        configuration.origins = ["https://chat.example"]
        try await TestServer.run(configuration) { server in
            func ask(_ origin: String) async throws -> TestResponse {
                try await server.request(
                    "OPTIONS", "/v1/chat/completions",
                    headers: [
                        "Origin": origin, "Access-Control-Request-Method": "POST",
                        "Access-Control-Request-Headers": "authorization",
                    ])
            }
            let asked = try await ask("https://chat.example")
            #expect(asked.status == 204)
            #expect(asked.headers["access-control-allow-origin"] == "https://chat.example")
            #expect(asked.headers["access-control-allow-headers"] == "authorization")
            let stranger = try await ask("https://evil.example")
            #expect(stranger.status == 401)
            #expect(stranger.headers["access-control-allow-origin"] == nil)
            let answer = try await server.get(
                "/v1/models",
                headers: ["Origin": "https://chat.example", "X-Api-Key": "sesame"])
            #expect(answer.headers["access-control-allow-origin"] == "https://chat.example")
            #expect(answer.headers["vary"] == "Origin")
        }
    }
}
#endif
