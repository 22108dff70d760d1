import ArgumentParser
import BitNetTensors
import BitNetTraining

struct TrainPrepareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prepare",
        abstract: "Turn text into tokens to train on.",
        discussion: """
            Writes a folder with the tokens of all documents, each ended by the end-of-text token, \
            a part that is held out to measure with, and the tokenizer: all that training needs. \
            With --vocab-size the tokenizer is trained first, on what is not held out.

            A line of JSONL is a document, and a text file is one unless --delimiter or --lines cuts \
            it; blank documents are left out. Of a single document the end is held out.

            EXAMPLES
              bitnet train prepare text.txt --vocab-size 2048 -o data
              bitnet train prepare books/ --tokenizer tokenizer -o data --held-out 0.02
              bitnet train prepare chapters.txt --delimiter '\\f' --tokenizer tokenizer -o data
              bitnet train prepare train.jsonl --held-out-file test.jsonl --tokenizer tok -o data
            """)

    @OptionGroup var input: TextInputOptions
    @OptionGroup var documents: DocumentOptions

    @Option(
        name: .shortAndLong, help: ArgumentHelp("The folder to write.", valueName: "folder"))
    var output: String

    @Option(
        help: ArgumentHelp(
            "A folder with the tokenizer.json to use, a model's for instance.",
            valueName: "folder"))
    var tokenizer: String?

    @Option(
        help: ArgumentHelp(
            "Train a tokenizer of so many tokens, in place of --tokenizer.", valueName: "tokens"))
    var vocabSize: Int?

    @Option(
        help: ArgumentHelp(
            "The share of the documents that is held out, 0 for none; at least one of two is. "
                + "(default: 0.01)", valueName: "fraction"))
    var heldOut: Double?

    @Option(
        help: ArgumentHelp(
            "Hold out the documents of this file or folder instead; it may be repeated.",
            valueName: "text"))
    var heldOutFile: [String] = []

    @Option(name: .shortAndLong, help: "Seed of the choice of what is held out.")
    var seed: UInt64 = 0

    @Flag(
        inversion: .prefixedNo,
        help: ArgumentHelp(
            "Begin documents with the begin-of-text token. (default: as the tokenizer does)"))
    var bos: Bool?

    @Option(help: ArgumentHelp("The most tokens of a file.", valueName: "tokens"))
    var shardTokens = 1 << 27

    @OptionGroup var threads: ThreadOptions

    @Flag(help: "Replace a folder of prepared data that is there already.")
    var force = false

    @Flag(help: "Print the description of the data, dataset.json.")
    var json = false

    mutating func validate() throws {
        guard (tokenizer == nil) != (vocabSize == nil) else {
            throw ValidationError(
                "expected --tokenizer with a tokenizer's folder, or --vocab-size to train one; found "
                    + (tokenizer == nil ? "neither" : "both"))
        }
        if let vocabSize {
            _ = try TokenizerTrainer.checked(vocabularySize: vocabSize, minimumFrequency: 2)
        }
        if let heldOut, !(0..<1).contains(heldOut) {
            throw ValidationError(
                "--held-out: expected a fraction from 0 to less than 1, found \(heldOut)")
        }
        if heldOut != nil && !heldOutFile.isEmpty {
            throw ValidationError("--held-out and --held-out-file exclude each other")
        }
        if heldOutFile.contains("-") {
            throw ValidationError("--held-out-file: expected a file or folder, found -")
        }
        if shardTokens < 1 {
            throw ValidationError("--shard-tokens: expected 1 or more, found \(shardTokens)")
        }
    }

    func run() throws {
        let preparation = try DatasetPreparation(
            corpus: corpus(input.texts), tokenizer: choice(), options: options())
        let progress = StageProgress()
        let manifest = try preparation.write(
            to: output, pool: threads.makeCompute().pool, progress: progress.update)
        progress.finish()
        try StandardStreams.writeOutput(
            json ? JSONFiles.text(manifest) : PreparedDataReport(output, manifest).text)
        if let vocabSize { warnOfSmallVocabulary(manifest.vocabularySize, wanted: vocabSize) }
    }

    private func corpus(_ paths: [String]) throws -> TextCorpus {
        var options = input.options
        options.delimiter = try documents.separator()
        return try TextCorpus(paths: paths, options: options)
    }

    private func choice() throws -> DatasetPreparation.TokenizerChoice {
        if let tokenizer { return .existing(try TokenizerFiles(folder: tokenizer)) }
        return .trained(try TokenizerTrainer(vocabularySize: vocabSize ?? 0))
    }

    private func options() throws -> DatasetPreparation.Options {
        var options = DatasetPreparation.Options()
        if let heldOut { options.heldOutFraction = heldOut }
        if !heldOutFile.isEmpty { options.heldOut = try corpus(heldOutFile) }
        options.seed = seed
        options.beginsDocuments = bos
        options.longestShard = shardTokens
        options.replacing = force
        return options
    }
}

/// What `bitnet train prepare` prints.
struct PreparedDataReport {
    private let output: String
    private let manifest: DatasetManifest

    init(_ output: String, _ manifest: DatasetManifest) {
        self.output = output
        self.manifest = manifest
    }

    /// A line about the tokenizer, one about training, one about what is held out.
    var text: String {
        let tokens = manifest.train.tokens + (manifest.heldOut?.tokens ?? 0)
        let ratio = NumberFormat.fixed(Double(manifest.textBytes) / Double(tokens), 2)
        return """
            \(output): vocabulary of \(manifest.vocabularySize) tokens, \(ratio) bytes a token
            train     \(Self.line(manifest.train))
            held out  \(manifest.heldOut.map(Self.line) ?? "nothing")

            """
    }

    private static func line(_ part: DatasetManifest.Part) -> String {
        "\(part.tokens) tokens in \(part.documents) document\(part.documents == 1 ? "" : "s")"
    }
}
