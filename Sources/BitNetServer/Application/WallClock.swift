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
}
#endif
