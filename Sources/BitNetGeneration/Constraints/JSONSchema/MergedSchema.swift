internal import BitNetTokenizers

/// Several schemas that a value must satisfy at once, keyword by keyword.
struct MergedSchema {
    /// A rule for the values of some members or items: all of these schemas, or none may be there.
    enum Content {
        case schemas([SchemaReference])
        case forbidden
    }

    var place: String
    /// The types that are allowed; nil for all.
    var types: Set<SchemaType>?
    /// The values that are allowed, if they are listed.
    var values: [SchemaReference]?
    var numbers = NumberRange(isInteger: false)
    var minimumLength = 0
    var maximumLength: Int?
    var patterns: [SchemaReference] = []
    var formats: [SchemaReference] = []

    /// Members by name, in the order in which they are named.
    var properties: [(name: [UInt8], content: Content)] = []
    var required: [[UInt8]] = []
    var requiredNames: Set<[UInt8]> = []
    /// Patterns of names and what members with them are.
    var patternProperties: [(pattern: SchemaReference, schema: SchemaReference)] = []
    var names: [SchemaReference] = []
    /// Members that are not named; nil where no schema says anything.
    var additional: Content?
    var isOpen = true
    var minimumProperties = 0
    var maximumProperties: Int?

    var prefix: [[SchemaReference]] = []
    var items: Content?
    var minimumItems = 0
    var maximumItems: Int?
    var hasUniqueItems = false

    /// Merges schemas whose references and unions have been followed.
    init(_ schemas: [SchemaReference]) throws(ConstraintError) {
        place = schemas.first?.pointer ?? "#"
        for schema in schemas {
            if let flag = schema.value.bool {
                if !flag { types = [] }
                continue
            }
            try add(schema)
        }
        try addObjects(schemas)
    }

    private mutating func add(_ schema: SchemaReference) throws(ConstraintError) {
        for keyword in SchemaType.refused {
            guard let member = schema.member(keyword) else { continue }
            throw member.error(
                .unsupported, found: "the keyword \(keyword)",
                expected: "a schema without it; it can't be honoured while a text is generated")
        }
        try addTypes(schema)
        try addValues(schema)
        try addNumbers(schema)
        try addStrings(schema)
        try addArrays(schema)
    }

    // MARK: Types and values

    private mutating func addTypes(_ schema: SchemaReference) throws(ConstraintError) {
        var allowed: Set<SchemaType>?
        if let type = schema.member("type") {
            var names: Set<SchemaType> = []
            let list = type.value.kind == .array ? type.elements : [type]
            for name in list {
                guard let known = name.value.string.flatMap(SchemaType.init(rawValue:)) else {
                    throw name.error(
                        .malformed,
                        expected: "one of the types "
                            + SchemaType.allCases.map(\.rawValue).joined(separator: ", "))
                }
                names.insert(known)
            }
            if schema.value.member("nullable")?.bool == true { names.insert(.null) }
            if names.contains(.number) { names.remove(.integer) }
            allowed = names
        } else if schema.member("enum") == nil, schema.member("const") == nil {
            allowed = Self.impliedTypes(schema)
        }
        if let allowed { restrict(to: allowed) }
    }

    /// The types that a schema without `type` has keywords for; nil if there are none.
    private static func impliedTypes(_ schema: SchemaReference) -> Set<SchemaType>? {
        let types = SchemaType.keywords.filter { _, keywords in
            keywords.contains { schema.value.member($0) != nil }
        }
        return types.isEmpty ? nil : Set(types.keys)
    }

    private mutating func restrict(to allowed: Set<SchemaType>) {
        guard let types else { return self.types = allowed }
        var both = types.intersection(allowed)
        let isInteger =
            types.contains(.integer) && allowed.contains(.number)
            || types.contains(.number) && allowed.contains(.integer)
        if isInteger { both.insert(.integer) }
        self.types = both
    }

    private mutating func addValues(_ schema: SchemaReference) throws(ConstraintError) {
        if let list = schema.member("enum") {
            try list.required(.array, "a list of values")
            restrict(to: list.elements)
        }
        if let value = schema.member("const") { restrict(to: [value]) }
    }

