#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Android)
import Android
#endif

/// How candidates get from a row of logits into the set. Every method throws if a logit is NaN,
/// and leaves out tokens whose logit is minus infinity.
extension CandidateSet {
    /// Takes the `count` greatest logits, the lowest ids first among equals.
    ///
    /// - Complexity: one comparison a logit, and about `count * ln(n / count)` heap steps if the
    ///   `n` logits are in random order.
    mutating func takeGreatest(_ count: Int, of logits: [Float]) throws(SamplingError) {
        items.removeAll(keepingCapacity: true)
        maximum = -.infinity
        var threshold = -Float.infinity
        var next = 0
        while let index = logits.firstIndex(notAtMost: threshold, from: next) {
            next = index + 1
            let candidate = Candidate(id: Int32(truncatingIfNeeded: index), logit: logits[index])
            guard !candidate.logit.isNaN else {
                throw SamplingError(.notANumber(token: candidate.id))
            }
            maximum = max(maximum, candidate.logit)
            if items.count < count {
                items.append(candidate)
                siftUp()
            } else {
                items[0] = candidate
                siftDown()
            }
            if items.count == count { threshold = items[0].logit }
        }
        guard !items.isEmpty else { throw SamplingError(.noTokenLeft) }
        sortHeap()
        settleInfinity()
    }

    /// Takes all logits of at least the greatest plus `offset`, and perhaps some just below.
    ///
    /// - Complexity: two passes over the logits.
    mutating func takeAll(of logits: [Float], offset: Float) throws(SamplingError) {
        maximum = try logits.greatest().logit
        take(logits, offset: offset)
    }

    /// Takes all logits that can be in the nucleus of probability `topP`, and sets the total of
    /// the weights of the whole vocabulary.
    ///
    /// Of `n` tokens, those with less than `(1 - topP) / n` of the probability have together less
    /// than `1 - topP`: the nucleus is complete without them.
    mutating func takeNucleus(
        _ topP: Float, of logits: [Float], offset: Float
    ) throws(SamplingError) {
        maximum = try logits.greatest().logit
        guard maximum < .infinity else {
            take(logits, offset: 0)
            return weigh()
        }
        let sum = sumOfWeights(logits)
        let share = (1 - Double(max(topP, 0))) * sum / Double(logits.count)
        take(logits, offset: max(offset, Float(log(share))))
        for index in items.indices {
            items[index].weight = weights[Int(items[index].id)]
        }
        total = sum
    }

    private mutating func take(_ logits: [Float], offset: Float) {
        items.removeAll(keepingCapacity: true)
        // The margin covers the rounding of offsets, weights and sums.
        let bound = max(maximum + offset - 0.01, -Float.greatestFiniteMagnitude)
        let floor = maximum < .infinity ? bound : .infinity
        // Written without a branch, which random logits would make the processor guess wrong.
        if ids.count != logits.count { ids = [Int32](repeating: 0, count: logits.count) }
        var count = 0
        for index in logits.indices {
            ids[count] = Int32(truncatingIfNeeded: index)
            count += logits[index] >= floor ? 1 : 0
        }
        for id in ids[..<count] {
            items.append(Candidate(id: id, logit: logits[Int(id)]))
        }
        settleInfinity()
    }

    /// Returns the sum of the weights of all logits at temperature 1, in a fixed order.
    private mutating func sumOfWeights(_ logits: [Float]) -> Double {
        if weights.count != logits.count {
            weights = [Float](repeating: 0, count: logits.count)
        }
        for index in logits.indices {
            weights[index] = exponential(logits[index] - maximum)
        }
        var lanes = SIMD8<Double>.zero
        let whole = weights.count / 8 * 8
        for start in stride(from: 0, to: whole, by: 8) {
            for lane in 0..<8 {
                lanes[lane] += Double(weights[start + lane])
            }
        }
        return weights[whole...].reduce(lanes.sum()) { $0 + Double($1) }
    }
}

/// A heap whose first item is the one to be replaced next: least logit, then greatest id.
extension CandidateSet {
    private func isWorse(_ left: Int, than right: Int) -> Bool {
        let (left, right) = (items[left], items[right])
        return left.logit < right.logit || (left.logit == right.logit && left.id > right.id)
    }

    private mutating func siftUp() {
        var child = items.count - 1
        while child > 0, isWorse(child, than: (child - 1) / 2) {
            items.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Puts the greatest first: an order that does not tell how the heap was filled, so that a draw
    /// is the same from a whole row and from its candidates alone.
    private mutating func sortHeap() {
        for end in items.indices.reversed() {
            items.swapAt(0, end)
            siftDown(below: end)
        }
    }

    private mutating func siftDown() { siftDown(below: items.count) }

    private mutating func siftDown(below count: Int) {
        var parent = 0
        while 2 * parent + 1 < count {
            var child = 2 * parent + 1
            if child + 1 < count, isWorse(child + 1, than: child) { child += 1 }
            guard isWorse(child, than: parent) else { return }
            items.swapAt(child, parent)
            parent = child
        }
    }
}
