import BitNetGeneration
import Testing

struct DraftPolicyTests {
    private func policy(rights: Int, wrongs: Int, matchLength: Int) -> DraftPolicy {
        var policy = DraftPolicy()
        for _ in 0..<rights { policy.learn(wasRight: true, matchLength: matchLength) }
        for _ in 0..<wrongs { policy.learn(wasRight: false, matchLength: matchLength) }
        return policy
    }

    @Test func aPolicyThatKnowsNothingTrustsLongMatchesOnly() {
        let policy = DraftPolicy()
        for length in 0...3 { #expect(policy.draftLength(matchLength: length, limit: 8) == 0) }
        #expect(policy.draftLength(matchLength: 20, limit: 8) > 2)
    }

    @Test func rightGuessesLengthenDrafts() {
        let some = policy(rights: 8, wrongs: 0, matchLength: 3)
        let many = policy(rights: 40, wrongs: 0, matchLength: 3)
        #expect(some.draftLength(matchLength: 3, limit: 16) > 0)
        #expect(
            many.draftLength(matchLength: 3, limit: 16)
                >= some.draftLength(matchLength: 3, limit: 16))
    }

    @Test func wrongGuessesEndDrafts() {
        let policy = policy(rights: 40, wrongs: 20, matchLength: 30)
        #expect(policy.draftLength(matchLength: 30, limit: 16) == 0)
    }

    /// A guess costs something: text that repeats itself by chance is left alone.
    @Test func oneRightGuessInThreeIsNotWorthADraft() {
        var policy = DraftPolicy()
        for index in 0..<300 {
            for length in [2, 3, 5, 8, 16, 30] {
                policy.learn(wasRight: index % 3 == 0, matchLength: length)
            }
        }
        for length in 1...40 { #expect(policy.draftLength(matchLength: length, limit: 16) == 0) }
    }

    @Test(arguments: [Int.min, -1, 0, 1, 2, 7, 1000])
    func theLimitHolds(limit: Int) {
        let policy = policy(rights: 1000, wrongs: 0, matchLength: 30)
        let length = policy.draftLength(matchLength: 30, limit: limit)
        #expect(length <= max(limit, 0))
        #expect(length > 0 || limit < 2)
    }
}
