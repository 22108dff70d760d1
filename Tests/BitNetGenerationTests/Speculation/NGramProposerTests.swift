import BitNetGeneration
import Testing

struct NGramProposerTests {
    private func proposer(_ tokens: [Int32], capacity: Int = 4096) -> NGramProposer {
        var proposer = NGramProposer(capacity: capacity)
        for token in tokens { _ = proposer.append(token) }
        return proposer
    }

    @Test(arguments: [[], [1], [1, 1], [1, 2, 3, 4, 5], [1, 2, 3, 9, 2, 4]] as [[Int32]])
    func whereNoPairComesAgainNothingIsProposed(tokens: [Int32]) {
        #expect(proposer(tokens).propose(4) == [])
        #expect(proposer(tokens).matchLength == 0)
    }

    @Test func whatFollowedTheLastTokensIsProposed() {
        let proposer = proposer([1, 2, 3, 4, 5, 6, 7, 1, 2])
        #expect(proposer.propose(3) == [3, 4, 5])
        #expect(proposer.propose(0) == [])
        #expect(proposer.matchLength == 2)
    }

    @Test func aLoopGoesOnAsALoop() {
        #expect(proposer([1, 2, 3, 1, 2]).propose(7) == [3, 1, 2, 3, 1, 2, 3])
        #expect(proposer([5, 5, 5]).propose(4) == [5, 5, 5, 5])
    }

    @Test func threeTokensGoBeforeTwo() {
        // 2 3 stood last in front of 9, but 1 2 3 in front of 4.
        let proposer = proposer([1, 2, 3, 4, 8, 2, 3, 9, 7, 1, 2, 3])
        #expect(proposer.propose(2) == [4, 8])
    }

    @Test func theLastPlaceGoesBeforeEarlierOnes() {
        #expect(proposer([1, 2, 7, 1, 2, 8, 3, 1, 2]).propose(1) == [8])
    }

    @Test func aPlaceIsFollowedWhileItIsRightAndLeftWhenItIsWrong() {
        // Behind 1 2 3 4 there is a 6; the pair 3 4 stood later in front of 5.
        var proposer = proposer([1, 2, 3, 4, 6, 9, 3, 4, 5, 8, 1, 2])
        #expect(proposer.append(3) == true)
        #expect(proposer.append(4) == true)
        #expect(proposer.matchLength == 4)
        #expect(proposer.propose(1) == [6])
        #expect(proposer.append(5) == false)
        #expect(proposer.matchLength == 3)
        #expect(proposer.propose(1) == [8])
    }

    /// More tokens than the look-up has entries: some places are forgotten, none is made up.
    @Test func placesHoldWhatTheyAreFoundFor() {
        var random = BitNetGeneration.SeededGenerator(seed: 5)
        var tokens: [Int32] = []
        var proposer = NGramProposer(capacity: 16)
        var found = 0
        for _ in 0..<3000 {
            let token = Int32.random(in: 0..<12, using: &random)
            tokens.append(token)
            _ = proposer.append(token)
            let length = proposer.matchLength
            guard length > 0, let next = proposer.propose(1).first else { continue }
            found += 1
            let expected = Array(tokens.suffix(length)) + [next]
            let stands = (0..<tokens.count - length).contains {
                Array(tokens[$0..<$0 + length + 1]) == expected
            }
            #expect(stands, "\(expected) does not stand in the sequence")
        }
        #expect(found > 500)
    }
}
