/// One row for each run: how it is drawn, what it is, where it ended.
struct PlotLegend {
    let curves: [PlotCurve]
    let layout: PlotLayout

    var elements: [String] {
        curves.enumerated().flatMap { row, curve in
            let (x, y) = (PlotLayout.margin, layout.legendBaseline(row))
            let swatch = SVGText.line(
                from: (x, y - 4), to: (x + 26, y - 4), role: curve.style.role, width: 2.4,
                more: curve.style.dashes + " stroke-linecap=\"round\"")
            let mark = curve.run.evaluations.isEmpty ? [] : [curve.style.mark(x + 13, y - 4)]
            return [swatch] + mark + [text(curve, x + 38, y)]
        }
    }

    private func text(_ curve: PlotCurve, _ x: Double, _ y: Double) -> String {
        let name = SVGText.escaped(SVGText.shortened(curve.run.header.name, to: 40))
        return "<text x=\"\(SVGText.coordinate(x))\" y=\"\(SVGText.coordinate(y))\" "
            + "font-size=\"13\"><tspan class=\"fill-text\" font-weight=\"600\">\(name)</tspan>"
            + "<tspan class=\"fill-faint\" dx=\"8\">\(facts(curve))</tspan></text>"
    }

    private func facts(_ curve: PlotCurve) -> String {
        let header = curve.run.header
        var facts = [
            header.precision.label,
            "\(PlotNumber.short(header.parameters)) parameters",
        ]
        if let last = curve.lastEvaluation {
            facts.append("held-out loss \(PlotNumber.fixed(last.heldOutLoss, 3))")
            if last.perplexity.isFinite {
                let digits = last.perplexity < 100 ? 2 : last.perplexity < 1000 ? 1 : 0
                facts.append("perplexity \(PlotNumber.fixed(last.perplexity, digits))")
            }
        } else if let last = curve.lastPoint {
            facts.append("loss \(PlotNumber.fixed(last.loss, 3))")
        }
        return facts.joined(separator: " · ")
    }
}

extension RunStyle {
    /// The mark of a measurement: a dot for ternary runs, a diamond for their twins.
    func mark(_ x: Double, _ y: Double) -> String {
        let more = "class=\"fill-\(role) line-ground\" stroke-width=\"1.2\""
        let (x, y) = (SVGText.coordinate(x), SVGText.coordinate(y))
        return precision == .ternary
            ? "<circle cx=\"\(x)\" cy=\"\(y)\" r=\"3.6\" \(more)/>"
            : "<path d=\"M\(x) \(y)m0 -4.6l4.6 4.6l-4.6 4.6l-4.6 -4.6z\" \(more)/>"
    }
}
