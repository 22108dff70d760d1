#if Server
#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The time of day.
enum WallClock {
    /// Seconds since 1970.
    static var seconds: Int { Int(Date().timeIntervalSince1970) }

    /// The time as RFC 3339 writes it, in UTC.
    static var timestamp: String {
        Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    /// Seconds since 1970 as RFC 3339 writes them, in UTC.
    static func timestamp(_ seconds: Int) -> String {
        Date(timeIntervalSince1970: Double(seconds)).formatted(Date.ISO8601FormatStyle())
    }
}
#endif
