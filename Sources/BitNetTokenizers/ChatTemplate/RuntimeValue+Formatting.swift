/// Writes values as Python's `str` and `repr` do, up to the bound on strings.
struct RuntimeTextWriter {
    private(set) var text = ""

    /// Writes the value as it is printed.
    mutating func write(_ value: RuntimeValue) throws(ChatTemplateError) {
        switch value {
        case .undefined: return
        case .string(let string): try append(string)
        default: try writeRepresentation(value)
        }
    }

    private mutating func append(_ string: String) throws(ChatTemplateError) {
        text += string
        guard text.utf8.count <= TemplateLimits.outputBytes else { throw .outputLimit }
    }

    private mutating func writeRepresentation(_ value: RuntimeValue) throws(ChatTemplateError) {
        switch value {
        case .undefined: try append("Undefined")
        case .null: try append("None")
        case .bool(let value): try append(value ? "True" : "False")
        case .integer(let value): try append(String(value))
        case .number(let value): try append(value.pythonDescription)
        case .string(let value): try append(value.pythonRepresentation)
        case .sequence(let value): try writeSequence(value)
        case .mapping(let value): try writeMapping(value)
        case .namespace, .loop, .callable:
            throw .unsupported("printing a \(value.typeName) is not supported")
        }
    }

    private mutating func writeSequence(_ value: RuntimeSequence) throws(ChatTemplateError) {
        guard value.kind == .list || value.kind == .tuple else {
            throw .unsupported(
                "printing a \(value.kind.typeName) is not supported: make it a list first")
        }
        let isTuple = value.kind == .tuple
        try append(isTuple ? "(" : "[")
        for (index, item) in value.items.enumerated() {
            if index > 0 { try append(", ") }
            try writeRepresentation(item)
        }
        if isTuple, value.items.count == 1 { try append(",") }
        try append(isTuple ? ")" : "]")
    }

    private mutating func writeMapping(_ value: RuntimeMapping) throws(ChatTemplateError) {
        try append("{")
        for (index, entry) in value.entries.enumerated() {
            if index > 0 { try append(", ") }
            try writeRepresentation(entry.key)
            try append(": ")
            try writeRepresentation(entry.value)
        }
        try append("}")
    }
}

extension Double {
    /// Python's `repr`: the shortest digits that read back, without an exponent from 1e-4 to 1e16.
    var pythonDescription: String {
        guard isFinite else { return isNaN ? "nan" : self < 0 ? "-inf" : "inf" }
        let sign = self.sign == .minus ? "-" : ""
        let parts = magnitude.description.split(separator: "e")
        let mantissa = parts[0].split(separator: ".")
        var digits = String(mantissa[0] + (mantissa.count > 1 ? mantissa[1] : ""))
        var exponent = (parts.count > 1 ? Int(parts[1]) ?? 0 : 0) + mantissa[0].count - 1
        while digits.count > 1, digits.hasPrefix("0") {
            digits.removeFirst()
            exponent -= 1
        }
        while digits.count > 1, digits.hasSuffix("0") { digits.removeLast() }
        if digits == "0" { return sign + "0.0" }
        return sign + Self.pythonLayout(digits: digits, exponent: exponent)
    }

    /// Lays out `d.ddd × 10^exponent`.
    private static func pythonLayout(digits: String, exponent: Int) -> String {
        func zeros(_ count: Int) -> String { String(repeating: "0", count: max(0, count)) }
        if exponent < -4 || exponent >= 16 {
            let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
            let size = String(exponent.magnitude)
            return digits.prefix(1) + fraction + (exponent < 0 ? "e-" : "e+")
                + zeros(2 - size.count) + size
        }
        if exponent < 0 { return "0." + zeros(-exponent - 1) + digits }
        let whole = digits.prefix(exponent + 1)
        let fraction = digits.dropFirst(exponent + 1)
        return whole + zeros(exponent + 1 - whole.count) + "." + (fraction.isEmpty ? "0" : fraction)
    }
}

extension String {
    /// Python's `repr` of a string.
    var pythonRepresentation: String {
        let quote: Unicode.Scalar = contains("'") && !contains("\"") ? "\"" : "'"
        var result = String(quote)
        for scalar in unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case quote: result += "\\" + String(quote)
            case _ where scalar.isPythonPrintable: result.unicodeScalars.append(scalar)
            default: result += scalar.pythonEscape
            }
        }
        return result + String(quote)
    }
}

extension Unicode.Scalar {
    fileprivate var pythonEscape: String {
        let digits = String(value, radix: 16)
        let (mark, width) =
            value < 0x100 ? ("\\x", 2) : value < 0x10000 ? ("\\u", 4) : ("\\U", 8)
        return mark + String(repeating: "0", count: width - digits.count) + digits
    }
}
