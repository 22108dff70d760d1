import ArgumentParser
import BitNetEvaluation
import BitNetGeneration
import BitNetModels
import BitNetTokenizers

struct PerplexityCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "perplexity",
        abstract: "Measure how well a model predicts a text.",
        discussion: """
            The text is tokenised once and cut into windows of -c tokens; an incomplete last one is \
            left out. There are two ways of counting, whose figures are not comparable:

              llama.cpp    A window's first token is replaced by begin-of-text and its second half \
            is scored, so that every scored token has at least half a window in front of it. \
            (llama.cpp's own program also leaves out the first token of that half.)
              consecutive  No begin-of-text; every token but a window's first is scored.

            The perplexity is exp of the mean negative log-likelihood; behind ± is one standard \
            error as llama.cpp computes it. The result does not depend on -t and -b.

            EXAMPLES
              bitnet perplexity -m model.gguf -f wiki.test.raw
              bitnet perplexity -m model.gguf -f text.txt -c 2048 --protocol consecutive
              bitnet perplexity -m model.gguf -f text.txt --kv float32 --json
            """)

    @OptionGroup var model: ModelPathOptions

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The text; - is standard input.", valueName: "path"))
    var file: String

    @Option(
        name: [.customShort("c"), .customLong("ctx-size")],
        help: ArgumentHelp("Tokens of a window.", valueName: "tokens"))
    var context = 512

    @Option(name: .customLong("protocol"), help: "Which tokens are scored.")
    var counting = PerplexityProtocol.llamaCpp

    @OptionGroup var threads: ThreadOptions
    @OptionGroup var batch: BatchOptions
    @OptionGroup var cache: CacheFormatOptions
    @OptionGroup var head: ExactHeadOptions
    @OptionGroup var pack: PackOptions

    @Flag(help: "Print one JSON object with all figures in full precision.")
    var json = false

    mutating func validate() throws {
        if context < 2 {
            throw ValidationError("-c: expected a window of at least 2 tokens, found \(context)")
        }
    }

    func run() throws {
        let text = try InputFile.bytes(file)
        let tokenizer = try TokenizerLoader.load(path: model.path)
        let tokens = tokenizer.encode(bytes: text, parseSpecialTokens: false)
        let model = try BitNetModel.loadShowingProgress(
            model.path, threads.makeCompute(), head: head.precision, pack: pack.choice)
        let evaluation = try Perplexity(
            model, windowLength: context, counting: counting,
            beginningOfText: tokenizer.beginningOfText, chunkLength: batch.size,
            format: cache.format)
        let line = ProgressLine("perplexity")
        let start = ContinuousClock.now
        let result = try evaluation.measure(tokens) { fraction, soFar in
            line.update(fraction, "(\(NumberFormat.fixed(soFar.perplexity, 4)) so far)")
        }
        line.finish()
        let report = PerplexityReport(
            model: self.model.path, file: file, tokens: tokens.count, context: context,
            counting: counting, seconds: (ContinuousClock.now - start).seconds, result: result)
        try StandardStreams.writeOutput(json ? JSONFiles.text(report) : report.text)
        if !json { StandardStreams.writeError(report.statistics) }
    }
}
