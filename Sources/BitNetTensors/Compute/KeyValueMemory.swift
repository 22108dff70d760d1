internal import CBitNetKernels

/// The keys and values of one sequence, for all layers, in pages that are taken as positions are
/// reached.
///
/// Pages may be shared with other sequences that begin alike. One that others hold too is copied
/// before it is written, so each sequence has what it would have alone. One owner at a time.
public final class KeyValueMemory: @unchecked Sendable {
    // @unchecked Sendable: changed only by `prepare`, `release` and `adopt`, which the owner calls
    // between passes; within a pass, threads write disjoint rows.
    /// Where pages come from and go to.
    public let pool: KeyValuePool
    /// The most positions it holds.
    public let capacity: Int
    /// The pages of the positions so far.
    public private(set) var pages: [KeyValuePage] = []
    /// The pages' addresses, for kernels; room for all of them, so that it never moves.
    private let table: AlignedBuffer<UnsafePointer<UInt8>?>

    /// A sequence without pages; nil when memory is short or `capacity` is below 1 or beyond any
    /// model's.
    public init?(pool: KeyValuePool, capacity: Int) {
        guard capacity >= 1, capacity <= KeyValueLayout.positionLimit,
            let table = AlignedBuffer<UnsafePointer<UInt8>?>(
                count: KeyValueLayout.pages(capacity))
        else { return nil }
        self.pool = pool
        self.capacity = capacity
        self.table = table
        pages.reserveCapacity(min(table.count, 4096))
    }

    /// A sequence with a pool of its own, as large as its `capacity`; nil as well when the system
    /// would refuse so much memory.
    public convenience init?(layout: KeyValueLayout, capacity: Int) {
        guard capacity >= 1, capacity <= KeyValueLayout.positionLimit else { return nil }
        let pages = KeyValueLayout.pages(capacity)
        guard let bytes = layout.pageBytes.multiplied(by: pages),
            PageMemory(size: bytes, hugePages: 0) != nil
        else { return nil }
        self.init(pool: KeyValuePool(layout, pages: pages), capacity: capacity)
    }

    /// What a page holds.
    public var layout: KeyValueLayout { pool.layout }

    /// Positions that the pages have room for.
    var preparedPositions: Int { pages.count * KeyValueLayout.pagePositions }

    /// Takes the pages that `positions` need to be written, and copies one that others hold too.
    ///
    /// False when there is no page left; those that were taken stay for another try. Allocates
    /// nothing unless a page is begun or copied.
    public func prepare(_ positions: Range<Int>) -> Bool {
        guard positions.upperBound <= capacity else { return false }
        let size = KeyValueLayout.pagePositions
        let first = positions.lowerBound / size
        let end = KeyValueLayout.pages(positions.upperBound)
        for index in first..<max(first, min(end, pages.count)) {
            if isKnownUniquelyReferenced(&pages[index]) { continue }
            guard let page = newPage(index) else { return false }
            page.copy(pages[index], positions: max(0, positions.lowerBound - index * size))
            pages[index] = page
            table[index] = UnsafePointer(page.memory.base)
        }
        while pages.count < end {
            guard let page = newPage(pages.count) else { return false }
            append(page)
        }
        return true
    }

    /// Gives back the pages behind the first `positions` positions.
    public func release(from positions: Int) {
        let kept = KeyValueLayout.pages(positions)
        if pages.count > kept { pages.removeLast(pages.count - kept) }
    }

    /// Begins as another sequence does: with its first `positions` positions, which are in `other`.
    public func adopt(_ other: [KeyValuePage], positions: Int) {
        let count = KeyValueLayout.pages(positions)
        precondition(pages.isEmpty && count <= other.count && positions <= capacity, "no beginning")
        other.prefix(count).forEach(append)
    }

    private func append(_ page: KeyValuePage) {
        table[pages.count] = UnsafePointer(page.memory.base)
        pages.append(page)
    }

    /// Page `index`, in fast memory if the sequence can fill it.
    private func newPage(_ index: Int) -> KeyValuePage? {
        pool.page(whole: (index + 1) * KeyValueLayout.pagePositions <= capacity)
    }

    /// The addresses of all pages.
    var addresses: UnsafePointer<UnsafePointer<UInt8>?> { UnsafePointer(table.base) }

    /// The key (or value) of a head at `position`.
    func row(
        layer: Int, head: Int, position: Int, values: Bool
    ) -> UnsafeMutableRawPointer {
        let row = position % KeyValueLayout.pagePositions
        let plane = values ? KeyValueLayout.pagePositions : 0
        return UnsafeMutableRawPointer(
            block(layer: layer, head: head, position: position) + (row + plane) * layout.rowBytes)
    }

    /// The scale of that row in an int8 cache.
    func scale(
        layer: Int, head: Int, position: Int, values: Bool
    ) -> UnsafeMutablePointer<Float> {
        precondition(layout.format == .int8, "only int8 caches have scales")
        let scales = UnsafeMutableRawPointer(
            block(layer: layer, head: head, position: position) + layout.scales)
        return scales.assumingMemoryBound(to: Float.self)
            + position % KeyValueLayout.pagePositions
            + (values ? KeyValueLayout.pagePositions : 0)
    }

    private func block(layer: Int, head: Int, position: Int) -> UnsafeMutablePointer<UInt8> {
        precondition(position >= 0 && position < preparedPositions, "outside the cache")
        return pages[position / KeyValueLayout.pagePositions].memory.base
            + layout.block(layer: layer, head: head)
    }
}
