internal import BitNetCheckpoints
internal import BitNetTensors

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The folder of a run: its log, its checkpoints, and the model as Hugging Face lays it out, so
/// that the folder itself can be run, converted or trained further.
public struct RunFolder: Sendable {
    /// The folder.
    public let path: String
    private static let prefix = "checkpoint-"
    private static let suffix = ".safetensors"
    /// Checkpoints that are kept: the newest, and one in case its disk block is bad.
    private static let keptCheckpoints = 2

    /// The folder at `path`, which need not exist yet.
    public init(_ path: String) {
        var path = path
        while path.utf8.count > 1, path.hasSuffix("/") { path.removeLast() }
        self.path = path
    }

    /// The run's log.
    public var log: String { path + "/log.jsonl" }

    /// What the model that a run of preferences began with says of them.
    var reference: String { path + "/reference.safetensors" }

    /// Creates the folder if it is missing.
    public func create() throws(TrainingError) {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
        } catch {
            throw TrainingError(
                .file, file: path, "cannot create the folder: is its place writable?")
        }
    }

    /// Whether a run has left anything here.
    public var holdsRun: Bool {
        FileManager.default.fileExists(atPath: log) || !checkpoints().isEmpty
    }

    /// Whether another model's weights are here, which are not a run's to replace.
    public var holdsModel: Bool {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return !holdsRun && names.contains { $0.hasSuffix(".safetensors") || $0.hasSuffix(".gguf") }
    }

    /// Writes a tokenizer's files, each replaced at once.
    func write(_ files: TokenizerFiles) throws {
        for (name, bytes) in files.contents {
            let writer = try AtomicFileWriter(path: "\(path)/\(name)")
            try writer.append(bytes)
            try writer.finish()
        }
    }

    /// The place of the checkpoint behind `step`.
    public func checkpoint(_ step: Int) -> String {
        let digits = String(step)
        let padding = String(repeating: "0", count: max(0, 8 - digits.count))
        return "\(path)/\(Self.prefix)\(padding)\(digits)\(Self.suffix)"
    }

    /// The checkpoints, oldest first.
    func checkpoints() -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        // Numbers of more than eight digits come last.
        return names.filter { $0.hasPrefix(Self.prefix) && $0.hasSuffix(Self.suffix) }
            .sorted { ($0.utf8.count, $0) < ($1.utf8.count, $1) }
            .map { "\(path)/\($0)" }
    }

    /// The newest checkpoint that is whole; nil when there is none.
    ///
    /// `note` gets the error of each that is damaged. Throws when all are.
    ///
    /// - Complexity: one reading of the file.
    public func newest(
        note: (any Error) -> Void = { _ in }
    ) throws -> TrainingCheckpoint? {
        var failure: (any Error)?
        for path in checkpoints().reversed() {
            do {
                let checkpoint = try TrainingCheckpoint(path: path)
                try checkpoint.check()
                return checkpoint
            } catch {
                note(error)
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        return nil
    }

    /// Takes checkpoints behind `step`, from which a run is resumed instead, out of its way: their
    /// names end in `.unused` then.
    func setAside(after step: Int) throws(TrainingError) {
        let all = checkpoints()
        guard let place = all.firstIndex(of: checkpoint(step)) else { return }
        for file in all[(place + 1)...] {
            let target = file + ".unused"
            do {
                if FileManager.default.fileExists(atPath: target) {
                    try FileManager.default.removeItem(atPath: target)
                }
                try FileManager.default.moveItem(atPath: file, toPath: target)
            } catch {
                throw TrainingError(.file, file: file, "cannot move the unused checkpoint away")
            }
        }
    }

    /// Removes all but the newest checkpoints, and what an interrupted write left.
    func prune() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        let leftovers = names.filter { AtomicFileWriter.isLeftover($0) }
        for name in leftovers { try? FileManager.default.removeItem(atPath: "\(path)/\(name)") }
        for old in checkpoints().dropLast(Self.keptCheckpoints) {
            try? FileManager.default.removeItem(atPath: old)
        }
    }

    private func checkIdle() throws(TrainingError) {
        guard FileManager.default.fileExists(atPath: log) else { return }
        do throws(FileError) { _ = try AppendedFile(path: log, cuttingTo: .max) } catch {
            throw TrainingError(.file, file: log, error.message)
        }
    }

    /// Removes a former run's checkpoints, log and tokenizer.
    ///
    /// Throws while another process trains it.
    public func clear() throws(TrainingError) {
        try checkIdle()
        let tokenizer = TokenizerFiles.names.map { "\(path)/\($0)" }
        for file in checkpoints() + [log, reference] + tokenizer
        where FileManager.default.fileExists(atPath: file) {
            do { try FileManager.default.removeItem(atPath: file) } catch {
                throw TrainingError(.file, file: file, "cannot remove the former run's file")
            }
        }
    }
}
