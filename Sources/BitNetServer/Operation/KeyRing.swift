#if Server
import HTTPTypes
import Hummingbird

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The keys that let clients in; an empty ring lets everyone in.
struct KeyRing: Sendable {
    /// The greatest length of a key, in bytes.
    static let longestKey = 256

    private let keys: [[UInt8]]

    /// Throws where a key is empty, too long, or has characters that no header carries.
    init(_ keys: [String]) throws(ServerError) {
        var rows: [[UInt8]] = []
        for key in keys {
            let isUsable = key.utf8.allSatisfy { (0x21...0x7E).contains($0) }
            guard isUsable, (1...Self.longestKey).contains(key.utf8.count) else {
                throw ServerError(
                    "a key of \(key.utf8.count) bytes can't be used; expected 1 to "
                        + "\(Self.longestKey) visible ASCII characters without spaces")
            }
            rows.append(Self.padded(key))
        }
        self.keys = rows
    }

    var isEmpty: Bool { keys.isEmpty }

    /// Throws unless the request shows one of the keys.
    ///
    /// A key comes as `Authorization: Bearer KEY`, as `X-Api-Key: KEY`, or as the password of
    /// `Authorization: Basic`, whose user name does not matter, for browsers.
    func check(_ headers: HTTPFields) throws(RequestError) {
        guard !isEmpty else { return }
        let shown = Self.shownKeys(headers)
        guard !shown.isEmpty else {
            throw RequestError(
                .unauthorized,
                "a key is needed; send it as \"Authorization: Bearer KEY\" or \"X-Api-Key: KEY\"")
        }
        guard shown.contains(where: { contains($0) }) else {
            throw RequestError(.unauthorized, "the key is not one of this server's")
        }
    }

    /// Whether `key` is one of the ring.
    ///
    /// The time depends on the number of keys alone: every key is compared with all of
    /// `longestKey` bytes.
    func contains(_ key: String) -> Bool {
        guard key.utf8.count <= Self.longestKey else { return false }
        let wanted = Self.padded(key)
        var found: UInt8 = 0
        for row in keys {
            var difference: UInt8 = 0
            for index in 0..<Self.longestKey { difference |= row[index] ^ wanted[index] }
            found |= difference == 0 ? 1 : 0
        }
        return found == 1
    }

    /// The bytes of a key, with zeros behind; no key has a zero in it.
    private static func padded(_ key: String) -> [UInt8] {
        let bytes = Array(key.utf8)
        return bytes + Array(repeating: 0, count: longestKey - bytes.count)
    }

    private static func shownKeys(_ headers: HTTPFields) -> [String] {
        var keys: [String] = []
        if let key = headers[.apiKey] { keys.append(key) }
        if let value = headers[.authorization], let space = value.firstIndex(of: " ") {
            let credentials = value[space...].drop { $0 == " " }
            switch value[..<space].lowercased() {
            case "bearer": keys.append(String(credentials))
            case "basic": password(credentials).map { keys.append($0) }
            default: break
            }
        }
        return keys
    }

    /// The password in the credentials of Basic (RFC 7617): base64 of `user:password`.
    private static func password(_ credentials: Substring) -> String? {
        guard let data = Data(base64Encoded: String(credentials)),
            let text = String(validating: data, as: UTF8.self),
            let colon = text.firstIndex(of: ":")
        else { return nil }
        return String(text[text.index(after: colon)...])
    }
}

extension HTTPField.Name {
    /// `X-Api-Key`.
    static let apiKey = Self("X-Api-Key")!
}
#endif
