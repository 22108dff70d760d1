internal import BitNetCheckpoints
internal import BitNetModels

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The pooling that a checkpoint declares, which also says that the model is meant for embeddings.
enum DeclaredPooling {
    /// `1_Pooling/config.json` of the layout of sentence-transformers.
    private struct File: Decodable {
        var pooling_mode_mean_tokens: Bool?
        var pooling_mode_lasttoken: Bool?
    }

    /// GGUF's `<architecture>.pooling_type`: 1 is the mean, 3 the last token.
    private static let ggufTypes: [Int: EmbeddingPooling] = [1: .mean, 3: .last]

    /// What the checkpoint says; nil when it says nothing, or names a pooling that is not supported.
    static func of(_ checkpoint: ModelCheckpoint) -> EmbeddingPooling? {
        switch checkpoint {
        case .gguf(let file):
            guard let architecture = try? file.metadata.string("general.architecture"),
                let type = try? file.metadata.integer("\(architecture).pooling_type")
            else { return nil }
            return ggufTypes[type]
        case .huggingFace:
            guard
                let json = HuggingFaceFolder(checkpoint.path).contents("1_Pooling/config.json"),
                let file = try? JSONDecoder().decode(File.self, from: Data(json))
            else { return nil }
            if file.pooling_mode_lasttoken == true { return .last }
            return file.pooling_mode_mean_tokens == true ? .mean : nil
        }
    }
}
