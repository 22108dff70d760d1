internal import BitNetTensors

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// A copy of standard input in a file, so that it can be read several times.
struct StandardInputSpool {
    /// The corpus with the copy in the place of standard input.
    private(set) var corpus: TextCorpus
    private let path: String

    /// Copies standard input to `folder` if `corpus` reads it.
    init(_ corpus: TextCorpus, folder: String) throws(FileError) {
        self.corpus = corpus
        path = "\(folder)/standard-input"
        guard corpus.readsStandardInput else { return }
        let writer = try AtomicFileWriter(path: path)
        let reader = try SequentialReader(path: "-")
        var part: [UInt8] = []
        while try reader.read(into: &part) > 0 {
            try writer.append(part)
            part.removeAll(keepingCapacity: true)
        }
        try writer.finish()
        for index in corpus.files.indices where corpus.files[index].path == "-" {
            self.corpus.files[index].path = path
        }
    }

    /// Removes the copy.
    func remove() { try? FileManager.default.removeItem(atPath: path) }
}
