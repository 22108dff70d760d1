extension ModelConfiguration {
    /// What GGUF stores as `rope_freqs.weight`: one divisor for each frequency.
    var ropeDivisors: [Float]? {
        switch ropeScaling {
        case .none, .linear: return nil
        case .divisors(let divisors): return divisors
        case .llama3:
            let plain = frequencies(.none)
            return zip(plain, frequencies(ropeScaling)).map(Self.divisor)
        }
    }

    private func frequencies(_ scaling: RopeScaling) -> [Float] {
        RotaryEmbedding(headDimension: headDimension, theta: ropeTheta, scaling: scaling)
            .inverseFrequencies
    }

    /// The divisor that turns `plain` into `scaled`: the quotient, or a neighbour of it whose own
    /// quotient is exactly `scaled`.
    private static func divisor(_ plain: Float, _ scaled: Float) -> Float {
        let quotient = plain / scaled
        let candidates = [quotient, quotient.nextUp, quotient.nextDown]
        return candidates.first { plain / $0 == scaled } ?? quotient
    }

    /// The Llama 3 scaling with these divisors, if it is one that is in use.
    ///
    /// A Hugging Face folder has no place for divisors themselves.
    func llama3Scaling(divisors: [Float]) -> RopeScaling? {
        for factor: Float in [8, 32, 16, 4, 2] {
            var candidate = self
            candidate.ropeScaling = .llama3(
                factor: factor, lowFrequencyFactor: 1, highFrequencyFactor: 4,
                originalContextLength: 8192)
            guard let expected = candidate.ropeDivisors, expected.count == divisors.count else {
                continue
            }
            let isClose = zip(expected, divisors).allSatisfy { ($0 - $1).magnitude <= 1e-5 * $1 }
            if isClose { return candidate.ropeScaling }
        }
        return nil
    }
}
