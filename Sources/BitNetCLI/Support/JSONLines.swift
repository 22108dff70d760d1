#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// One JSON value a line.
enum JSONLines {
    /// The lines of standard input with their numbers from 1, empty ones left out.
    static func readInput() throws -> [(number: Int, bytes: ArraySlice<UInt8>)] {
        try StandardStreams.readInput()
            .split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .enumerated().map { ($0 + 1, $1) }
            .filter { !$1.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D } }
    }

    /// The value of a line; `expected` says what it should be.
    static func decode<Value: Decodable>(
        _ line: ArraySlice<UInt8>, _ number: Int, _ expected: String
    ) throws -> Value {
        do {
            return try JSONDecoder().decode(Value.self, from: Data(line))
        } catch is DecodingError {
            let found = String(decoding: line.prefix(40), as: UTF8.self)
            throw CommandFailure(
                "standard input, line \(number): expected \(expected), found \(found)")
        }
    }

    /// `value` as a line of JSON.
    static func line(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
    }
}
