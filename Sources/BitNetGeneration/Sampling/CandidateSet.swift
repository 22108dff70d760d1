/// A token that may be drawn.
struct Candidate: Sendable {
    /// The token id.
    var id: Int32
    /// The logit as given; 0 if the greatest logit is plus infinity.
    let logit: Float
    /// The probability, up to a factor that all candidates share.
    var weight: Float = 0
    /// What the next cut orders by, from the first to be kept.
    var rank: Float = 0
}

/// The tokens still in play while the filters of the sampling chain run.
///
/// The order of the candidates is a function of the logits and of the filters that ran, so a draw
/// is reproducible. All storage is kept from one token to the next.
struct CandidateSet: Sendable {
    /// The candidates, in no particular order.
    var items: [Candidate] = []
    /// The greatest logit.
    var maximum: Float = 0
    /// The sum of the weights: of the candidates, or after `takeNucleus` of the vocabulary.
    var total: Double = 0
    /// `[vocabulary]` once used: scratch of `takeNucleus`, the weights of all tokens.
    var weights: [Float] = []
    /// `[vocabulary]` once used: scratch of `takeAll` and `takeNucleus`, the ids that they take.
    var ids: [Int32] = []

    /// Creates an empty set with room for `capacity` candidates.
    init(capacity: Int) {
        items.reserveCapacity(capacity)
    }

    /// Sets each weight to the exponential of the logit over the temperature, and the total.
    mutating func weigh(temperature: Float = 1) {
        total = 0
        for index in items.indices {
            let weight = exponential((items[index].logit - maximum) / temperature)
            items[index].weight = weight
            total += Double(weight)
        }
    }

    /// Replaces each id, so far an index into `tokens`, by the token there.
    mutating func rename(_ tokens: [Int32]) {
        for index in items.indices { items[index].id = tokens[Int(items[index].id)] }
    }

    /// Keeps only candidates whose logit is plus infinity, as equals, if there are any.
    mutating func settleInfinity() {
        guard maximum == .infinity else { return }
        items.removeAll { $0.logit < .infinity }
        for index in items.indices {
            items[index] = Candidate(id: items[index].id, logit: 0)
        }
        maximum = 0
    }

    /// Returns the candidate at which the running sum of weights passes `unit` of their total.
    ///
    /// The set has a candidate of positive weight, and `unit` is in `0 ..< 1`.
    func draw(at unit: Double) -> Int32? {
        var rest = unit * total
        var last: Int32?
        for item in items where item.weight > 0 {
            last = item.id
            rest -= Double(item.weight)
            if rest < 0 { break }
        }
        return last
    }
}
