#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Android)
internal import Android
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Zeroed anonymous pages, unmapped with the object.
final class PageMemory {
    /// The first byte, on a page boundary (2 MiB for huge pages).
    let base: UnsafeMutableRawPointer
    private let mapping: UnsafeMutableRawPointer
    private let mappedSize: Int

    private static let hugePageSize = 2 << 20

    /// Maps `size` bytes, the first `hugePages` of them in huge pages; nil when the system refuses.
    init?(size: Int, hugePages: Int) {
        // One huge page more, so that the start can be aligned; untouched pages cost nothing.
        let slack = hugePages > 0 ? Self.hugePageSize : 0
        let total = size.addingReportingOverflow(slack)
        guard !total.overflow else { return nil }
        let address = mmap(
            nil, total.partialValue, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0)
        guard let address, address != MAP_FAILED else { return nil }
        mapping = address
        mappedSize = total.partialValue
        base = hugePages > 0 ? address.alignedUp(toMultipleOf: Self.hugePageSize) : address
        #if os(Linux) || os(Android)
        if hugePages > 0 { _ = madvise(base, min(size, hugePages), Int32(MADV_HUGEPAGE)) }
        #endif
    }

    deinit { _ = munmap(mapping, mappedSize) }
}
