import BitNetTensors
import Testing

/// Pages of keys and values: budgets, sharing, copies.
@Suite struct KeyValuePoolTests {
    private static func pool(
        pages: Int, _ format: KeyValueFormat = .float32
    ) throws -> KeyValuePool {
        KeyValuePool(
            try #require(KeyValueLayout(layers: 2, heads: 2, headDimension: 24, format: format)),
            pages: pages)
    }

    @Test func aBudgetInBytesIsRoundedDownToPages() throws {
        let layout = try Self.pool(pages: 0).layout
        #expect(KeyValuePool(layout, bytes: 3 * layout.pageBytes - 1).totalPages == 2)
        #expect(KeyValuePool(layout, bytes: layout.pageBytes - 1).totalPages == 0)
        #expect(KeyValuePool(layout, bytes: -1).totalPages == 0)
    }

    @Test func pagesComeBackWhenNobodyHoldsThem() throws {
        let pool = try Self.pool(pages: 2)
        var first = pool.page()
        var second = pool.page(whole: false)
        #expect(first != nil && second != nil && pool.page() == nil)
        let other = first
        first = nil
        #expect(pool.usedPages == 2 && pool.page() == nil)
        #expect(other != nil)
        second = nil
        #expect(pool.usedPages == 1 && pool.page() != nil)
    }

    @Test func aSequenceTakesPagesAsItGrowsAndGivesThemBack() throws {
        let pool = try Self.pool(pages: 3)
        let memory = try #require(KeyValueMemory(pool: pool, capacity: 2000))
        #expect(pool.usedPages == 0)
        for (range, pages) in [(0..<1, 1), (1..<256, 1), (256..<257, 2), (257..<768, 3)] {
            #expect(memory.prepare(range) && pool.usedPages == pages)
        }
        #expect(!memory.prepare(768..<769))
        #expect(!memory.prepare(1999..<2001), "beyond the capacity")
        memory.release(from: 256)
        #expect(pool.usedPages == 1)
        memory.release(from: 0)
        #expect(pool.usedPages == 0)
    }

    @Test func whatWasTakenStaysForAnotherTry() throws {
        let pool = try Self.pool(pages: 2)
        let blocker = pool.page()
        let memory = try #require(KeyValueMemory(pool: pool, capacity: 600))
        #expect(!memory.prepare(0..<300) && memory.pages.count == 1)
        withExtendedLifetime(blocker) {}
    }

    @Test func sharedPagesAreCopiedBeforeTheyAreWritten() throws {
        let pool = try Self.pool(pages: 4)
        let first = try #require(KeyValueMemory(pool: pool, capacity: 600))
        try #require(first.prepare(0..<300))
        let second = try #require(KeyValueMemory(pool: pool, capacity: 600))
        second.adopt(first.pages, positions: 280)
        #expect(pool.usedPages == 2)
        #expect(second.prepare(280..<290))
        #expect(pool.usedPages == 3)
        #expect(second.pages[0] === first.pages[0] && second.pages[1] !== first.pages[1])
        // Now each is alone with its last page.
        #expect(first.prepare(300..<310) && second.prepare(290..<300) && pool.usedPages == 3)
    }

    @Test func aCopyNeedsAPage() throws {
        let pool = try Self.pool(pages: 1)
        var first = KeyValueMemory(pool: pool, capacity: 600)
        try #require(first?.prepare(0..<10) == true)
        let second = try #require(KeyValueMemory(pool: pool, capacity: 600))
        second.adopt(try #require(first).pages, positions: 5)
        #expect(!second.prepare(5..<6))
        first = nil
        #expect(second.prepare(5..<6) && pool.usedPages == 1)
    }
}
