/// What a generated text turns out to be: words, and calls of tools as they are written.
public enum ToolCallEvent: Sendable, Equatable {
    /// Text that is no call.
    case content(String)
    /// A call begins; calls are counted from 0.
    case begin(call: Int, name: String)
    /// More of a call's arguments, as JSON text.
    case arguments(call: Int, String)
    /// A call is complete.
    case end(call: Int)
}
