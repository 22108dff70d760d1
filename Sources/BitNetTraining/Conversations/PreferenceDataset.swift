/// A preferred and a rejected answer behind the same prompt, as tokens.
public struct PreferencePair: Sendable, Equatable {
    /// The prompt with the preferred answer.
    public var chosen: TrainingSequence
    /// The prompt with the rejected answer.
    public var rejected: TrainingSequence

    /// A pair of sequences.
    public init(chosen: TrainingSequence, rejected: TrainingSequence) {
        self.chosen = chosen
        self.rejected = rejected
    }
}

/// Preferences for direct preference optimization, from a JSONL file.
///
/// Each line has a prompt and two answers, as strings or as lists of messages:
///
///     {"prompt": "…", "chosen": "…", "rejected": "…"}
///     {"prompt": [{"role": "user", "content": "…"}], "chosen": [{"role": "assistant", …}], …}
///     {"chosen": [{"role": "user", …}, {"role": "assistant", …}], "rejected": […]}
///
/// Answers that are messages may repeat the prompt, with or without a `prompt` beside them. Other
/// keys are ignored.
public struct PreferenceDataset: Sendable {
    /// What became of the lines of a file.
    public struct Statistics: Sendable, Equatable {
        /// The number of lines that are not blank.
        public var lines = 0
        /// The number of lines left out because both answers are the same.
        public var identical = 0
        /// The number of pairs of which at least one sequence was cut at the greatest length.
        public var truncated = 0
        /// The number of pairs left out because nothing of an answer, or no difference between the
        /// answers, was left after cutting.
        public var skipped = 0
        /// The tokens of all sequences, and those of the answers.
        public var tokens = 0, trainedTokens = 0
    }

    /// The pairs in the order of the file, never empty.
    public let pairs: [PreferencePair]
    /// What became of the lines.
    public let statistics: Statistics

    /// Reads a file.
    ///
    /// The parameters and the errors are those of ``ChatDataset``.
    public init(
        path: String, encoder: ChatEncoder, maximumLength: Int,
        progress: (Double) -> Void = { _ in }
    ) throws(TrainingError) {
        try requirePositive(maximumLength)
        var lines = try DataLines(path: path)
        var statistics = Statistics()
        var pairs: [PreferencePair] = []
        while let line = try lines.next() {
            statistics.lines += 1
            let pair = try line.located { line throws(TrainingError) -> PreferencePair? in
                guard let preference = try line.preference() else { return nil }
                return try encoder.pair(preference)
            }
            if let pair, let cut = statistics.cut(pair, maximumLength) { pairs.append(cut) }
            if pair == nil { statistics.identical += 1 }
            progress(lines.fraction)
        }
        if statistics.lines > 0, statistics.identical == statistics.lines {
            throw TrainingError(
                .invalidData, file: path,
                "in all \(statistics.lines) lines both answers are the same; expected answers that "
                    + "differ")
        }
        try requireContent(pairs.count, statistics.lines, path, maximumLength)
        self.pairs = pairs
        self.statistics = statistics
    }
}

extension PreferenceDataset.Statistics {
    /// The pair at no more than `length`, counted; nil if nothing to compare is left.
    fileprivate mutating func cut(_ pair: PreferencePair, _ length: Int) -> PreferencePair? {
        let kept = PreferencePair(
            chosen: pair.chosen.prefix(length), rejected: pair.rejected.prefix(length))
        let trained = [kept.chosen.trainedCount, kept.rejected.trainedCount]
        guard !trained.contains(0), kept.chosen != kept.rejected else {
            skipped += 1
            return nil
        }
        if max(pair.chosen.length, pair.rejected.length) > length { truncated += 1 }
        tokens += kept.chosen.tokens.count + kept.rejected.tokens.count
        trainedTokens += trained[0] + trained[1]
        return kept
    }
}
