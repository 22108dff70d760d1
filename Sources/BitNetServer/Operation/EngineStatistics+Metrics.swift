#if Server
import BitNetGeneration

extension EngineStatistics {
    /// Writes what the engine has counted.
    func write(to text: inout MetricsText) {
        writeWork(to: &text)
        writeTokens(to: &text)
        writeCache(to: &text)
    }

    private func writeWork(to text: inout MetricsText) {
        text.add("bitnet_sequences_running", .gauge, "Texts that are being computed.", running)
        text.add("bitnet_sequences_waiting", .gauge, "Texts that wait for their turn.", waiting)
        text.add(
            "bitnet_batch_sequences", .gauge, "Texts of the last pass over the weights.",
            lastPassSequences)
        text.add(
            "bitnet_batch_tokens", .gauge, "Tokens of the last pass over the weights.",
            lastPassTokens)
        text.add("bitnet_passes_total", .counter, "Passes over the weights.", passes)
        text.add(
            "bitnet_pass_sequences_total", .counter,
            "Texts of all passes; over bitnet_passes_total, the mean batch.", passSequences)
        text.add(
            "bitnet_pass_tokens_total", .counter, "Tokens of all passes, wrong guesses included.",
            passTokens)
        text.add(
            "bitnet_preemptions_total", .counter,
            "Texts whose pages were taken away, to be computed again.", preemptions)
    }

    private func writeTokens(to text: inout MetricsText) {
        text.add(
            "bitnet_prompt_tokens_total", .counter, "Tokens of prompts, reused ones included.",
            promptTokens)
        text.add(
            "bitnet_reused_tokens_total", .counter,
            "Tokens of prompts whose keys and values were in the cache.", reusedTokens)
        text.add("bitnet_generated_tokens_total", .counter, "Tokens drawn.", generatedTokens)
        text.add(
            "bitnet_prefix_lookups_total", .counter,
            "Prompts whose beginning was looked for in the cache.", prefixLookups)
        text.add(
            "bitnet_prefix_hits_total", .counter, "Prompts whose beginning was found there.",
            prefixHits)
    }

    private func writeCache(to text: inout MetricsText) {
        let name = "bitnet_kv_pages"
        text.describe(name, .gauge, "Pages of keys and values: held by texts, cached, and in all.")
        for (state, count) in [
            ("used", usedPages), ("cached", cachedPages), ("total", totalPages),
        ] {
            text.sample(name, [("state", state)], count)
        }
        text.add("bitnet_kv_page_bytes", .gauge, "Bytes of a page.", pageBytes)
    }
}
#endif
