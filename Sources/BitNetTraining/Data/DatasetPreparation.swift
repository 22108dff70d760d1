public import BitNetTensors
internal import BitNetTokenizers

/// Turns texts into a folder of tokens to train on.
public struct DatasetPreparation: Sendable {
    /// Where the tokenizer comes from.
    public enum TokenizerChoice: Sendable {
        /// It exists.
        case existing(TokenizerFiles)
        /// It is trained first, on the documents that are not held out.
        case trained(TokenizerTrainer)
    }

    /// What can be chosen.
    public struct Options: Sendable {
        /// The share of the documents that is held out; of one document alone, the end is.
        public var heldOutFraction = 0.01
        /// Texts that are held out, in place of a share of the documents.
        public var heldOut: TextCorpus?
        /// The seed of the choice.
        public var seed: UInt64 = 0
        /// Whether documents begin with the begin-of-text token; nil does as the tokenizer does.
        public var beginsDocuments: Bool?
        /// The most tokens of a file.
        public var longestShard = 1 << 27
        /// Whether a folder of prepared data at the output is replaced.
        public var replacing = false

        /// One document in a hundred is held out.
        public init() {}
    }

    /// Called with what is being done and how much of it is done, from 0 to 1.
    public typealias Progress = (_ stage: String, _ fraction: Double) -> Void

    let corpus: TextCorpus
    let choice: TokenizerChoice
    let options: Options

    /// Throws a ``TrainingError`` for options out of range.
    public init(
        corpus: TextCorpus, tokenizer: TokenizerChoice, options: Options = Options()
    ) throws(TrainingError) {
        guard (0..<1).contains(options.heldOutFraction) else {
            throw TrainingError(
                .invalidConfiguration,
                "\(options.heldOutFraction) of the documents was to be held out; expected a "
                    + "fraction from 0 to less than 1")
        }
        guard options.longestShard >= 1 else {
            throw TrainingError(
                .invalidConfiguration,
                "files of \(options.longestShard) tokens were asked for; expected 1 or more")
        }
        var corpus = corpus
        if let heldOut = options.heldOut { corpus.remove(heldOut) }
        self.corpus = corpus
        choice = tokenizer
        self.options = options
    }

    /// Writes the folder `output`, which appears when it is complete, and returns its description.
    ///
    /// Reads the texts two or three times: to check and count, to train the tokenizer, to encode.
    /// Memory does not grow with the texts, except for the distinct words that a tokenizer is
    /// trained on. The result does not depend on the number of threads.
    public func write(
        to output: String, pool: ThreadPool, progress: Progress = { _, _ in }
    ) throws -> DatasetManifest {
        let folder = try StagedFolder(output, replacing: options.replacing) {
            $0 == DatasetManifest.file || $0.hasSuffix(".tokens") || TokenizerFiles.isName($0)
        }
        do {
            let manifest = try withoutActuallyEscaping(progress) { progress in
                try PreparationRun(self, folder: folder, pool: pool, progress: progress).write()
            }
            try folder.finish()
            return manifest
        } catch let error as FileError {
            throw TrainingError(.file, file: output, error.message)
        }
    }
}
