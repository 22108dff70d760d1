internal import CBitNetKernels

/// Memory for `count` plain values, zeroed, aligned to a cache line, freed with the object.
///
/// Large buffers are pages of their own that cost memory only once touched; `hugePages` asks for
/// 2 MiB pages, which a thread reads up to half as fast again as 4 KiB ones.
///
/// Not locked: a buffer has one writer at a time, or several that write disjoint ranges within one
/// `ThreadPool.run`, whose end orders them before any later reader.
public final class AlignedBuffer<Element: BitwiseCopyable>: @unchecked Sendable {
    /// The number of values.
    public let count: Int
    // @unchecked Sendable: see the rule above; there is no lock to name.
    package let base: UnsafeMutablePointer<Element>
    private let memory: PageMemory

    /// Allocates zeroed memory for `count` values; nil when the system has none.
    public convenience init?(count: Int, hugePages: Bool = false) {
        self.init(count: count, hugePages: hugePages ? .max : 0)
    }

    /// The same with 2 MiB pages for the first `hugePages` bytes.
    init?(count: Int, hugePages: Int) {
        let size = count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
        guard count >= 0, !size.overflow,
            let memory = PageMemory(size: max(size.partialValue, 1), hugePages: hugePages)
        else { return nil }
        self.count = count
        self.memory = memory
        base = memory.base.bindMemory(to: Element.self, capacity: count)
    }

    /// A buffer over `count` values of `other` from `offset` on: the same memory, kept alive.
    ///
    /// For buffers that are never in use at the same time.
    public init(sharing other: AlignedBuffer<Element>, offset: Int, count: Int) {
        precondition(
            offset >= 0 && count >= 0 && offset + count <= other.count,
            "\(count) values at \(offset) of \(other.count)")
        self.count = count
        memory = other.memory
        base = other.base + offset
    }

    /// The value at `index`, which is checked.
    public subscript(index: Int) -> Element {
        get {
            precondition(index >= 0 && index < count, "index \(index) of \(count) values")
            return base[index]
        }
        set {
            precondition(index >= 0 && index < count, "index \(index) of \(count) values")
            base[index] = newValue
        }
    }

    /// Replaces values from `offset` on.
    public func assign(_ values: [Element], at offset: Int = 0) {
        precondition(
            offset >= 0 && offset + values.count <= count, "\(values.count) values at \(offset)")
        for (index, value) in values.enumerated() { base[offset + index] = value }
    }

    /// Copies `range` of another buffer to `offset`.
    public func assign(from other: AlignedBuffer<Element>, _ range: Range<Int>, at offset: Int) {
        precondition(range.lowerBound >= 0 && range.upperBound <= other.count, "range outside")
        precondition(offset >= 0 && offset + range.count <= count, "values do not fit")
        (base + offset).update(from: other.base + range.lowerBound, count: range.count)
    }

    /// Copies `range` into `values`, whose storage is reused.
    public func copy(_ range: Range<Int>, into values: inout [Element]) {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "range outside the buffer")
        values.removeAll(keepingCapacity: true)
        values.append(contentsOf: UnsafeBufferPointer(rebasing: buffer[range]))
    }

    /// The values of `range` as an array.
    public func values(_ range: Range<Int>) -> [Element] {
        var values: [Element] = []
        copy(range, into: &values)
        return values
    }

    private var buffer: UnsafeBufferPointer<Element> { .init(start: base, count: count) }

    /// The address of value `offset`, which may be one past the end.
    func pointer(_ offset: Int = 0) -> UnsafeMutablePointer<Element> {
        precondition(offset >= 0 && offset <= count, "offset \(offset) of \(count) values")
        return base + offset
    }
}
