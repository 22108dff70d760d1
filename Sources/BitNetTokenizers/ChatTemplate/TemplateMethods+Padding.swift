extension TemplateMethods {
    /// Methods that pad strings to a width in characters.
    static let paddings: [String: StringMethod] = [
        "ljust": padding(.left),
        "rjust": padding(.right),
        "center": padding(.center),
        "zfill": StringMethod(["width"]) {
            (interpreter, text, arguments) throws(ChatTemplateError) in
            let width = try arguments.integer(0) ?? 0
            let hasSign = text.hasPrefix("-") || text.hasPrefix("+")
            let digits = hasSign ? String(text.unicodeScalars.dropFirst()) : text
            let padded = try interpreter.pad(
                digits, hasSign ? max(0, width) - 1 : width, .right, with: "0")
            guard hasSign, let result = padded.stringValue else { return padded }
            return .string(String(text.unicodeScalars.prefix(1)) + result)
        },
    ]

    private static func padding(_ alignment: TextAlignment) -> StringMethod {
        StringMethod(["width", "fillchar"]) {
            (interpreter, text, arguments) throws(ChatTemplateError) in
            guard let width = try arguments.integer(0) else {
                throw .invalid("'\(arguments.function)' needs a width")
            }
            let fill = try arguments.string(1) ?? " "
            guard fill.unicodeScalars.count == 1 else {
                throw .invalid("'\(arguments.function)' needs one character to fill with")
            }
            return try interpreter.pad(text, width, alignment, with: fill)
        }
    }
}

/// Where a text stands in a wider field.
enum TextAlignment {
    case left
    case right
    /// As Python's `center`: an odd space goes left if the width is odd.
    case center
}

extension TemplateInterpreter {
    /// A text filled up to a width in characters.
    func pad(
        _ text: String, _ width: Int, _ alignment: TextAlignment, with fill: String = " "
    ) throws(ChatTemplateError) -> RuntimeValue {
        let space = max(0, width) - text.unicodeScalars.count
        guard space > 0 else { return .string(text) }
        guard width <= TemplateLimits.outputBytes / 4 else { throw .outputLimit }
        let before: Int
        switch alignment {
        case .left: before = 0
        case .right: before = space
        case .center: before = space / 2 + (space & width & 1)
        }
        return try string(
            String(repeating: fill, count: before) + text
                + String(repeating: fill, count: space - before))
    }
}
