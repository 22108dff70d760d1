import BitNetTestSupport
import BitNetTraining
import Testing

@Suite struct TrainingPlotTests {
    private func log(
        _ name: String, _ precision: TrainingPrecision = .ternary, _ losses: [Double],
        rate: Double = 1e-3, evaluations: [Double] = []
    ) throws -> PlottedRun {
        let folder = try TemporaryFolder()
        let path = folder.path("log.jsonl")
        let log = try RunLog.open(path, resumingAt: nil)
        try log.append(
            .run(
                RunHeader(
                    name: name, precision: precision, parameters: 1000, steps: losses.count,
                    batchTokens: 64, seed: 1)))
        for (index, loss) in losses.enumerated() {
            try log.append(
                .step(
                    StepRecord(
                        step: index + 1, loss: loss, learningRate: rate, weightDecay: 0.1,
                        gradientNorm: 1, tokens: 64 * index, seconds: 1, tokensPerSecond: 64)))
        }
        for loss in evaluations {
            try log.append(
                .evaluation(
                    EvaluationRecord(step: losses.count, heldOutLoss: loss, perplexity: loss)))
        }
        return try PlottedRun(log: path)
    }

    /// Draws with every option and checks the picture's form; returns the plain one.
    @discardableResult
    private func draw(_ runs: [PlottedRun], _ options: PlotOptions = PlotOptions()) -> String {
        for isLogarithmic in [false, true] {
            for theme in PlotOptions.Theme.allCases {
                var options = options
                (options.isLogarithmic, options.theme) = (isLogarithmic, theme)
                let picture = TrainingPlot(runs, options).svg()
                #expect(WellFormedness.problem(picture) == nil)
                #expect(!picture.contains("\"nan") && !picture.contains("inf\""))
            }
        }
        return TrainingPlot(runs, options).svg()
    }

    @Test func theCheckFindsWhatIsNotWellFormed() {
        for text in [
            "<a>", "<a></b>", "<a b=c\"/>", "<a>&x</a>", "<a/>x", "<a>\u{1}</a>", "<a b\"\"/>",
        ] {
            #expect(WellFormedness.problem(text) != nil, "\(text)")
        }
        #expect(WellFormedness.problem("<a b=\"&lt;>\"><c/>&amp;</a>\n") == nil)
    }

    @Test func picturesAreTheSameEveryTime() throws {
        let runs = try [log("a", .ternary, [5, 4, 3]), log("a", .full, [5, 4, 2])]
        #expect(draw(runs) == draw(runs))
        #expect(draw(runs).contains(">full precision</text>"))
    }

    @Test func namesAndTitlesAreEscaped() throws {
        let run = try log("</svg>&\"\u{1}\u{FFFF}é\n", .ternary, [3, 2])
        let picture = draw([run], PlotOptions(title: "<b> & \"c\""))
        #expect(picture.contains("<title>&lt;b&gt; &amp; &quot;c&quot;</title>"))
        #expect(picture.contains("&lt;/svg&gt;&amp;&quot;\u{FFFD}\u{FFFD}é "))
    }

    /// Values that leave nothing to scale an axis by.
    @Test(arguments: [
        [3], [3, 3, 3], [.nan], [.nan, .nan, .nan], [1, .nan, 2], [0, 0], [1e300, 1],
        [-1e29, 1e29],
        [1e29, 1e29.nextUp], [.leastNonzeroMagnitude, .leastNormalMagnitude], [-1, -2],
        [1e20, 1e-20, 1e20],
    ])
    func strangeLosses(losses: [Double]) throws {
        for rate in [0, 1e-3, 1e-300, .leastNonzeroMagnitude, 1e29, 1e300, .nan, -1] {
            draw([
                try log("a", .ternary, losses, rate: rate, evaluations: losses),
                try log("b", .full, [1, 2]),
            ])
        }
    }

    @Test func manyRunsAreToldApart() throws {
        let runs = try (0..<9).map {
            try log("r", $0 % 2 == 0 ? .ternary : .full, [3, Double($0)])
        }
        let picture = draw(runs)
        #expect(picture.contains("stroke-dasharray=\"7 3\""))
        #expect(picture.contains(">ternary 2</text>") && picture.contains(">full precision 4<"))
    }

    @Test func longRunsAreThinnedAndKeepTheirPeaks() throws {
        var losses = (0..<20_000).map { 3 + Double($0 % 7) / 100 }
        losses[15_001] = 2
        let long = draw([try log("long", .ternary, losses)], PlotOptions(smoothing: 1))
        #expect(long.utf8.count < 60_000)
        let points = long.split(separator: "L").count
        #expect(points < 5000)
        #expect(long.contains(">2.0</text>"))
    }

    @Test func logsThatCannotBePlottedAreNamed() throws {
        let folder = try TemporaryFolder()
        let header = RunLogTests.records[0].line
        let (one, two) = (RunLogTests.step(1).line, RunLogTests.step(2).line)
        for (text, message) in [
            ("", "log: the log is empty; train first"),
            (header, "log: the log has no steps yet; plot it when it has"),
            (one, "log:1: expected the record of the kind run that begins a log, found another"),
            (header + one + header, "log:3: a second run begins here"),
            (
                header + two + one,
                "log:3: expected steps that rise from 1, found step 1 behind step 2"
            ),
        ] {
            let path = try folder.write(Array(text.utf8), to: "log")
            do {
                _ = try PlottedRun(log: path)
                Issue.record("no error: \(text)")
            } catch {
                #expect("\(error)".contains(message), "\(error)")
            }
        }
    }
}
