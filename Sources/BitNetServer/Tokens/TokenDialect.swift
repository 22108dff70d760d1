#if Server
import BitNetTokenizers
import Hummingbird

/// Text to tokens and back, in the shapes of llama.cpp's server (tools/server/README.md).
struct TokenDialect: Dialect {
    var routes: [Route] {
        [
            .post("/tokenize") { try await tokenize($0) },
            .post("/detokenize") { try await detokenize($0) },
            .post("/apply-template") { try await applyTemplate($0) },
        ]
    }

    func body(of error: RequestError) -> JSONOutput { OpenAIDialect().body(of: error) }

    /// `{"content", "add_special", "parse_special", "with_pieces"}` to `{"tokens"}`.
    private func tokenize(_ call: ServedCall) async throws -> Response {
        let tokenizer = try call.model().tokenizer
        let fields = try await call.readFields()
        let content = try fields.required("content", "a string").string()
        let ids = tokenizer.encode(
            content, addBeginningOfText: try fields.bool("add_special") ?? false,
            parseSpecialTokens: try fields.bool("parse_special") ?? true)
        guard try fields.bool("with_pieces") ?? false else {
            return .json(["tokens": .array(ids.map { .integer(Int($0)) })])
        }
        return .json(["tokens": .array(ids.map { piece($0, tokenizer) })])
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

    /// `{"tokens"}` to `{"content"}`.
    private func detokenize(_ call: ServedCall) async throws -> Response {
        let tokenizer = try call.model().tokenizer
        let fields = try await call.readFields()
        var ids: [TokenID] = []
        for item in try fields.required("tokens", "a list of token ids")
            .items("a list of token ids")
        {
            ids.append(TokenID(try item.integer(0...tokenizer.vocabularyCount - 1)))
        }
        return .json(["content": .string(tokenizer.decode(ids))])
    }

    /// `{"messages"}` to `{"prompt"}`.
    private func applyTemplate(_ call: ServedCall) async throws -> Response {
        let model = try call.model()
        let messages = try OpenAIMessages.read(try await call.readFields())
        return .json(["prompt": .string(try model.render(messages))])
    }
}
#endif
