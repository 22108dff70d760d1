internal import BitNetTensors

/// Why a checkpoint could not be read or written.
public struct CheckpointError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure a caller may want to tell apart.
    public enum Code: Sendable {
        /// There is no such file, or no checkpoint in the folder.
        case notFound
        /// The system refused to open, map or write the file.
        case system
        /// The file is not of the expected format at all.
        case wrongFormat
        /// The format is known, but this version or byte order of it is not supported.
        case unsupportedVersion
        /// The file ends before what its header announces.
        case truncated
        /// The header contradicts itself or the file.
        case corrupt
        /// A name occurs twice.
        case duplicate
        /// A size exceeds what any valid file has.
        case limitExceeded
        /// A metadata value is of another type than asked for.
        case wrongType
        /// A writer was asked for something its format cannot hold, or out of order.
        case invalidRequest
    }

    /// What kind of failure this is.
    public let code: Code
    /// The path of the file.
    public let file: String
    /// The tensor concerned, if it is one.
    public let tensor: String?
    /// What was expected and what was found.
    public let message: String

    /// The file, the tensor and the message.
    public var description: String {
        guard let tensor else { return "\(file): \(message)" }
        return "\(file): tensor \"\(tensor)\": \(message)"
    }

    init(_ code: Code, file: String, tensor: String? = nil, _ message: String) {
        self.code = code
        self.file = file
        self.tensor = tensor
        self.message = message
    }

    init(_ error: FileError) {
        self.init(
            error.code == .notFound ? .notFound : .system, file: error.path, error.message)
    }
}

extension MappedFile {
    /// Maps the file at `path` with its failure as a `CheckpointError`.
    static func open(_ path: String) throws(CheckpointError) -> MappedFile {
        do throws(FileError) {
            return try MappedFile(path: path)
        } catch {
            throw CheckpointError(error)
        }
    }
}
