#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
#if canImport(Darwin)
import Darwin
#endif

/// The memory that this process uses.
enum ProcessMemory {
    /// The most bytes that were resident at once since the last reset (or since the start).
    static var peak: Int? {
        #if canImport(Darwin)
        var usage = rusage()
        return getrusage(RUSAGE_SELF, &usage) == 0 ? Int(usage.ru_maxrss) : nil
        #else
        return field("VmHWM:")
        #endif
    }

    /// Forgets the peak so far; Linux only, elsewhere the peak stays that of the whole process.
    static func resetPeak() {
        #if os(Linux)
        try? Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs"))
        #endif
    }

    #if !canImport(Darwin)
    /// A field of /proc/self/status in bytes.
    private static func field(_ name: String) -> Int? {
        guard let status = FileManager.default.contents(atPath: "/proc/self/status") else {
            return nil
        }
        for line in String(decoding: status, as: UTF8.self).split(separator: "\n")
        where line.hasPrefix(name) {
            let kibibytes = line.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) }
            return kibibytes.map { 1024 * $0 }
        }
        return nil
    }
    #endif
}
