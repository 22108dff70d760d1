import BitNetTensors
import BitNetTestSupport
import Foundation
import Synchronization
import Testing

@Suite struct ThreadPoolTests {
    @Test(arguments: 1...8)
    func everyWorkerRunsOnceAndEveryItemIsCovered(_ workers: Int) throws {
        let pool = try pool(workers)
        for count in [0, 1, 2, 7, 8, 9, 1000] {
            let hits = Mutex([Int](repeating: 0, count: count))
            pool.split(count) { share in
                hits.withLock { hits in share.forEach { hits[$0] += 1 } }
            }
            #expect(hits.withLock { $0 } == [Int](repeating: 1, count: count))
        }
        let seen = Mutex([Int]())
        pool.run { worker, total in
            #expect(total == workers)
            seen.withLock { $0.append(worker) }
        }
        #expect(seen.withLock { $0.sorted() } == Array(0..<workers))
    }

    /// Who holds up one range gets no other: the rest is done meanwhile.
    @Test(arguments: [2, 3, 5])
    func aSlowWorkerDelaysOnlyWhatItHasClaimed(_ workers: Int) throws {
        let pool = try pool(workers)
        let count = 1000
        let done = Atomic(0)
        let start = ContinuousClock.now
        pool.split(count) { range in
            if range.contains(0) {
                while done.load(ordering: .relaxed) < count - range.count,
                    ContinuousClock.now - start < .seconds(60)
                {}
                #expect(done.load(ordering: .relaxed) == count - range.count)
            }
            done.add(range.count, ordering: .relaxed)
        }
        #expect(done.load(ordering: .relaxed) == count)
    }

    /// Each run sees what the run before wrote, and none is lost.
    @Test(arguments: [2, 3, 8])
    func manyQuickRunsLoseNothing(_ workers: Int) throws {
        let pool = try pool(workers)
        let counts = try #require(AlignedBuffer<Int>(count: workers))
        let runs = 5_000
        for run in 0..<runs {
            pool.run { worker, _ in
                if counts[(worker + run) % workers] == run { counts[(worker + run) % workers] += 1 }
            }
        }
        #expect(counts.all == [Int](repeating: runs, count: workers))
    }

    @Test func parkedWorkersWake() throws {
        let pool = try pool(4)
        let total = Atomic(0)
        for _ in 0..<20 {
            Thread.sleep(forTimeInterval: 0.005)
            pool.run { _, _ in total.add(1, ordering: .relaxed) }
        }
        #expect(total.load(ordering: .relaxed) == 80)
    }

    @Test func severalCallersTakeTurns() throws {
        let pool = try pool(3)
        let inside = Atomic(0)
        let overlaps = Atomic(0)
        let total = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: 4) { caller in
            for _ in 0..<500 {
                pool.run { worker, _ in
                    // Every task inside adds its caller's number: another caller's beside this
                    // one would show in the sum.
                    let previous = inside.add(caller * 1000 + 1, ordering: .relaxed).oldValue
                    if previous % 1000 > 2 || previous / 1000 != previous % 1000 * caller {
                        overlaps.add(1, ordering: .relaxed)
                    }
                    inside.subtract(caller * 1000 + 1, ordering: .relaxed)
                    total.add(worker, ordering: .relaxed)
                }
            }
        }
        #expect(overlaps.load(ordering: .relaxed) == 0)
        #expect(total.load(ordering: .relaxed) == 4 * 500 * (0 + 1 + 2))
    }

    @Test func poolsStartAndStopWithoutWork() throws {
        for workers in 1...8 { #expect(ThreadPool(workers: workers)?.workers == workers) }
        #expect(ThreadPool(workers: 0) == nil)
        #expect(ThreadPool(workers: -3) == nil)
    }

    private struct ItemError: Error {}

    @Test func firstErrorIsThrownAfterAllHaveRun() throws {
        let pool = try pool(3)
        let reached = Atomic(0)
        #expect(throws: ItemError.self) {
            try pool.splitThrowing(9) { share throws(ItemError) in
                reached.add(share.count, ordering: .relaxed)
                if share.contains(4) {
                    throw ItemError()
                }
            }
        }
        #expect(reached.load(ordering: .relaxed) == 9)
    }

    @Test(arguments: [0, -1, 5000, Int.max])
    func absurdThreadCountsAreRefused(_ threads: Int) {
        #expect(throws: KernelError.self) { try ComputeContext(threads: threads) }
    }
}
