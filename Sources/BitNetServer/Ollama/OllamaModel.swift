#if Server
import BitNetTokenizers
import BitNetGeneration
import BitNetModels
import Hummingbird

/// The model as Ollama's routes describe it.
enum OllamaModel {
    /// An entry of `/api/tags`.
    static func json(_ model: ServedModel) -> JSONOutput {
        let name = model.name.contains(":") ? model.name : model.name + ":latest"
        return [
            "name": .string(name), "model": .string(name),
            "modified_at": .string(WallClock.timestamp(model.created)),
            "size": .integer(size(model)),
            // Ollama names files by their SHA-256, which nobody computes here.
            "digest": .string(String(repeating: "0", count: 64)),
            "details": details(model),
        ]
    }

    /// An entry of `/api/ps`; the model stays loaded.
    static func running(_ model: ServedModel) -> JSONOutput {
        var json = json(model)
        json["expires_at"] = "2318-01-01T00:00:00Z"
        json["size_vram"] = 0
        json["context_length"] = .integer(model.language.contextLength)
        return json
    }

    /// `POST /api/show`.
    static func show(_ call: ServedCall) async throws -> Response {
        _ = try call.model()
        let fields = try await call.readFields()
        let model = try OllamaFields.model(fields, call)
        let configuration = model.language.model.configuration
        let family = configuration.architecture
        let template = model.template.template.source
        var capabilities: [JSONOutput] = ["completion", "tools"]
        if model.language.isEmbeddingModel || call.configuration.forcesEmbeddings {
            capabilities.append("embedding")
        }
        return .json([
            "modelfile": .string(
                "FROM \(model.name)\nTEMPLATE \"\"\"\(template)\"\"\"\n"),
            "parameters": "",
            "template": .string(template),
            "details": details(model),
            "model_info": [
                "general.architecture": .string(family),
                "general.parameter_count": .integer(parameters(model)),
                "\(family).context_length": .integer(model.language.contextLength),
                "\(family).embedding_length": .integer(configuration.hiddenSize),
                "\(family).block_count": .integer(configuration.layerCount),
            ],
            "capabilities": .array(capabilities),
            "modified_at": .string(WallClock.timestamp(model.created)),
        ])
    }

    private static func details(_ model: ServedModel) -> JSONOutput {
        let family = JSONOutput.string(model.language.model.configuration.architecture)
        return [
            "parent_model": "", "format": "gguf", "family": family, "families": [family],
            "parameter_size": .string(count(parameters(model))), "quantization_level": "ternary",
        ]
    }

    private static func size(_ model: ServedModel) -> Int {
        model.language.model.bodyByteCount + model.language.model.head.byteCount
    }

    private static func parameters(_ model: ServedModel) -> Int {
        let configuration = model.language.model.configuration
        let embedding = configuration.vocabularySize * configuration.hiddenSize
        return model.language.model.multiplyAddsPerToken
            + embedding * (configuration.tiedEmbeddings ? 1 : 2)
    }

    /// `2.4B`, `5.1M`.
    private static func count(_ count: Int) -> String {
        let (unit, letter) = count >= 1_000_000_000 ? (1_000_000_000, "B") : (1_000_000, "M")
        let tenths = (count * 10 + unit / 2) / unit
        return "\(tenths / 10).\(tenths % 10)\(letter)"
    }
}
#endif
