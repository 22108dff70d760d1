/// Why a file could not be opened, mapped or written.
public struct FileError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure a caller may want to tell apart.
    public enum Code: Sendable {
        /// There is nothing at the path.
        case notFound
        /// The path names a folder.
        case isDirectory
        /// The path names a device, pipe or socket.
        case notRegular
        /// The system refused to open, map, write or rename the file.
        case system
    }

    /// What kind of failure this is.
    public let code: Code
    /// The path as the caller gave it.
    public let path: String
    /// What was found and what was expected.
    public let message: String

    /// The path and the message.
    public var description: String { "\(path): \(message)" }
}
