#if Server
import Foundation
import Testing

@Suite("The chat page's files")
struct ChatPageTests {
    @Test("The page comes with a policy that allows nothing from elsewhere")
    func page() async throws {
        try await TestServer.run { server in
            let response = try await server.get("/")
            #expect(response.status == 200)
            #expect(response.headers["content-type"] == "text/html; charset=utf-8")
            #expect(response.headers["x-content-type-options"] == "nosniff")
            let policy = try #require(response.headers["content-security-policy"])
            #expect(policy.hasPrefix("default-src 'none'; script-src 'self'; style-src 'self';"))
            #expect(!policy.contains("unsafe"))
            #expect(response.body.hasPrefix("<!DOCTYPE html>"))
        }
    }

    @Test("Every file that the page or a script names is served, and none names another host")
    func everyFileIsThere() async throws {
        try await TestServer.run { server in
            let named = /(?:"page\/|from "\.\/|import\("\.\/)([a-z-]+\.(?:js|css|svg))"/
            var found: Set<String> = []
            var open = ["/"]
            while let path = open.popLast() {
                let file = try await server.get(path)
                #expect(file.status == 200, "\(path)")
                #expect(file.headers["content-type"] != "application/octet-stream", "\(path)")
                let text = file.body.replacing("http://www.w3.org/2000/svg", with: "")
                #expect(text.firstMatch(of: /https?:\/\/[a-z]/) == nil, "\(path)")
                for match in file.body.matches(of: named)
                where found.insert(String(match.1)).inserted {
                    open.append("/page/\(match.1)")
                }
            }
            #expect(found.contains("app.js"))
            #expect(found.count > 10)
        }
    }

    @Test("A browser that has a file gets 304 without it")
    func notModified() async throws {
        try await TestServer.run { server in
            let first = try await server.get("/page/app.js")
            let tag = try #require(first.headers["etag"])
            let second = try await server.get("/page/app.js", headers: ["If-None-Match": tag])
            #expect(second.status == 304)
            #expect(second.body == "")
            let other = try await server.get("/page/base.css", headers: ["If-None-Match": tag])
            #expect(other.status == 200)
        }
    }

    @Test("Nothing but the page's files is there")
    func nothingElse() async throws {
        try await TestServer.run { server in
            for path in ["/page/nothing.js", "/page/../page.c", "/page/%2e%2e/etc/passwd"] {
                let answer = try await server.get(path)
                #expect(answer.status == 404, "\(path)")
            }
        }
    }
}
#endif
