internal import BitNetTokenizers

/// Turns a JSON Schema into the rules of a grammar for the JSON texts that satisfy it.
///
/// Several schemas that must hold at once are merged and get one rule, found again by the places of
/// the schemas, so that recursion comes to an end. What a schema leaves open is closed where that
/// keeps texts short: members come in the order of `properties`, and members that are not named
/// need `additionalProperties`.
struct SchemaCompiler {
    var grammar = Grammar()
    var shared = SharedRules()
    let root: SchemaReference
    private let index = SchemaIndex()
    private var rules: [[Int]: Int] = [:]
    /// Rules that are called and not written yet, and their schemas.
    private var open: [(rule: Int, schemas: [SchemaReference])] = []

    private init(_ root: SchemaReference) { self.root = root }

    /// The grammar of a schema's JSON text.
    static func grammar(of text: [UInt8]) throws(ConstraintError) -> Grammar {
        guard text.count <= ConstraintLimits.sourceBytes else {
            throw ConstraintError(
                .tooLarge, place: "#", found: "a schema of \(text.count) bytes",
                expected: "at most \(ConstraintLimits.sourceBytes)")
        }
        let document: JSONDocument
        do {
            document = try JSONDocument(text, file: "the schema")
        } catch {
            throw ConstraintError(
                .malformed, place: "#", found: "\(error.found) at byte \(error.byteOffset ?? 0)",
                expected: error.expected)
        }
        var compiler = SchemaCompiler(SchemaReference(value: document.root, pointer: "#"))
        let first = compiler.grammar.add("the schema", place: "#", .expression(.never))
        let value = try compiler.value(of: [compiler.root])
        compiler.grammar.rules[first].body = .expression(value)
        while let (rule, schemas) = compiler.open.popLast() {
            try compiler.write(rule, schemas)
        }
        return compiler.grammar
    }

    /// The values that satisfy all of `schemas`: a call of their rule, which is written later.
    mutating func value(
        of schemas: [SchemaReference]
    ) throws(ConstraintError) -> GrammarExpression {
        guard !schemas.isEmpty else { return shared.value(&grammar) }
        let key = Set(schemas.map(\.identity)).sorted()
        if let rule = rules[key] { return .rule(rule) }
        guard grammar.rules.count < ConstraintLimits.rules else {
            throw ConstraintError(
                .tooLarge, place: schemas[0].pointer,
                found: "more than \(ConstraintLimits.rules) different parts",
                expected: "a smaller schema")
        }
        let rule = grammar.add(schemas[0].pointer, place: schemas[0].pointer, .expression(.never))
        rules[key] = rule
        open.append((rule, schemas))
        return .rule(rule)
    }

    private mutating func write(
        _ rule: Int, _ schemas: [SchemaReference]
    ) throws(ConstraintError) {
        let alternatives = try SchemaAlternatives(root: root, index: index).alternatives(
            of: schemas)
        var choices: [GrammarExpression] = []
        for alternative in alternatives {
            choices += try self.choices(of: MergedSchema(alternative))
        }
        grammar.rules[rule].body = .expression(choices.count == 1 ? choices[0] : .choice(choices))
    }

    /// The values of each type that a merged schema allows.
    private mutating func choices(
        of schema: MergedSchema
    ) throws(ConstraintError) -> [GrammarExpression] {
        if let values = schema.values {
            let allowed = try EnumeratedValues(schema: schema).filter(values)
            return allowed.map { .bytes($0) }
        }
        guard let types = schema.types else { return [shared.value(&grammar)] }
        var choices: [GrammarExpression] = []
        for type in SchemaType.allCases where types.contains(type) {
            choices.append(try values(of: type, schema))
        }
        return choices
    }

    private mutating func values(
        of type: SchemaType, _ schema: MergedSchema
    ) throws(ConstraintError) -> GrammarExpression {
        switch type {
        case .null: return .text("null")
        case .boolean: return .choice([.text("true"), .text("false")])
        case .integer, .number:
            var range = schema.numbers
            range.isInteger = type == .integer
            guard range.isUnbounded else { return try range.expression(place: schema.place) }
            return range.isInteger ? shared.integer(&grammar) : shared.number(&grammar)
        case .string:
            return try StringSchema(schema: schema).expression(&grammar, &shared)
        case .array: return try array(schema)
        case .object: return try object(schema)
        }
    }
}
