internal import BitNetModels

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Tokens that end a text according to `generation_config.json`.
enum EndTokens {
    /// `eos_token_id`, an integer or a list.
    private struct File: Decodable {
        let ids: [Int]

        private enum CodingKeys: String, CodingKey {
            case ids = "eos_token_id"
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            if let one = try? container.decode(Int.self, forKey: .ids) {
                ids = [one]
            } else {
                ids = try container.decodeIfPresent([Int].self, forKey: .ids) ?? []
            }
        }
    }

    /// What the file beside a Hugging Face checkpoint lists; nothing when there is none.
    static func declared(beside checkpoint: ModelCheckpoint) -> [Int] {
        guard case .huggingFace = checkpoint,
            let json = HuggingFaceFolder(checkpoint.path).contents("generation_config.json"),
            let file = try? JSONDecoder().decode(File.self, from: Data(json))
        else { return [] }
        return file.ids
    }
}
