/// A run with what its drawing needs.
struct PlotCurve {
    let run: PlottedRun
    let style: RunStyle
    /// The run's name, or what tells it from others of that name.
    let label: String
    let smoothed: [Double]

    /// The last finite point of the smoothed line.
    var lastPoint: (step: Double, loss: Double)? {
        guard let index = smoothed.lastIndex(where: \.isFinite) else { return nil }
        return (run.steps[index], smoothed[index])
    }

    /// The last measurement on text that is kept out of training.
    var lastEvaluation: EvaluationRecord? {
        run.evaluations.last { $0.heldOutLoss.isFinite }
    }

    static func curves(_ runs: [PlottedRun], window: Int) -> [PlotCurve] {
        var seen: [TrainingPrecision: Int] = [:]
        let labels = labels(runs.map(\.header))
        return zip(runs, labels).map { run, label in
            let index = seen[run.header.precision, default: 0]
            seen[run.header.precision] = index + 1
            return PlotCurve(
                run: run, style: RunStyle(precision: run.header.precision, index: index),
                label: label, smoothed: PlotSeries.smoothed(run.losses, window: window))
        }
    }

    /// Names where they differ, precisions where all have one name, otherwise both; numbered where
    /// that is not enough.
    private static func labels(_ headers: [RunHeader]) -> [String] {
        let isOneName = headers.allSatisfy { $0.name == headers[0].name }
        let labels = headers.map { header in
            let isAlone = headers.count { $0.name == header.name } == 1
            if isAlone { return header.name }
            return (isOneName ? "" : header.name + ", ") + header.precision.label
        }
        return labels.enumerated().map { index, label in
            let before = labels[..<index].count { $0 == label }
            return before == 0 ? label : "\(label) \(before + 1)"
        }
    }
}

extension TrainingPrecision {
    /// The precision as legends name it.
    var label: String { self == .ternary ? "ternary" : "full precision" }
}
