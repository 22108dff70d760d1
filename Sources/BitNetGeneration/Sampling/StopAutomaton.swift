/// The Aho-Corasick automaton of a set of stop strings, as a complete table.
///
/// A state stands for the longest end of the text that begins a stop. Bytes that are in no stop
/// share one column of the table.
struct StopAutomaton: Sendable {
    /// The state before any text.
    static let root = 0

    private let stops: [String]
    private var columns = [Int](repeating: 0, count: 256)
    private var width = 1
    /// `[state, column]`, row by row: the state that follows.
    private var next: [Int] = []
    /// `[state]`: how many bytes of a stop the state stands for.
    private var depths: [Int] = []
    /// `[state]`: the index of the longest stop that ends in the state, or -1.
    private var found: [Int] = []

    /// Creates the automaton of stops that are not empty.
    init(_ stops: [String]) {
        self.stops = stops
        assignColumns()
        addState(depth: 0)
        for (index, stop) in stops.enumerated() {
            addPath(of: stop, index: index)
        }
        completeTable()
    }

    /// Whether there is nothing to find.
    var isEmpty: Bool { stops.isEmpty }

    /// Returns the state after one more byte of text.
    func step(from state: Int, by byte: UInt8) -> Int {
        next[state * width + columns[Int(byte)]]
    }

    /// Returns the longest stop that ends in the state, if there is one.
    func stop(at state: Int) -> String? {
        found[state] < 0 ? nil : stops[found[state]]
    }

    /// Returns how many of the last bytes of the text begin a stop.
    func depth(of state: Int) -> Int {
        depths[state]
    }

    private mutating func assignColumns() {
        for byte in stops.lazy.flatMap(\.utf8) where columns[Int(byte)] == 0 {
            columns[Int(byte)] = width
            width += 1
        }
    }

    private mutating func addState(depth: Int) {
        next.append(contentsOf: repeatElement(-1, count: width))
        depths.append(depth)
        found.append(-1)
    }

    private mutating func addPath(of stop: String, index: Int) {
        var state = Self.root
        for byte in stop.utf8 {
            let slot = state * width + columns[Int(byte)]
            if next[slot] < 0 {
                next[slot] = depths.count
                addState(depth: depths[state] + 1)
            }
            state = next[slot]
        }
        found[state] = index
    }

    /// Fills the gaps of the table, breadth first, from the next shorter end of the text.
    private mutating func completeTable() {
        var shorter = [Int](repeating: Self.root, count: depths.count)
        var queue = [Self.root]
        var head = 0
        while head < queue.count {
            let state = queue[head]
            head += 1
            if found[state] < 0 { found[state] = found[shorter[state]] }
            for column in 0..<width {
                let slot = state * width + column
                let fallback =
                    state == Self.root ? Self.root : next[shorter[state] * width + column]
                if next[slot] < 0 {
                    next[slot] = fallback
                } else {
                    shorter[next[slot]] = fallback
                    queue.append(next[slot])
                }
            }
        }
    }
}
