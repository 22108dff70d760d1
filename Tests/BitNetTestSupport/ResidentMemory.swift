import Foundation

/// The process's memory use as Linux reports it; nil on other systems.
public enum ResidentMemory {
    /// Forgets the peak so far.
    public static func resetPeak() {
        try? Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs"))
    }

    /// The highest resident size in bytes since the last reset.
    public static func peak() -> Int? { field("VmHWM:") }

    /// The resident size in bytes.
    public static func current() -> Int? { field("VmRSS:") }

    private static func field(_ name: String) -> Int? {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else {
            return nil
        }
        for line in status.split(separator: "\n") where line.hasPrefix(name) {
            return line.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) }
                .map { 1024 * $0 }
        }
        return nil
    }
}
