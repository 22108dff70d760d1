/// The losses of all runs over their steps.
struct LossPanel {
    /// Columns that curves are thinned to: two points each.
    static let columns = 500
    /// The least distance between two marks of a run.
    private static let markDistance = 10.0
    /// The part of a run whose steep beginning does not widen a linear plot.
    private static let beginning = 0.03

    private let curves: [PlotCurve]
    private let steps: PlotAxis
    private let panel: PlotLayout.Panel
    private let losses: PlotAxis
    private let ticks: [PlotAxis.Tick]

    init(curves: [PlotCurve], steps: PlotAxis, panel: PlotLayout.Panel) {
        self.curves = curves
        self.steps = steps
        self.panel = panel
        let range = Self.range(curves, from: steps.isLogarithmic ? 0 : steps.upper * Self.beginning)
        let finer = PlotAxis.step(range.upper - range.lower, atMost: 40).size
        losses = PlotAxis(
            (range.lower / finer).rounded(.down) * finer,
            (range.upper / finer).rounded(.up) * finer,
            from: panel.bottom, to: panel.top)
        ticks = losses.linearTicks(atMost: 8) { PlotNumber.fixed($0, $1) }
    }

    /// The losses that must be seen: all from below; from above the smoothed lines and the
    /// measurements behind the steep beginning.
    private static func range(
        _ curves: [PlotCurve], from first: Double
    ) -> (lower: Double, upper: Double) {
        let seen = curves.flatMap { curve in
            let evaluations = curve.run.evaluations.filter { Double($0.step) >= first }
            return zip(curve.run.steps, curve.smoothed).filter { $0.0 >= first }.map(\.1)
                + evaluations.map(\.heldOutLoss)
        }.filter(\.isFinite)
        let lowest = curves.flatMap(\.run.losses).filter(\.isFinite).min() ?? 0
        let lower = min(lowest, seen.min() ?? 0)
        let upper = seen.max() ?? 1
        return upper > lower ? (lower, upper) : (lower, lower + max(abs(lower) / 10, 0.1))
    }

    var elements: [String] {
        let (left, top) = (SVGText.coordinate(panel.left - 6), SVGText.coordinate(panel.top))
        let width = SVGText.coordinate(panel.right - panel.left + 12)
        let height = SVGText.coordinate(panel.bottom - panel.top)
        // A nested picture cuts off what lies outside of it.
        let window =
            "<svg x=\"\(left)\" y=\"\(top)\" width=\"\(width)\" height=\"\(height)\" "
            + "viewBox=\"\(left) \(top) \(width) \(height)\">"
        return grid + [window] + curves.map(raw) + curves.map(smooth) + curves.flatMap(marks)
            + ["</svg>"]
            + EndLabels(curves: curves, losses: losses, steps: steps, panel: panel)
            .elements
    }

    private var grid: [String] {
        ticks.flatMap { tick in
            let y = losses.place(tick.value)
            return [
                SVGText.line(from: (panel.left, y), to: (panel.right, y), role: "grid"),
                SVGText.label(panel.left - 10, y + 4, tick.label, anchor: "end"),
            ]
        } + [
            SVGText.line(
                from: (panel.left, panel.bottom), to: (panel.right, panel.bottom), role: "faint"),
            SVGText.label(
                PlotLayout.margin, panel.top - 14, "Loss, nats per token", role: "text", weight: 600
            ),
        ]
    }

    private func raw(_ curve: PlotCurve) -> String {
        let more = " stroke-opacity=\"0.3\""
        return SVGText.curve(
            points(curve, curve.run.losses), role: curve.style.role, width: 0.8, more: more)
    }

    private func smooth(_ curve: PlotCurve) -> String {
        SVGText.curve(
            points(curve, curve.smoothed), role: curve.style.role, width: 2.2,
            more: curve.style.dashes)
    }

    private func points(_ curve: PlotCurve, _ values: [Double]) -> [(x: Double, y: Double)] {
        let points = zip(curve.run.steps, values).map { step, loss in
            (x: steps.place(step), y: place(loss))
        }
        return PlotSeries.thinned(points, from: panel.left, to: panel.right, columns: Self.columns)
    }

    /// A loss's coordinate; far outside of the panel all are the same.
    private func place(_ loss: Double) -> Double {
        loss.isFinite ? min(max(losses.place(loss), -10_000), 10_000) : .nan
    }

    /// The measurements that lie in the panel; before the last, those that have room.
    private func marks(_ curve: PlotCurve) -> [String] {
        let points = curve.run.evaluations.filter {
            (losses.lower...losses.upper).contains($0.heldOutLoss)
                && (steps.lower...steps.upper).contains(Double($0.step))
        }.map { (x: steps.place(Double($0.step)), y: losses.place($0.heldOutLoss)) }
        var kept: [(x: Double, y: Double)] = []
        for point in points.reversed()
        where kept.last.map({ $0.x - point.x >= Self.markDistance }) ?? true {
            kept.append(point)
        }
        return kept.reversed().map { curve.style.mark($0.x, $0.y) }
    }
}
