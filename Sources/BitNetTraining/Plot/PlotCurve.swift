/// A run with what its drawing needs.
struct PlotCurve {
    let run: PlottedRun
    let style: RunStyle
    /// The run's name, with its precision or a number where others have the same.
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
        var seen: [RunPrecision: Int] = [:]
        let labels = labels(runs.map(\.header))
        return zip(runs, labels).map { run, label in
            let index = seen[run.header.precision, default: 0]
            seen[run.header.precision] = index + 1
            return PlotCurve(
                run: run, style: RunStyle(precision: run.header.precision, index: index),
                label: label, smoothed: PlotSeries.smoothed(run.losses, window: window))
        }
    }

    private static func labels(_ headers: [RunHeader]) -> [String] {
        let names = headers.map { header in
            let isAlone = headers.count { $0.name == header.name } == 1
            return isAlone ? header.name : "\(header.name), \(header.precision.rawValue)"
        }
        return names.enumerated().map { index, name in
            let before = names[..<index].count { $0 == name }
            return before == 0 ? name : "\(name), \(before + 1)"
        }
    }
}
