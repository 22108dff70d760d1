internal import BitNetModels
internal import BitNetTensors
internal import BitNetTokenizers

extension GenerationRun {
    /// What is drawn from, and what biases and penalties change before, those of the draft included.
    func selection(_ draft: [TokenID]) -> LogitSelection {
        if let constraint { return selection(among: constraint.mask) }
        guard let count = sampler.selectionCount, request.alternatives == nil else { return .all }
        let watched = processor.isWatching ? draft : []
        return .greatest(count: count, including: processor.touchedTokens + watched)
    }

    /// Draws a token from a row and turns it into text; the reason if it was the last.
    func sample(_ row: LogitsRow, _ logits: inout [Float]) throws -> FinishReason? {
        clock.noteLogits(&statistics)
        // Copied, so that neither this row nor the model's own is allocated for each token.
        logits.removeAll(keepingCapacity: true)
        logits.append(contentsOf: row.logits)
        processor.process(&logits, of: row.tokens)
        let token = try draw(&logits, row)
        statistics.generatedTokens += 1
        clock.noteToken(&statistics)
        if context.endTokens.contains(token), !request.parameters.ignoreEndOfText {
            return .endOfText
        }
        append(token)
        processor.accept(token)
        try constraint?.accept(token)
        let report = request.alternatives.map {
            LogProbabilities(row.logits).report(token, alternatives: $0)
        }
        if let stop = emit(token, report) { return .stopString(stop) }
        if constraint?.matcher.mustEnd ?? false { return .complete }
        return generatedCount >= limit ? .maximumTokens : nil
    }

    /// Sends the text that `token` completes; the stop string if it did.
    private func emit(_ token: TokenID, _ report: TokenReport?) -> String? {
        let piece = detokenizer.append(token)
        let output = stops.append(piece)
        if let report {
            reports.append(report, bytes: piece.utf8.count)
            let released = reports.release(bytes: output.emit.utf8.count)
            if !released.isEmpty { events.append(.tokens(released)) }
        }
        if !output.emit.isEmpty { events.append(.text(output.emit)) }
        return output.matched
    }

    /// Emits what was held back, which is nothing behind a stop string, then the result.
    func finish(_ reason: FinishReason) {
        var reason = reason
        let last = stops.append(detokenizer.finish())
        let rest = last.stopped ? last.emit : last.emit + stops.finish()
        if let stop = last.matched { reason = .stopString(stop) }
        let released = reports.finish(
            bytes: rest.utf8.count, stopped: stops.append("").stopped)
        if !released.isEmpty { events.append(.tokens(released)) }
        if !rest.isEmpty { events.append(.text(rest)) }
        clock.noteEnd(&statistics)
        statistics.maskSeconds = constraint?.seconds ?? 0
        statistics.peakMemoryBytes = ProcessMemory.peakBytes
        events.append(
            .finished(
                GenerationResult(
                    reason: reason, tokens: Array(text[request.prompt.count...]),
                    seed: sampler.seed, isComplete: isComplete(reason), statistics: statistics)))
    }

    /// Whether the text satisfies its constraint; one that a stop string cut does not.
    private func isComplete(_ reason: FinishReason) -> Bool? {
        if case .stopString = reason { return constraint.map { _ in false } }
        return constraint?.matcher.isComplete
    }

    /// Notes how likely the prompt's token `next` was.
    func reportPrompt(_ next: Int, _ row: LogitsRow) {
        promptReports.append(
            LogProbabilities(row.logits).report(
                request.prompt[next], alternatives: request.alternatives ?? 0))
    }

    /// Sends the reports of the prompt's tokens so far.
    func flushPromptReports() {
        if !promptReports.isEmpty { events.append(.prompt(promptReports)) }
        promptReports = []
    }

    /// Nothing comes before the prompt's first token.
    func reportFirst() {
        guard request.reportsPrompt else { return }
        promptReports.append(
            TokenReport(token: request.prompt[0], logProbability: nil, alternatives: []))
    }
}
