#if Server
/// A field of a request's body, as `/openapi.json` describes it.
struct RequestField: Sendable {
    let name: String
    /// The JSON Schema of its values.
    let schema: JSONOutput
    let isRequired: Bool

    init(_ name: String, _ schema: JSONOutput, _ description: String, isRequired: Bool = false) {
        self.name = name
        var schema = schema
        schema["description"] = .string(description)
        self.schema = schema
        self.isRequired = isRequired
    }

    static func string(
        _ name: String, _ description: String, isRequired: Bool = false
    ) -> RequestField {
        RequestField(name, ["type": "string"], description, isRequired: isRequired)
    }

    static func bool(_ name: String, _ description: String) -> RequestField {
        RequestField(name, ["type": "boolean"], description)
    }

    static func integer(
        _ name: String, _ description: String, from least: Int? = nil, to greatest: Int? = nil
    ) -> RequestField {
        var schema: JSONOutput = ["type": "integer"]
        schema["minimum"] = least.map { .integer($0) }
        schema["maximum"] = greatest.map { .integer($0) }
        return RequestField(name, schema, description)
    }

    static func number(
        _ name: String, _ description: String, from least: Int? = nil, to greatest: Int? = nil
    ) -> RequestField {
        var schema: JSONOutput = ["type": "number"]
        schema["minimum"] = least.map { .integer($0) }
        schema["maximum"] = greatest.map { .integer($0) }
        return RequestField(name, schema, description)
    }

    static func list(
        _ name: String, of type: String, _ description: String, isRequired: Bool = false
    ) -> RequestField {
        RequestField(
            name, ["type": "array", "items": ["type": .string(type)]], description,
            isRequired: isRequired)
    }
}
#endif
