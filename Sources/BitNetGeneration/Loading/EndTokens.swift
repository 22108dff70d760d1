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
        guard case .huggingFace = checkpoint else { return [] }
        var folder = checkpoint.path
        if folder.hasSuffix(".safetensors") {
            folder = folder.split(separator: "/", omittingEmptySubsequences: false).dropLast()
                .joined(separator: "/")
        }
        let path = (folder.isEmpty ? "." : folder) + "/generation_config.json"
        guard let json = FileManager.default.contents(atPath: path),
            let file = try? JSONDecoder().decode(File.self, from: json)
        else { return [] }
        return file.ids
    }
}
