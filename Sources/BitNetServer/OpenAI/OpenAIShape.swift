#if Server
import BitNetTokenizers
import BitNetGeneration

/// `response_format` of chat completions, and `json_schema` and `grammar` of llama.cpp's server.
enum OpenAIShape {
    /// What the text of a request must look like.
    static func read(_ fields: RequestFields) throws(RequestError) -> ServedShape? {
        var shapes: [ServedShape] = []
        if let format = try fields.object("response_format"), let shape = try self.format(format) {
            shapes.append(shape)
        }
        if let schema = fields.value("json_schema") {
            shapes.append(self.schema(schema))
        }
        if let grammar = fields.value("grammar") {
            let text = try grammar.string()
            if !text.isEmpty {
                shapes.append(ServedShape(source: .grammar(text), field: "grammar"))
            }
        }
        guard shapes.count <= 1 else {
            throw .invalid(
                shapes[1].field, found: "it beside \(shapes[0].field)", expected: "one of them")
        }
        return shapes.first
    }

    /// A schema as it stands in the request.
    static func schema(_ value: RequestValue) -> ServedShape {
        ServedShape(source: .jsonSchema(value.json.sourceText), field: value.path)
    }

    /// `{"type": "text" | "json_object" | "json_schema"}`; a schema is honoured, strict or not.
    private static func format(_ format: RequestFields) throws(RequestError) -> ServedShape? {
        let type = try format.required("type", "a string")
        switch try type.string() {
        case "text": return nil
        case "json_object":
            if let schema = format.value("schema") { return self.schema(schema) }
            return ServedShape(source: ServedShape.object, field: format.path)
        case "json_schema":
            let inner = try format.required("json_schema", "an object").object()
            return schema(try inner.required("schema", "a JSON Schema"))
        default: throw type.mismatch("\"text\", \"json_object\" or \"json_schema\"")
        }
    }
}
#endif
