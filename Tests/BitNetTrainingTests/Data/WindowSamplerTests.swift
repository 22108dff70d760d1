import BitNetTraining
import Testing

@Suite struct WindowSamplerTests {
    @Test(arguments: Array(1...66) + [255, 256, 257, 1000, 4096, 12345])
    func everyEpochHasEveryWindowOnce(count: Int) {
        let sampler = WindowSampler(windowCount: count, seed: UInt64(count))
        for epoch in [0, 1, 2, 1000] {
            let draws = (epoch * count..<(epoch + 1) * count).map(sampler.window)
            #expect(draws.sorted() == Array(0..<count))
        }
    }

    @Test func epochsAndSeedsHaveOrdersOfTheirOwn() {
        func order(_ seed: UInt64, _ epoch: Int) -> [Int] {
            let sampler = WindowSampler(windowCount: 100, seed: seed)
            return (epoch * 100..<(epoch + 1) * 100).map(sampler.window)
        }
        let orders = (0..<8).flatMap { seed in (0..<8).map { order(seed, $0) } }
        #expect(Set(orders).count == 64)
        #expect(!orders.contains(Array(0..<100)))
        #expect(order(3, 5) == order(3, 5))
    }

    /// Of four windows, each of the 24 orders turns up about as often as the others.
    @Test func ordersAreSpreadEvenly() {
        var counts: [[Int]: Int] = [:]
        let sampler = WindowSampler(windowCount: 4, seed: 1)
        for epoch in 0..<24_000 {
            counts[(4 * epoch..<4 * epoch + 4).map(sampler.window), default: 0] += 1
        }
        #expect(counts.count == 24)
        #expect(counts.values.allSatisfy { (850...1150).contains($0) })
    }

    @Test func orderIsPinned() {
        let sampler = WindowSampler(windowCount: 10, seed: 42)
        #expect((0..<10).map(sampler.window) == [7, 8, 0, 9, 4, 2, 5, 1, 3, 6])
    }

    @Test func largeNumbersAreReached() {
        let count = 1 << 40 + 7
        let sampler = WindowSampler(windowCount: count, seed: 9)
        let windows = (0..<1000).map { sampler.window(at: 3 * count + $0) }
        #expect(Set(windows).count == 1000)
        #expect(windows.allSatisfy { (0..<count).contains($0) })
        #expect((windows.max() ?? 0) > count / 2)
    }
}
