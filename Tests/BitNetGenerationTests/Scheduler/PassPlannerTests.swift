import BitNetGeneration
import Testing

/// How a pass is divided.
@Suite struct PassPlannerTests {
    private typealias Candidate = PassPlanner.Candidate

    private static func prompt(_ pending: Int, lastPass: Int = 0) -> PassPlanner.Candidate {
        PassPlanner.Candidate(pending: pending, isDecoding: false, lastPass: lastPass)
    }

    private static func decoding(lastPass: Int = 0) -> PassPlanner.Candidate {
        PassPlanner.Candidate(pending: 1, isDecoding: true, lastPass: lastPass)
    }

    private static func counts(
        _ capacity: Int, _ candidates: [PassPlanner.Candidate], pass: Int = 0
    ) -> [Int] {
        var counts = [Int](repeating: 0, count: candidates.count)
        for (index, count) in PassPlanner(capacity: capacity).plan(candidates, pass: pass) {
            counts[index] = count
        }
        return counts
    }

    @Test func aPromptAloneTakesThePass() {
        #expect(Self.counts(48, [Self.prompt(300)]) == [48])
        #expect(Self.counts(7, [Self.prompt(300)]) == [7])
        #expect(Self.counts(48, [Self.prompt(5)]) == [5])
    }

    @Test func aShortPromptIsNotHeldUpByALongOne() {
        #expect(Self.counts(48, [Self.prompt(4000), Self.prompt(10)]) == [38, 10])
        #expect(Self.counts(48, [Self.prompt(4000), Self.prompt(3000)]) == [24, 24])
        #expect(
            Self.counts(48, [Self.prompt(4), Self.prompt(4000), Self.prompt(40)]) == [4, 22, 22])
    }

    @Test func moreLongPromptsThanTilesTakeTurns() {
        let first = (0..<6).map { _ in Self.prompt(100) }
        #expect(Self.counts(48, first) == [12, 12, 12, 12, 0, 0])
        let second = (0..<6).map { Self.prompt(100, lastPass: $0 < 4 ? 1 : 0) }
        #expect(Self.counts(48, second) == [12, 12, 0, 0, 12, 12])
    }

    @Test func decodingSequencesComeFirstAndPassesAreOfWholeTiles() {
        let four = (0..<4).map { _ in Self.decoding() }
        #expect(Self.counts(48, four) == [1, 1, 1, 1])
        #expect(Self.counts(96, four + [Self.prompt(500)]) == [1, 1, 1, 1, 44])
        #expect(Self.counts(96, [Self.prompt(500)]) == [96])
        let many = (0..<40).map { _ in Self.decoding() }
        #expect(Self.counts(96, many + [Self.prompt(500)]).last == 44)
        #expect(Self.counts(48, many + [Self.prompt(500)]).last == 12)
    }

    @Test func neitherSideStarvesWhereRoomIsShort() {
        let candidates = (0..<8).map { Self.decoding(lastPass: $0) } + [Self.prompt(50)]
        let counts = Self.counts(4, candidates)
        #expect(counts == [1, 1, 0, 0, 0, 0, 0, 0, 2])
        let single = [Self.decoding(), Self.prompt(9)]
        #expect(Self.counts(1, single, pass: 0) == [1, 0])
        #expect(Self.counts(1, single, pass: 1) == [0, 1])
    }

    @Test func everyPassHasTokensAndFits() {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<2000 {
            let capacity = Int.random(in: 1...100, using: &random)
            let candidates = (0..<Int.random(in: 1...70, using: &random)).map { _ in
                Bool.random(using: &random)
                    ? Self.decoding(lastPass: Int.random(in: 0...9, using: &random))
                    : Self.prompt(
                        Int.random(in: 1...300, using: &random),
                        lastPass: Int.random(in: 0...9, using: &random))
            }
            let pass = Int.random(in: 0...9, using: &random)
            let plan = PassPlanner(capacity: capacity).plan(candidates, pass: pass)
            let total = plan.reduce(0) { $0 + $1.count }
            #expect(total >= 1 && total <= capacity)
            #expect(plan.allSatisfy { (1...candidates[$0.index].pending).contains($0.count) })
            #expect(zip(plan, plan.dropFirst()).allSatisfy { $0.index < $1.index })
        }
    }
}
