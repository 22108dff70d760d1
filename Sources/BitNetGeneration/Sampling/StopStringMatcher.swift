/// Finds stop strings in text that comes in pieces, and holds back what might begin one.
///
/// The stop that is complete first ends the text; of several that end at the same byte, the
/// longest. So what is emitted does not depend on how the text was cut into pieces, and nothing
/// ever waits for a longer stop. Strings are compared as UTF-8 bytes, without normalisation.
///
/// Each byte takes one step of an Aho-Corasick automaton (1975), whatever the number of stops.
/// What is held back is exactly the longest end of the text that begins a stop, so less than the
/// longest stop. It begins where a stop begins: no UTF-8 character is ever split.
public struct StopStringMatcher: Sendable {
    /// What one piece of text led to.
    public struct Output: Sendable, Equatable {
        /// The text that may be shown now; it follows what was emitted before.
        public let emit: String

        /// The stop string that was found, which is not emitted; `nil` if there was none.
        public let matched: String?

        /// Creates the output of one step.
        public init(emit: String, matched: String?) {
            self.emit = emit
            self.matched = matched
        }

        /// Whether the text has ended.
        public var stopped: Bool { matched != nil }
    }

    private let automaton: StopAutomaton
    private var state = StopAutomaton.root
    private var held: [UInt8] = []
    private var matched: String?

    /// Creates a matcher for the given stop strings; empty ones are passed over.
    ///
    /// - Complexity: the number of bytes of all stops times the number of distinct ones.
    public init(_ stops: [String]) {
        automaton = StopAutomaton(stops.filter { !$0.isEmpty })
    }

    /// Takes the next piece of text and returns what may be emitted of all so far.
    ///
    /// Once a stop was found, nothing more is emitted, and every call returns that stop.
    public mutating func append(_ text: String) -> Output {
        guard matched == nil else { return Output(emit: "", matched: matched) }
        guard !automaton.isEmpty else { return Output(emit: text, matched: nil) }
        for byte in text.utf8 {
            held.append(byte)
            state = automaton.step(from: state, by: byte)
            if let stop = automaton.stop(at: state) {
                matched = stop
                let emit = release(allBut: stop.utf8.count)
                held.removeAll()
                return Output(emit: emit, matched: stop)
            }
        }
        return Output(emit: release(allBut: automaton.depth(of: state)), matched: nil)
    }

    /// Ends the text and returns what was still held back.
    public mutating func finish() -> String {
        state = StopAutomaton.root
        return release(allBut: 0)
    }

    private mutating func release(allBut kept: Int) -> String {
        let count = held.count - kept
        let text = String(decoding: held[..<count], as: UTF8.self)
        held.removeFirst(count)
        return text
    }
}
