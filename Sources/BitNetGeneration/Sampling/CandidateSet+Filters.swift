/// The filters of the sampling chain. Each keeps at least one candidate.
extension CandidateSet {
    /// Keeps the tokens whose surprise is nearest to the expected one, until their probability
    /// together is above `mass`.
    ///
    /// The surprise is -ln p; its expectation is the entropy. (Meister and others, 2022.) Weights
    /// and total are those at temperature 1, before and after.
    mutating func keepTypical(_ mass: Float) {
        // ln of the total is in the surprise and in the entropy, and cancels.
        let expected = items.reduce(into: 0.0) { sum, item in
            guard item.weight > 0 else { return }
            sum += Double(item.weight) * Double(maximum - item.logit)
        }
        for index in items.indices {
            let surprise = Double(maximum - items[index].logit)
            items[index].rank = Float(abs(surprise - expected / total))
        }
        cut { $0 > mass }
        // The most likely token may be gone.
        maximum = items.reduce(-.infinity) { max($0, $1.logit) }
        weigh()
    }

    /// Keeps the most likely tokens until their probability together is at least `mass`.
    ///
    /// Weights and total are those at temperature 1. (Holtzman and others, 2019.)
    mutating func keepNucleus(_ mass: Float) {
        for index in items.indices {
            items[index].rank = -items[index].logit
        }
        cut { $0 >= mass }
    }

    /// Keeps the tokens whose logit is at least the greatest plus `offset`.
    mutating func keepLikely(offset: Float) {
        let maximum = maximum
        items.removeAll { $0.logit - maximum < offset }
    }

    /// Keeps candidates in the order of rank, then of id, up to the first one at which the
    /// probability of those kept `isEnough`.
    ///
    /// It halves the range in which that candidate is, as quickselect does (Hoare, 1961), so it
    /// does not sort what is far from it. The probability is rounded to single precision, in which
    /// a third of three equal tokens is a third.
    private mutating func cut(where isEnough: (Float) -> Bool) {
        guard isEnough(Float(items.reduce(0) { $0 + Double($1.weight) } / total)) else { return }
        var range = items.startIndex..<items.endIndex
        var before = 0.0
        while range.count > 16 {
            let middle = partition(range)
            let sum = items[range.lowerBound..<middle].reduce(before) { $0 + Double($1.weight) }
            if isEnough(Float(sum / total)) {
                range = range.lowerBound..<middle
            } else {
                before = sum
                range = middle..<range.upperBound
            }
        }
        sort(range)
        let end = range.first { index in
            before += Double(items[index].weight)
            return isEnough(Float(before / total))
        }
        items.removeSubrange((end.map { $0 + 1 } ?? range.upperBound)...)
    }

    /// Sorts a short range in place by insertion; sorting a slice would copy it.
    private mutating func sort(_ range: Range<Int>) {
        for end in range.dropFirst() {
            var index = end
            while index > range.lowerBound, Self.isBefore(items[index], items[index - 1]) {
                items.swapAt(index, index - 1)
                index -= 1
            }
        }
    }

    private static func isBefore(_ left: Candidate, _ right: Candidate) -> Bool {
        left.rank < right.rank || (left.rank == right.rank && left.id < right.id)
    }

    /// Reorders a range of 3 or more so that all before the returned index come before all from
    /// it on; neither part is empty.
    private mutating func partition(_ range: Range<Int>) -> Int {
        let pivot = medianOfThree(range)
        var low = range.lowerBound
        var high = range.upperBound - 1
        while true {
            while Self.isBefore(items[low], pivot) { low += 1 }
            while Self.isBefore(pivot, items[high]) { high -= 1 }
            guard low < high else { return low }
            items.swapAt(low, high)
            low += 1
            high -= 1
        }
    }

    private func medianOfThree(_ range: Range<Int>) -> Candidate {
        let first = items[range.lowerBound]
        let middle = items[range.lowerBound + range.count / 2]
        let last = items[range.upperBound - 1]
        let (low, high) = Self.isBefore(first, middle) ? (first, middle) : (middle, first)
        if Self.isBefore(last, low) { return low }
        return Self.isBefore(last, high) ? last : high
    }
}
