internal import BitNetTensors

/// A configuration file: the part of TOML 1.0 that settings need.
///
/// Read are comments, `[tables]` and dotted keys, bare and quoted keys, strings in one line,
/// decimal integers, floats, booleans, and lists of these. The rest (dates, inline tables, lists
/// of tables, lists in lists, strings over several lines, other bases, infinity) is refused with
/// its place and what to write instead, because no setting needs it.
///
/// There is a good TOML library for Swift, TOMLKit; it links the full Foundation, whose resident
/// memory would count in every process of a run, so this reader is our own.
///
/// Keys are given as paths, `"run.name"` for `name` in `[run]`; a part that is no bare key stands
/// in quotation marks. The document remembers which keys were asked for, so that misspelt ones are
/// found: ask for all, then call ``refuseUnread()``. It belongs to one thread.
public final class TOMLDocument {
    /// The greatest size of a file in bytes.
    public static let greatestSize = 1 << 20

    /// The file's name for errors.
    public let file: String
    /// The paths of all values in the order of the file.
    public let keys: [String]
    let values: [String: TOMLValue]
    /// The lines of `[table]` headers by path.
    let headers: [String: Int]
    /// The keys that were asked for, whether there or not.
    var asked: Set<String> = []

    /// Reads a file's bytes; errors name `file`, line and column.
    public init(parsing bytes: [UInt8], file: String) throws(TrainingError) {
        var parser = TOMLParser(bytes, file: file)
        try parser.parse()
        self.file = file
        self.keys = parser.keys
        self.values = parser.values
        self.headers = parser.names.headers
    }

    /// Reads the file at `path`.
    public convenience init(path: String) throws(TrainingError) {
        do {
            let region = try MappedFile(path: path).region
            let bytes = region.bytes(0..<min(region.count, Self.greatestSize + 1))
            try self.init(parsing: bytes ?? [], file: path)
        } catch let error as FileError {
            throw TrainingError(.file, file: path, error.message)
        } catch let error as TrainingError {
            throw error
        } catch {
            throw TrainingError(.file, file: path, "\(error)")
        }
    }

    /// An error about a key: it names the file, the line if the key is there, and the key.
    public func error(_ key: String, _ message: String) -> TrainingError {
        let place = values[key].map { "\(file):\($0.line)" } ?? file
        return TrainingError(.invalidConfiguration, file: place, "\(key): \(message)")
    }
}
