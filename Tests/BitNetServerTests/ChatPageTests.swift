#if Server
import BitNetServer
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

@Suite("The chat page's files")
struct ChatPageTests {
    private func withPage(
        _ test: @Sendable (any TestClientProtocol) async throws -> Void
    ) async throws {
        let router = Router()
        for (name, asset) in ChatPage().assets {
            router.get(RouterPath(name)) { request, _ in asset.response(to: request) }
        }
        try await Application(router: router).test(.router, test)
    }

    @Test("The page comes with a policy that allows nothing from elsewhere")
    func page() async throws {
        try await withPage { client in
            let response = try await client.execute(uri: "/index.html", method: .get)
            #expect(response.status == .ok)
            #expect(response.headers[.contentType] == "text/html; charset=utf-8")
            #expect(response.headers[.xContentTypeOptions] == "nosniff")
            let policy = try #require(response.headers[.contentSecurityPolicy])
            #expect(policy.hasPrefix("default-src 'none'; script-src 'self'; style-src 'self';"))
            #expect(!policy.contains("unsafe"))
            #expect(String(buffer: response.body).hasPrefix("<!DOCTYPE html>"))
        }
    }

    @Test("Every file that the page or a script names is served, with its type")
    func everyFileIsThere() async throws {
        let assets = ChatPage().assets
        let named = /(?:"page\/|from "\.\/|import\("\.\/)([a-z-]+\.(?:js|css|svg))"/
        for asset in assets.values {
            for match in String(buffer: asset.body).matches(of: named) {
                let found = assets[String(match.1)]
                #expect(found != nil, "\(match.1)")
                #expect(found?.contentType != "application/octet-stream")
            }
        }
    }

    @Test("No file names another host, apart from namespaces")
    func nothingFromElsewhere() {
        for (path, asset) in ChatPage().assets {
            let text = String(buffer: asset.body)
                .replacing("http://www.w3.org/2000/svg", with: "")
            #expect(text.firstMatch(of: /https?:\/\/[a-z]/) == nil, "\(path)")
        }
    }

    @Test("A browser that has a file gets 304 without it")
    func notModified() async throws {
        try await withPage { client in
            let first = try await client.execute(uri: "/app.js", method: .get)
            let tag = try #require(first.headers[.eTag])
            let second = try await client.execute(
                uri: "/app.js", method: .get, headers: [.ifNoneMatch: tag])
            #expect(second.status == .notModified)
            #expect(second.body.readableBytes == 0)
            let other = try await client.execute(
                uri: "/base.css", method: .get, headers: [.ifNoneMatch: tag])
            #expect(other.status == .ok)
        }
    }
}
#endif