    private mutating func restrict(to allowed: [SchemaReference]) {
        guard let values else { return self.values = allowed }
        let texts = Set(allowed.map { JSONText.compact($0.value) })
        self.values = values.filter { texts.contains(JSONText.compact($0.value)) }
    }

    // MARK: Numbers and strings

    private mutating func addNumbers(_ schema: SchemaReference) throws(ConstraintError) {
        let (low, high) = (schema.member("exclusiveMinimum"), schema.member("exclusiveMaximum"))
        if let bound = schema.member("minimum") {
            // Draft 4 has a flag here.
            numbers.require(atLeast: try Self.bound(bound, low?.value.bool ?? false))
        }
        if let bound = schema.member("maximum") {
            numbers.require(atMost: try Self.bound(bound, high?.value.bool ?? false))
        }
        if let low, low.value.bool == nil { numbers.require(atLeast: try Self.bound(low, true)) }
        if let high, high.value.bool == nil { numbers.require(atMost: try Self.bound(high, true)) }
        if let divisor = schema.member("multipleOf") {
            let value = try Self.bound(divisor, false).value
            guard !value.isNegative, !value.isZero else {
                throw divisor.error(.malformed, expected: "a number above 0")
            }
            numbers.divisors.append(value)
        }
    }

    private static func bound(
        _ schema: SchemaReference, _ isExclusive: Bool
    ) throws(ConstraintError) -> NumberRange.Bound {
        guard let value = Decimal(schema.value), value.whole.count + value.fraction.count <= 40
        else {
            throw schema.error(.malformed, expected: "a number of at most 40 digits")
        }
        return NumberRange.Bound(value: value, isExclusive: isExclusive)
    }

    private mutating func addStrings(_ schema: SchemaReference) throws(ConstraintError) {
        if let length = schema.member("minLength") {
            minimumLength = max(minimumLength, try length.count())
        }
        if let length = schema.member("maxLength") {
            maximumLength = min(maximumLength ?? .max, try length.count())
        }
        if let pattern = schema.member("pattern") {
            try pattern.required(.string, "a regular expression")
            patterns.append(pattern)
        }
        if let format = schema.member("format") {
            try format.required(.string, "the name of a format")
            formats.append(format)
        }
    }

    // MARK: Arrays

    private mutating func addArrays(_ schema: SchemaReference) throws(ConstraintError) {
        if let count = schema.member("minItems") {
            minimumItems = max(minimumItems, try count.count())
        }
        if let count = schema.member("maxItems") {
            maximumItems = min(maximumItems ?? .max, try count.count())
        }
        if schema.value.member("uniqueItems")?.bool == true { hasUniqueItems = true }
        var first = schema.member("prefixItems")
        var rest = schema.member("items")
        if let items = rest, items.value.kind == .array {
            // Draft 7 has the first items here.
            (first, rest) = (items, schema.member("additionalItems"))
        }
        try first?.required(.array, "a list of schemas")
        guard first != nil || rest != nil else { return }
        try addItems(first?.elements ?? [], rest)
    }

    private mutating func addItems(
        _ first: [SchemaReference], _ rest: SchemaReference?
    ) throws(ConstraintError) {
        guard prefix.isEmpty || first.count == prefix.count else {
            throw rest?.error(.unsupported, expected: "lists of first items of one length")
                ?? first[0].error(.unsupported, expected: "lists of first items of one length")
        }
        if prefix.isEmpty {
            prefix = first.map { [$0] }
        } else {
            for (index, schema) in first.enumerated() { prefix[index].append(schema) }
        }
        let content: Content? = rest.map {
            $0.value.bool == false ? .forbidden : .schemas([$0])
        }
        items = Self.both(items, content ?? (first.isEmpty ? nil : .schemas([])))
    }

    static func both(_ first: Content?, _ second: Content?) -> Content? {
        guard let first else { return second }
        guard let second else { return first }
        guard case .schemas(let some) = first, case .schemas(let more) = second else {
            return .forbidden
        }
        return .schemas(some + more)
    }
}
