/// Conversations for supervised fine-tuning, from a JSONL file.
///
/// Each line is one conversation in one of these forms, which may be mixed:
///
///     {"messages": [{"role": "user", "content": "…"}, {"role": "assistant", "content": "…"}]}
///     {"conversations": [{"from": "human", "value": "…"}, {"from": "gpt", "value": "…"}]}
///     {"prompt": "…", "completion": "…"}
///     {"instruction": "…", "input": "…", "output": "…"}
///
/// Prompt and completion may be lists of messages; `input` may be left out; an assistant's message
/// with `"weight": 0` is not learned. Other keys are ignored, and of several forms in one line the
/// first of the list counts. Loss counts on the assistant's tokens only, the end of its turn
/// included.
public struct ChatDataset: Sendable {
    /// What became of the lines of a file.
    public struct Statistics: Sendable, Equatable {
        /// The number of conversations (lines that are not blank).
        public var conversations = 0
        /// The tokens of all sequences, and those that are learned.
        public var tokens = 0, trainedTokens = 0
        /// The number of sequences that were cut at the greatest length.
        public var truncated = 0
        /// The number of sequences left out because nothing to learn was left after cutting.
        public var skipped = 0
        /// The number of answers that no end-of-turn token ends: a model does not learn from them
        /// when to stop.
        public var unended = 0
    }

    /// What there is to learn, in the order of the file, never empty.
    ///
    /// Memory: 8 bytes a token.
    public let sequences: [TrainingSequence]
    /// The sequences of each conversation of which something is learned, as places in `sequences`.
    public let conversations: [Range<Int>]
    /// What became of the lines.
    public let statistics: Statistics

    /// Reads a file.
    ///
    /// Throws an error with file and line for the first line that is no conversation, and when
    /// there is nothing to learn in the whole file.
    ///
    /// - Parameters:
    ///   - path: The JSONL file.
    ///   - encoder: The encoder of the model that is trained.
    ///   - maximumLength: The greatest `length` of a sequence; what is longer is cut at the right.
    ///   - progress: Called after each line with the fraction that has been read, from 0 to 1.
    public init(
        path: String, encoder: ChatEncoder, maximumLength: Int,
        progress: (Double) -> Void = { _ in }
    ) throws(TrainingError) {
        try requirePositive(maximumLength)
        var lines = try DataLines(path: path)
        var statistics = Statistics()
        var sequences: [TrainingSequence] = []
        var conversations: [Range<Int>] = []
        while let line = try lines.next() {
            let found = try line.located { line throws(TrainingError) in
                try encoder.sequences(try line.conversation())
            }
            statistics.conversations += 1
            statistics.unended += found.unended
            let first = sequences.count
            for sequence in found.sequences {
                if let sequence = statistics.cut(sequence, maximumLength) {
                    sequences.append(sequence)
                }
            }
            if first < sequences.count { conversations.append(first..<sequences.count) }
            progress(lines.fraction)
        }
        try requireContent(sequences.count, statistics.conversations, path, maximumLength)
        self.sequences = sequences
        self.conversations = conversations
        self.statistics = statistics
    }
}

extension ChatDataset.Statistics {
    /// The sequence at no more than `length`, counted; nil if nothing to learn is left.
    fileprivate mutating func cut(
        _ sequence: TrainingSequence, _ length: Int
    ) -> TrainingSequence? {
        let isLong = sequence.length > length
        let kept = isLong ? sequence.prefix(length) : sequence
        let trained = kept.trainedCount
        guard trained > 0 else {
            skipped += 1
            return nil
        }
        if isLong { truncated += 1 }
        tokens += kept.tokens.count
        trainedTokens += trained
        return kept
    }
}

extension DataLine {
    /// The result of `body`, whose errors get this line's place.
    func located<Result>(
        _ body: (DataLine) throws(TrainingError) -> Result
    ) throws(TrainingError) -> Result {
        do throws(TrainingError) {
            return try body(self)
        } catch {
            throw TrainingError(error.code, file: place, error.message)
        }
    }
}

/// Throws unless sequences may have a length.
func requirePositive(_ maximumLength: Int) throws(TrainingError) {
    guard maximumLength > 0 else {
        throw TrainingError(
            .invalidConfiguration,
            "the greatest length of a sequence is \(maximumLength); expected at least 1")
    }
}

/// Throws when a file has no lines, or when nothing of them is left.
func requireContent(
    _ kept: Int, _ lines: Int, _ path: String, _ maximumLength: Int
) throws(TrainingError) {
    guard lines > 0 else {
        throw TrainingError(
            .invalidData, file: path, "the file has no lines; expected one JSON object on each line"
        )
    }
    guard kept > 0 else {
        throw TrainingError(
            .invalidData, file: path,
            "nothing to learn is left of \(lines) lines cut at \(maximumLength) tokens; expected a "
                + "greater length, or shorter prompts")
    }
}
