internal import BitNetTensors

/// The log of a run: JSON, one record a line, in the order of training.
///
/// Every record goes to the system as it is appended, so that `kill -9` leaves at most one partial
/// line, at the end. Readers leave it out and a resumed run removes it. A log belongs to one thread
/// of one process.
///
///     let log = try RunLog.open("run/log.jsonl", resumingAt: checkpoint?.step)
///     if !log.hasHeader { try log.append(.run(header)) }
///     try log.append(.step(record))
public final class RunLog {
    /// The log's path.
    public let path: String
    /// Whether the log has a header; false for a new one.
    public let hasHeader: Bool
    private let file: AppendedFile

    private init(_ path: String, hasHeader: Bool, keeping size: Int) throws(TrainingError) {
        do throws(FileError) {
            file = try AppendedFile(path: path, cuttingTo: size)
        } catch {
            throw TrainingError(.file, file: path, error.message)
        }
        self.path = path
        self.hasHeader = hasHeader
    }

    /// Opens a log for writing, creating it if there is none.
    ///
    /// With a step, everything from the first record of a later step on, and a record of the run's
    /// end, are cut off: what the resumed run writes follows what the interrupted run wrote up to
    /// its checkpoint. An evaluation that belongs to the step itself is kept, so runs evaluate
    /// before they save. Without a step, a log that holds anything is refused.
    public static func open(_ path: String, resumingAt step: Int?) throws(TrainingError) -> RunLog {
        let kept = try kept(path, upTo: step)
        return try RunLog(path, hasHeader: kept.hasHeader, keeping: kept.size)
    }

    /// How many bytes of an existing log stay, and whether there is a header in them.
    private static func kept(
        _ path: String, upTo step: Int?
    ) throws(TrainingError) -> (size: Int, hasHeader: Bool) {
        guard exists(path) else { return (0, false) }
        var reader = try RunLogReader(path: path)
        var kept = (size: 0, hasHeader: false)
        var reached = 0
        do throws(TrainingError) {
            while let record = try reader.next() {
                guard let step else { throw holdsRun(path) }
                if case .run = record { kept.hasHeader = true }
                if case .end = record { break }
                reached = record.step ?? reached
                if reached > step { break }
                kept.size = reader.end
            }
        } catch {
            // Behind the step a power cut may have left anything; it is cut off in any case.
            guard let step, reached >= step else { throw error }
        }
        return kept
    }

    private static func exists(_ path: String) -> Bool {
        do throws(FileError) {
            _ = try MappedFile(path: path)
            return true
        } catch {
            return error.code != .notFound
        }
    }

    private static func holdsRun(_ path: String) -> TrainingError {
        TrainingError(
            .file, file: path,
            "the log already holds a run; resume that run, or choose another place")
    }

    /// Appends a record.
    public func append(_ record: RunRecord) throws(TrainingError) {
        do throws(FileError) {
            try file.append(Array(record.line.utf8))
        } catch {
            throw TrainingError(
                .file, file: path, "\(error.message); what the log holds so far is not affected")
        }
    }

    /// Waits until all records are on the disk: due before the state behind them is saved.
    public func synchronize() throws(TrainingError) {
        do throws(FileError) { try file.synchronize() } catch {
            throw TrainingError(.file, file: path, error.message)
        }
    }
}
