#if Server
import BitNetGeneration

extension ServerState {
    /// All metrics in Prometheus' text format.
    func metricsText() -> String {
        var text = MetricsText()
        text.add(
            "bitnet_ready", .gauge, "1 when requests are served, 0 while loading or draining.",
            lifecycle.health == .ok ? 1 : 0)
        text.add(
            "bitnet_requests_in_flight", .gauge, "Requests that have not ended.",
            lifecycle.runningCount)
        text.add(
            "bitnet_texts_admitted", .gauge, "Texts that are generated or wait for their turn.",
            admission.count)
        metrics.write(to: &text)
        if let model = try? lifecycle.model() { model.language.statistics.write(to: &text) }
        return text.text
    }
}
#endif
