internal import BitNetTokenizers

/// Checks that no value that is generated for one alternative of `oneOf` satisfies another.
struct OneOfCheck {
    let root: SchemaReference
    let index: SchemaIndex
    /// How far it looks into members.
    private var depth = 3
    /// The most comparisons of one `oneOf`.
    private static let mostPairs = 20_000

    init(root: SchemaReference, index: SchemaIndex) {
        self.root = root
        self.index = index
    }

    /// Throws unless the alternatives are told apart by type, value, range or a required member.
    func check(
        _ union: SchemaReference, _ choices: [SchemaReference]
    ) throws(ConstraintError) {
        guard choices.count * choices.count <= Self.mostPairs else {
            throw union.error(
                .tooLarge, found: "\(choices.count) alternatives",
                expected: "anyOf instead of oneOf")
        }
        var merged: [[MergedSchema]] = []
        for choice in choices { merged.append(try self.merged([choice])) }
        for second in choices.indices {
            for first in choices.indices.prefix(second) {
                guard try areDisjoint(merged[first], merged[second]) else {
                    throw union.error(
                        .unsupported,
                        found:
                            "the alternatives \(first) and \(second), which one value may satisfy",
                        expected: "anyOf, or alternatives that are told apart by their type, or by "
                            + "a required member with a const of its own")
                }
            }
        }
    }

    /// Whether no value satisfies both.
    private func areDisjoint(
        _ first: [SchemaReference], _ second: [SchemaReference]
    ) throws(ConstraintError) -> Bool {
        guard depth > 0 else { return false }
        return try areDisjoint(merged(first), merged(second))
    }

    private func areDisjoint(
        _ ones: [MergedSchema], _ others: [MergedSchema]
    ) throws(ConstraintError) -> Bool {
        guard ones.count * others.count <= 64 else { return false }
        for one in ones {
            for other in others where try !areDisjoint(one, other) { return false }
        }
        return true
    }

    private func merged(_ schemas: [SchemaReference]) throws(ConstraintError) -> [MergedSchema] {
        var merged: [MergedSchema] = []
        let search = SchemaAlternatives(root: root, index: index, checksOneOf: false)
        for list in try search.alternatives(of: schemas) {
            merged.append(try MergedSchema(list))
        }
        return merged
    }

    private func areDisjoint(
        _ one: MergedSchema, _ other: MergedSchema
    ) throws(ConstraintError) -> Bool {
        if let values = one.values, let others = other.values {
            let texts = values.map { JSONText.compact($0.value) }
            return !others.contains { texts.contains(JSONText.compact($0.value)) }
        }
        let common = types(of: one).intersection(types(of: other))
        for type in common where try !areDisjoint(one, other, for: type) { return false }
        return true
    }

    /// The types of a schema's values, integers among the numbers.
    private func types(of schema: MergedSchema) -> Set<SchemaType> {
        var types = schema.types ?? Set(SchemaType.allCases)
        if let values = schema.values {
            types = Set(values.map { Self.type(of: $0.value) })
        }
        if types.remove(.integer) != nil { types.insert(.number) }
        return types
    }

    private static func type(of value: JSONValue) -> SchemaType {
        switch value.kind {
        case .null: .null
        case .bool: .boolean
        case .number: .number
        case .string: .string
        case .array: .array
        case .object: .object
        }
    }

    private func areDisjoint(
        _ one: MergedSchema, _ other: MergedSchema, for type: SchemaType
    ) throws(ConstraintError) -> Bool {
        switch type {
        case .number: return Self.areApart(one.numbers, other.numbers)
        case .string:
            let (low, high) = (one.minimumLength, one.maximumLength ?? .max)
            return high < other.minimumLength || other.maximumLength ?? .max < low
        case .array:
            return (one.maximumItems ?? .max) < other.minimumItems
                || (other.maximumItems ?? .max) < one.minimumItems
        case .object: return try haveApartMembers(one, other)
        default: return false
        }
    }

    private static func areApart(_ one: NumberRange, _ other: NumberRange) -> Bool {
        func isBelow(_ low: NumberRange.Bound?, _ high: NumberRange.Bound?) -> Bool {
            guard let low, let high else { return false }
            if low.value == high.value { return low.isExclusive || high.isExclusive }
            return low.value < high.value
        }
        return isBelow(one.maximum, other.minimum) || isBelow(other.maximum, one.minimum)
    }

    private func haveApartMembers(
        _ one: MergedSchema, _ other: MergedSchema
    ) throws(ConstraintError) -> Bool {
        for (schema, with) in [(one, other), (other, one)] {
            for name in schema.required {
                let own = schema.properties.first { $0.name == name }?.content
                if let counterpart = with.properties.first(where: { $0.name == name })?.content {
                    guard with.requiredNames.contains(name) else { continue }
                    guard case .schemas(let first)? = own, case .schemas(let second) = counterpart
                    else { return true }
                    var inner = self
                    inner.depth -= 1
                    if !first.isEmpty, !second.isEmpty,
                        try inner.areDisjoint(first, second)
                    {
                        return true
                    }
                } else if case .forbidden? = with.additional, with.patternProperties.isEmpty {
                    return true
                }
            }
        }
        return false
    }
}
