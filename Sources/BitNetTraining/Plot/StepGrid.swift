/// The axis of steps, which both panels share.
struct StepGrid {
    let axis: PlotAxis
    let layout: PlotLayout
    let runs: [PlottedRun]

    var elements: [String] {
        let minor = axis.isLogarithmic ? axis.minorTicks.flatMap { lines($0, width: 0.5) } : []
        return minor + ticks.flatMap { lines($0.value, width: 1) } + ticks.map(label) + [title]
    }

    private var ticks: [PlotAxis.Tick] {
        let all =
            axis.isLogarithmic
            ? axis.logarithmicTicks { PlotNumber.grouped(Int($0)) }
            : axis.linearTicks(atMost: 7) { value, _ in PlotNumber.grouped(Int(value.rounded())) }
        return all.filter { $0.value == $0.value.rounded() }
    }

    private func lines(_ step: Double, width: Double) -> [String] {
        let x = axis.place(step)
        return [layout.loss, layout.schedule].map {
            SVGText.line(from: (x, $0.top), to: (x, $0.bottom), role: "grid", width: width)
        }
    }

    private func label(_ tick: PlotAxis.Tick) -> String {
        SVGText.label(
            axis.place(tick.value), layout.schedule.bottom + 17, tick.label, anchor: "middle")
    }

    /// What a step is; its tokens where all runs have the same.
    private var title: String {
        let sizes = Set(runs.map(\.header.batchTokens))
        let tokens = sizes.count == 1 ? sizes.first : nil
        let detail = tokens.map { " of \(PlotNumber.grouped($0)) tokens" } ?? ""
        return SVGText.label(
            (axis.start + axis.end) / 2, layout.schedule.bottom + 36, "Optimiser step" + detail,
            anchor: "middle")
    }
}
