#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What a `config.json` calls its model, for models that can't be run.
struct HuggingFaceNames: Decodable {
    private let architectures: [String]?
    private let modelType: String?

    enum CodingKeys: String, CodingKey {
        case architectures
        case modelType = "model_type"
    }

    /// The architecture's name, or the model's type.
    var architecture: String? { architectures?.first ?? modelType }

    /// Nil when `json` is no configuration.
    init?(_ json: [UInt8]) {
        guard let names = try? JSONDecoder().decode(Self.self, from: Data(json)) else { return nil }
        self = names
    }
}
