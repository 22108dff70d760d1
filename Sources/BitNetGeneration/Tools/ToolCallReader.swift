internal import BitNetTokenizers

/// Reads the JSON of calls byte by byte: an object with `name` and `arguments` (or `parameters`), the
/// same inside `function`, or a list of these.
///
/// Arguments that are an object are given out as they come, once the name is known.
struct ToolCallReader: Sendable {
    enum Progress {
        case more, done, failed
    }

    private enum State {
        case open, member, key, colon, value, string, container, scalar
    }

    /// The index of the call that is read, or that would come next.
    private(set) var call: Int
    /// Whether that call's beginning has been given out.
    private(set) var hasBegun = false
    /// What has been read until a call began.
    private(set) var raw: [UInt8] = []

    private var state = State.open
    private var isList = false
    /// How many objects `function` has opened.
    private var wrappers = 0
    private var key: [UInt8] = []
    private var value: [UInt8] = []
    private var name: String?
    /// Arguments that came before the name, or as a string.
    private var arguments: String?
    /// Arguments that were read and not yet given out.
    private var fragment: [UInt8] = []
    private var streams = false
    private var depth = 0
    private var isQuoted = false
    private var isEscaped = false

    init(call: Int) { self.call = call }

    mutating func take(_ byte: UInt8, _ events: inout [ToolCallEvent]) -> Progress {
        if !hasBegun { raw.append(byte) }
        switch state {
        case .open: return takeOpen(byte)
        case .member: return takeMember(byte, &events)
        case .key: return takeKey(byte)
        case .colon: return takeColon(byte)
        case .value: return takeValue(byte, &events)
        case .string, .container: return takeNested(byte, &events)
        case .scalar: return takeScalar(byte, &events)
        }
    }

    /// Gives out the arguments that were read.
    mutating func flush(_ events: inout [ToolCallEvent]) {
        guard !fragment.isEmpty else { return }
        events.append(.arguments(call: call, String(decoding: fragment, as: UTF8.self)))
        fragment = []
    }

    /// In front of a call, or behind one of a list.
    private mutating func takeOpen(_ byte: UInt8) -> Progress {
        switch byte {
        case UInt8(ascii: "{"): state = .member
        case UInt8(ascii: "[") where !isList: isList = true
        case UInt8(ascii: "]") where isList: return .done
        case UInt8(ascii: ",") where isList: break
        default: return byte.isJSONSpace ? .more : .failed
        }
        return .more
    }

    private mutating func takeMember(
        _ byte: UInt8, _ events: inout [ToolCallEvent]
    ) -> Progress {
        switch byte {
        case UInt8(ascii: "\""):
            (key, state, isEscaped) = ([], .key, false)
        case UInt8(ascii: "}") where wrappers > 0: wrappers -= 1
        case UInt8(ascii: "}"): return endCall(&events)
        case UInt8(ascii: ","): break
        default: return byte.isJSONSpace ? .more : .failed
        }
        return .more
    }

    private mutating func takeKey(_ byte: UInt8) -> Progress {
        if byte == UInt8(ascii: "\""), !isEscaped {
            state = .colon
        } else {
            isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
            key.append(byte)
        }
        return .more
    }

    private mutating func takeColon(_ byte: UInt8) -> Progress {
        if byte == UInt8(ascii: ":") {
            state = .value
            return .more
        }
        return byte.isJSONSpace ? .more : .failed
    }

    private mutating func takeValue(
        _ byte: UInt8, _ events: inout [ToolCallEvent]
    ) -> Progress {
        if byte.isJSONSpace { return .more }
        value = []
        (depth, isQuoted, isEscaped, streams) = (0, false, false, false)
        switch byte {
        case UInt8(ascii: "{") where key.elementsEqual("function".utf8):
            wrappers += 1
            state = .member
            return .more
        case UInt8(ascii: "\""): state = .string
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            state = .container
            streams = isArguments && name != nil && byte == UInt8(ascii: "{")
            if streams { begin(&events) }
        case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"): return .failed
        default: state = .scalar
        }
        return state == .scalar ? takeScalar(byte, &events) : takeNested(byte, &events)
    }

    /// A string, an object or a list, up to its end.
    private mutating func takeNested(
        _ byte: UInt8, _ events: inout [ToolCallEvent]
    ) -> Progress {
        if streams { fragment.append(byte) } else { value.append(byte) }
        if isQuoted {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isQuoted = false
            }
        } else {
            switch byte {
            case UInt8(ascii: "\""): isQuoted = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
        }
        return depth == 0 && !isQuoted ? endValue(&events) : .more
    }

    /// A number or a word, which ends in front of a separator.
    private mutating func takeScalar(
        _ byte: UInt8, _ events: inout [ToolCallEvent]
    ) -> Progress {
        guard byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") else {
            value.append(byte)
            return .more
        }
        state = .member
        return takeMember(byte, &events)
    }

    private mutating func endValue(_ events: inout [ToolCallEvent]) -> Progress {
        state = .member
        if streams {
            flush(&events)
            return .more
        }
        if key.elementsEqual("name".utf8) {
            guard let text = Self.string(value), !text.isEmpty else { return .failed }
            name = text
            if arguments != nil { begin(&events) }
        } else if isArguments {
            // Some models write the arguments as a string that holds JSON.
            arguments = Self.string(value) ?? String(decoding: value, as: UTF8.self)
            if name != nil { begin(&events) }
        }
        return .more
    }

    private mutating func endCall(_ events: inout [ToolCallEvent]) -> Progress {
        guard name != nil else { return .failed }
        if !hasBegun {
            arguments = "{}"
            begin(&events)
        }
        events.append(.end(call: call))
        call += 1
        (name, arguments, hasBegun, raw, state) = (nil, nil, false, [], .open)
        return isList ? .more : .done
    }

    private mutating func begin(_ events: inout [ToolCallEvent]) {
        guard let name, !hasBegun else { return }
        hasBegun = true
        raw = []
        events.append(.begin(call: call, name: name))
        if let arguments { events.append(.arguments(call: call, arguments)) }
    }

    private var isArguments: Bool {
        key.elementsEqual("arguments".utf8) || key.elementsEqual("parameters".utf8)
    }

    /// The text of a JSON string; nil for anything else.
    private static func string(_ json: [UInt8]) -> String? {
        (try? JSONDocument(json, file: "call"))?.root.string
    }
}
