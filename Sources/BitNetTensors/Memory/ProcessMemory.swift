internal import CBitNetKernels

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
    /// The most bytes that were resident at once since the last reset, mapped file pages included;
    /// 0 when the system does not tell.
    public static var peakBytes: Int {
        #if canImport(Darwin)
        var usage = rusage()
        return getrusage(RUSAGE_SELF, &usage) == 0 ? Int(usage.ru_maxrss) : 0
        #else
        return field("VmHWM:", of: "/proc/self/status") ?? 0
        #endif
    }

    /// Bytes that the machine can give to programs without swapping; nil when the system does not tell.
    public static var availableBytes: Int? {
        #if canImport(Darwin)
        return darwinAvailableBytes
        #else
        return field("MemAvailable:", of: "/proc/meminfo")
        #endif
    }

    /// Gives back to the system what was freed and the allocator keeps, and the pages of code that ran
    /// only at the start.
    public static func releaseUnused() { bn_release_unused_memory() }

    /// Forgets the peak so far.
    ///
    /// Linux only; elsewhere the peak stays that of the whole process.
    public static func resetPeak() {
        #if !canImport(Darwin)
        guard let file = fopen("/proc/self/clear_refs", "w") else { return }
        fputs("5", file)
        fclose(file)
        #endif
    }

    #if canImport(Darwin)
    /// Pages that are free, or that hold what can be read again.
    private static var darwinAvailableBytes: Int? {
        var statistics = vm_statistics64()
        let words = MemoryLayout<vm_statistics64>.size / MemoryLayout<integer_t>.size
        var count = mach_msg_type_number_t(words)
        let result = withUnsafeMutablePointer(to: &statistics) { pointer in
            pointer.withMemoryRebound(to: integer_t.self, capacity: words) {
                host_statistics64(mach_host_self(), HOST_VM_INFO64, $0, &count)
            }
        }
        guard result == KERN_SUCCESS else { return nil }
        let pages = Int(statistics.free_count) + Int(statistics.inactive_count)
        return (pages + Int(statistics.purgeable_count)) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
    #else
    /// A field of a file under /proc that counts in KiB, in bytes.
    private static func field(_ name: String, of path: String) -> Int? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var buffer = [CChar](repeating: 0, count: 256)
        while fgets(&buffer, Int32(buffer.count), file) != nil {
            let line = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            guard line.starts(with: name.utf8) else { continue }
            let digits = line.filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            return Int(String(decoding: digits, as: UTF8.self)).map { $0 * 1024 }
        }
        return nil
    }
    #endif
}
