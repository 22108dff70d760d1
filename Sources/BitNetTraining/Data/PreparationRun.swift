internal import BitNetTensors
internal import BitNetTokenizers

/// One run of a ``DatasetPreparation``.
struct PreparationRun {
    private let plan: DatasetPreparation
    private let folder: StagedFolder
    private let pool: ThreadPool
    private let progress: DatasetPreparation.Progress

    init(
        _ plan: DatasetPreparation, folder: StagedFolder, pool: ThreadPool,
        progress: @escaping DatasetPreparation.Progress
    ) {
        self.plan = plan
        self.folder = folder
        self.pool = pool
        self.progress = progress
    }

    func write() throws -> DatasetManifest {
        let spool = try StandardInputSpool(plan.corpus, folder: folder.path)
        var source = TextSource(spool.corpus, cuts: TokenizerTrainer.splitter)
        let measure = try source.measure { progress("reading", $0) }
        guard measure.documents > 0 else { throw source.emptyError() }
        let split = split(measure, &source)
        let files = try tokenizerFiles(source, split)
        let output = try DatasetEncoder(
            files, folder: folder.path, options: plan.options, pool: pool)
        var parts = try output.encode(source.cut(for: output.tokenizer), split) {
            progress("encoding", $0)
        }
        var textBytes = measure.bytes
        if let heldOut = plan.options.heldOut {
            let source = TextSource(heldOut, cuts: output.tokenizer.exactCuts)
            let measure = try source.measure { progress("reading", $0) }
            guard measure.documents > 0 else { throw source.emptyError() }
            parts.heldOut = try output.encodeHeldOut(source) { progress("encoding", $0) }
            textBytes += measure.bytes
        }
        for (name, bytes) in files.contents { try folder.write(bytes, to: name) }
        let manifest = manifest(output, parts, textBytes)
        try folder.write(manifest.json(), to: DatasetManifest.file)
        spool.remove()
        return manifest
    }

    /// Chooses what is held out; a single document is divided.
    private func split(_ measure: TextSource.Measure, _ source: inout TextSource) -> HeldOutSplit {
        let fraction = plan.options.heldOut == nil ? plan.options.heldOutFraction : 0
        if fraction > 0, measure.documents == 1 {
            source.division = Int(Double(measure.bytes) * (1 - fraction))
            return .secondOnly
        }
        return HeldOutSplit(
            fraction: fraction, seed: plan.options.seed, documents: measure.documents)
    }

    private func tokenizerFiles(
        _ source: TextSource, _ split: HeldOutSplit
    ) throws -> TokenizerFiles {
        switch plan.choice {
        case .existing(let files): return files
        case .trained(let trainer):
            return try trainer.train(on: source, pool, progress) { !split.isHeldOut($0) }.files
        }
    }

    private func manifest(
        _ output: DatasetEncoder, _ parts: DatasetEncoder.Parts, _ textBytes: Int
    ) -> DatasetManifest {
        let options = plan.options
        return DatasetManifest(
            vocabularySize: output.tokenizer.vocabularyCount, endOfText: output.endOfText,
            tokenizerFingerprint: output.fingerprint, textBytes: textBytes, train: parts.train,
            heldOut: parts.heldOut,
            settings: DatasetManifest.Settings(
                beginsDocuments: output.beginningOfText != nil,
                heldOutFraction: options.heldOut == nil ? options.heldOutFraction : nil,
                seed: options.seed, delimiter: plan.corpus.options.delimiter,
                field: plan.corpus.options.field, repairsText: plan.corpus.options.repairsText))
    }
}
