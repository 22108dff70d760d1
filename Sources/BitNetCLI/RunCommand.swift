import ArgumentParser
import BitNetGeneration
import BitNetTokenizers

/// One answer, or a conversation.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Generate text, or hold a conversation.",
        usage: "bitnet run [<options>] [<model>] [<prompt> ...]",
        discussion: """
            With a prompt, answers it and ends. Without one, holds a conversation: /help lists its \
            commands, Ctrl-C ends an answer. A model without a chat template continues plain text, \
            as --raw does with every model. Without a model, runs the small one that comes with the \
            program. The text goes to standard output, all else to standard error.

            EXAMPLES
              bitnet run "In the beginning"
              bitnet run model.gguf "Why is the sky blue?"
              bitnet run -m model.gguf
              bitnet run -m model.gguf --temp 0 -n 64 --json -p "Name a colour."
              bitnet run -m model.gguf --raw -p - < text.txt
              bitnet run -m model.gguf --json-schema colour.json "Name a colour."
            """)

    @Argument(help: "The model, if the first word names one and -m is not given; then the prompt.")
    var words: [String] = []

    @OptionGroup(title: "Input") var input: InputOptions
    @OptionGroup(title: "Form of the answer") var form: ConstraintOptions
    @OptionGroup(title: "Sampling") var sampling: SamplingOptions
    @OptionGroup(title: "Computing") var context: ContextOptions
    @OptionGroup(title: "Computing") var threads: ThreadOptions
    @OptionGroup(title: "Computing") var batch: BatchOptions
    @OptionGroup(title: "Computing") var cache: CacheFormatOptions
    @OptionGroup(title: "Computing") var head: HeadOptions
    @OptionGroup(title: "Computing") var pack: PackOptions
    @OptionGroup(title: "Computing") var draft: DraftOptions

    @Flag(help: "Print one JSON object with text, tokens, reason and statistics instead of text.")
    var json = false

    @Flag(name: .shortAndLong, help: "Print no notes and no statistics.")
    var quiet = false

    func validate() throws {
        if input.raw, input.system != nil {
            throw ValidationError("--system needs the chat template, which --raw leaves out.")
        }
        _ = try invocation
        if form.readsInput, input.prompt == "-" {
            throw ValidationError("Standard input can be the prompt or the form, not both.")
        }
    }

    private var invocation: Invocation {
        get throws(ValidationError) {
            try Invocation(words: words, model: input.model, prompt: input.prompt)
        }
    }

    func run() async throws {
        let prompt = try invocation.readPrompt()
        let interrupts = Interrupts()
        let model = try await load(invocation.modelPath)
        let conversation = Conversation(
            model: model, parameters: parameters, plain: try isPlain(model),
            system: input.system, constraint: try form.constraint(for: model),
            printer: GenerationPrinter(
                json: json, quiet: quiet, contextLength: model.contextLength),
            interrupts: interrupts)
        if let prompt {
            try await conversation.answerOnce(prompt)
        } else {
            try await conversation.hold()
        }
    }

    private func load(_ path: String) async throws -> LanguageModel {
        let progress = ProgressLine("Loading \(path)")
        defer { progress.finish() }
        return try await LanguageModel.load(
            from: path, options: modelOptions,
            progress: { progress.update($0) })
    }

    /// Whether text is to be continued as it is, without a chat template.
    private func isPlain(_ model: LanguageModel) throws -> Bool {
        if input.raw { return true }
        if let error = model.chatTemplateError {
            throw CommandFailure("\(error); --raw continues plain text without it")
        }
        if input.system != nil, model.chatTemplate == nil {
            throw CommandFailure("--system: this model has no chat template")
        }
        return model.chatTemplate == nil
    }

    private var parameters: GenerationParameters {
        var parameters = sampling.parameters
        parameters.maximumDraftTokens = draft.maximum
        return parameters
    }

    private var modelOptions: LanguageModel.Options {
        LanguageModel.Options(
            threads: threads.count, contextLength: context.length, prefillChunk: batch.size,
            keyValueFormat: cache.format, headPrecision: head.precision,
            pack: pack.choice)
    }
}
