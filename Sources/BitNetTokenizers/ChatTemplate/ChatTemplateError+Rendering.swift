/// Errors of rendering, without a line: the interpreter adds the line of the statement.
extension ChatTemplateError {
    static func invalid(_ message: String) -> ChatTemplateError {
        ChatTemplateError(code: .invalidOperation, message: message)
    }

    static func unsupported(_ message: String) -> ChatTemplateError {
        ChatTemplateError(code: .unsupported, message: message)
    }

    static func undefined(_ name: String) -> ChatTemplateError {
        ChatTemplateError(code: .undefined, message: "'\(name)' is undefined")
    }

    static func limit(_ message: String) -> ChatTemplateError {
        ChatTemplateError(code: .limit, message: message)
    }

    static var outputLimit: ChatTemplateError {
        limit("a text grew over \(TemplateLimits.outputBytes) bytes")
    }

    /// The error of an operation that `value` has not; an undefined one is reported as such.
    static func cannot(_ operation: String, _ value: RuntimeValue) -> ChatTemplateError {
        if case .undefined(let name) = value { return undefined(name) }
        return invalid("cannot \(operation) a value of type \(value.typeName)")
    }

    /// This error with a line, if it has none yet.
    func at(line: Int) -> ChatTemplateError {
        guard self.line == nil else { return self }
        return ChatTemplateError(code: code, message: message, line: line)
    }
}
