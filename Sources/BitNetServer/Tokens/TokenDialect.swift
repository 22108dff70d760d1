#if Server
import BitNetTokenizers
import Hummingbird

/// Text to tokens and back, in the shapes of llama.cpp's server (tools/server/README.md), and in those
/// of vLLM's, which lm-eval uses as its tokenizer: `prompt` is `content` there.
struct TokenDialect: Dialect {
    var routes: [Route] {
        [
            .post(
                "/tokenize", "Text to token ids.",
                fields: [
                    .string("content", "The text; this or prompt."),
                    .string("prompt", "The text."),
                    .bool("add_special", "Put the begin-of-text token in front; false."),
                    .bool(
                        "add_special_tokens", "The same for a prompt; true where the model does."),
                    .bool("parse_special", "Read the names of control tokens as such; true."),
                    .bool("with_pieces", "Show each token's text beside its id; false."),
                ]
            ) { try await tokenize($0) },
            .post(
                "/detokenize", "Token ids to text.",
                fields: [.list("tokens", of: "integer", "The ids.", isRequired: true)]
            ) { try await detokenize($0) },
            .post(
                "/apply-template", "A conversation as the text that the model continues.",
                fields: [.list("messages", of: "object", "The messages.", isRequired: true)]
            ) { try await applyTemplate($0) },
            .get("/tokenizer_info", "What ends and begins a text.") { try tokenizerInfo($0) },
        ]
    }

    func body(of error: RequestError) -> JSONOutput { OpenAIDialect().body(of: error) }

    /// `{"content", "add_special", "parse_special", "with_pieces"}` to `{"tokens", "count"}`.
    private func tokenize(_ call: ServedCall) async throws -> Response {
        let tokenizer = try call.model().tokenizer
        let fields = try await call.readFields()
        let (text, addsBeginning) = try textToEncode(fields, tokenizer)
        let ids = tokenizer.encode(
            text, addBeginningOfText: addsBeginning,
            parseSpecialTokens: try fields.bool("parse_special") ?? true)
        let pieces = try fields.bool("with_pieces") ?? false
        let tokens = ids.map { pieces ? piece($0, tokenizer) : .integer(Int($0)) }
        return .json(["tokens": .array(tokens), "count": .integer(ids.count)])
    }

    /// The text of either shape, and whether it gets a begin-of-text token.
    private func textToEncode(
        _ fields: RequestFields, _ tokenizer: Tokenizer
    ) throws -> (text: String, addsBeginning: Bool) {
        if fields.value("content") == nil, let prompt = try fields.string("prompt") {
            let adds = try fields.bool("add_special_tokens") ?? tokenizer.addsBeginningOfText
            return (prompt, adds)
        }
        let content = try fields.required("content", "a string").string()
        return (content, try fields.bool("add_special") ?? false)
    }

    /// A token with its text, or its bytes where they are no text by themselves.
    private func piece(_ id: TokenID, _ tokenizer: Tokenizer) -> JSONOutput {
        let bytes = tokenizer.bytes(of: id)
        let text = String(validating: bytes, as: UTF8.self).map { JSONOutput.string($0) }
        return [
            "id": .integer(Int(id)),
            "piece": text ?? .array(bytes.map { .integer(Int($0)) }),
        ]
    }

    /// The names of the tokens around a text, and the template of conversations.
    private func tokenizerInfo(_ call: ServedCall) throws -> Response {
        let model = try call.model()
        let tokenizer = model.tokenizer
        func name(_ id: TokenID?) -> JSONOutput {
            id.map { .string(OpenAILogProbabilities.text($0, tokenizer)) } ?? nil
        }
        return .json([
            "bos_token": name(tokenizer.beginningOfText), "eos_token": name(tokenizer.endOfText),
            "pad_token": nil, "chat_template": .string(model.template.template.source),
            "vocab_size": .integer(tokenizer.vocabularyCount),
        ])
    }

    /// `{"tokens"}` to `{"content"}`, which is the `prompt` too.
    private func detokenize(_ call: ServedCall) async throws -> Response {
        let tokenizer = try call.model().tokenizer
        let fields = try await call.readFields()
        var ids: [TokenID] = []
        for item in try fields.required("tokens", "a list of token ids")
            .items("a list of token ids")
        {
            ids.append(TokenID(try item.integer(0...tokenizer.vocabularyCount - 1)))
        }
        let text = JSONOutput.string(tokenizer.decode(ids))
        return .json(["content": text, "prompt": text])
    }

    /// `{"messages"}` to `{"prompt"}`.
    private func applyTemplate(_ call: ServedCall) async throws -> Response {
        let model = try call.model()
        let messages = try OpenAIMessages.read(try await call.readFields())
        return .json(["prompt": .string(try model.render(messages))])
    }
}
#endif
