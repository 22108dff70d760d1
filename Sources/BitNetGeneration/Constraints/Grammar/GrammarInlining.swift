extension Grammar {
    /// The greatest weight of a rule that is written out wherever it is called.
    private static let smallWeight = 64

    /// Writes small rules without calls, and rules that are called once, out where they are called.
    ///
    /// A grammar's rules for single characters and white space become part of the automata of the
    /// rules around them, whose masks are then found in one walk.
    mutating func inlineRules() {
        var callCounts = [Int](repeating: 0, count: rules.count)
        for rule in rules { rule.expression?.forEachCall { callCounts[$0] += 1 } }
        var inliner = RuleInliner(rules: rules, callCounts: callCounts, limit: Self.smallWeight)
        for index in rules.indices { inliner.visit(index) }
        for index in rules.indices {
            if let expression = inliner.finished[index] {
                rules[index].body = .expression(expression)
            }
        }
    }
}

extension GrammarRule {
    /// The expression, if that is what it is.
    var expression: GrammarExpression? {
        if case .expression(let expression) = body { return expression }
        return nil
    }
}

/// Rewrites each rule after those that it calls; rules that call themselves stay calls.
private struct RuleInliner {
    let rules: [GrammarRule]
    let callCounts: [Int]
    let limit: Int
    var finished: [Int: GrammarExpression] = [:]
    private var isSubstitute: [Bool] = []

    init(rules: [GrammarRule], callCounts: [Int], limit: Int) {
        self.rules = rules
        self.callCounts = callCounts
        self.limit = limit
        isSubstitute = [Bool](repeating: false, count: rules.count)
    }

    /// Finishes `first` and all rules below it, those that are called first.
    mutating func visit(_ first: Int) {
        var path = [first]
        var entered: Set<Int> = []
        while let rule = path.last {
            guard finished[rule] == nil, let expression = rules[rule].expression else {
                path.removeLast()
                continue
            }
            if entered.insert(rule).inserted {
                expression.forEachCall { if !entered.contains($0) { path.append($0) } }
                continue
            }
            path.removeLast()
            finish(rule, expression)
        }
    }

    private mutating func finish(_ rule: Int, _ expression: GrammarExpression) {
        let changed = expression.replacingCalls { called in
            guard isSubstitute[called], let body = finished[called] else { return .rule(called) }
            return body
        }
        finished[rule] = changed
        var calls = 0
        changed.forEachCall { _ in calls += 1 }
        let weight = changed.weight
        let isSingle = callCounts[rule] == 1 && weight <= ConstraintLimits.expandedNodes
        isSubstitute[rule] = calls == 0 && (weight <= limit || isSingle)
    }
}
