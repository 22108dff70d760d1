internal import BitNetTokenizers

/// Holds back the reports of tokens until their text is emitted.
///
/// Tokens behind the emitted text (those of a stop string) are never reported.
struct TokenReports {
    private var pending: [(report: TokenReport, start: Int, end: Int)] = []
    private var produced = 0
    private var emitted = 0

    /// Notes a token that added `bytes` of text.
    mutating func append(_ report: TokenReport, bytes: Int) {
        pending.append((report, produced, produced + bytes))
        produced += bytes
    }

    /// Notes `bytes` of emitted text; returns the tokens that it completes.
    mutating func release(bytes: Int) -> [TokenReport] {
        emitted += bytes
        let count = pending.prefix { $0.end <= emitted }.count
        defer { pending.removeFirst(count) }
        return pending.prefix(count).map(\.report)
    }

    /// The tokens that are left when the text has ended behind `bytes` more; with a stop string only
    /// those that the text has a part of.
    mutating func finish(bytes: Int, stopped: Bool) -> [TokenReport] {
        emitted += bytes
        defer { pending = [] }
        return pending.filter { !stopped || $0.start < emitted }.map(\.report)
    }
}
