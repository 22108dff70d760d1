/// The rules that JSON values of any kind are made of, each added when it is first used.
struct SharedRules {
    private var numbers: [String: Int] = [:]

    /// The most spaces of indentation behind the end of a line.
    static let indentation = 32
    /// The most digits of a number without bounds, before the point and behind it.
    static let digits = 15

    private mutating func call(
        _ name: String, in grammar: inout Grammar, _ body: () -> GrammarRule.Body
    ) -> GrammarExpression {
        if let number = numbers[name] { return .rule(number) }
        let number = grammar.add(name, body())
        numbers[name] = number
        return .rule(number)
    }

    /// White space between the parts of a list: nothing, a space, or the end of a line and its
    /// indentation.
    mutating func space(_ grammar: inout Grammar) -> GrammarExpression {
        call("white space", in: &grammar) {
            let indent = GrammarExpression.repeated(
                .text(" "), minimum: 0, maximum: Self.indentation)
            return .expression(.choice([.empty, .text(" "), .sequence([.text("\n"), indent])]))
        }
    }

    /// Any string.
    mutating func string(_ grammar: inout Grammar) -> GrammarExpression {
        call("a string", in: &grammar) {
            let content = GrammarExpression.repeated(
                JSONText.character, minimum: 0, maximum: nil)
            return .expression(.sequence([.text("\""), content, .text("\"")]))
        }
    }

    /// The name of a member that a schema does not name: a string without escapes.
    mutating func name(_ grammar: inout Grammar) -> GrammarExpression {
        call("a name", in: &grammar) {
            let content = GrammarExpression.repeated(
                .scalar(JSONText.plain), minimum: 0, maximum: nil)
            return .expression(.sequence([.text("\""), content, .text("\"")]))
        }
    }

    /// The rest of a name without escapes, its closing quotation mark too.
    mutating func nameTail(_ grammar: inout Grammar) -> GrammarExpression {
        call("the rest of a name", in: &grammar) {
            let content = GrammarExpression.repeated(
                .scalar(JSONText.plain), minimum: 0, maximum: nil)
            return .expression(.sequence([content, .text("\"")]))
        }
    }

    mutating func integer(_ grammar: inout Grammar) -> GrammarExpression {
        call("an integer", in: &grammar) {
            .expression(.choice([.text("0"), Self.nonzero]))
        }
    }

    mutating func number(_ grammar: inout Grammar) -> GrammarExpression {
        call("a number", in: &grammar) {
            let digit = GrammarExpression.byte(ByteSet("0123456789"))
            let whole = GrammarExpression.choice([
                .sequence([.optional(.text("-")), .text("0")]), Self.nonzero,
            ])
            let fraction = GrammarExpression.sequence([
                .text("."), .repeated(digit, minimum: 1, maximum: Self.digits),
            ])
            let exponent = GrammarExpression.sequence([
                .byte(ByteSet("eE")), .optional(.byte(ByteSet("+-"))),
                .repeated(digit, minimum: 1, maximum: 2),
            ])
            return .expression(
                .sequence([whole, .optional(fraction), .optional(exponent)]))
        }
    }

    private static let nonzero = GrammarExpression.sequence([
        .optional(.text("-")), .byte(ByteSet("123456789")),
        .repeated(.byte(ByteSet("0123456789")), minimum: 0, maximum: digits - 1),
    ])

    /// Any value.
    mutating func value(_ grammar: inout Grammar) -> GrammarExpression {
        if let number = numbers["a value"] { return .rule(number) }
        let number = grammar.add("a value", .expression(.never))
        numbers["a value"] = number
        let parts = [
            object(&grammar), array(&grammar), string(&grammar), self.number(&grammar),
            .text("true"), .text("false"), .text("null"),
        ]
        grammar.rules[number].body = .expression(.choice(parts))
        return .rule(number)
    }

    /// Any object.
    mutating func object(_ grammar: inout Grammar) -> GrammarExpression {
        if let number = numbers["an object"] { return .rule(number) }
        let number = grammar.add("an object", .expression(.never))
        numbers["an object"] = number
        let member = GrammarMember(
            expression: .sequence([
                name(&grammar), .text(":"), .optional(.text(" ")), value(&grammar),
            ]),
            isRequired: false, isRepeated: true)
        grammar.rules[number].body = .expression(
            Self.list([member], "{", "}", space(&grammar)))
        return .rule(number)
    }

    /// Any array.
    mutating func array(_ grammar: inout Grammar) -> GrammarExpression {
        if let number = numbers["an array"] { return .rule(number) }
        let number = grammar.add("an array", .expression(.never))
        numbers["an array"] = number
        let item = GrammarMember(
            expression: value(&grammar), isRequired: false, isRepeated: true)
        grammar.rules[number].body = .expression(Self.list([item], "[", "]", space(&grammar)))
        return .rule(number)
    }

    /// Members between brackets, with white space around them and behind commas.
    static func list(
        _ members: [GrammarMember], _ open: String, _ close: String, _ space: GrammarExpression
    ) -> GrammarExpression {
        guard !members.isEmpty else { return .text(open + close) }
        let separator = GrammarExpression.sequence([.text(","), space])
        return .sequence([
            .text(open), space, .members(members, separator: separator, trailing: space),
            .text(close),
        ])
    }
}
