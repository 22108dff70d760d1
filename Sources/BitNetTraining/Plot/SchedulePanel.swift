#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Android)
internal import Android
#elseif canImport(Darwin)
internal import Darwin
#endif

/// The learning rate and the weight decay over the steps, each with a scale of its own.
struct SchedulePanel {
    private static let dashes = " stroke-dasharray=\"4 3\""

    private let curves: [PlotCurve]
    private let steps: PlotAxis
    private let panel: PlotLayout.Panel
    private let rates: PlotAxis
    private let decays: PlotAxis
    /// The power of ten that the labels of the learning rate leave out.
    private let exponent: Int
    /// Whether all runs have the same schedule, which is then drawn once, without their colours.
    private let isShared: Bool

    init(curves: [PlotCurve], steps: PlotAxis, panel: PlotLayout.Panel) {
        self.curves = curves
        self.steps = steps
        self.panel = panel
        let rate = Self.highest(curves.map(\.run.learningRates))
        rates = Self.axis(rate, panel)
        decays = Self.axis(Self.highest(curves.map(\.run.weightDecays)), panel)
        exponent = rate > 0 ? Int(log10(rate * (1 + 1e-9)).rounded(.down)) : 0
        isShared = curves.dropFirst().allSatisfy {
            $0.run.steps == curves[0].run.steps
                && $0.run.learningRates == curves[0].run.learningRates
                && $0.run.weightDecays == curves[0].run.weightDecays
        }
    }

    private static func highest(_ values: [[Double]]) -> Double {
        values.joined().filter(\.isFinite).max() ?? 0
    }

    /// An axis from zero to the first round number from `highest` on.
    private static func axis(_ highest: Double, _ panel: PlotLayout.Panel) -> PlotAxis {
        guard highest > 0 else { return PlotAxis(0, 1, from: panel.bottom, to: panel.top) }
        let size = PlotAxis.step(highest, atMost: 3).size
        let upper = (highest / size - 1e-9).rounded(.up) * size
        return PlotAxis(0, upper, from: panel.bottom, to: panel.top)
    }

    var elements: [String] {
        rateTicks + frame + decayTicks + curves.prefix(count).flatMap(lines)
    }

    private var count: Int { isShared ? 1 : curves.count }

    private var frame: [String] {
        let (y, right) = (panel.top - 14, PlotLayout.width - PlotLayout.margin)
        let unit = exponent == 0 ? "" : " × " + PlotNumber.powerOfTen(-exponent)
        return [
            SVGText.line(
                from: (panel.left, panel.bottom), to: (panel.right, panel.bottom), role: "faint"),
            SVGText.label(
                PlotLayout.margin, y, "Learning rate\(unit) (solid)", role: "text", weight: 600),
            SVGText.label(
                right, y, "Weight decay (dashed)", role: "text", weight: 600, anchor: "end"),
        ]
    }

    private var rateTicks: [String] {
        let unit = pow(10, Double(-exponent))
        return ticks(rates).flatMap { tick in
            let y = rates.place(tick.value)
            let label = PlotNumber.fixed(tick.value * unit, max(0, tick.digits + exponent))
            return [
                SVGText.line(from: (panel.left, y), to: (panel.right, y), role: "grid"),
                SVGText.label(panel.left - 10, y + 4, label, anchor: "end"),
            ]
        }
    }

    private var decayTicks: [String] {
        ticks(decays).map { tick in
            SVGText.label(
                panel.right + 10, decays.place(tick.value) + 4,
                PlotNumber.fixed(tick.value, tick.digits))
        }
    }

    /// Values from zero to the axis's end with the digits that they need.
    private func ticks(_ axis: PlotAxis) -> [(value: Double, digits: Int)] {
        let digits = PlotAxis.step(axis.upper, atMost: 3).digits
        return axis.linearTicks(atMost: 3) { _, _ in "" }.map { ($0.value, digits) }
    }

    private func lines(_ curve: PlotCurve) -> [String] {
        let role = isShared ? "text" : curve.style.role
        return [
            SVGText.curve(
                points(curve, curve.run.weightDecays, decays), role: isShared ? "faint" : role,
                width: 1.4, more: Self.dashes),
            SVGText.curve(points(curve, curve.run.learningRates, rates), role: role, width: 1.8),
        ]
    }

    private func points(
        _ curve: PlotCurve, _ values: [Double], _ axis: PlotAxis
    ) -> [(x: Double, y: Double)] {
        let points = zip(curve.run.steps, values).map { (x: steps.place($0), y: axis.place($1)) }
        return PlotSeries.thinned(
            points, from: panel.left, to: panel.right, columns: LossPanel.columns)
    }
}
