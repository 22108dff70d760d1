/// Rounding to codes, and what it came upon.
///
/// Two correct programs round a value that lies within their arithmetic's noise of a half to
/// different codes, and the loss jumps by what a code is worth. So a run can be told the codes of
/// another: it follows them, and notes how far each value lies from where both roundings would be
/// right. Everything behind is then comparable to the arithmetic's precision.
package final class ReferenceRounding {
    /// Codes of another run by place; empty to round alone.
    var followed: [String: [Int8]] = [:]
    /// Values that were rounded while following.
    package private(set) var count = 0
    /// Those of which the other run had another code.
    package private(set) var differing = 0
    /// How far the farthest of them lies from the half next to the other run's code.
    package private(set) var largestDistance = 0.0

    /// Forgets what it has noted and follows `codes`.
    package func follow(_ codes: [String: [Int8]]) {
        followed = codes
        count = 0
        differing = 0
        largestDistance = 0
    }

    /// The codes clamp(round-half-even(value), range) at `place`.
    func codes(
        _ values: [Double], in range: ClosedRange<Double>, at place: String
    ) -> [Double] {
        let own = values.map {
            min(max($0.rounded(.toNearestOrEven), range.lowerBound), range.upperBound)
        }
        guard !followed.isEmpty else { return own }
        guard let theirs = followed[place], theirs.count == own.count else {
            preconditionFailure("no codes of \(place)")
        }
        count += own.count
        for (index, code) in theirs.enumerated() where Double(code) != own[index] {
            differing += 1
            let distance = abs(values[index] - Double(code)) - 0.5
            // A value that is no number stays the largest.
            if distance > largestDistance || distance.isNaN { largestDistance = distance }
        }
        return theirs.map { Double($0) }
    }
}
