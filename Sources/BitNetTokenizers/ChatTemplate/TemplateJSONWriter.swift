/// Writes values as Python's `json.dumps` does.
struct TemplateJSONWriter {
    /// What each level is indented by; on one line if `nil`.
    let indent: String?
    /// Whether characters outside ASCII are escaped.
    let isASCII: Bool
    /// Whether the keys of dictionaries are sorted.
    let sortsKeys: Bool
    var itemSeparator: String
    var keySeparator = ": "
    private(set) var text = ""
    private var depth = 0

    init(indent: String?, isASCII: Bool, sortsKeys: Bool) {
        self.indent = indent
        self.isASCII = isASCII
        self.sortsKeys = sortsKeys
        itemSeparator = indent == nil ? ", " : ","
    }

    /// Appends the JSON of a value.
    mutating func write(_ value: RuntimeValue) throws(ChatTemplateError) {
        switch value {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .integer(let value): text += String(value)
        case .number(let value): text += Self.description(of: value)
        case .string(let value): write(string: value)
        case .sequence(let value) where value.kind == .list || value.kind == .tuple:
            try write(value.items, in: ("[", "]")) { (writer, item) throws(ChatTemplateError) in
                try writer.write(item)
            }
        case .mapping(let value):
            try write(try entries(of: value), in: ("{", "}")) {
                (writer, entry) throws(ChatTemplateError) in
                writer.write(string: entry.key)
                writer.text += writer.keySeparator
                try writer.write(entry.value)
            }
        default:
            throw .cannot("write as JSON", value)
        }
        guard text.utf8.count <= TemplateLimits.outputBytes else { throw .outputLimit }
    }

    private static func description(of number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number < 0 ? "-Infinity" : "Infinity" }
        return number.pythonDescription
    }

    private mutating func write<Item>(
        _ items: [Item], in brackets: (String, String),
        item write: (inout TemplateJSONWriter, Item) throws(ChatTemplateError) -> Void
    ) throws(ChatTemplateError) {
        text += brackets.0
        depth += 1
        for (index, item) in items.enumerated() {
            if index > 0 { text += itemSeparator }
            startLine()
            try write(&self, item)
        }
        depth -= 1
        if !items.isEmpty { startLine() }
        text += brackets.1
    }

    private mutating func startLine() {
        guard let indent else { return }
        text += "\n"
        for _ in 0..<depth { text += indent }
    }

    private func entries(
        of mapping: RuntimeMapping
    ) throws(ChatTemplateError) -> [(key: String, value: RuntimeValue)] {
        var entries: [(key: String, value: RuntimeValue)] = []
        for entry in mapping.entries {
            var writer = TemplateJSONWriter(indent: nil, isASCII: false, sortsKeys: false)
            try writer.write(entry.key)
            entries.append((entry.key.stringValue ?? writer.text, entry.value))
        }
        return sortsKeys ? entries.sorted { $0.key.isBefore($1.key) } : entries
    }

    private mutating func write(string: String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\u{08}": text += "\\b"
            case "\u{0C}": text += "\\f"
            case _ where scalar.value < 0x20 || (isASCII && scalar.value > 0x7E):
                writeEscape(scalar)
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }

    /// Writes `\uXXXX`, twice for scalars beyond 16 bits.
    private mutating func writeEscape(_ scalar: Unicode.Scalar) {
        for unit in String(scalar).utf16 {
            let digits = String(unit, radix: 16)
            text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
    }
}
