#if Server
import BitNetServer
import Foundation
import Testing

/// The bytes that OpenAI's clients read.
@Suite struct OpenAIWireTests {
    @Test func completionIsAsWritten() async throws {
        try await TestServer.run { server in
            let answer = try await server.post(
                "/v1/completions", #"{"prompt": "In the beginning", "max_tokens": 4}"#)
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"] == "application/json")
            #expect(
                answer.pinned == """
                    {"id":"cmpl-ID","object":"text_completion","created":0,"model":"kjv-tiny",\
                    "system_fingerprint":"swift-bitnet","choices":[{"index":0,\
                    "text":" of the LORD,","logprobs":null,"finish_reason":"length"}],\
                    "usage":{"prompt_tokens":5,"completion_tokens":4,"total_tokens":9,\
                    "prompt_tokens_details":{"cached_tokens":0}},\
                    "timings":{"cache_n":0,"prompt_n":0,"prompt_ms":0,"prompt_per_second":0,\
                    "predicted_n":4,"predicted_ms":0,"predicted_per_second":0}}
                    """)
        }
    }

    @Test func chatStreamIsAsWritten() async throws {
        try await TestServer.run { server in
            let answer = try await server.post(
                "/v1/chat/completions",
                #"""
                {"messages": [{"role": "user", "content": "In the beginning"}], "max_tokens": 2,
                 "stream": true, "stream_options": {"include_usage": true}}
                """#)
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"] == "text/event-stream")
            #expect(answer.headers["cache-control"] == "no-cache")
            func chunk(_ rest: String) -> String {
                #"data: {"id":"chatcmpl-ID","object":"chat.completion.chunk","created":0,"#
                    + #""model":"kjv-tiny","system_fingerprint":"swift-bitnet","choices":"#
                    + rest + "\n\n"
            }
            func choice(_ delta: String, _ finish: String = "null") -> String {
                #"[{"index":0,"delta":\#(delta),"logprobs":null,"finish_reason":\#(finish)}]"#
                    + #","usage":null"#
            }
            let timings =
                #","timings":{"cache_n":0,"prompt_n":0,"prompt_ms":0,"prompt_per_second":0,"#
                + #""predicted_n":2,"predicted_ms":0,"predicted_per_second":0}}"#
            let usage =
                #"[],"usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7,"#
                + #""prompt_tokens_details":{"cached_tokens":0}}}"#
            #expect(
                answer.pinned
                    == chunk(choice(#"{"role":"assistant","content":""}"#) + "}")
                    + chunk(choice(#"{"content":" of"}"#) + "}")
                    + chunk(choice(#"{"content":" the"}"#) + "}")
                    + chunk(choice("{}", #""length""#) + timings) + chunk(usage)
                    + "data: [DONE]\n\n")
        }
    }

    @Test func chatIsAsWritten() async throws {
        try await TestServer.run { server in
            let answer = try await server.post(
                "/v1/chat/completions",
                #"""
                {"messages": [{"role": "user", "content": [{"type": "text", "text": "In the "},
                 {"type": "text", "text": "beginning"}]}], "max_completion_tokens": 1,
                 "logprobs": true, "top_logprobs": 2}
                """#)
            let start = #"{"id":"chatcmpl-ID","object":"chat.completion","created":0,"#
            #expect(answer.pinned.hasPrefix(start))
            let choices = try #require(try answer.json()["choices"] as? [[String: Any]])
            let message = try #require(choices[0]["message"] as? [String: Any])
            #expect(message["role"] as? String == "assistant")
            #expect(message["content"] as? String == " of")
            let probabilities = try #require(choices[0]["logprobs"] as? [String: Any])
            let content = try #require(probabilities["content"] as? [[String: Any]])
            #expect(content.count == 1)
            #expect(content[0]["token"] as? String == " of")
            #expect(content[0]["bytes"] as? [Int] == [32, 111, 102])
            let top = try #require(content[0]["top_logprobs"] as? [[String: Any]])
            #expect(top.count == 2)
            #expect(top[0]["logprob"] as? Double == content[0]["logprob"] as? Double)
        }
    }

    @Test func modelsAreListedAndFound() async throws {
        try await TestServer.run { server in
            let list = try await server.get("/v1/models").json()
            let data = try #require(list["data"] as? [[String: Any]])
            #expect(data.map { $0["id"] as? String } == ["kjv-tiny"])
            let known = try await server.get("/v1/models/kjv%2dtiny")
            #expect(known.status == 200)
            let unknown = try await server.get("/v1/models/a/b")
            #expect(unknown.status == 404)
            #expect(unknown.body.contains(#""code":"model_not_found""#))
        }
    }

    @Test func aStrictServerKnowsItsModelOnly() async throws {
        var configuration = TestServer.configuration
        configuration.strictModel = true
        try await TestServer.run(configuration) { server in
            let body = #"{"prompt": "a", "max_tokens": 1, "model": "NAME"}"#
            for (name, status) in [("kjv-tiny", 200), ("gpt-4o", 404)] {
                let answer = try await server.post(
                    "/v1/completions", body.replacingOccurrences(of: "NAME", with: name))
                #expect(answer.status == status)
            }
        }
    }
}
#endif
