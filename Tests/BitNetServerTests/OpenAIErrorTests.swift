#if Server
import Foundation
import Testing

/// What is wrong with a request is said in OpenAI's error object, which names the field.
@Suite struct OpenAIErrorTests {
    /// A chat request's fields that are refused, and the field to blame.
    private static let chats: [(String, String)] = [
        (#""messages": 5"#, "messages"),
        (#""messages": []"#, "messages"),
        (#""messages": [5]"#, "messages[0]"),
        (#""messages": [{"content": "x"}]"#, "messages[0].role"),
        (#""messages": [{"role": "king", "content": "x"}]"#, "messages[0].role"),
        (#""messages": [{"role": "user"}]"#, "messages[0].content"),
        (#""messages": [{"role": "user", "content": 7}]"#, "messages[0].content"),
        (
            #""messages": [{"role": "user", "content": [{"type": "image_url"}]}]"#,
            "messages[0].content[0].type"
        ),
        (#""temperature": -1"#, "temperature"),
        (#""temperature": "hot""#, "temperature"),
        (#""temperature": 1e999"#, "temperature"),
        (#""top_p": 2"#, "top_p"),
        (#""n": 0"#, "n"),
        (#""n": 1.5"#, "n"),
        (#""max_tokens": 99999999999999999999"#, "max_tokens"),
        (#""stop": ["a", ""]"#, "stop"),
        (#""stop": [1]"#, "stop[0]"),
        (#""logit_bias": {"x": 1}"#, "logit_bias"),
        (#""logit_bias": {"5": 101}"#, "logit_bias.5"),
        (#""top_logprobs": 21, "logprobs": true"#, "top_logprobs"),
        (#""top_logprobs": 2"#, "top_logprobs"),
        (#""stream": "yes""#, "stream"),
        (#""stream_options": true"#, "stream_options"),
        (#""tools": [{"type": "function"}]"#, "tools[0].function"),
        (
            #""tools": [{"type": "function", "function": {"name": "a b"}}]"#,
            "tools[0].function.name"
        ),
        (#""functions": [{"name": "a"}]"#, "functions"),
        (#""tool_choice": "required""#, "tools"),
        (#""tool_choice": "any""#, "tool_choice"),
        (#""response_format": {"type": "yaml"}"#, "response_format.type"),
        (#""grammar": "root ::= (""#, "grammar"),
        (#""grammar": "root ::= \"a\"", "json_schema": {}"#, "grammar"),
        (#""modalities": ["text", "audio"]"#, "modalities"),
        (#""audio": {"voice": "alloy"}"#, "audio"),
        (#""seed": 1, "seed": 2"#, "seed"),
    ]

    @Test func wrongChatFieldsAreNamed() async throws {
        try await TestServer.run { server in
            for (fields, field) in Self.chats {
                let messages = #""messages": [{"role": "user", "content": "x"}]"#
                let rest = fields.hasPrefix(#""messages""#) ? "" : messages + ", "
                let answer = try await server.post(
                    "/v1/chat/completions", "{\(rest)\(fields)}")
                try Self.expectError(answer, field, fields)
            }
        }
    }

    /// A completion request's fields that are refused, and the field to blame.
    private static let completions: [(String, String)] = [
        ("", "prompt"),
        (#""prompt": {}"#, "prompt"),
        (#""prompt": []"#, "prompt"),
        (#""prompt": [[]]"#, "prompt"),
        (#""prompt": [1, "a"]"#, "prompt[1]"),
        (#""prompt": [-1]"#, "prompt[0]"),
        (#""prompt": [2048]"#, "prompt"),
        (#""prompt": ["a", true]"#, "prompt[1]"),
        (#""prompt": "a", "logprobs": 101"#, "logprobs"),
        (#""prompt": "a", "best_of": 2"#, "best_of"),
        (#""prompt": "a", "suffix": "z""#, "suffix"),
        (#""prompt": "a", "n": 129"#, "n"),
        (#""prompt": "a", "repeat_penalty": 0"#, "repeat_penalty"),
    ]

    @Test func wrongCompletionFieldsAreNamed() async throws {
        try await TestServer.run { server in
            for (fields, field) in Self.completions {
                let answer = try await server.post("/v1/completions", "{\(fields)}")
                try Self.expectError(answer, field, fields)
            }
        }
    }

    @Test func aPromptThatDoesNotFitIsRefused() async throws {
        try await TestServer.run { server in
            let prompt = Array(repeating: "5", count: 600).joined(separator: ",")
            let answer = try await server.post("/v1/completions", #"{"prompt": [\#(prompt)]}"#)
            #expect(answer.status == 400)
            #expect(answer.body.contains(#""code":"context_length_exceeded""#))
        }
    }

    @Test func bodiesThatAreNoObjectAreRefused() async throws {
        let deep = String(repeating: "[", count: 100_000)
        try await TestServer.run { server in
            for body in ["", "null", "[]", "{", "{\"a\": 1,}", "\u{1}", deep, #"{"a": "\ud800"}"#] {
                let answer = try await server.post("/v1/completions", body)
                #expect(answer.status == 400, "\(body.prefix(20))")
                #expect(answer.body.contains(#""type":"invalid_request_error""#))
            }
        }
    }

    @Test func unknownRoutesAndMethodsAreRefusedAsJSON() async throws {
        try await TestServer.run { server in
            let unknown = try await server.get("/v1/chat/completion")
            #expect(unknown.status == 404)
            #expect(unknown.body.contains(#""code":"unknown_url""#))
            let wrong = try await server.get("/v1/chat/completions")
            #expect(wrong.status == 405)
            #expect(wrong.headers["allow"] == "POST")
            let head = try await server.request("HEAD", "/v1/models")
            #expect(head.status == 200)
            #expect(head.body == "")
        }
    }

    @Test func unknownFieldsAreIgnored() async throws {
        try await TestServer.run { server in
            let answer = try await server.post(
                "/v1/chat/completions",
                #"""
                {"messages": [{"role": "developer", "content": "x", "name": "n"},
                 {"role": "assistant", "content": null}, {"role": "user", "content": "In"}],
                 "user": "me", "store": true, "metadata": {"a": "b"}, "tools": [],
                 "response_format": {"type": "text"}, "tool_choice": "none", "wild": [1],
                 "max_tokens": 1}
                """#)
            #expect(answer.status == 200, "\(answer.body)")
        }
    }

    private static func expectError(
        _ answer: TestResponse, _ field: String, _ request: String
    ) throws {
        #expect(answer.status == 400, "\(request)")
        let error = try #require(try answer.json()["error"] as? [String: Any])
        #expect(error["param"] as? String == field, "\(request): \(answer.body)")
        #expect(error["type"] as? String == "invalid_request_error")
    }
}
#endif
