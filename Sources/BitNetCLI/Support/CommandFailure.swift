/// Why a command gives up: shown behind "error: ", with exit status 1.
struct CommandFailure: Error, CustomStringConvertible {
    /// What was found, what was expected and what to do.
    let description: String

    init(_ description: String) { self.description = description }
}
