import ArgumentParser
import BitNetModels

struct LogitsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logits",
        abstract: "Compute the logits of given token ids.",
        discussion: """
            Reads {"prompts": [{"ids": [1, 2, 3], "positions": [0, 2]}]} and writes the same with \
            "logits": one list of vocabulary size for each position. Without "positions" every \
            position is written. Other keys of the input are ignored. Keys and values are cached \
            in float32, and the numbers are written with all their digits.

            EXAMPLES
              bitnet logits -m model.gguf --input in.json --output out.json
              echo '{"prompts": [{"ids": [1, 5, 7]}]}' | bitnet logits -m model.gguf
              bitnet logits -m model/ --input expected.json --output out.json --greedy 24 --nll
            """)

    @OptionGroup var model: ModelPathOptions

    @Option(help: ArgumentHelp("The prompts, as JSON; - is standard input.", valueName: "path"))
    var input = "-"

    @Option(help: ArgumentHelp("Where the logits go; - is standard output.", valueName: "path"))
    var output = "-"

    @Option(
        help: ArgumentHelp(
            "Also continue each prompt by this many most likely tokens, written as \"greedy\". "
                + "Tokens that end a text do not end it.", valueName: "tokens"))
    var greedy = 0

    @Flag(
        help: ArgumentHelp(
            "Also write \"nll\": the mean negative log-likelihood (natural logarithm) of all "
                + "tokens but the first of the prompt named by the input's {\"nll\": {\"prompt\"}}."
        ))
    var nll = false

    @OptionGroup var threads: ThreadOptions
    @OptionGroup var batch: BatchOptions
    @OptionGroup var head: ExactHeadOptions
    @OptionGroup var pack: PackOptions

    mutating func validate() throws {
        if !(0...1_000_000).contains(greedy) {
            throw ValidationError("--greedy: expected 0 to 1000000 tokens, found \(greedy)")
        }
    }

    func run() throws {
        let request = try JSONFiles.decode(LogitsRequest.self, from: input)
        let likelihoodPrompt = nll ? try request.likelihoodPrompt() : nil
        let model = try BitNetModel.loadShowingProgress(
            model.path, threads.makeCompute(), head: head.precision, pack: pack.choice)
        try request.validate(vocabularySize: model.configuration.vocabularySize)
        let longest = request.prompts.reduce(0) { max($0, $1.ids.count) }
        let computation = try LogitsComputation(
            model, longest: longest, batch: batch.size, greedyCount: greedy)
        let file = try LogitsWriter(output)
        let progress = ProgressLine("computing")
        for (index, prompt) in request.prompts.enumerated() {
            let positions = prompt.positions ?? Array(prompt.ids.indices)
            let answer = try computation.answer(
                prompt.ids.map { Int32($0) }, positions: Set(positions),
                withLikelihood: index == likelihoodPrompt)
            try file.write(prompt, positions, answer)
            progress.update(Double(index + 1) / Double(request.prompts.count))
        }
        try file.finish()
    }
}
