#if Server
/// Why a server can't start.
public struct ServerError: Error, Sendable, CustomStringConvertible {
    /// What was found, what was expected and what to do.
    public let description: String

    package init(_ description: String) { self.description = description }
}
#endif
