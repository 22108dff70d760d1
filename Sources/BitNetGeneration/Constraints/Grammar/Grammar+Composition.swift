extension Grammar {
    /// Adds all rules of `other`, and returns the expression of its first one.
    mutating func include(_ other: Grammar) -> GrammarExpression {
        let offset = rules.count
        rules += other.rules.map { rule in
            var rule = rule
            rule.body = rule.body.shifted(by: offset)
            return rule
        }
        return .rule(offset)
    }
}

extension GrammarRule.Body {
    /// The body with the numbers of rules changed.
    fileprivate func shifted(by offset: Int) -> GrammarRule.Body {
        switch self {
        case .expression(let expression): .expression(expression.shifted(by: offset))
        case .loop(let rule, let minimum, let maximum):
            .loop(rule: rule + offset, minimum: minimum, maximum: maximum)
        case .counted(let unit, let minimum, let maximum, let end):
            .counted(
                unit: unit.shifted(by: offset), minimum: minimum, maximum: maximum, end: end)
        }
    }
}

extension GrammarExpression {
    fileprivate func shifted(by offset: Int) -> GrammarExpression {
        switch self {
        case .empty, .never, .bytes, .byte, .scalar: return self
        case .sequence(let parts): return .sequence(parts.map { $0.shifted(by: offset) })
        case .choice(let parts): return .choice(parts.map { $0.shifted(by: offset) })
        case .repeated(let part, let minimum, let maximum):
            return .repeated(part.shifted(by: offset), minimum: minimum, maximum: maximum)
        case .rule(let rule): return .rule(rule + offset)
        case .automaton(let automaton): return .automaton(automaton.shifted(by: Int32(offset)))
        case .members(var members, let separator, let trailing):
            for index in members.indices {
                members[index].expression = members[index].expression.shifted(by: offset)
            }
            return .members(
                members, separator: separator.shifted(by: offset),
                trailing: trailing.shifted(by: offset))
        }
    }
}

extension ByteAutomaton {
    fileprivate func shifted(by offset: Int32) -> ByteAutomaton {
        var automaton = self
        for index in automaton.states.indices {
            automaton.states[index].calls = automaton.states[index].calls.map {
                Call(rule: $0.rule + offset, target: $0.target)
            }
        }
        return automaton
    }
}
