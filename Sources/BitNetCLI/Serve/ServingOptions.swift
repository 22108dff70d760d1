#if Server
import ArgumentParser
import BitNetServer

/// How `bitnet serve` presents its model and how much it allows.
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

    @Option(help: ArgumentHelp("Texts generated at the same time.", valueName: "count"))
    var parallel = 16

    @Option(
        help: ArgumentHelp(
            "Texts that may wait; further requests are refused with 429.", valueName: "count"))
    var queue = 256

    mutating func validate() throws {
        if !(1...4096).contains(parallel) {
            throw ValidationError("--parallel: expected 1 to 4096, found \(parallel)")
        }
        if !(0...1_000_000).contains(queue) {
            throw ValidationError("--queue: expected 0 to 1000000, found \(queue)")
        }
    }

    /// The name of the model at `path`: the last part of the path, without its ending.
    func name(of path: String) -> String {
        if let alias { return alias }
        let last = path.split(separator: "/").last.map(String.init) ?? path
        return last.hasSuffix(".gguf") ? String(last.dropLast(5)) : last
    }

    func apply(to configuration: inout ServerConfiguration) throws {
        configuration.strictModel = strictModel
        configuration.limits.sequences = parallel
        configuration.limits.queue = queue
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
