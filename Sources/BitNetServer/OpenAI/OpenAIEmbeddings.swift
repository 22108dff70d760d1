#if Server
import BitNetGeneration
import BitNetModels
import BitNetTokenizers
import Hummingbird

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// `POST /v1/embeddings`.
enum OpenAIEmbeddings {
    /// The most texts of a request, as at OpenAI.
    static let textLimit = 2048

    static let fields: [RequestField] = [
        RequestField(
            "input", ["type": ["string", "array"]], "A text, token ids, or a list of either.",
            isRequired: true),
        .string("model", "The model's name."),
        RequestField(
            "encoding_format", ["type": "string", "enum": ["float", "base64"]],
            "base64 is of little-endian float32."),
        .integer("dimensions", "No other than the model's own.", from: 1),
    ]

    static func respond(to call: ServedCall) async throws -> Response {
        _ = try call.model()
        let fields = try await call.readFields()
        let model = try call.model(named: try fields.string("model"))
        let isBase64 = try format(fields)
        try checkDimensions(fields, model)
        let texts = try texts(fields, model)
        let vectors = try await call.embed(texts, model, field: "input")
        let data = vectors.enumerated().map { index, vector -> JSONOutput in
            [
                "object": "embedding", "index": .integer(index),
                "embedding": isBase64
                    ? .string(base64(vector.values)) : .vector(vector.values),
            ]
        }
        let tokens = JSONOutput.integer(vectors.reduce(0) { $0 + $1.tokenCount })
        return .json([
            "object": "list", "data": .array(data), "model": .string(model.name),
            "usage": ["prompt_tokens": tokens, "total_tokens": tokens],
        ])
    }

    /// Whether vectors are sent as base64.
    private static func format(_ fields: RequestFields) throws(RequestError) -> Bool {
        guard let value = fields.value("encoding_format") else { return false }
        switch try value.string() {
        case "float": return false
        case "base64": return true
        default: throw value.mismatch("\"float\" or \"base64\"")
        }
    }

    private static func checkDimensions(
        _ fields: RequestFields, _ model: ServedModel
    ) throws(RequestError) {
        let width = model.language.model.configuration.hiddenSize
        guard let count = try fields.integer("dimensions"), count != width else { return }
        throw .unsupported(
            "dimensions", "this model's vectors have \(width) numbers, and can't be cut to \(count)"
        )
    }

    /// The tokens of each text.
    private static func texts(
        _ fields: RequestFields, _ model: ServedModel
    ) throws(RequestError) -> [[TokenID]] {
        let expected = "a string, a list of token ids, or a list of either, not empty"
        let value = try fields.required("input", expected)
        if value.kind == .string { return [model.language.encode(try value.string())] }
        let items = try value.items(expected)
        guard let first = items.first else { throw value.mismatch(expected) }
        if first.kind == .number { return [try tokens(items, model)] }
        guard items.count <= textLimit else {
            throw .invalid(
                "input", found: "\(items.count) texts", expected: "at most \(textLimit)")
        }
        var texts: [[TokenID]] = []
        for item in items {
            switch item.kind {
            case .string: texts.append(model.language.encode(try item.string()))
            case .array: texts.append(try tokens(try item.items(expected), model))
            default: throw item.mismatch("a string or a list of token ids")
            }
        }
        return texts
    }

    private static func tokens(
        _ items: [RequestValue], _ model: ServedModel
    ) throws(RequestError) -> [TokenID] {
        let greatest = model.language.model.configuration.vocabularySize - 1
        var ids: [TokenID] = []
        for item in items { ids.append(TokenID(try item.integer(0...greatest))) }
        return ids
    }

    /// Little-endian float32 in base64.
    private static func base64(_ values: [Float]) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(4 * values.count)
        for value in values {
            for shift in [0, 8, 16, 24] as [UInt32] {
                bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> shift))
            }
        }
        return Data(bytes).base64EncodedString()
    }
}
#endif
