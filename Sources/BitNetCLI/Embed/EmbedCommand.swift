import ArgumentParser
import BitNetGeneration
import BitNetTokenizers

struct EmbedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "embed",
        abstract: "Turn lines of text into vectors.",
        discussion: """
            Reads one text a line from standard input and prints one JSON object a line: \
            {"embedding": [numbers], "tokens": count}. The numbers are the hidden states behind the \
            output norm, pooled over the tokens of the text and scaled to length 1. Models that were \
            not made for embeddings are refused unless --force is given.

            EXAMPLES
              printf 'a text\\nanother\\n' | bitnet embed -m embedder/
              printf '"a text\\\\nof two lines"\\n' | bitnet embed -m embedder/ --jsonl
              bitnet embed -m kjv-tiny --force --pooling mean < lines.txt > vectors.jsonl
            """)

    @OptionGroup var model: ModelPathOptions

    @Option(
        help: ArgumentHelp(
            "How tokens become one vector: their mean, or the last one's. (default: what the file "
                + "says; else last for a text embedder, mean for another model)",
            valueName: "kind"))
    var pooling: EmbeddingPooling?

    @Flag(help: "Also take a model that was not made for embeddings.")
    var force = false

    @Flag(
        inversion: .prefixedNo, help: "Scale the vectors to length 1.")
    var normalize = true

    @Flag(help: "Read one JSON string a line, which may contain line ends.")
    var jsonl = false

    @OptionGroup var threads: ThreadOptions
    @OptionGroup var context: ContextOptions

    /// A line of the output.
    private struct Output: Encodable {
        let embedding: [Float]
        let tokens: Int
    }

    func run() async throws {
        let line = ProgressLine("loading")
        let model = try await LanguageModel.load(
            from: model.path,
            options: .init(threads: threads.count, contextLength: context.length)
        ) { line.update($0) }
        for (number, bytes) in try texts() {
            let text =
                jsonl
                ? try JSONLines.decode(bytes, number, "a JSON string")
                : String(decoding: bytes, as: UTF8.self)
            let vector = try await model.embed(
                text, pooling: pooling, normalized: normalize, allowsAnyModel: force)
            try StandardStreams.writeOutput(
                JSONLines.line(Output(embedding: vector.values, tokens: vector.tokenCount)))
        }
    }

    /// The lines of the input; without the empty one behind the last line end, and without carriage
    /// returns at their ends.
    private func texts() throws -> [(number: Int, bytes: ArraySlice<UInt8>)] {
        if jsonl { return try JSONLines.readInput() }
        var lines = try StandardStreams.readInput()
            .split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines.enumerated().map { number, line in
            (number + 1, line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
        }
    }
}
