#if Server
import ArgumentParser
import BitNetGeneration
import BitNetServer

/// Serves a model over HTTP.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve a model to the clients of OpenAI, Anthropic and Ollama.",
        usage: "bitnet serve [<options>] [<model>]",
        discussion: """
            Answers OpenAI's protocol (/v1/chat/completions, /v1/completions, /v1/responses, \
            /v1/embeddings, /v1/models), Anthropic's (/v1/messages) and Ollama's (/api/chat and \
            others), with a model loaded once. The sampling options are the defaults of requests that \
            do not say. Without a model, serves the small one that comes with the program. Ctrl-C and SIGTERM \
            end it when the running requests have ended; a second one ends it at once.

            EXAMPLES
              bitnet serve
              bitnet serve -m model.gguf --port 8080
              curl http://127.0.0.1:8080/v1/completions -d '{"prompt": "In the beginning"}'
            """)

    @OptionGroup var model: ServedModelOptions
    @OptionGroup(title: "Listening") var listening: ListeningOptions
    @OptionGroup(title: "Listening") var access: AccessOptions
    @OptionGroup(title: "Serving") var serving: ServingOptions
    @OptionGroup(title: "Limits") var limits: LimitOptions
    @OptionGroup(title: "Log") var log: LogOptions
    @OptionGroup(title: "Ending") var ending: EndingOptions
    @OptionGroup(title: "Sampling") var sampling: SamplingOptions
    @OptionGroup(title: "Computing") var context: ContextOptions
    @OptionGroup(title: "Computing") var threads: ThreadOptions
    @OptionGroup(title: "Computing") var batch: BatchOptions
    @OptionGroup(title: "Computing") var cache: CacheFormatOptions
    @OptionGroup(title: "Computing") var memory: CacheMemoryOptions
    @OptionGroup(title: "Computing") var head: HeadOptions
    @OptionGroup(title: "Computing") var pack: PackOptions
    @OptionGroup(title: "Computing") var draft: DraftOptions

    @Flag(help: "Print one JSON object on standard output when requests are taken.")
    var json = false

    func run() async throws {
        let server = try BitNetServer(
            makeConfiguration(), logger: log.makeLogger())
        let signals = EndingSignals { server.drain() }
        defer { signals.stop() }
        let path = model.path
        let options = modelOptions
        let notes = ServeNotes(json: json, model: path)
        try await server.run {
            let progress = ProgressLine("Loading \(path)")
            defer { progress.finish() }
            return try await LanguageModel.load(
                from: path, options: options, progress: { progress.update($0) })
        } report: {
            notes.write($0)
        }
    }

    private func makeConfiguration() throws -> ServerConfiguration {
        var configuration = ServerConfiguration(modelName: serving.name(of: model.path))
        configuration.parameters = sampling.parameters
        configuration.parameters.maximumDraftTokens = draft.maximum
        listening.apply(to: &configuration)
        try access.apply(to: &configuration)
        try serving.apply(to: &configuration)
        limits.apply(to: &configuration)
        ending.apply(to: &configuration)
        configuration.logsPrompts = log.logPrompts
        return configuration
    }

    private var modelOptions: LanguageModel.Options {
        LanguageModel.Options(
            threads: threads.count, contextLength: context.length, prefillChunk: batch.size,
            keyValueFormat: cache.format, headPrecision: head.precision,
            pack: pack.choice, keyValueMemory: memory.size?.bytes, keyValueContexts: CacheMemoryOptions.contexts,
            maximumSequences: limits.parallel)
    }
}
#endif
