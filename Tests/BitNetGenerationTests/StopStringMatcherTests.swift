import BitNetGeneration
import Testing

@Suite struct StopStringMatcherTests {
    @Test(arguments: [UInt64](1...8))
    func randomSplitsEqualTheReference(seed: UInt64) {
        var random = RandomLogits(seed: seed)
        let alphabet: [String] = ["a", "b", "c", "é", "è", "😀", "e\u{301}"]
        for _ in 0..<400 {
            let letters = Array(alphabet.prefix(random.pick([2, 3, 7])))
            let stops = (0..<random.pick([0, 1, 2, 4])).map { _ in
                string(of: letters, length: random.pick([1, 2, 3, 5]), &random)
            }
            let text = string(of: letters, length: random.pick([0, 1, 8, 40]), &random)
            let found = run(stops, split(text, &random))
            let expected = reference(stops, text)
            #expect(Array(found.text.utf8) == expected.text, "\(stops) in \(text)")
            #expect(found.stop.map { Array($0.utf8) } == expected.stop, "\(stops) in \(text)")
        }
    }

    @Test(
        arguments: [
            ("xabcx", "x", "ab"), ("xbc", "x", "bc"), ("xac", "xac", nil), ("a", "a", nil),
            ("aab", "a", "ab"),
        ] as [(String, String, String?)])
    func overlappingStopsEndAtTheFirstThatIsComplete(text: String, emit: String, stop: String?) {
        for pieces in [[text], text.map(String.init)] {
            let found = run(["ab", "abc", "bc"], pieces)
            #expect(found.text == emit)
            #expect(found.stop == stop)
        }
    }

    @Test func theLongestOfStopsThatEndTogetherWins() {
        let found = run(["c", "bc", "abc"], ["xab", "cd"])
        #expect(found.text == "x")
        #expect(found.stop == "abc")
    }

    @Test func textThatMayBeginAStopIsHeldBack() {
        var matcher = StopStringMatcher(["</s>"])
        #expect(matcher.append("one </") == .init(emit: "one ", matched: nil))
        #expect(matcher.append("b> <") == .init(emit: "</b> ", matched: nil))
        #expect(matcher.append("/s") == .init(emit: "", matched: nil))
        #expect(matcher.append("> two") == .init(emit: "", matched: "</s>"))
        #expect(matcher.append("three") == .init(emit: "", matched: "</s>"))
        #expect(matcher.finish() == "")
    }

    @Test func finishReturnsWhatWasHeld() {
        var matcher = StopStringMatcher(["end."])
        #expect(matcher.append("the end").emit == "the ")
        #expect(matcher.finish() == "end")
        #expect(matcher.finish() == "")
    }

    @Test func charactersAreNeverSplit() {
        // The stop and the text share the first three bytes of their four.
        var matcher = StopStringMatcher(["😀"])
        #expect(matcher.append("a😁") == .init(emit: "a😁", matched: nil))
        #expect(matcher.append("b😀") == .init(emit: "b", matched: "😀"))
    }

    @Test func withoutStopsTextPassesThrough() {
        for stops in [[], [""]] {
            var matcher = StopStringMatcher(stops)
            #expect(matcher.append("all of it") == .init(emit: "all of it", matched: nil))
            #expect(matcher.finish() == "")
        }
    }

    @Test func noMoreIsHeldThanTheLongestStopLessOneByte() {
        var matcher = StopStringMatcher(["aaaaab", "ba"])
        var emitted = 0
        for count in 1...1000 {
            emitted += matcher.append("a").emit.utf8.count
            #expect(emitted == max(0, count - 5))
        }
    }

    private func run(_ stops: [String], _ pieces: [String]) -> (text: String, stop: String?) {
        var matcher = StopStringMatcher(stops)
        var text = ""
        for piece in pieces {
            let output = matcher.append(piece)
            text += output.emit
            if output.stopped { return (text, output.matched) }
        }
        return (text + matcher.finish(), nil)
    }

    /// Looks at every end of the text for the longest stop that it has.
    private func reference(_ stops: [String], _ text: String) -> (text: [UInt8], stop: [UInt8]?) {
        let bytes = Array(text.utf8)
        for end in 0...bytes.count {
            let ending = stops.map { Array($0.utf8) }
                .filter { bytes[..<end].suffix($0.count).elementsEqual($0) }
                .max { $0.count < $1.count }
            if let ending { return (Array(bytes[..<(end - ending.count)]), ending) }
        }
        return (bytes, nil)
    }

    private func string(
        of letters: [String], length: Int, _ random: inout RandomLogits
    ) -> String {
        (0..<length).map { _ in random.pick(letters) }.joined()
    }

    /// Cuts a text between scalars, into pieces that may be empty.
    private func split(_ text: String, _ random: inout RandomLogits) -> [String] {
        var pieces = [""]
        for scalar in text.unicodeScalars {
            while random.pick([true, false, false]) { pieces.append("") }
            pieces[pieces.count - 1].unicodeScalars.append(scalar)
        }
        return pieces
    }
}
