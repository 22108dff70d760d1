#if Server
import ArgumentParser
import BitNetServer

/// How `bitnet serve` presents its model.
struct ServingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The model's name for clients. (default: the file's name)", valueName: "name"))
    var alias: String?

    @Flag(help: "Refuse requests that name another model.")
    var strictModel = false

    @Option(
        help: ArgumentHelp(
            "The form of chats: plain, llama3, chatml, or a file with a Jinja template. (default: "
                + "the model's own, or plain)", valueName: "name or file"))
    var chatTemplate: String?

    @Flag(help: "Give embeddings with a model that was not made for them, too.")
    var embeddings = false

    /// The name of the model at `path`: the last part of the path, without its ending.
    func name(of path: String) -> String {
        if let alias { return alias }
        let last = path.split(separator: "/").last.map(String.init) ?? path
        return last.hasSuffix(".gguf") ? String(last.dropLast(5)) : last
    }

    func apply(to configuration: inout ServerConfiguration) throws {
        configuration.strictModel = strictModel
        configuration.forcesEmbeddings = embeddings
        guard let chatTemplate else { return }
        if ServerConfiguration.Template.builtInNames.contains(chatTemplate) {
            configuration.template = .builtIn(chatTemplate)
        } else {
            let bytes = try InputFile.bytes(chatTemplate)
            configuration.template = .source(String(decoding: bytes, as: UTF8.self))
        }
    }
}
#endif
