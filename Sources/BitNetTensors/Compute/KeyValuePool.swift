internal import Synchronization

/// Hands out pages of keys and values up to a budget, and keeps those that come back for reuse.
///
/// Memory is asked of the system as pages are first needed. Safe to use from any thread.
public final class KeyValuePool: Sendable {
    /// What a page holds.
    public let layout: KeyValueLayout
    /// The most pages that may be in use at once.
    public let totalPages: Int

    private let state = Mutex(State())

    private struct State {
        var usedPages = 0
        /// Memory that came back, in 2 MiB pages and in ordinary ones.
        var whole: [AlignedBuffer<UInt8>] = []
        var partial: [AlignedBuffer<UInt8>] = []

        mutating func takeFree(whole isWhole: Bool) -> AlignedBuffer<UInt8>? {
            isWhole ? whole.popLast() ?? partial.popLast() : partial.popLast() ?? whole.popLast()
        }
    }

    /// Pages below this many bytes use the system's ordinary pages.
    private static let smallestHugePage = 2 << 20

    /// A pool of as many pages as fit into `bytes`.
    public convenience init(_ layout: KeyValueLayout, bytes: Int) {
        self.init(layout, pages: max(bytes, 0) / layout.pageBytes)
    }

    /// A pool of `pages` pages.
    public init(_ layout: KeyValueLayout, pages: Int) {
        self.layout = layout
        totalPages = pages
    }

    /// Pages that are held by anyone.
    public var usedPages: Int { state.withLock { $0.usedPages } }

    /// A page whose content is of no use; nil when all are in use, or when memory is short.
    ///
    /// A page that may never be filled (not `whole`) gets ordinary memory, which is paid for as it
    /// is written; the others are paid for at once and are read faster.
    public func page(whole: Bool = true) -> KeyValuePage? {
        state.withLock { state in
            guard state.usedPages < totalPages else { return nil }
            guard let memory = state.takeFree(whole: whole) ?? map(whole: whole) else { return nil }
            state.usedPages += 1
            return KeyValuePage(memory, isWhole: whole, pool: self)
        }
    }

    private func map(whole: Bool) -> AlignedBuffer<UInt8>? {
        let bytes = layout.pageBytes
        let isHuge = whole && bytes >= Self.smallestHugePage
        return AlignedBuffer<UInt8>(count: bytes, hugePages: isHuge ? bytes : 0)
    }

    fileprivate func takeBack(_ memory: AlignedBuffer<UInt8>, isWhole: Bool) {
        state.withLock { state in
            state.usedPages -= 1
            if isWhole { state.whole.append(memory) } else { state.partial.append(memory) }
        }
    }
}

/// 256 positions of keys and values, for all layers and heads.
///
/// Whoever holds one may read it; it is written by a `KeyValueMemory` that alone holds it. It goes
/// back to its pool when nobody holds it any more.
public final class KeyValuePage: Sendable {
    let memory: AlignedBuffer<UInt8>
    private let isWhole: Bool
    private let pool: KeyValuePool

    fileprivate init(_ memory: AlignedBuffer<UInt8>, isWhole: Bool, pool: KeyValuePool) {
        self.memory = memory
        self.isWhole = isWhole
        self.pool = pool
    }

    deinit { pool.takeBack(memory, isWhole: isWhole) }

    /// Copies the first `positions` positions of another page of the same pool.
    func copy(_ other: KeyValuePage, positions: Int) {
        let layout = pool.layout
        precondition(layout == other.pool.layout, "pages of different layouts")
        precondition((0...KeyValueLayout.pagePositions).contains(positions), "beyond the page")
        let rows = KeyValueLayout.pagePositions
        for layer in 0..<layout.layers {
            for head in 0..<layout.heads {
                let block = layout.block(layer: layer, head: head)
                for plane in 0..<2 {
                    let start = block + plane * rows * layout.rowBytes
                    copy(other, start, bytes: positions * layout.rowBytes)
                    guard layout.format == .int8 else { continue }
                    let scales = block + layout.scales + plane * rows * MemoryLayout<Float>.size
                    copy(other, scales, bytes: positions * MemoryLayout<Float>.size)
                }
            }
        }
    }

    private func copy(_ other: KeyValuePage, _ start: Int, bytes: Int) {
        memory.assign(from: other.memory, start..<start + bytes, at: start)
    }
}
