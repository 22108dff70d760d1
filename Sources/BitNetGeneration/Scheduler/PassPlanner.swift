/// Divides a pass among sequences: one token for each that is decoding, the rest for prompts.
package struct PassPlanner {
    /// The most tokens of a pass.
    package let capacity: Int

    /// A planner of passes of up to `capacity` tokens.
    package init(capacity: Int) { self.capacity = capacity }

    /// Prompt tokens of a pass beside sequences that are decoding, so that they do not stall.
    package static let promptShare = 48
    /// Kernels compute so many tokens together.
    package static let tile = 12

    /// What a sequence has left to compute.
    package struct Candidate {
        /// Known tokens that are not computed, at least 1.
        package let pending: Int
        package let isDecoding: Bool
        /// The last pass that it was part of.
        package let lastPass: Int

        /// A sequence with `pending` tokens.
        package init(pending: Int, isDecoding: Bool, lastPass: Int) {
            self.pending = pending
            self.isDecoding = isDecoding
            self.lastPass = lastPass
        }
    }

    /// How many tokens of each candidate are computed, by its index; those without any are left out.
    ///
    /// Candidates are in the order of their arrival, and so is the answer.
    package func plan(_ candidates: [Candidate], pass: Int) -> [(index: Int, count: Int)] {
        let decoding = candidates.indices.filter { candidates[$0].isDecoding }
        let prompts = candidates.indices.filter { !candidates[$0].isDecoding }
        let room = capacity - (prompts.isEmpty ? 0 : reserved(pass))
        let taken = longestWaiting(decoding, candidates, count: min(decoding.count, room))
        let shares = share(promptRoom(beside: taken.count), prompts, candidates)
        return (taken.map { ($0, 1) } + shares).sorted { $0.index < $1.index }
    }

    /// Tokens that decoding sequences leave to prompts in any case; in passes of one token, every
    /// second pass.
    private func reserved(_ pass: Int) -> Int {
        capacity > 1 ? min(Self.tile, capacity / 2) : pass % 2
    }

    /// Tokens of prompts in a pass with so many of decoding sequences; with them it is of whole tiles.
    private func promptRoom(beside decoding: Int) -> Int {
        guard decoding > 0 else { return capacity }
        let limit = min(capacity, decoding + Self.promptShare)
        let whole = limit / Self.tile * Self.tile
        return (whole > decoding ? whole : limit) - decoding
    }

    /// Shares `room` equally; what short prompts leave goes to longer ones.
    ///
    /// When there are more prompts than tiles, those that have waited longest get one.
    private func share(
        _ room: Int, _ prompts: [Int], _ candidates: [Candidate]
    ) -> [(index: Int, count: Int)] {
        guard room > 0, !prompts.isEmpty else { return [] }
        let most = max(1, room / Self.tile)
        let chosen = longestWaiting(prompts, candidates, count: min(prompts.count, most))
        let byLength = chosen.sorted {
            (candidates[$0].pending, $0) < (candidates[$1].pending, $1)
        }
        var left = room
        var shares: [(index: Int, count: Int)] = []
        for (place, index) in byLength.enumerated() {
            let share = left / (byLength.count - place)
            let count = min(candidates[index].pending, share)
            left -= count
            if count > 0 { shares.append((index, count)) }
        }
        return shares
    }

    /// The `count` candidates whose last pass is the longest ago, of equal ones the first.
    private func longestWaiting(
        _ indices: [Int], _ candidates: [Candidate], count: Int
    ) -> [Int] {
        guard count < indices.count else { return indices }
        let ordered = indices.sorted {
            (candidates[$0].lastPass, $0) < (candidates[$1].lastPass, $1)
        }
        return Array(ordered.prefix(count))
    }
}
