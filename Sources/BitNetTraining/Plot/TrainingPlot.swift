/// The curves of one or more runs as an SVG picture: losses above, the schedule below.
///
/// The same logs and options give the same bytes. Long runs are thinned, so that the picture's size
/// does not depend on theirs.
public struct TrainingPlot: Sendable {
    private let runs: [PlottedRun]
    private let options: PlotOptions

    /// A plot of at least one run.
    public init(_ runs: [PlottedRun], _ options: PlotOptions = PlotOptions()) {
        precondition(!runs.isEmpty, "expected at least one run to plot")
        self.runs = runs
        self.options = options
    }

    /// The steps whose mean the thick lines show.
    private var window: Int {
        options.smoothing ?? max(1, (runs.map(\.steps.count).max() ?? 0) / 50)
    }

    private var title: String {
        if let title = options.title { return title }
        let names = Set(runs.map(\.header.name))
        return "Training of " + (names.count == 1 ? runs[0].header.name : "\(runs.count) runs")
    }

    /// The picture as an SVG document.
    public func svg() -> String {
        let curves = PlotCurve.curves(runs, window: window)
        let layout = PlotLayout(legendRows: curves.count)
        let axis = stepAxis(layout)
        let heading = SVGText.label(
            PlotLayout.margin, PlotLayout.margin + 15, SVGText.shortened(title, to: 80),
            role: "text", size: 16, weight: 600)
        var body = [heading]
        body += PlotLegend(curves: curves, layout: layout).elements
        body += StepGrid(axis: axis, layout: layout, runs: runs).elements
        body += LossPanel(curves: curves, steps: axis, panel: layout.loss).elements
        body += SchedulePanel(curves: curves, steps: axis, panel: layout.schedule).elements
        body.append(
            SVGText.label(PlotLayout.margin, layout.height - PlotLayout.margin, caption))
        return document(body, layout)
    }

    private func stepAxis(_ layout: PlotLayout) -> PlotAxis {
        let first = runs.compactMap(\.steps.first).min() ?? 1
        let last = runs.compactMap(\.steps.last).max() ?? 1
        return PlotAxis(
            options.isLogarithmic ? first : 0, last, from: layout.loss.left,
            to: layout.loss.right, isLogarithmic: options.isLogarithmic)
    }

    /// What the lines and marks mean.
    private var caption: String {
        let lines =
            window > 1
            ? "Thin lines: every step. Thick lines: the mean of \(PlotNumber.grouped(window)) steps."
            : "Lines: every step."
        let shapes: [(TrainingPrecision, String)] = [(.ternary, "dots"), (.full, "diamonds")]
        let marks = shapes.filter { precision, _ in
            runs.contains { $0.header.precision == precision && !$0.evaluations.isEmpty }
        }.map(\.1).joined(separator: " and ")
        guard let first = marks.first else { return lines }
        return "\(lines) \(first.uppercased())\(marks.dropFirst()): held-out text."
    }

    private func document(_ body: [String], _ layout: PlotLayout) -> String {
        let (width, height) = (Int(PlotLayout.width), Int(layout.height))
        let style = PlotPalette.styleSheet(options.theme).joined(separator: "\n    ")
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" \
            width="\(width)" height="\(height)" font-family="\(PlotLayout.font)" role="img">
              <title>\(SVGText.escaped(title))</title>
              <style>
                \(style)
              </style>
              <rect width="\(width)" height="\(height)" rx="12" class="fill-ground"/>
              \(body.joined(separator: "\n  "))
            </svg>

            """
    }
}
