#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Android)
internal import Android
#elseif canImport(Darwin)
internal import Darwin
#endif

/// What the process has used of the machine's memory.
public enum ProcessMemory {
    /// The largest resident set so far in bytes, mapped file pages included.
    public static var peakBytes: Int {
        var usage = rusage()
        // RUSAGE_SELF is 0 on every system, and imported with a different type on each.
        guard getrusage(0, &usage) == 0 else { return 0 }
        #if canImport(Darwin)
        return Int(usage.ru_maxrss)
        #else
        return Int(usage.ru_maxrss) * 1024
        #endif
    }
}
