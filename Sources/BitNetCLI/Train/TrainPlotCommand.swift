import ArgumentParser
import BitNetTraining

struct TrainPlotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plot",
        abstract: "Draw the curves of training runs into an SVG picture.",
        discussion: """
            The upper panel shows the loss of every run: a thin line for each step, a thick one for \
            the mean of several, and marks for held-out text. The lower panel shows the learning \
            rate and the weight decay. Ternary runs are orange, full-precision ones blue; to compare \
            twins, give both logs. The log of a run that is still going on can be drawn as well.

            A linear plot leaves out the steep beginning; --log-x shows it. The picture is light or \
            dark as the reader's system is, unless --light or --dark is given.

            EXAMPLES
              bitnet train plot run/log.jsonl -o curves.svg
              bitnet train plot ternary/log.jsonl full/log.jsonl -o twins.svg --title "Twins, 4 M"
              bitnet train plot run/log.jsonl -o - --log-x --light | rsvg-convert -o curves.png
            """)

    @Argument(help: ArgumentHelp("The logs of the runs.", valueName: "log"))
    var logs: [String]

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The picture; - is standard output.", valueName: "path"))
    var output: String

    @Option(help: ArgumentHelp("The heading. (default: the run's name)", valueName: "text"))
    var title: String?

    @Option(
        help: ArgumentHelp(
            "Steps that the thick lines are the mean of. (default: a fiftieth of the longest run)",
            valueName: "steps"))
    var smooth: Int?

    @Flag(help: "Make the axis of steps logarithmic.")
    var logX = false

    @Flag(exclusivity: .exclusive, help: "Whose colours to use whatever the reader's system is.")
    var theme: FixedTheme?

    /// The themes that don't depend on the reader's system.
    enum FixedTheme: String, EnumerableFlag {
        case light, dark

        static func help(for value: FixedTheme) -> ArgumentHelp? {
            "Draw in \(value.rawValue) colours always."
        }
    }

    mutating func validate() throws {
        if let smooth, smooth < 1 {
            throw ValidationError("--smooth: expected at least 1 step, found \(smooth)")
        }
        if logs.contains(output) {
            throw ValidationError("-o: \(output) is a log; choose another path for the picture")
        }
    }

    func run() throws {
        let runs = try logs.map { path throws(TrainingError) in try PlottedRun(log: path) }
        let options = PlotOptions(
            title: title, smoothing: smooth, isLogarithmic: logX, theme: plotTheme)
        let picture = TrainingPlot(runs, options).svg()
        let file = try OutputFile(output)
        try file.write(picture)
        try file.finish()
        let steps = runs.reduce(0) { $0 + $1.steps.count }
        StandardStreams.note("\(runs.count) run\(runs.count == 1 ? "" : "s"), \(steps) steps drawn")
    }

    private var plotTheme: PlotOptions.Theme {
        switch theme {
        case .light: .light
        case .dark: .dark
        case nil: .automatic
        }
    }
}
