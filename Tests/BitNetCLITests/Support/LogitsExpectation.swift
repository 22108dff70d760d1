import Foundation

/// Expected results of a causal fixture, and the rules of `Tests/Fixtures/check_logits.py`.
struct LogitsExpectation: Decodable {
    struct Prompt: Decodable {
        let name: String
        let ids: [Int]
        let positions: [Int]
        let logits: [[Double]]
        let greedy: [Int]
        let robust: Bool
        let greedy_robust: Bool
    }

    struct Likelihood: Decodable {
        let mean_nll: Double
    }

    struct Tolerance: Decodable {
        let tight: Double
        let loose: Double
        let min_tight_fraction: Double
        let min_cosine: Double
        let nll: Double
    }

    let prompts: [Prompt]
    let nll: Likelihood
    let tolerance: Tolerance

    /// What `bitnet logits` writes.
    struct Result: Decodable {
        struct Prompt: Decodable {
            let ids: [Int]
            let positions: [Int]
            var logits: [[Double]]
            var greedy: [Int]?
        }
        var prompts: [Prompt]
        var nll: Double?
    }

    /// What is wrong with `result`; nothing when it is within tolerance.
    func faults(of result: Result) -> [String] {
        guard result.prompts.map(\.ids) == prompts.map(\.ids),
            result.prompts.map(\.positions) == prompts.map(\.positions)
        else { return ["prompts or positions differ"] }
        var faults: [String] = []
        var tight = (passed: 0, all: 0)
        var greedy = (passed: 0, all: 0)
        for (expected, found) in zip(prompts, result.prompts) {
            let rows = Array(zip(expected.logits, found.logits))
            let difference = rows.reduce(0) { max($0, Self.difference($1.0, $1.1)) }
            if expected.logits.count != found.logits.count || !(difference <= tolerance.loose) {
                faults.append("\(expected.name): off by \(difference)")
            }
            if let cosine = rows.map({ Self.cosine($0, $1) }).min(), cosine < tolerance.min_cosine {
                faults.append("\(expected.name): cosine \(cosine)")
            }
            let agrees = difference <= tolerance.tight
            if expected.robust { tight = (tight.passed + (agrees ? 1 : 0), tight.all + 1) }
            let limit = expected.robust && agrees ? tolerance.tight : tolerance.loose
            for (row, other) in rows where Self.margin(row) > 2 * limit {
                if Self.best(row) != Self.best(other) { faults.append("\(expected.name): top-1") }
            }
            if expected.greedy_robust {
                greedy = (greedy.passed + (found.greedy == expected.greedy ? 1 : 0), greedy.all + 1)
            }
        }
        if Double(tight.passed) < tolerance.min_tight_fraction * Double(tight.all) {
            faults.append("only \(tight) prompts agree tightly")
        }
        if Double(greedy.passed) < 0.6 * Double(greedy.all) {
            faults.append("only \(greedy) greedy continuations agree")
        }
        if !(abs((result.nll ?? .infinity) - nll.mean_nll) <= tolerance.nll) {
            faults.append("nll \(result.nll ?? .nan), expected \(nll.mean_nll)")
        }
        return faults
    }

    private static func difference(_ one: [Double], _ other: [Double]) -> Double {
        guard one.count == other.count else { return .infinity }
        return zip(one, other).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }

    private static func cosine(_ one: [Double], _ other: [Double]) -> Double {
        func dot(_ a: [Double], _ b: [Double]) -> Double {
            zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
        }
        return dot(one, other) / (dot(one, one) * dot(other, other)).squareRoot()
    }

    /// How far the best logit is above the second.
    private static func margin(_ row: [Double]) -> Double {
        let sorted = row.sorted(by: >)
        return sorted[0] - sorted[1]
    }

    private static func best(_ row: [Double]) -> Int? { row.indices.max { row[$0] < row[$1] } }
}
