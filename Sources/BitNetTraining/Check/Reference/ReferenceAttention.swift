internal import BitNetModels

/// Causal attention of query heads to the key/value heads that they share (arXiv 1706.03762,
/// 2305.13245), within each sequence.
final class ReferenceAttention {
    private let heads: Int
    private let group: Int
    private let width: Int
    private let length: Int
    private var q = ReferenceRows(count: 0, width: 1)
    private var k = ReferenceRows(count: 0, width: 1)
    private var v = ReferenceRows(count: 0, width: 1)

    /// For sequences of `length` tokens.
    init(_ model: ModelConfiguration, length: Int) {
        heads = model.headCount
        group = model.headCount / model.keyValueHeadCount
        width = model.headDimension
        self.length = length
    }

    private var scale: Double { 1 / Double(width).squareRoot() }

    /// The visible tokens of token t: those of its sequence up to itself.
    private func visible(_ t: Int) -> ClosedRange<Int> { t / length * length...t }

    /// Where head `head` of token `t` starts in queries, and its group's in keys and values.
    private func query(_ t: Int, _ head: Int) -> Int { t * q.width + head * width }
    private func key(_ t: Int, _ head: Int) -> Int { t * k.width + head / group * width }

    /// p = softmax(s) with s[j] = q · k[j] / sqrt(width).
    private func weights(_ t: Int, _ head: Int) -> [Double] {
        let scores = visible(t).map { j in
            let (a, b) = (query(t, head), key(j, head))
            return scale * (0..<width).reduce(0) { $0 + q.values[a + $1] * k.values[b + $1] }
        }
        return ReferenceFunctions.softmax(scores).weights
    }

    /// out = Σ p[j] · v[j] for every head of every token.
    func forward(
        queries: ReferenceRows, keys: ReferenceRows, values: ReferenceRows
    ) -> ReferenceRows {
        (q, k, v) = (queries, keys, values)
        var out = ReferenceRows(count: q.count, width: q.width)
        for t in 0..<q.count {
            for head in 0..<heads {
                for (p, j) in zip(weights(t, head), visible(t)) {
                    let (to, from) = (query(t, head), key(j, head))
                    for i in 0..<width { out.values[to + i] += p * v.values[from + i] }
                }
            }
        }
        return out
    }

    /// dp[j] = dout · v[j], ds[j] = p[j] · (dp[j] - Σ p · dp), dq = Σ ds[j] · k[j] / sqrt(width),
    /// dk[j] += ds[j] · q / sqrt(width), dv[j] += p[j] · dout.
    func backward(
        _ dout: ReferenceRows
    ) -> (queries: ReferenceRows, keys: ReferenceRows, values: ReferenceRows) {
        var dq = ReferenceRows(count: q.count, width: q.width)
        var dk = ReferenceRows(count: k.count, width: k.width)
        var dv = ReferenceRows(count: v.count, width: v.width)
        for t in 0..<q.count {
            for head in 0..<heads {
                let a = query(t, head)
                let p = weights(t, head)
                let dp = visible(t).map { j in
                    let b = key(j, head)
                    return (0..<width).reduce(0) { $0 + dout.values[a + $1] * v.values[b + $1] }
                }
                let mean = zip(p, dp).reduce(0) { $0 + $1.0 * $1.1 }
                for (index, j) in visible(t).enumerated() {
                    let b = key(j, head)
                    let ds = p[index] * (dp[index] - mean) * scale
                    for i in 0..<width {
                        dq.values[a + i] += ds * k.values[b + i]
                        dk.values[b + i] += ds * q.values[a + i]
                        dv.values[b + i] += p[index] * dout.values[a + i]
                    }
                }
            }
        }
        return (dq, dk, dv)
    }
}
