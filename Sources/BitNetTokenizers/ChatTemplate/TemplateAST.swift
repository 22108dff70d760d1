/// A statement of a template and the line it begins on.
struct TemplateStatement: Sendable {
    let kind: TemplateStatementKind
    let line: Int
}

/// What a statement does.
indirect enum TemplateStatementKind: Sendable {
    case text(String)
    case output(TemplateExpression)
    case conditional(branches: [TemplateBranch], otherwise: [TemplateStatement])
    case loop(TemplateLoop)
    case assign(TemplateTarget, TemplateExpression)
    case capture(TemplateTarget, filters: [TemplateApplication], body: [TemplateStatement])
    case macro(TemplateMacro)
    case filter([TemplateApplication], body: [TemplateStatement])
    case scope([TemplateBinding], body: [TemplateStatement])
    case breakLoop
    case continueLoop
}

/// A condition of `if` or `elif` with its body.
struct TemplateBranch: Sendable {
    let condition: TemplateExpression
    let body: [TemplateStatement]
}

/// A variable of `with` and its value.
struct TemplateBinding: Sendable {
    let target: TemplateTarget
    let value: TemplateExpression
}

/// A `for` statement.
struct TemplateLoop: Sendable {
    let target: TemplateTarget
    let items: TemplateExpression
    let condition: TemplateExpression?
    let body: [TemplateStatement]
    let otherwise: [TemplateStatement]
}

/// A `macro` statement.
struct TemplateMacro: Sendable {
    struct Parameter: Sendable {
        let name: String
        let defaultValue: TemplateExpression?
    }

    let name: String
    let parameters: [Parameter]
    let body: [TemplateStatement]
}

/// What an assignment assigns to.
indirect enum TemplateTarget: Sendable {
    case name(String)
    case namespaceAttribute(namespace: String, attribute: String)
    case tuple([TemplateTarget])
}

/// The name and arguments of a filter or test.
struct TemplateApplication: Sendable {
    let name: String
    let arguments: TemplateArguments
}

/// The arguments of a call.
struct TemplateArguments: Sendable {
    struct Keyword: Sendable {
        let name: String
        let value: TemplateExpression
    }

    var positional: [TemplateExpression] = []
    var keywords: [Keyword] = []
}

/// An expression.
///
/// Chains of operators of one precedence are flat, so that a long one does not
/// nest.
indirect enum TemplateExpression: Sendable {
    case constant(RuntimeValue)
    case name(String)
    case list([TemplateExpression])
    case tuple([TemplateExpression])
    case dictionary([TemplateEntry])
    case postfix(TemplateExpression, [TemplatePostfix])
    case not(TemplateExpression)
    case negate(TemplateExpression)
    case plus(TemplateExpression)
    case any([TemplateExpression])
    case all([TemplateExpression])
    case comparison(TemplateExpression, [TemplateComparison])
    case arithmetic(TemplateExpression, [TemplateOperation])
    case concatenation([TemplateExpression])
    case conditional(
        TemplateExpression, condition: TemplateExpression, otherwise: TemplateExpression?)
}

/// A key and a value of a dictionary literal.
struct TemplateEntry: Sendable {
    let key: TemplateExpression
    let value: TemplateExpression
}

/// A step of a chain of comparisons.
struct TemplateComparison: Sendable {
    enum Operator: Sendable {
        case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual, contained, notContained
    }

    let `operator`: Operator
    let operand: TemplateExpression
}

/// A step of a chain of arithmetic operators of one precedence.
struct TemplateOperation: Sendable {
    enum Operator: String, Sendable {
        case add = "+"
        case subtract = "-"
        case multiply = "*"
        case divide = "/"
        case floorDivide = "//"
        case remainder = "%"
        case power = "**"
    }

    let `operator`: Operator
    let operand: TemplateExpression
}

/// What may follow an expression.
enum TemplatePostfix: Sendable {
    case attribute(String)
    case item(TemplateExpression)
    case slice(TemplateSlice)
    case call(TemplateArguments)
    case filter(TemplateApplication)
    case test(TemplateApplication, isNegated: Bool)
}

/// The bounds of `[start:stop:step]`.
struct TemplateSlice: Sendable {
    let start: TemplateExpression?
    let stop: TemplateExpression?
    let step: TemplateExpression?
}
