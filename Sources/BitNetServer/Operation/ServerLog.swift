#if Server
public import Logging

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Android)
import Android
#elseif canImport(Darwin)
import Darwin
#endif

/// Writes the log to standard error, a line for each entry.
public struct ServerLog: LogHandler {
    /// The form of the lines.
    public enum Format: String, Sendable, CaseIterable {
        /// `time level message key=value …`
        case text
        /// A JSON object.
        case json
    }

    /// What every entry has.
    public var metadata: Logger.Metadata = [:]
    /// The least level that is written.
    public var logLevel: Logger.Level
    private let format: Format

    /// A log of all entries from `level` on.
    public init(_ format: Format, level: Logger.Level) {
        self.format = format
        logLevel = level
    }

    /// What every entry has, by name.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes an entry.
    public func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        let time = Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        let line = line(time, event.level, "\(event.message)", Self.ordered(all))
        Self.write(Array((line + "\n").utf8))
    }

    /// One line; what comes from clients can't break it.
    func line(
        _ time: String, _ level: Logger.Level, _ message: String,
        _ fields: [(key: String, value: String)]
    ) -> String {
        switch format {
        case .text:
            let pairs = fields.map { "\($0.key)=\(Self.quoted($0.value))" }
            return ([time, level.rawValue, message] + pairs).joined(separator: " ")
        case .json:
            var object: JSONOutput = [
                "time": .string(time), "level": .string(level.rawValue),
                "message": .string(message),
            ]
            for (key, value) in fields { object[key] = Self.json(key, value) }
            return object.text
        }
    }

    /// What identifies an entry first, the rest by name.
    private static func ordered(_ metadata: Logger.Metadata) -> [(key: String, value: String)] {
        let first = ["id", "method", "route", "status", "ms"]
        return metadata.map { (key: $0, value: "\($1)") }.sorted { one, other in
            let places = [one.key, other.key].map { first.firstIndex(of: $0) ?? first.count }
            return (places[0], one.key) < (places[1], other.key)
        }
    }

    private static func quoted(_ value: String) -> String {
        let isPlain = value.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x22 }
        return isPlain && !value.isEmpty ? value : JSONOutput.string(value).text
    }

    private static func json(_ key: String, _ value: String) -> JSONOutput {
        guard key != "id", let number = Int(value) else { return .string(value) }
        return .integer(number)
    }

    /// Writes a line in one piece; there is nobody to tell when it can't be written.
    private static func write(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = Array(rest)
            let count = systemWrite(STDERR_FILENO, part, part.count)
            guard count > 0 || errno == EINTR else { return }
            rest = rest.dropFirst(max(count, 0))
        }
    }
}

/// `write` of the C library, which a method of that name would hide.
private let systemWrite: @Sendable (Int32, [UInt8], Int) -> Int = { descriptor, bytes, count in
    write(descriptor, bytes, count)
}
#endif
