#if Server
import HTTPTypes

/// The description of all routes (OpenAPI 3.1.0), made from the routes themselves.
enum OpenAPI {
    static func document(_ table: RouteTable) -> JSONOutput {
        [
            "openapi": "3.1.0",
            "info": [
                "title": "swift-bitnet",
                "summary": "A ternary language model over HTTP.",
                "version": "0.1.0",
            ],
            "paths": paths(table.entries.map(\.route)),
            "components": [
                "securitySchemes": [
                    "bearer": ["type": "http", "scheme": "bearer"],
                    "header": ["type": "apiKey", "in": "header", "name": "X-Api-Key"],
                ]
            ],
            "security": [["bearer": []], ["header": []], [:]],
        ]
    }

    private static func paths(_ routes: [Route]) -> JSONOutput {
        var paths: JSONOutput = [:]
        for route in routes {
            var item = paths[route.path] ?? [:]
            item[route.method.rawValue.lowercased()] = operation(route)
            paths[route.path] = item
        }
        return paths
    }

    private static func operation(_ route: Route) -> JSONOutput {
        var operation: JSONOutput = ["summary": .string(route.summary)]
        if let name = parameter(route.path) {
            operation["parameters"] = [
                [
                    "name": .string(name), "in": "path", "required": true,
                    "schema": ["type": "string"],
                ]
            ]
        }
        if !route.fields.isEmpty { operation["requestBody"] = body(route.fields) }
        operation["responses"] = [
            "200": ["description": "The answer."],
            "default": ["description": "An error, which says what was found and expected."],
        ]
        return operation
    }

    private static func parameter(_ path: String) -> String? {
        guard let brace = path.firstIndex(of: "{") else { return nil }
        return String(path[path.index(after: brace)...].dropLast())
    }

    private static func body(_ fields: [RequestField]) -> JSONOutput {
        let required = fields.filter(\.isRequired).map { JSONOutput.string($0.name) }
        let schema: JSONOutput = [
            "type": "object",
            "required": .array(required),
            "properties": .object(fields.map { .init(key: $0.name, value: $0.schema) }),
        ]
        return ["required": true, "content": ["application/json": ["schema": schema]]]
    }
}
#endif
