/// The names of the runs at the ends of their lines.
struct EndLabels {
    private static let gap = 17.0

    let curves: [PlotCurve]
    let losses: PlotAxis
    let steps: PlotAxis
    let panel: PlotLayout.Panel

    private struct Label {
        let curve: PlotCurve
        /// Where the line ends.
        let end: (x: Double, y: Double)
        /// Where the name stands.
        var y: Double
    }

    var elements: [String] { spread.flatMap(draw) }

    /// The names in the order of their lines, moved apart where they would overlap.
    private var spread: [Label] {
        var labels = curves.compactMap(label).sorted { $0.y < $1.y }
        for index in labels.indices.dropFirst() {
            labels[index].y = max(labels[index].y, labels[index - 1].y + Self.gap)
        }
        guard let last = labels.last else { return [] }
        let excess = max(0, last.y - (panel.bottom - 6))
        var limit = last.y - excess
        for index in labels.indices.reversed() {
            labels[index].y = min(labels[index].y, limit)
            limit = labels[index].y - Self.gap
        }
        return labels
    }

    private func label(_ curve: PlotCurve) -> Label? {
        guard let last = curve.lastPoint else { return nil }
        let y = min(max(losses.place(last.loss), panel.top), panel.bottom)
        return Label(curve: curve, end: (steps.place(last.step), y), y: y)
    }

    private func draw(_ label: Label) -> [String] {
        let role = label.curve.style.role
        let (start, end) = (panel.right + 12, panel.right + 22)
        let name = SVGText.shortened(label.curve.label, to: 20)
        return [
            SVGText.line(
                from: label.end, to: (start, label.y), role: role, width: 0.8,
                more: " stroke-opacity=\"0.6\""),
            SVGText.line(from: (start, label.y), to: (end, label.y), role: role, width: 2.2),
            SVGText.label(end + 6, label.y + 4, name, role: "text"),
        ]
    }
}
