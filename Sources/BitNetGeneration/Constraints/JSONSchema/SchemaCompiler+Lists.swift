internal import BitNetTokenizers

extension SchemaCompiler {
    // MARK: Arrays

    /// The arrays that a merged schema allows.
    mutating func array(_ schema: MergedSchema) throws(ConstraintError) -> GrammarExpression {
        let minimum = schema.minimumItems
        var maximum = schema.maximumItems
        var item: GrammarExpression?
        switch schema.items {
        case .forbidden?: maximum = min(maximum ?? .max, schema.prefix.count)
        case .schemas(let schemas)?:
            // Where the first items are listed, others come only if they have a schema or must.
            if !schemas.isEmpty || minimum > schema.prefix.count {
                item = try value(of: schemas)
            } else {
                maximum = min(maximum ?? .max, schema.prefix.count)
            }
        case nil: item = try value(of: [])
        }
        if let maximum, maximum < minimum { return .never }
        if schema.hasUniqueItems, maximum ?? .max > 1 {
            throw ConstraintError(
                .unsupported, place: schema.place, found: "uniqueItems",
                expected: "an array without it; which items came before can't be honoured while a "
                    + "text is generated")
        }
        var first: [GrammarExpression] = []
        for schemas in schema.prefix.prefix(maximum ?? .max) {
            first.append(try value(of: schemas))
        }
        return arrayList(first, item, minimum, maximum)
    }

    private mutating func arrayList(
        _ first: [GrammarExpression], _ item: GrammarExpression?, _ minimum: Int, _ maximum: Int?
    ) -> GrammarExpression {
        if maximum == 0 { return .text("[]") }
        let space = shared.space(&grammar)
        let comma = GrammarExpression.sequence([.text(","), space])
        var rest = GrammarExpression.empty
        if let item {
            let more = GrammarExpression.sequence([comma, item])
            let (low, high) = (
                max(minimum - first.count, 0), maximum.map { max($0 - first.count, 0) }
            )
            if !first.isEmpty {
                rest = .repeated(more, minimum: low, maximum: high)
            } else {
                let items = GrammarExpression.sequence([
                    item,
                    .repeated(more, minimum: max(low - 1, 0), maximum: high.map { $0 - 1 }),
                ])
                let list = GrammarExpression.sequence([items, space])
                rest = low == 0 ? .optional(list) : list
            }
        }
        if !first.isEmpty { rest = .sequence([rest, space]) }
        for (index, part) in first.enumerated().reversed() {
            let head = index == 0 ? part : .sequence([comma, part])
            let whole = GrammarExpression.sequence([head, rest])
            rest = index < minimum ? whole : .choice([whole, index == 0 ? .empty : space])
        }
        return .sequence([.text("["), space, rest, .text("]")])
    }

    // MARK: Objects

    /// The objects that a merged schema allows.
    mutating func object(_ schema: MergedSchema) throws(ConstraintError) -> GrammarExpression {
        var members: [GrammarMember] = []
        for (name, content) in schema.properties {
            let isRequired = schema.requiredNames.contains(name)
            guard case .schemas(let schemas) = content else {
                if isRequired { return .never }
                continue
            }
            let head = GrammarExpression.bytes(JSONText.string(name) + Array(":".utf8))
            let pair = GrammarExpression.sequence([
                head, .optional(.text(" ")), try value(of: schemas),
            ])
            members.append(GrammarMember(expression: pair, isRequired: isRequired))
        }
        if !schema.names.isEmpty { try checkNames(schema) }
        let others = try otherMembers(schema)
        if let others {
            members.append(
                GrammarMember(expression: others, isRequired: false, isRepeated: true))
        }
        return try counted(members, hasOthers: others != nil, schema)
    }

    /// The object with its members, as many as `minProperties` and `maxProperties` say.
    private mutating func counted(
        _ members: [GrammarMember], hasOthers: Bool, _ schema: MergedSchema
    ) throws(ConstraintError) -> GrammarExpression {
        let space = shared.space(&grammar)
        let required = members.filter(\.isRequired).count
        let (minimum, maximum) = (schema.minimumProperties, schema.maximumProperties)
        if required > maximum ?? .max { return .never }
        let isBelow = maximum.map { hasOthers || members.count > $0 } ?? false
        if minimum <= required, !isBelow {
            return SharedRules.list(members, "{", "}", space)
        }
        if !hasOthers, minimum > members.count { return .never }
        if members.count == 1, minimum <= 1 {
            // The one kind of members: names may come again, which never makes them fewer.
            let again = GrammarExpression.sequence([.text(","), space, members[0].expression])
            let most = hasOthers ? maximum : 1
            if most == 0 { return .text("{}") }
            let list = GrammarExpression.sequence([
                members[0].expression,
                .repeated(again, minimum: 0, maximum: most.map { $0 - 1 }), space,
            ])
            return .sequence([
                .text("{"), space, minimum == 0 ? .optional(list) : list, .text("}"),
            ])
        }
        guard !hasOthers else {
            throw ConstraintError(
                .unsupported, place: schema.place,
                found: "minProperties or maxProperties with members that are not named",
                expected: "named members only, or no more than minProperties 1")
        }
        return try chosen(members, minimum, maximum ?? members.count, schema, space)
    }

    /// Members of which at least `minimum` and at most `maximum` are there.
    private mutating func chosen(
        _ members: [GrammarMember], _ minimum: Int, _ maximum: Int, _ schema: MergedSchema,
        _ space: GrammarExpression
    ) throws(ConstraintError) -> GrammarExpression {
        guard members.count <= 64 else {
            throw ConstraintError(
                .tooLarge, place: schema.place,
                found: "minProperties or maxProperties with \(members.count) members",
                expected: "at most 64")
        }
        // For each number of members so far a rule for the rest, from the last member to the first.
        var rests = (0...members.count).map { count -> GrammarExpression in
            count >= minimum && count <= maximum ? .empty : .never
        }
        for member in members.reversed() {
            var next: [GrammarExpression] = []
            for count in 0..<rests.count - 1 {
                let comma = count == 0 ? [] : [GrammarExpression.text(","), space]
                var choices = [
                    GrammarExpression.sequence(comma + [member.expression, rests[count + 1]])
                ]
                if !member.isRequired { choices.append(rests[count]) }
                next.append(grammar.call("members", .choice(choices)))
            }
            rests = next
        }
        return .sequence([.text("{"), space, rests[0], space, .text("}")])
    }
}
