public import Foundation

/// The checkpoints and expected results under `Tests/Fixtures` (see the README there).
public enum Fixtures {
    /// The folder `Tests/Fixtures` of this checkout.
    public static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures")

    /// The file or folder at `path` below `Tests/Fixtures`.
    public static func url(_ path: String) -> URL { folder.appending(path: path) }

    /// The path of the file or folder at `path` below `Tests/Fixtures`.
    public static func path(_ path: String) -> String { url(path).path(percentEncoded: false) }

    /// The decoded JSON file at `path` below `Tests/Fixtures`.
    public static func json<Value: Decodable>(
        _ path: String, as type: Value.Type = Value.self
    ) throws -> Value {
        try JSONDecoder().decode(type, from: Data(contentsOf: url(path)))
    }
}
