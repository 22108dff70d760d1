#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Reading and writing JSON, with errors that say where.
enum JSONFiles {
    /// Decodes the file at `path`, or standard input for "-".
    static func decode<Value: Decodable>(_ type: Value.Type, from path: String) throws -> Value {
        let bytes = try InputFile.bytes(path)
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch let error as DecodingError {
            throw CommandFailure("\(InputFile.name(path)): \(describe(error))")
        }
    }

    /// One object as pretty text with sorted keys, and a line end.
    static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
    }

    /// What a decoding error means, in one line.
    static func describe(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, let context):
            return "\(place(context.codingPath))\"\(key.stringValue)\" is missing"
        case .typeMismatch(let type, let context):
            return "\(place(context.codingPath))expected \(name(type))"
        case .valueNotFound(let type, let context):
            return "\(place(context.codingPath))expected \(name(type)), found null"
        case .dataCorrupted(let context):
            let detail = context.codingPath.isEmpty ? "not valid JSON" : context.debugDescription
            return place(context.codingPath) + detail
        @unknown default:
            return "not readable JSON"
        }
    }

    private static func place(_ path: [any CodingKey]) -> String {
        guard !path.isEmpty else { return "" }
        let keys = path.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
        return (keys.hasPrefix(".") ? String(keys.dropFirst()) : keys) + ": "
    }

    private static func name(_ type: Any.Type) -> String {
        switch type {
        case is Int.Type, is Int32.Type: "an integer"
        case is String.Type: "a string"
        case is any Collection.Type: "a list"
        default: "an object"
        }
    }
}

/// Input of a command: a file, or standard input for "-".
enum InputFile {
    /// The name for messages.
    static func name(_ path: String) -> String { path == "-" ? "standard input" : path }

    /// All bytes.
    static func bytes(_ path: String) throws -> [UInt8] {
        if path == "-" { return try StandardStreams.readInput() }
        guard let data = FileManager.default.contents(atPath: path) else {
            let found = FileManager.default.fileExists(atPath: path)
            throw CommandFailure(
                "\(path): "
                    + (found
                        ? "the file cannot be read; expected a regular file with read permission"
                        : "no such file"))
        }
        return [UInt8](data)
    }
}
