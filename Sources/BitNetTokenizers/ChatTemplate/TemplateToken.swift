/// A piece of a template: text, a delimiter, or a word of the language between delimiters.
struct TemplateToken {
    enum Kind: Equatable {
        case text(String)
        case blockBegin
        case blockEnd
        case variableBegin
        case variableEnd
        case name(String)
        case string(String)
        case integer(Int)
        case number(Double)
        case symbol(TemplateSymbol)
        case end
    }

    let kind: Kind
    /// The place of the first character in the source, in scalars.
    let offset: Int
}

/// An operator or a punctuation mark.
enum TemplateSymbol: String, CaseIterable {
    case floorDivide = "//"
    case power = "**"
    case equal = "=="
    case notEqual = "!="
    case greaterOrEqual = ">="
    case lessOrEqual = "<="
    case add = "+"
    case subtract = "-"
    case divide = "/"
    case multiply = "*"
    case remainder = "%"
    case tilde = "~"
    case leftBracket = "["
    case rightBracket = "]"
    case leftParenthesis = "("
    case rightParenthesis = ")"
    case leftBrace = "{"
    case rightBrace = "}"
    case greater = ">"
    case less = "<"
    case assign = "="
    case dot = "."
    case colon = ":"
    case pipe = "|"
    case comma = ","

    /// The symbol that closes this bracket.
    var closing: TemplateSymbol? {
        switch self {
        case .leftBracket: .rightBracket
        case .leftParenthesis: .rightParenthesis
        case .leftBrace: .rightBrace
        default: nil
        }
    }

    var isClosing: Bool {
        self == .rightBracket || self == .rightParenthesis || self == .rightBrace
    }
}

extension TemplateToken.Kind {
    /// How error messages name the token.
    var description: String {
        switch self {
        case .text: "text"
        case .blockBegin: "'{%'"
        case .blockEnd: "'%}'"
        case .variableBegin: "'{{'"
        case .variableEnd: "'}}'"
        case .name(let name): "'\(name)'"
        case .string: "a string"
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .symbol(let symbol): "'\(symbol.rawValue)'"
        case .end: "the end of the template"
        }
    }
}
