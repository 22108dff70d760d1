internal import BitNetTokenizers

extension MergedSchema {
    /// Merges the keywords for objects, which depend on one another.
    mutating func addObjects(_ schemas: [SchemaReference]) throws(ConstraintError) {
        let schemas = schemas.filter { $0.value.kind == .object }
        for schema in schemas { try addCounts(schema) }
        try addPatterns(schemas)
        var names: [[UInt8]] = []
        var known: Set<[UInt8]> = []
        for schema in schemas {
            guard let list = schema.member("properties") else { continue }
            try list.required(.object, "schemas by name")
            isOpen = false
            for member in list.members where known.insert(member.name).inserted {
                names.append(member.name)
            }
        }
        for schema in schemas { additional = Self.both(additional, try Self.additional(schema)) }
        for name in required where known.insert(name).inserted { names.append(name) }
        let rules = try schemas.map { schema throws(ConstraintError) in try MemberRules(schema) }
        for name in names {
            var content = Content.schemas([])
            for rule in rules { content = Self.both(content, rule.content(of: name)) ?? content }
            properties.append((name, content))
        }
    }

    private mutating func addCounts(_ schema: SchemaReference) throws(ConstraintError) {
        if let list = schema.member("required") {
            // Draft 3 and some tools write a flag at the member.
            if list.value.bool == nil {
                for name in try list.strings() where requiredNames.insert(name).inserted {
                    required.append(name)
                }
            }
        }
        if let count = schema.member("minProperties") {
            minimumProperties = max(minimumProperties, try count.count())
        }
        if let count = schema.member("maxProperties") {
            maximumProperties = min(maximumProperties ?? .max, try count.count())
        }
        if let schema = schema.member("propertyNames") { names.append(schema) }
    }

    private mutating func addPatterns(_ schemas: [SchemaReference]) throws(ConstraintError) {
        for schema in schemas {
            guard let list = schema.member("patternProperties") else { continue }
            try list.required(.object, "schemas by pattern")
            isOpen = false
            for (key, value) in list.value.members {
                let text = key.string ?? ""
                let place = list.place(text)
                patternProperties.append(
                    (
                        SchemaReference(value: key, pointer: place),
                        SchemaReference(value: value, pointer: place)
                    ))
            }
        }
        let owners = schemas.filter { $0.member("patternProperties") != nil }
        guard
            owners.isEmpty
                || schemas.allSatisfy({ schema in
                    schema.member("additionalProperties") == nil
                        || owners.contains { $0.identity == schema.identity }
                })
        else {
            throw ConstraintError(
                .unsupported, place: place,
                found: "patternProperties and additionalProperties in different schemas",
                expected: "both in one schema")
        }
    }

    /// What a schema says about members that it does not name; nil for nothing.
    fileprivate static func additional(
        _ schema: SchemaReference
    ) throws(ConstraintError) -> Content? {
        if let schema = schema.member("additionalProperties") {
            return schema.value.bool == false ? .forbidden : .schemas([schema])
        }
        if schema.value.member("unevaluatedProperties")?.bool == false { return .forbidden }
        return nil
    }
}

/// What one schema says about members by their names.
private struct MemberRules {
    private var named: [[UInt8]: SchemaReference] = [:]
    private var patterns: [(pattern: NamePattern, schema: SchemaReference)] = []
    private let additional: MergedSchema.Content?

    init(_ schema: SchemaReference) throws(ConstraintError) {
        for member in schema.member("properties")?.members ?? [] {
            named[member.name] = member.schema
        }
        if let list = schema.member("patternProperties") {
            for (key, value) in list.value.members {
                let place = list.place(key.string ?? "")
                patterns.append(
                    (
                        try NamePattern(key.utf8 ?? [], place: place),
                        SchemaReference(value: value, pointer: place)
                    ))
            }
        }
        additional = try MergedSchema.additional(schema)
    }

    /// What a member with this name must be; nil for anything.
    func content(of name: [UInt8]) -> MergedSchema.Content? {
        var found = named[name].map { [$0] } ?? []
        for (pattern, schema) in patterns where pattern.matches(name) { found.append(schema) }
        return found.isEmpty ? additional : .schemas(found)
    }
}

/// A pattern of members' names.
struct NamePattern {
    /// The most states of a pattern's automaton.
    static let mostStates = 5_000

    /// The names in quotation marks and without escapes that it matches.
    let automaton: ByteAutomaton

    init(_ text: [UInt8], place: String) throws(ConstraintError) {
        let node = try RegexParser.parse(text, place: place)
        guard let whole = node.searching else {
            throw ConstraintError(
                .unsupported, place: place, found: "an anchor inside a pattern",
                expected: "anchors at the beginning or the end of an alternative")
        }
        automaton = try Self.automaton(
            whole.expression { .scalar($0.intersection(JSONText.plain)) }, place: place)
    }

    /// The automaton of `expression`, which has no calls.
    static func automaton(
        _ expression: GrammarExpression, place: String, states: Int = mostStates
    ) throws(ConstraintError) -> ByteAutomaton {
        guard expression.weight <= 20 * states else {
            throw ConstraintError(
                .tooLarge, place: place, found: "a pattern with long repetitions",
                expected: "a shorter pattern, or one that nothing else is combined with")
        }
        let graph = try NodeGraph(expression, limit: 40 * states, place: place)
        return try Determinizer.automaton(graph, place: place, stateLimit: states)
    }

    func matches(_ name: [UInt8]) -> Bool { automaton.matches(name) }
}
