#if Server
import Foundation
import Testing

/// The shapes of the other protocols, as their clients read them.
struct DialectWireTests {
    private static let tool = #"""
        {"name": "add", "PARAMETERS": {"type": "object", "properties": {"a": {"enum": [1]}},
        "required": ["a"], "additionalProperties": false}}
        """#

    /// Every route that answers, and its own form of an error for a body that is no object.
    @Test func errorsHaveTheFormOfTheirProtocol() async throws {
        try await TestServer.run { server in
            for path in ["/v1/messages", "/v1/messages/count_tokens"] {
                let json = try await server.post(path, "[]").json()
                #expect(json["type"] as? String == "error")
                let error = json["error"] as? [String: Any]
                #expect(error?["type"] as? String == "invalid_request_error")
            }
            for path in ["/api/chat", "/api/generate", "/api/embed", "/api/show"] {
                let answer = try await server.post(path, "[]")
                #expect(answer.status == 400)
                #expect(try answer.json()["error"] is String)
            }
            for path in ["/v1/responses", "/v1/embeddings"] {
                let error = try await server.post(path, "[]").json()["error"] as? [String: Any]
                #expect(error?["type"] as? String == "invalid_request_error")
            }
        }
    }

    @Test func aMessageStreamHasTheEventsOfAnthropic() async throws {
        try await TestServer.run { server in
            let body = #"""
                {"messages": [{"role": "user", "content": "x"}], "max_tokens": 3, "stream": true}
                """#
            let answer = try await server.post("/v1/messages", body)
            let names = answer.body.components(separatedBy: "\n")
                .filter { $0.hasPrefix("event: ") }.map { String($0.dropFirst(7)) }
            #expect(names.first == "message_start")
            #expect(names.filter { $0 == "content_block_start" }.count == 1)
            #expect(
                Array(names.suffix(3)) == ["content_block_stop", "message_delta", "message_stop"])
        }
    }

    /// A call has the arguments that its schema allows, in every protocol.
    @Test func callsHaveTheFormOfTheirProtocol() async throws {
        try await TestServer.run { server in
            let messages = #""messages": [{"role": "user", "content": "x"}], "max_tokens": 90"#
            let tool = Self.tool.replacingOccurrences(of: "PARAMETERS", with: "input_schema")
            let used = try await server.post(
                "/v1/messages",
                "{\(messages), \"tools\": [\(tool)], \"tool_choice\": {\"type\": \"tool\", "
                    + "\"name\": \"add\"}}"
            ).json()
            let block = (used["content"] as? [[String: Any]])?.first
            #expect(block?["type"] as? String == "tool_use")
            #expect(block?["input"] as? [String: Int] == ["a": 1])
            #expect(used["stop_reason"] as? String == "tool_use")

            let function = Self.tool.replacingOccurrences(of: "PARAMETERS", with: "parameters")
            let flat = "{\"type\": \"function\", " + function.dropFirst()
            let response = try await server.post(
                "/v1/responses",
                "{\"input\": \"x\", \"tools\": [\(flat)], \"tool_choice\": \"required\", "
                    + "\"parallel_tool_calls\": false, \"max_output_tokens\": 90}"
            ).json()
            let item = (response["output"] as? [[String: Any]])?.first
            #expect(item?["type"] as? String == "function_call")
            #expect(item?["name"] as? String == "add")
            #expect((item?["arguments"] as? String)?.contains("1") == true)
        }
    }

    /// One line of JSON for each piece, the last with counts in nanoseconds.
    @Test func aStreamOfOllamaIsLines() async throws {
        try await TestServer.run { server in
            let answer = try await server.post(
                "/api/generate", #"{"prompt": "x", "raw": true, "options": {"num_predict": 4}}"#)
            #expect(answer.headers["content-type"] == "application/x-ndjson")
            let lines = try answer.body.split(separator: "\n").map { line in
                try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            }
            #expect(lines.dropLast().allSatisfy { $0?["done"] as? Bool == false })
            let last = try #require(lines.last ?? nil)
            #expect(last["done"] as? Bool == true)
            #expect(last["eval_count"] as? Int == 4)
            #expect((last["eval_duration"] as? Int).map { $0 > 0 } == true)
            let about = try await server.post("/api/show", "{}").json()
            #expect((about["modelfile"] as? String)?.hasPrefix("FROM kjv-tiny\nTEMPLATE") == true)
            #expect(last["done_reason"] as? String == "length")
        }
    }
}
#endif
