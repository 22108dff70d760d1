internal import BitNetTokenizers

/// A part of a document, small enough for one worker.
struct TextSegment: Sendable {
    var bytes: [UInt8]
    /// The number of the document, from 0.
    var document = 0
    var endsDocument: Bool
}

/// A corpus that can be read several times, with the same documents each time.
struct TextSource: Sendable {
    let corpus: TextCorpus
    /// Where documents may be cut into segments; nil leaves them whole.
    let cuts: TextSplitter?
    /// Where the first document is divided into two: at the first line end, or space, from this byte
    /// on.
    var division: Int?

    init(_ corpus: TextCorpus, cuts: TextSplitter?) {
        self.corpus = corpus
        self.cuts = cuts
    }

    /// What one reading of everything finds.
    struct Measure {
        var documents = 0
        /// The bytes of all documents.
        var bytes = 0
    }

    /// The same documents, cut where `tokenizer` allows it.
    func cut(for tokenizer: Tokenizer) -> TextSource {
        var source = TextSource(corpus, cuts: tokenizer.exactCuts)
        source.division = division
        return source
    }

    /// Reads from the beginning.
    func stream() -> TextStream { TextStream(self) }

    /// Reads everything, which also finds whatever is wrong with it.
    func measure(_ progress: (Double) -> Void) throws(TrainingError) -> Measure {
        var measure = Measure()
        let stream = stream()
        while let segments = try stream.nextBatch() {
            for segment in segments {
                measure.bytes += segment.bytes.count
                if segment.endsDocument { measure.documents += 1 }
            }
            progress(stream.fractionRead)
        }
        return measure
    }

    /// That there is nothing in it.
    func emptyError() -> TrainingError {
        let names = corpus.files.prefix(3).map(\.name).joined(separator: ", ")
        let more = corpus.files.count > 3 ? " and \(corpus.files.count - 3) more" : ""
        return TrainingError(
            .invalidData, file: names + more,
            "no text was found; expected at least one document that is not blank")
    }
}
