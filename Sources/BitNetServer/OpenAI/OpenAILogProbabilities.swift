#if Server
import BitNetGeneration
import BitNetTokenizers

/// `logprobs` of both kinds of completion.
enum OpenAILogProbabilities {
    /// The form of chat completions: `{"content": [{"token", "logprob", "bytes", "top_logprobs"}]}`.
    static func chat(_ reports: [TokenReport], _ model: ServedModel) -> JSONOutput {
        let content = reports.map { report -> JSONOutput in
            var json = token(report.token, report.logProbability, model.tokenizer)
            json["top_logprobs"] = .array(
                report.alternatives.map { token($0.token, $0.logProbability, model.tokenizer) })
            return json
        }
        return ["content": .array(content), "refusal": nil]
    }

    private static func token(
        _ id: TokenID, _ logProbability: Float?, _ tokenizer: Tokenizer
    ) -> JSONOutput {
        [
            "token": .string(text(id, tokenizer)),
            "logprob": .logProbability(logProbability),
            "bytes": .array(tokenizer.bytes(of: id).map { .integer(Int($0)) }),
        ]
    }

    /// The form of completions: parallel lists, with the place of each token in the text, counted in
    /// characters from `offset`, which moves on.
    static func lists(
        _ reports: [TokenReport], _ model: ServedModel, offset: inout Int
    ) -> JSONOutput {
        var offsets: [JSONOutput] = []
        for report in reports {
            offsets.append(.integer(offset))
            offset += text(report.token, model.tokenizer).unicodeScalars.count
        }
        return [
            "tokens": .array(reports.map { .string(text($0.token, model.tokenizer)) }),
            "token_logprobs": .array(reports.map { .logProbability($0.logProbability) }),
            "top_logprobs": .array(reports.map { top($0, model.tokenizer) }),
            "text_offset": .array(offsets),
        ]
    }

    /// The likeliest tokens by their text, and the chosen one if it is none of them; of those with the
    /// same text the likeliest.
    private static func top(_ report: TokenReport, _ tokenizer: Tokenizer) -> JSONOutput {
        guard report.logProbability != nil else { return nil }
        var seen: Set<String> = []
        var members: [JSONOutput.Member] = []
        for candidate in report.alternatives {
            let name = text(candidate.token, tokenizer)
            guard seen.insert(name).inserted else { continue }
            members.append(.init(key: name, value: .logProbability(candidate.logProbability)))
        }
        let chosen = text(report.token, tokenizer)
        if seen.insert(chosen).inserted {
            members.append(.init(key: chosen, value: .logProbability(report.logProbability)))
        }
        return .object(members)
    }

    /// The text of a token by itself; a part of a character becomes U+FFFD.
    static func text(_ id: TokenID, _ tokenizer: Tokenizer) -> String {
        String(decoding: tokenizer.bytes(of: id), as: UTF8.self)
    }
}
#endif
