public import BitNetTokenizers

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The files of a tokenizer in Hugging Face's layout, which a data set or a checkpoint takes along.
public struct TokenizerFiles: Sendable {
    static let main = "tokenizer.json"
    static let configuration = "tokenizer_config.json"
    static let template = "chat_template.jinja"
    static let names = [main, configuration, "special_tokens_map.json", template]

    /// Whether `name` is one of these files.
    static func isName(_ name: String) -> Bool { names.contains(name) }

    /// Each file's name and bytes; `tokenizer.json` is the first.
    public let contents: [(name: String, bytes: [UInt8])]

    /// Files that are in memory already, `tokenizer.json` first.
    public init(contents: [(name: String, bytes: [UInt8])]) { self.contents = contents }

    /// Reads the files that are in `folder`; a missing or unreadable `tokenizer.json` is an error.
    public init(folder: String) throws(TrainingError) {
        contents = Self.names.compactMap { name in
            FileManager.default.contents(atPath: "\(folder)/\(name)").map { (name, [UInt8]($0)) }
        }
        guard contents.first?.name == Self.main else {
            throw TrainingError(
                .file, file: folder,
                "there is no readable tokenizer.json in it; expected a folder in Hugging Face's "
                    + "layout, as `bitnet train tokenizer` and `bitnet convert --type packed` write"
            )
        }
    }

    /// The same without the file of the chat template: for models that continue text and have not
    /// seen a conversation.
    public var withoutChatTemplate: TokenizerFiles {
        TokenizerFiles(contents: contents.filter { $0.name != Self.template })
    }

    /// The same with a chat template of its own.
    public func with(chatTemplate: String) -> TokenizerFiles {
        TokenizerFiles(
            contents: withoutChatTemplate.contents + [(Self.template, Array(chatTemplate.utf8))])
    }

    /// The bytes of the file called `name`.
    public subscript(name: String) -> [UInt8]? { contents.first { $0.name == name }?.bytes }

    /// The tokenizer that the files describe.
    public func tokenizer() throws(TrainingError) -> Tokenizer {
        do {
            return try Tokenizer.fromTokenizerJSON(
                self[Self.main] ?? [], configuration: readConfiguration())
        } catch {
            throw TrainingError(.invalidData, "\(error)")
        }
    }

    private func readConfiguration() throws(TokenizerError) -> TokenizerConfigurationFile? {
        let configuration = self[Self.configuration]
        guard let template = self[Self.template] else {
            guard let configuration else { return nil }
            return try TokenizerConfigurationFile(json: configuration)
        }
        return try TokenizerConfigurationFile(
            json: configuration ?? Array("{}".utf8), chatTemplate: template)
    }

    /// A checksum of `tokenizer.json`: data and models with the same one have the same token ids.
    public var fingerprint: UInt64 {
        var checksum = Checksum()
        checksum.append(self[Self.main] ?? [])
        return checksum.value
    }
}
