import Testing

/// What a model computed for one prompt.
struct ComputedPrompt {
    /// One row for every position.
    let rows: [[Float]]
    let greedy: [Int32]
}

/// The rules of `Tests/Fixtures/check_logits.py`, at its tight setting.
///
/// Rounding activations to int8 makes two correct engines differ by 0.01 to 0.1 where a value lies
/// on a rounding tie, so most robust prompts must agree tightly and every prompt loosely.
struct LogitsComparison {
    private let tolerance: ExpectedLogits.Tolerance
    private(set) var tight = 0
    private(set) var robust = 0
    private(set) var greedyExact = 0
    private(set) var greedyRobust = 0
    private(set) var clearTops = 0
    private(set) var worst = 0.0

    init(_ tolerance: ExpectedLogits.Tolerance) { self.tolerance = tolerance }

    /// Compares one prompt's rows and continuation.
    mutating func add(_ expected: ExpectedLogits.Prompt, _ computed: ComputedPrompt) {
        let rows = expected.positions.map { computed.rows[$0].map(Double.init) }
        var difference = 0.0
        for (reference, row) in zip(expected.logits, rows) {
            #expect(row.count == reference.count)
            #expect(!row.contains { !$0.isFinite }, "\(expected.name) is not finite")
            let largest = zip(reference, row).reduce(0) { max($0, abs($1.0 - $1.1)) }
            #expect(largest <= tolerance.loose, "\(expected.name)")
            #expect(Self.cosine(reference, row) >= tolerance.min_cosine, "\(expected.name)")
            difference = max(difference, largest)
        }
        worst = max(worst, difference)
        let isTight = expected.robust && difference <= tolerance.tight
        for (reference, row) in zip(expected.logits, rows) {
            checkTop(reference, row, isTight: isTight, expected.name)
        }
        robust += expected.robust ? 1 : 0
        tight += isTight ? 1 : 0
        greedyRobust += expected.greedy_robust ? 1 : 0
        greedyExact += expected.greedy_robust && computed.greedy == expected.greedy ? 1 : 0
    }

    /// The largest logit must be the expected one wherever its lead is clear.
    private mutating func checkTop(
        _ reference: [Double], _ row: [Double], isTight: Bool, _ name: String
    ) {
        let sorted = reference.sorted()
        let margin = sorted[sorted.count - 1] - sorted[sorted.count - 2]
        guard margin > 2 * tolerance.loose || (isTight && margin > 2 * tolerance.tight) else {
            return
        }
        clearTops += 1
        #expect(Self.top(reference) == Self.top(row), "\(name)")
    }

    /// The rules over all prompts.
    func finish(nll: Double, expected: Double) {
        #expect(robust > 0 && clearTops > 0, "nothing was compared")
        #expect(
            Double(tight) >= tolerance.min_tight_fraction * Double(robust),
            "\(tight) of \(robust) robust prompts agree tightly; the worst differs by \(worst)")
        #expect(Double(greedyExact) >= 0.6 * Double(greedyRobust))
        #expect(abs(nll - expected) <= tolerance.nll)
    }

    private static func top(_ row: [Double]) -> Int? {
        row.indices.max { row[$0] < row[$1] }
    }

    private static func cosine(_ a: [Double], _ b: [Double]) -> Double {
        func dot(_ a: [Double], _ b: [Double]) -> Double {
            zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
        }
        return dot(a, b) / (dot(a, a) * dot(b, b) + 1e-60).squareRoot()
    }
}
