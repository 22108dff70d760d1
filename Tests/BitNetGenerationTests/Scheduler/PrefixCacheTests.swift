import BitNetGeneration
import BitNetTensors
import BitNetTokenizers
import Testing

/// What is kept of sequences that ended, and what goes first.
@Suite struct PrefixCacheTests {
    private let pool: KeyValuePool

    init() throws {
        let layout = try #require(
            KeyValueLayout(layers: 1, heads: 1, headDimension: 16, format: .float16))
        pool = KeyValuePool(layout, pages: 12)
    }

    private func pages(_ tokens: [TokenID]) throws -> [KeyValuePage] {
        try (0..<KeyValueLayout.pages(tokens.count)).map { _ in try #require(pool.page()) }
    }

    private func text(_ count: Int, then other: TokenID = 0) -> [TokenID] {
        (0..<TokenID(count)).map { $0 % 7 } + [100 + other]
    }

    @Test func theLongestCommonBeginningIsFound() throws {
        var cache = PrefixCache()
        cache.insert(text(300, then: 1), try pages(text(300)))
        cache.insert(text(20, then: 2), try pages(text(20)))
        #expect(cache.longest(text(400), limit: 400) == 300)
        #expect(cache.longest(text(400), limit: 250) == 250)
        #expect(cache.longest(text(20, then: 2) + [5], limit: 22) == 21)
        #expect(cache.longest([99], limit: 1) == 0)
        #expect(cache.longest(text(400), limit: 0) == 0)
    }

    @Test func aBeginningIsHandedOverWhenNothingElseNeedsIt() throws {
        var cache = PrefixCache()
        cache.insert(text(300), try pages(text(300)))
        #expect(cache.take(text(300) + [1, 2], count: 301).count == 2)
        #expect(cache.prefixes.isEmpty)
        cache.insert(text(300), try pages(text(300)))
        #expect(cache.take(text(300, then: 9), count: 300).count == 2)
        #expect(cache.prefixes.count == 1)
    }

    @Test func whatAnotherBeginsWithIsNotKeptTwice() throws {
        var cache = PrefixCache()
        cache.insert(text(300), try pages(text(300)))
        cache.insert(text(300) + [1], try pages(text(300)))
        #expect(cache.prefixes.count == 1 && pool.usedPages == 2)
        cache.insert(text(300), try pages(text(300)))
        #expect(cache.prefixes.count == 1 && pool.usedPages == 2)
        cache.insert([], [])
        #expect(cache.prefixes.count == 1)
    }

    @Test func theLeastRecentlyUsedGoesFirstFromItsEnd() throws {
        var cache = PrefixCache()
        cache.insert([1] + text(600), try pages(text(600)))
        cache.insert([2] + text(600), try pages(text(600)))
        // The first is used again.
        _ = cache.take([1] + text(400, then: 5), count: 401)
        #expect(cache.prefixes.map(\.tokens.first) == [2, 1])
        #expect(cache.dropPage() && pool.usedPages == 5)
        #expect(cache.prefixes.map(\.tokens.count) == [512, 602])
        #expect(cache.dropPage() && cache.dropPage() && pool.usedPages == 3)
        #expect(cache.prefixes.map(\.tokens.first) == [1])
        while cache.dropPage() {}
        #expect(pool.usedPages == 0 && cache.prefixes.isEmpty)
    }

    @Test func pagesThatOthersHoldGoLast() throws {
        var cache = PrefixCache()
        let held = try pages(text(100))
        cache.insert([1] + text(100), held)
        cache.insert([2] + text(100), try pages(text(100)))
        #expect(cache.dropPage() && pool.usedPages == 1)
        #expect(cache.prefixes.map(\.tokens.first) == [1])
        withExtendedLifetime(held) {}
    }
}
