/// What a rule of a grammar matches: a language of byte strings.
indirect enum GrammarExpression: Sendable {
    /// The empty string.
    case empty
    /// Nothing at all.
    case never
    /// These bytes.
    case bytes([UInt8])
    /// One byte of a set.
    case byte(ByteSet)
    /// The UTF-8 of one scalar of a set.
    case scalar(ScalarSet)
    /// One after the other.
    case sequence([GrammarExpression])
    /// Any of them.
    case choice([GrammarExpression])
    /// As often as at least `minimum`, at most `maximum`; nil for no bound.
    case repeated(GrammarExpression, minimum: Int, maximum: Int?)
    /// What a rule matches.
    case rule(Int)
    /// The strings of an automaton.
    case automaton(ByteAutomaton)
    /// Members in their order, some of which may be left out, with a separator between them, and what
    /// follows the last one if there is any.
    case members([GrammarMember], separator: GrammarExpression, trailing: GrammarExpression)

    /// The bytes of `text`.
    static func text(_ text: String) -> GrammarExpression { .bytes(Array(text.utf8)) }

    static func optional(_ expression: GrammarExpression) -> GrammarExpression {
        .choice([expression, .empty])
    }
}

/// One of the members of `GrammarExpression.members`.
struct GrammarMember: Sendable {
    var expression: GrammarExpression
    var isRequired: Bool
    /// Whether it may come more than once.
    var isRepeated = false
}

/// A rule of a grammar.
struct GrammarRule: Sendable {
    enum Body: Sendable {
        /// The strings of an expression.
        case expression(GrammarExpression)
        /// As many times a rule as from `minimum` to `maximum`.
        case loop(rule: Int, minimum: Int, maximum: Int)
        /// As many units as from `minimum` to `maximum`, then the byte `end`, with which no unit
        /// begins. No unit is the beginning of another.
        case counted(unit: GrammarExpression, minimum: Int, maximum: Int, end: UInt8)
    }

    /// The name that errors use.
    var name: String
    /// Where it is in the source.
    var place: String
    var body: Body
}

/// Rules, the first of which a text must match.
struct Grammar: Sendable {
    var rules: [GrammarRule] = []

    /// Adds a rule and returns its number.
    mutating func add(_ name: String, place: String = "", _ body: GrammarRule.Body) -> Int {
        rules.append(GrammarRule(name: name, place: place, body: body))
        return rules.count - 1
    }

    /// Adds a rule and returns the expression that calls it.
    mutating func call(_ name: String, _ expression: GrammarExpression) -> GrammarExpression {
        .rule(add(name, .expression(expression)))
    }
}
