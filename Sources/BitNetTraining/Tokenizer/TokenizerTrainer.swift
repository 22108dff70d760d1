public import BitNetTensors
internal import BitNetTokenizers
internal import Synchronization

/// Trains a byte-level BPE tokenizer with Llama 3's split.
///
/// The same text gives the same tokenizer, in whatever parts and by however many threads it is
/// counted.
public struct TokenizerTrainer: Sendable {
    /// The smallest vocabulary: every byte and the control tokens.
    public static let smallestVocabulary = 256 + ChatFormat.controlTokens.count
    /// The largest vocabulary.
    public static let largestVocabulary = 1 << 20

    /// The wanted number of tokens, the control tokens among them.
    public let vocabularySize: Int
    /// How often a pair must occur to become a token.
    public let minimumFrequency: Int

    /// Throws a ``TrainingError`` for a vocabulary size or a frequency out of range.
    public init(vocabularySize: Int = 2048, minimumFrequency: Int = 2) throws(TrainingError) {
        let range = Self.smallestVocabulary...Self.largestVocabulary
        guard range.contains(vocabularySize) else {
            throw TrainingError(
                .invalidConfiguration,
                "a vocabulary of \(vocabularySize) tokens was asked for; expected "
                    + "\(range.lowerBound) (256 bytes and \(ChatFormat.controlTokens.count) "
                    + "control tokens) to \(range.upperBound)")
        }
        guard minimumFrequency >= 1 else {
            throw TrainingError(
                .invalidConfiguration,
                "a minimum frequency of \(minimumFrequency) was asked for; expected 1 or more")
        }
        self.vocabularySize = vocabularySize
        self.minimumFrequency = minimumFrequency
    }

    /// Trains on all texts of `corpus`, whatever documents they are of.
    ///
    /// The vocabulary is smaller than wanted when the text has too few pairs.
    public func train(
        on corpus: TextCorpus, pool: ThreadPool,
        progress: (_ stage: String, _ fraction: Double) -> Void = { _, _ in }
    ) throws -> TrainedTokenizer {
        let source = TextSource(corpus, cuts: Self.splitter)
        return try train(on: source, pool, progress) { _ in true }
    }

    /// Trains on all texts of `corpus` and writes a folder in Hugging Face's layout.
    ///
    /// The folder `output` appears when it is complete. With `replacing`, a tokenizer that is there
    /// is replaced.
    public func write(
        _ corpus: TextCorpus, to output: String, replacing: Bool, pool: ThreadPool,
        progress: (_ stage: String, _ fraction: Double) -> Void = { _, _ in }
    ) throws -> TrainedTokenizer {
        let folder = try StagedFolder(
            output, replacing: replacing, isReplaceable: TokenizerFiles.isName)
        let trained = try train(on: corpus, pool: pool, progress: progress)
        do {
            for (name, bytes) in trained.files.contents { try folder.write(bytes, to: name) }
        } catch {
            throw TrainingError(.file, file: output, error.message)
        }
        try folder.finish()
        return trained
    }

    static let splitter = TextSplitter(pattern: .llama3)

    /// Trains on the documents of `source` for which `isIncluded` is true.
    func train(
        on source: TextSource, _ pool: ThreadPool, _ progress: (String, Double) -> Void,
        isIncluded: (_ document: Int) -> Bool
    ) throws -> TrainedTokenizer {
        let table = try count(source, pool, { progress("counting", $0) }, isIncluded)
        guard table.count > 0 else { throw source.emptyError() }
        guard table.bytes.count < Int(Int32.max) else {
            throw TrainingError(
                .memory,
                "the distinct words of the text take \(table.bytes.count) bytes; "
                    + "expected less than 2 GiB: train the tokenizer on a part of the text")
        }
        let wanted = vocabularySize - ChatFormat.controlTokens.count
        let vocabulary = BytePairTraining.train(
            table, tokenCount: wanted, minimumCount: Int64(minimumFrequency)
        ) { progress("merging", Double($0) / Double(wanted)) }
        return try TrainedTokenizer(vocabulary)
    }

    private func count(
        _ source: TextSource, _ pool: ThreadPool, _ progress: (Double) -> Void,
        _ isIncluded: (Int) -> Bool
    ) throws -> PieceTable {
        let tables = (0..<pool.workers).map { _ in SharedTable() }
        let stream = source.stream()
        while let segments = try stream.nextBatch() {
            let included = segments.filter { isIncluded($0.document) }
            pool.forEach(in: included.count) { worker, index in
                tables[worker].table.withLock {
                    $0.add(included[index].bytes, splitter: Self.splitter)
                }
            }
            progress(stream.fractionRead)
        }
        var sum = PieceTable()
        for table in tables { table.table.withLock { sum.add($0) } }
        return sum
    }

    /// The counts of one worker.
    private final class SharedTable: Sendable {
        let table = Mutex(PieceTable())
    }
}
