import ArgumentParser
import BitNetTensors
import BitNetTokenizers
import BitNetTraining

struct TrainTokenizerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenizer",
        abstract: "Train a tokenizer on text.",
        discussion: """
            Byte-level BPE with the split of Llama 3: text is cut into words, and the most frequent \
            pair of neighbouring tokens becomes a token, again and again. Of pairs that are as \
            frequent the one with the lowest ids comes first, so the same text gives the same \
            tokenizer. The last five tokens are Llama 3's control tokens, used by a chat template.

            The folder opens in `bitnet tokenize -m`, in `bitnet train prepare --tokenizer` and in \
            Hugging Face's transformers.

            EXAMPLES
              bitnet train tokenizer text.txt -o tokenizer
              bitnet train tokenizer books/ notes.jsonl --field body --vocab-size 8192 -o tokenizer
              zcat text.gz | bitnet train tokenizer - -o tokenizer
            """)

    @OptionGroup var input: TextInputOptions

    @Option(
        name: .shortAndLong, help: ArgumentHelp("The folder to write.", valueName: "folder"))
    var output: String

    @Option(
        help: ArgumentHelp(
            "Tokens of the vocabulary: 256 bytes, 5 control tokens, and merges.",
            valueName: "tokens"))
    var vocabSize = 2048

    @Option(
        help: ArgumentHelp(
            "How often a pair must occur to become a token.", valueName: "count"))
    var minFrequency = 2

    @OptionGroup var threads: ThreadOptions

    @Flag(help: "Replace a tokenizer that is there already.")
    var force = false

    @Flag(help: "Print one JSON object about the tokenizer.")
    var json = false

    mutating func validate() throws { _ = try trainer() }

    func run() throws {
        let corpus = try TextCorpus(paths: input.texts, options: input.options)
        let progress = StageProgress()
        let trained = try trainer().write(
            corpus, to: output, replacing: force, pool: threads.makeCompute().pool,
            progress: progress.update)
        progress.finish()
        let report = TrainedTokenizerReport(
            output: output, vocabularySize: trained.tokenizer.vocabularyCount,
            merges: trained.mergeCount, fingerprint: trained.files.fingerprint)
        try StandardStreams.writeOutput(json ? JSONFiles.text(report) : report.text)
        warnOfSmallVocabulary(report.vocabularySize, wanted: vocabSize)
    }

    private func trainer() throws -> TokenizerTrainer {
        try TokenizerTrainer.checked(vocabularySize: vocabSize, minimumFrequency: minFrequency)
    }
}

/// What `bitnet train tokenizer` prints.
struct TrainedTokenizerReport: Encodable {
    let output: String
    let vocabularySize: Int
    let merges: Int
    let fingerprint: String

    enum CodingKeys: String, CodingKey {
        case output, merges, fingerprint
        case vocabularySize = "vocabulary_size"
    }

    init(output: String, vocabularySize: Int, merges: Int, fingerprint: UInt64) {
        self.output = output
        self.vocabularySize = vocabularySize
        self.merges = merges
        let digits = String(fingerprint, radix: 16)
        self.fingerprint = String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// One line.
    var text: String { "\(output): \(vocabularySize) tokens, \(merges) merges\n" }
}

extension TokenizerTrainer {
    /// A trainer, or the usage error that says which option is out of range.
    static func checked(
        vocabularySize: Int, minimumFrequency: Int
    ) throws(ValidationError) -> TokenizerTrainer {
        do {
            return try TokenizerTrainer(
                vocabularySize: vocabularySize, minimumFrequency: minimumFrequency)
        } catch {
            throw ValidationError(error.message)
        }
    }
}

/// Says on standard error that a text gave fewer tokens than wanted.
func warnOfSmallVocabulary(_ size: Int, wanted: Int) {
    guard size < wanted else { return }
    StandardStreams.note(
        "warning: the vocabulary has \(size) tokens, not \(wanted): no other pair is frequent enough"
    )
}
