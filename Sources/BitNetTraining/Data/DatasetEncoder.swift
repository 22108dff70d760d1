internal import BitNetTensors
internal import BitNetTokenizers

/// Encodes documents with all threads and writes their tokens in order.
struct DatasetEncoder {
    /// What was written.
    struct Parts {
        var train: DatasetManifest.Part
        var heldOut: DatasetManifest.Part?
    }

    let tokenizer: Tokenizer
    let fingerprint: UInt64
    let endOfText: TokenID
    /// The token that documents begin with, if they do.
    let beginningOfText: TokenID?
    private let folder: String
    private let options: DatasetPreparation.Options
    private let pool: ThreadPool

    init(
        _ files: TokenizerFiles, folder: String, options: DatasetPreparation.Options,
        pool: ThreadPool
    ) throws(TrainingError) {
        tokenizer = try files.tokenizer()
        fingerprint = files.fingerprint
        guard let endOfText = tokenizer.endOfText else {
            throw TrainingError(
                .invalidData,
                "the tokenizer has no token that ends a text; expected one, named "
                    + "\"eos_token\" in its tokenizer_config.json")
        }
        self.endOfText = endOfText
        let begins = options.beginsDocuments ?? tokenizer.addsBeginningOfText
        beginningOfText = begins ? tokenizer.beginningOfText : nil
        guard !begins || beginningOfText != nil else {
            throw TrainingError(
                .invalidConfiguration,
                "the tokenizer has no token that begins a text; expected "
                    + "one, named \"bos_token\" in its tokenizer_config.json, or --no-bos")
        }
        self.folder = folder
        self.options = options
        self.pool = pool
    }

    /// Writes the files of both parts.
    func encode(
        _ source: TextSource, _ split: HeldOutSplit, _ progress: (Double) -> Void
    ) throws -> Parts {
        var train = writer { index in
            let digits = String(index)
            return
                "train-\(String(repeating: "0", count: max(0, 5 - digits.count)))\(digits).tokens"
        }
        var heldOut = heldOutWriter()
        try write(source, progress) { segment, ids throws(FileError) in
            let documents = segment.endsDocument ? 1 : 0
            if split.isHeldOut(segment.document) {
                try heldOut.append(ids, documents: documents)
            } else {
                try train.append(ids, documents: documents)
            }
        }
        let part = try heldOut.finished()
        return Parts(train: try train.finished(), heldOut: part.tokens > 0 ? part : nil)
    }

    /// Writes all documents of `source` to the file of what is held out.
    func encodeHeldOut(
        _ source: TextSource, _ progress: (Double) -> Void
    ) throws -> DatasetManifest.Part {
        var writer = heldOutWriter()
        try write(source, progress) { segment, ids throws(FileError) in
            try writer.append(ids, documents: segment.endsDocument ? 1 : 0)
        }
        return try writer.finished()
    }

    private func heldOutWriter() -> TokenShardWriter {
        writer(longestShard: .max) { _ in "held-out.tokens" }
    }

    private func writer(
        longestShard: Int? = nil, _ name: @escaping (Int) -> String
    ) -> TokenShardWriter {
        TokenShardWriter(
            folder: folder, longestShard: longestShard ?? options.longestShard,
            header: TokenShardHeader(
                vocabularySize: tokenizer.vocabularyCount, tokenizerFingerprint: fingerprint),
            name: name)
    }

    private func write(
        _ source: TextSource, _ progress: (Double) -> Void,
        _ append: (TextSegment, [TokenID]) throws(FileError) -> Void
    ) throws {
        let stream = source.stream()
        var isBeginning = true
        while let segments = try stream.nextBatch() {
            let batch = pool.map(segments.count) {
                tokenizer.encode(bytes: segments[$0].bytes, parseSpecialTokens: false)
            }
            for (segment, ids) in zip(segments, batch) {
                var ids = ids
                if isBeginning, let beginningOfText { ids.insert(beginningOfText, at: 0) }
                if segment.endsDocument { ids.append(endOfText) }
                isBeginning = segment.endsDocument
                try append(segment, ids)
            }
            progress(stream.fractionRead)
        }
    }
}

extension TokenShardWriter {
    /// What was written, all files complete.
    fileprivate mutating func finished() throws(FileError) -> DatasetManifest.Part {
        try finish()
        return DatasetManifest.Part(tokens: tokenCount, documents: documentCount, shards: shards)
    }
}
