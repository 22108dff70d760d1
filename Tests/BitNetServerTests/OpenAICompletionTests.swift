#if Server
import BitNetGeneration
import Foundation
import Testing

/// What completions hold: echoes, probabilities, many prompts and many choices.
@Suite struct OpenAICompletionTests {
    @Test func echoedProbabilitiesAreThoseOfTheLogits() async throws {
        let model = try await LanguageModel.load(from: "kjv-tiny", options: .init(threads: 1))
        let tokens = model.encode("In the beginning God created")
        let rows = try await model.logits(for: tokens)
        try await TestServer.run { server in
            let list = tokens.map(String.init).joined(separator: ",")
            let answer = try await server.post(
                "/v1/completions",
                #"{"prompt": [\#(list)], "echo": true, "logprobs": 1, "max_tokens": 1}"#)
            let choice = try Self.choices(answer)[0]
            let probabilities = try #require(choice["logprobs"] as? [String: Any])
            let values = try #require(probabilities["token_logprobs"] as? [Any])
            #expect(values.count == tokens.count + 1)
            #expect(values[0] is NSNull)
            for place in 1..<tokens.count {
                let row = rows[place - 1].map(Double.init)
                let greatest = row.max() ?? 0
                let total = greatest + log(row.reduce(0) { $0 + exp($1 - greatest) })
                let expected = row[Int(tokens[place])] - total
                let found = try #require(values[place] as? Double)
                #expect(abs(found - expected) < 1e-4, "token \(place)")
            }
            let offsets = try #require(probabilities["text_offset"] as? [Int])
            let text = try #require(choice["text"] as? String)
            let pieces = try #require(probabilities["tokens"] as? [String])
            #expect(pieces.joined() == text)
            #expect(offsets.last == text.count - (pieces.last?.count ?? 0))
        }
    }

    @Test func everyPromptHasItsChoicesInOrder() async throws {
        try await TestServer.run { server in
            let answer = try await server.post(
                "/v1/completions",
                #"""
                {"prompt": ["In the beginning", "And God said"], "n": 2, "seed": 7,
                 "temperature": 1, "max_tokens": 5, "echo": true}
                """#)
            let texts = try Self.choices(answer).compactMap { $0["text"] as? String }
            #expect(texts.count == 4)
            #expect(texts[..<2].allSatisfy { $0.hasPrefix("In the beginning") })
            #expect(texts[2...].allSatisfy { $0.hasPrefix("And God said") })
            let usage = try #require(try answer.json()["usage"] as? [String: Any])
            #expect(usage["completion_tokens"] as? Int == 20)
            // The second choice has the seed of the first one and one more.
            let second = try await server.post(
                "/v1/completions",
                #"""
                {"prompt": "In the beginning", "seed": 8, "temperature": 1, "max_tokens": 5,
                 "echo": true}
                """#)
            #expect(try Self.choices(second)[0]["text"] as? String == texts[1])
        }
    }

    @Test func streamedTextsAreTheWholeOnes() async throws {
        try await TestServer.run { server in
            let body =
                #""prompt": "And God said", "n": 3, "seed": 1, "temperature": 1, "#
                + #""max_tokens": 12, "echo": true, "logprobs": 0"#
            let whole = try await server.post("/v1/completions", "{\(body)}")
            let streamed = try await server.post("/v1/completions", #"{\#(body), "stream": true}"#)
            var texts = ["", "", ""]
            var tokens: [[String]] = [[], [], []]
            for chunk in try streamed.chunks() {
                let choice = try #require((chunk["choices"] as? [[String: Any]])?.first)
                let index = try #require(choice["index"] as? Int)
                texts[index] += choice["text"] as? String ?? ""
                let probabilities = choice["logprobs"] as? [String: Any]
                tokens[index] += probabilities?["tokens"] as? [String] ?? []
            }
            let choices = try Self.choices(whole)
            #expect(texts == choices.compactMap { $0["text"] as? String })
            for (index, choice) in choices.enumerated() {
                let probabilities = choice["logprobs"] as? [String: Any]
                #expect(probabilities?["tokens"] as? [String] == tokens[index])
            }
            #expect(streamed.events.last == "[DONE]")
        }
    }

    @Test func stopsAndBiasesCount() async throws {
        try await TestServer.run { server in
            let stopped = try await server.post(
                "/v1/completions",
                #"{"prompt": "In the beginning", "max_tokens": 20, "stop": [" LORD"]}"#)
            let choice = try Self.choices(stopped)[0]
            #expect(choice["text"] as? String == " of the")
            #expect(choice["finish_reason"] as? String == "stop")
            let tokens = try await server.post("/tokenize", #"{"content": " of"}"#).json()
            let banned = try #require((tokens["tokens"] as? [Int])?.first)
            let biased = try await server.post(
                "/v1/completions",
                #"""
                {"prompt": "In the beginning", "max_tokens": 1, "logit_bias": {"\#(banned)": -100}}
                """#)
            #expect(try Self.choices(biased)[0]["text"] as? String != " of")
        }
    }

    private static func choices(_ answer: TestResponse) throws -> [[String: Any]] {
        try #require(
            try answer.json()["choices"] as? [[String: Any]], "no choices: \(answer.body)")
    }
}
#endif
