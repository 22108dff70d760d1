#if Server
/// Writes the events of an answer in the form of a dialect, as they happen.
///
/// Each function returns the bytes to send, which may be none.
protocol StreamEncoder: Sendable {
    /// The content type of the response.
    static var contentType: String { get }

    /// What comes first, before the model has answered.
    mutating func begin() -> [UInt8]

    /// An event of one of the texts.
    mutating func encode(_ event: ServedEvent) -> [UInt8]

    /// What comes last.
    mutating func end(_ usage: ServedUsage) -> [UInt8]

    /// What comes last where the answer failed half-way.
    mutating func fail(_ error: RequestError) -> [UInt8]
}

/// Frames of server-sent events (HTML Living Standard, section 9.2).
enum ServerSentEvents {
    static let contentType = "text/event-stream"

    /// A frame with JSON as its data, with the event's name where the dialect gives one.
    static func frame(_ data: JSONOutput, event: String? = nil) -> [UInt8] {
        var text: [UInt8] = []
        if let event { text += "event: \(event)\n".utf8 }
        text += "data: ".utf8
        text += data.bytes
        text += "\n\n".utf8
        return text
    }
}
#endif
