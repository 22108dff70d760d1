/// A type of JSON values, by its name in schemas.
enum SchemaType: String, CaseIterable {
    case object, array, string, number, integer, boolean, null

    /// Keywords that are about values of one type only.
    static let keywords: [SchemaType: [String]] = [
        .object: [
            "properties", "required", "additionalProperties", "patternProperties",
            "propertyNames", "minProperties", "maxProperties",
        ],
        .array: ["items", "prefixItems", "minItems", "maxItems", "uniqueItems"],
        .string: ["minLength", "maxLength", "pattern", "format"],
        .number: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
    ]

    /// Keywords that limit values and that can't be honoured.
    static let refused = [
        "not", "if", "then", "else", "dependentSchemas", "dependentRequired", "dependencies",
        "contains", "minContains", "maxContains", "unevaluatedItems", "$dynamicRef",
        "$recursiveRef",
    ]
}
