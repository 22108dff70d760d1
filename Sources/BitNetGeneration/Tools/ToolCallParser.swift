internal import BitNetTokenizers

/// Parts a generated text into words and calls, as it comes.
///
/// Nothing that may be the beginning of a call is given out as text before that is known. What does
/// not turn out to be a call is text after all.
public struct ToolCallParser: Sendable {
    private enum State {
        /// In Llama's form: nothing but white space so far, or between calls.
        case undecided
        case content
        case call(ToolCallReader)
        /// Behind a call's JSON in Hermes's form: up to the closing tag.
        case closing
    }

    private let form: ToolForm
    private var state: State
    /// Text that is not decided upon: white space in front of a call, and what may be a tag.
    private var held: [UInt8] = []
    private var calls = 0

    /// A parser for calls in `form`.
    public init(_ form: ToolForm) {
        self.form = form
        state = form == .llama ? .undecided : .content
    }

    /// How many calls have begun.
    public var callCount: Int { calls }

    /// Takes the text that follows.
    public mutating func append(_ text: String) -> [ToolCallEvent] {
        var events: [ToolCallEvent] = []
        var content: [UInt8] = []
        for byte in text.utf8 {
            take(byte, &content, &events)
        }
        flush(&content, &events)
        flushArguments(&events)
        return events
    }

    /// Takes the end of the text.
    ///
    /// A call that is not complete stays so: it has no `end`.
    public mutating func finish() -> [ToolCallEvent] {
        var events: [ToolCallEvent] = []
        if case .call(let reader) = state {
            guard form == .llama, !reader.hasBegun else { return [] }
            events.append(.content(String(decoding: reader.raw, as: UTF8.self)))
        } else if calls == 0, !held.isEmpty {
            events.append(.content(String(decoding: held, as: UTF8.self)))
        }
        held = []
        return events
    }

    private mutating func take(
        _ byte: UInt8, _ content: inout [UInt8], _ events: inout [ToolCallEvent]
    ) {
        switch state {
        case .content: takeContent(byte, &content, &events)
        case .undecided: takeUndecided(byte, &content, &events)
        case .closing: takeClosing(byte)
        case .call: takeCall(byte, &content, &events)
        }
    }

    /// Text, up to a tag; white space is held until it is known whether a call follows.
    private mutating func takeContent(
        _ byte: UInt8, _ content: inout [UInt8], _ events: inout [ToolCallEvent]
    ) {
        held.append(byte)
        guard form == .hermes else {
            content += held
            held = []
            return
        }
        let tag = Array(ToolForm.open.utf8)
        let word = held.drop { $0.isJSONSpace }
        if word.elementsEqual(tag) {
            flush(&content, &events)
            held = []
            state = .call(ToolCallReader(call: calls))
        } else if !tag.starts(with: word) {
            // The last byte may be white space or begin a tag itself.
            let rest = byte.isJSONSpace || byte == tag[0] ? 1 : 0
            content += held.dropLast(rest)
            held = Array(held.suffix(rest))
        }
    }

    /// In Llama's form: a brace or its tag begins a call, anything else is text up to the end.
    private mutating func takeUndecided(
        _ byte: UInt8, _ content: inout [UInt8], _ events: inout [ToolCallEvent]
    ) {
        held.append(byte)
        let tag = Array(ToolForm.pythonTag.utf8)
        let word = held.drop { $0.isJSONSpace || (calls > 0 && $0 == UInt8(ascii: ";")) }
        guard let first = word.first else { return }
        if first == UInt8(ascii: "{") {
            state = .call(ToolCallReader(call: calls))
            held = []
            takeCall(first, &content, &events)
        } else if word.elementsEqual(tag) {
            held = []
        } else if !tag.starts(with: word) {
            content += calls > 0 ? Array(word) : held
            held = []
            state = .content
        }
    }

    private mutating func takeClosing(_ byte: UInt8) {
        held.append(byte)
        let tag = Array(ToolForm.close.utf8)
        let word = held.drop { $0.isJSONSpace }
        if word.elementsEqual(tag) {
            held = []
            state = .content
        } else if !tag.starts(with: word) {
            held = Array(word)
            state = .content
        }
    }

    private mutating func takeCall(
        _ byte: UInt8, _ content: inout [UInt8], _ events: inout [ToolCallEvent]
    ) {
        guard case .call(var reader) = state else { return }
        // Not two owners of the reader's buffers.
        state = .closing
        switch reader.take(byte, &events) {
        case .more: state = .call(reader)
        case .done:
            reader.flush(&events)
            calls = reader.call
            state = form == .llama ? .undecided : .closing
        case .failed:
            calls = reader.hasBegun ? reader.call + 1 : reader.call
            if !reader.hasBegun {
                content += (form == .hermes ? Array(ToolForm.open.utf8) : []) + reader.raw
            }
            state = .content
        }
        if case .call(let reader) = state { calls = reader.call + (reader.hasBegun ? 1 : 0) }
    }

    private mutating func flush(_ content: inout [UInt8], _ events: inout [ToolCallEvent]) {
        guard !content.isEmpty else { return }
        events.append(.content(String(decoding: content, as: UTF8.self)))
        content = []
    }

    private mutating func flushArguments(_ events: inout [ToolCallEvent]) {
        guard case .call(var reader) = state else { return }
        reader.flush(&events)
        state = .call(reader)
    }
}

extension UInt8 {
    /// White space of JSON.
    var isJSONSpace: Bool { self == 0x20 || self == 0x0A || self == 0x0D || self == 0x09 }
}
