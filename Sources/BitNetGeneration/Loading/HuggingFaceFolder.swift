internal import BitNetTokenizers

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// A folder in Hugging Face's layout.
struct HuggingFaceFolder {
    /// What a converted model keeps of its folder as it is, where it is there.
    static let copiedFiles = [
        "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json",
        "generation_config.json", "chat_template.jinja", "tokenizer.model",
    ]

    /// The folder's path without a slash at its end.
    let path: String

    /// The folder at `path`, or the one that the safetensors file at `path` is in.
    init(_ path: String) {
        var path = path
        if path.hasSuffix(".safetensors") {
            let name = path.split(separator: "/").last ?? ""
            path = String(path.dropLast(name.utf8.count))
            if path.isEmpty { path = "." }
        }
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        self.path = path
    }

    /// The path of the file called `name`.
    func file(_ name: String) -> String { path + "/" + name }

    /// The bytes of a file; nil when it can't be read.
    func contents(_ name: String) -> [UInt8]? {
        FileManager.default.contents(atPath: file(name)).map { [UInt8]($0) }
    }

    /// What `tokenizer_config.json` and `chat_template.jinja` say; nil when neither is there.
    func tokenizerConfiguration() throws -> TokenizerConfigurationFile? {
        let configuration = contents("tokenizer_config.json")
        guard let template = contents("chat_template.jinja") else {
            return try configuration.map { try TokenizerConfigurationFile(json: $0) }
        }
        return try TokenizerConfigurationFile(
            json: configuration ?? Array("{}".utf8), chatTemplate: template)
    }

    /// Writes a small file.
    func write(_ bytes: [UInt8], _ name: String) throws {
        try Data(bytes).write(to: URL(filePath: file(name)))
    }

    /// Renames the folder, or moves its files into a folder that exists, where they replace others.
    func move(to target: HuggingFaceFolder) throws {
        guard FileManager.default.fileExists(atPath: target.path) else {
            return try FileManager.default.moveItem(atPath: path, toPath: target.path)
        }
        for name in try FileManager.default.contentsOfDirectory(atPath: path).sorted() {
            try? FileManager.default.removeItem(atPath: target.file(name))
            try FileManager.default.moveItem(atPath: file(name), toPath: target.file(name))
        }
    }
}
