extension GenerationParameters {
    /// Throws an error that names the first field whose value cannot be used.
    ///
    /// Call it on parameters from outside. A sampler takes all values without failing: it reads
    /// one that is out of range as the nearest one that is in it, and a NaN as "off".
    public func validate() throws(GenerationParameterError) {
        try validateSampling()
        try validatePenalties()
        try validateBias()
        try validateLengthsAndStops()
    }

    private func validateSampling() throws(GenerationParameterError) {
        try require(
            "temperature", temperature, temperature.isFinite && temperature >= 0,
            "a finite number of at least 0 (0 is greedy)")
        try require("topK", topK, topK >= 0, "at least 0 (0 is off)")
        try require("topP", topP, (0...1).contains(topP), "from 0 to 1 (1 is off)")
        try require("minP", minP, (0...1).contains(minP), "from 0 to 1 (0 is off)")
        try require("typicalP", typicalP, (0...1).contains(typicalP), "from 0 to 1 (1 is off)")
    }

    private func validatePenalties() throws(GenerationParameterError) {
        try require(
            "repetitionPenalty", repetitionPenalty,
            repetitionPenalty.isFinite && repetitionPenalty > 0,
            "a finite number above 0 (1 is off)")
        try require(
            "repetitionWindow", repetitionWindow, repetitionWindow >= -1,
            "at least -1 (-1 is the whole context, 0 is off)")
        try require(
            "presencePenalty", presencePenalty, presencePenalty.isFinite,
            "a finite number (0 is off)")
        try require(
            "frequencyPenalty", frequencyPenalty, frequencyPenalty.isFinite,
            "a finite number (0 is off)")
    }

    private func validateBias() throws(GenerationParameterError) {
        for (token, bias) in logitBias.sorted(by: { $0.key < $1.key }) {
            try require(
                "logitBias", "\(bias) for token \(token)", token >= 0 && !bias.isNaN,
                "a number (infinities are allowed) for a token id of at least 0")
        }
    }

    private func validateLengthsAndStops() throws(GenerationParameterError) {
        if let maximumTokens {
            try require("maximumTokens", maximumTokens, maximumTokens >= 0, "nil or at least 0")
        }
        try require(
            "maximumDraftTokens", maximumDraftTokens, maximumDraftTokens >= 0,
            "at least 0 (0 is off)")
        for (index, stop) in stopStrings.enumerated() {
            try require(
                "stopStrings", "\"\(stop)\" at index \(index)", !stop.isEmpty,
                "a list of strings that are not empty")
        }
    }

    private func require(
        _ field: String, _ found: some CustomStringConvertible, _ isValid: Bool,
        _ expected: String
    ) throws(GenerationParameterError) {
        guard !isValid else { return }
        throw GenerationParameterError(
            field: field, found: found.description, expected: expected)
    }
}
