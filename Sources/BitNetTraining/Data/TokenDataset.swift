internal import BitNetTensors

/// A folder that `bitnet train prepare` wrote, opened for reading: one sequence of tokens.
///
/// The files are mapped; copies share them, and any thread may use any copy.
public struct TokenDataset: Sendable {
    /// The part of the data.
    public enum Split: Sendable {
        /// What to train on.
        case train
        /// What to measure with.
        case heldOut
    }

    /// The number of tokens of the part, over all its files.
    public let tokenCount: Int
    /// The number of token ids; all are below.
    public let vocabularySize: Int
    /// The folder as the caller gave it.
    public let path: String
    /// What the folder says of itself.
    public let manifest: DatasetManifest
    /// A checksum of the part's tokens, as their files cut them.
    public let fingerprint: UInt64
    /// The tokenizer's files, for a checkpoint to take along.
    public let tokenizerFiles: TokenizerFiles
    private let shards: [TokenShard]
    /// Where each file's tokens begin in the sequence.
    private let starts: [Int]

    /// Opens the folder at `path` and checks all tokens of the part.
    ///
    /// Throws a ``TrainingError`` when the folder is none, is of another version, has files that are
    /// damaged or cut short, or that do not belong together; and when nothing was held out.
    ///
    /// - Complexity: one reading of the files.
    public init(path: String, split: Split = .train) throws(TrainingError) {
        manifest = try DatasetManifest(folder: path)
        tokenizerFiles = try TokenizerFiles(folder: path)
        guard let part = split == .train ? manifest.train : manifest.heldOut else {
            throw TrainingError(
                .invalidData, file: path,
                "nothing was held out when the data was prepared; prepare it with --held-out or "
                    + "--held-out-file")
        }
        var shards: [TokenShard] = []
        var starts: [Int] = []
        var count = 0
        for entry in part.shards {
            let shard = try Self.open(entry, in: path, manifest, tokenizerFiles.fingerprint)
            shards.append(shard)
            starts.append(count)
            count += shard.header.tokenCount
        }
        guard count == part.tokens, count > 0 else {
            throw TrainingError(
                .invalidData, file: path,
                "its files hold \(count) tokens, its \(DatasetManifest.file) says \(part.tokens): "
                    + "prepare the data again")
        }
        self.path = path
        self.shards = shards
        self.starts = starts
        tokenCount = count
        vocabularySize = manifest.vocabularySize
        var checksum = Checksum()
        for shard in shards { checksum.append(shard.header.bytes) }
        fingerprint = checksum.value
    }

    private static func open(
        _ entry: DatasetManifest.Shard, in folder: String, _ manifest: DatasetManifest,
        _ fingerprint: UInt64
    ) throws(TrainingError) -> TokenShard {
        let path = "\(folder)/\(entry.file)"
        let shard = try TokenShard(path: path)
        guard shard.header.tokenCount == entry.tokens,
            shard.header.vocabularySize == manifest.vocabularySize,
            shard.header.tokenizerFingerprint.hexadecimal == manifest.tokenizerFingerprint
        else {
            throw TrainingError(
                .invalidData, file: path,
                "it does not belong to the \(DatasetManifest.file) beside it: prepare the data "
                    + "again")
        }
        guard shard.header.tokenizerFingerprint == fingerprint else {
            throw TrainingError(
                .invalidData, file: path,
                "it was made with another tokenizer than the tokenizer.json beside it: prepare the "
                    + "data again")
        }
        return shard
    }

    /// How many windows of `length` inputs and their targets the tokens give.
    ///
    /// A window has `length + 1` tokens: each token but the last is an input whose target is the next
    /// one. Consecutive windows share one token; an incomplete last window is left out.
    ///
    /// Throws a ``TrainingError`` when there is not one whole window.
    public func windowCount(length: Int) throws(TrainingError) -> Int {
        guard length >= 1 else {
            throw TrainingError(
                .invalidConfiguration, "windows of \(length) tokens; expected 1 or more")
        }
        let count = (tokenCount - 1) / length
        guard count > 0 else {
            throw TrainingError(
                .invalidData, file: path,
                "it has \(tokenCount) tokens and a sequence of \(length) needs \(length) and one; "
                    + "train with shorter sequences, or on more text")
        }
        return count
    }

    /// Appends the `length + 1` ids of a window to `tokens`.
    ///
    /// - Precondition: `index` is in `0..<windowCount(length:)`.
    public func copyWindow(_ index: Int, length: Int, into tokens: inout [Int32]) {
        precondition(index >= 0 && length >= 1, "window out of range")
        let start = index * length
        copy(start..<start + length + 1, into: &tokens)
    }

    /// Appends the ids at `range` of the whole sequence to `tokens`.
    ///
    /// - Precondition: `range` lies in `0..<tokenCount`.
    public func copy(_ range: Range<Int>, into tokens: inout [Int32]) {
        precondition(range.lowerBound >= 0 && range.upperBound <= tokenCount, "range out of bounds")
        for (shard, start) in zip(shards, starts) {
            let part = range.clamped(to: start..<start + shard.header.tokenCount)
            guard !part.isEmpty else { continue }
            shard.append(part.lowerBound - start..<part.upperBound - start, to: &tokens)
        }
    }
}
