#if Server
import BitNetTokenizers
import Foundation

/// An HTTP response, taken apart.
struct TestResponse {
    let status: Int
    /// The headers, with names in lower case.
    let headers: [String: String]
    let body: String

    /// Reads one response; nil where `text` is none.
    init?(_ text: String) {
        guard let end = text.range(of: "\r\n\r\n") else { return nil }
        let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ")
        guard words.count > 1, let status = Int(words[1]) else { return nil }
        self.status = status
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            let name = line[..<colon].lowercased()
            headers[name] = headers[name].map { "\($0), \(value)" } ?? value
        }
        self.headers = headers
        let rest = String(text[end.upperBound...])
        body = headers["transfer-encoding"] == "chunked" ? Self.unchunked(rest) : rest
    }

    /// The data of each server-sent event.
    var events: [String] {
        body.components(separatedBy: "\n\n").filter { !$0.isEmpty }.map {
            $0.hasPrefix("data: ") ? String($0.dropFirst(6)) : $0
        }
    }

    /// The body as JSON.
    func json() throws -> [String: Any] { try Self.object(body) }

    /// The events as JSON, the end mark left out.
    func chunks() throws -> [[String: Any]] {
        try events.filter { $0 != "[DONE]" }.map { try Self.object($0) }
    }

    private static func object(_ text: String) throws -> [String: Any] {
        let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
        guard let object = value as? [String: Any] else { throw CocoaError(.coderReadCorrupt) }
        return object
    }

    /// The body with what changes from run to run (ids, times, what the cache had) as fixed words.
    var pinned: String {
        var text = body
        for (pattern, word) in [
            (#""id":"(chatcmpl|cmpl)-[A-Za-z0-9]{29}""#, #""id":"$1-ID""#),
            (#""created":[0-9]+"#, #""created":0"#),
            (#"(cached_tokens|cache_n|prompt_n)":[0-9]+"#, #"$1":0"#),
            (#"(_ms|_per_second)":[-+.e0-9]+"#, #"$1":0"#),
        ] {
            text = text.replacingOccurrences(of: pattern, with: word, options: .regularExpression)
        }
        return text
    }

    private static func unchunked(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let line = rest.firstIndex(of: 0x0A) {
            let digits = String(decoding: rest[..<line], as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            guard let count = Int(digits, radix: 16), count > 0 else { break }
            let start = line + 1
            bytes += rest[start..<min(start + count, rest.endIndex)]
            rest = rest[min(start + count + 2, rest.endIndex)...]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
#endif
