import ArgumentParser
import BitNetTraining

/// The recipe of a fine-tuning run; what is left out follows from the model and the data.
struct TuningOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Settings in a TOML file; options on the command line come before them.",
            valueName: "file"))
    var config: String?

    @Option(
        help: "What to train: ternary, or full for full precision. (default: what the model is)")
    var precision: TrainingPrecision?

    @Option(
        help: ArgumentHelp("Passes over the data. (default: sft 3, dpo 2)", valueName: "n"))
    var epochs: Int?

    @Option(
        help: ArgumentHelp(
            "The most tokens of a step, padding included. (default: a 32nd of the data, at most "
                + "4096, but room for the longest item)", valueName: "tokens"))
    var batchTokens: Int?

    @Option(
        help: ArgumentHelp(
            "Where longer sequences are cut. (default: the model's context, at most 2048)",
            valueName: "tokens"))
    var length: Int?

    @Option(
        help: ArgumentHelp(
            "The highest learning rate. (default: sft by the width, dpo 2e-7)", valueName: "rate"))
    var lr: Double?

    @Option(
        help: ArgumentHelp(
            "Steps of the warm-up, behind which the rate falls linearly to 0. (default: a tenth, at "
                + "most 100)", valueName: "n"))
    var warmUp: Int?

    @Option(help: ArgumentHelp("Weight decay. (default: 0)", valueName: "rate"))
    var weightDecay: Double?

    @Option(
        help: ArgumentHelp("The largest norm of a step's gradient. (default: 1)", valueName: "norm")
    )
    var clip: Double?

    @Option(
        help: ArgumentHelp(
            "What the order of the data and what is held out depend on. (default: 1)",
            valueName: "number"))
    var seed: UInt64?

    @Option(
        help: ArgumentHelp("The run's name in plots. (default: the folder's)", valueName: "name"))
    var name: String?

    @Option(
        help: ArgumentHelp(
            "A chat template (Jinja) in place of the model's own; it goes into the run's folder.",
            valueName: "file"))
    var chatTemplate: String?

    /// Whether anything was given.
    var isSet: Bool {
        let values: [Any?] = [
            config, precision, epochs, batchTokens, length, lr, warmUp, weightDecay, clip, seed,
            name, chatTemplate,
        ]
        return values.contains { $0 != nil }
    }

    mutating func validate() throws {
        let counts = [
            ("--epochs", epochs, 1), ("--batch-tokens", batchTokens, 1), ("--length", length, 1),
            ("--warm-up", warmUp, 0),
        ]
        for (name, value, least) in counts {
            if let value, value < least {
                throw ValidationError("\(name): expected \(least) or more, found \(value)")
            }
        }
    }
}

/// The options with those of the TOML file.
struct TuningRecipe {
    let options: TuningOptions
    /// The file's values; whoever has read all of his calls `refuseUnread()`.
    let file: TOMLDocument?
    let length: Int
    let seed: UInt64

    init(_ options: TuningOptions, contextLength: Int) throws {
        self.options = options
        file = try options.config.map { try TOMLDocument(path: $0) }
        length = try options.length ?? file?.int("length") ?? min(2048, contextLength)
        seed = try options.seed ?? file?.seed() ?? 1
        guard length > 0 else {
            throw CommandFailure("length: expected 1 or more, found \(length)")
        }
    }

    /// All settings.
    func settings(
        _ items: TuningItems, _ source: TuningSource, _ objective: TuningSettings.Objective,
        epochs defaultEpochs: Int, lr defaultRate: Double, name: String
    ) throws -> TuningSettings {
        let epochs = try options.epochs ?? file?.int("epochs") ?? defaultEpochs
        let batch =
            try options.batchTokens ?? file?.int("batch-tokens")
            ?? TuningDefaults.batchTokens(items)
        let schedule = TuningDefaults.schedule(
            steps: try TuningDefaults.steps(items, batchTokens: batch, epochs: epochs),
            peak: try options.lr ?? file?.double("lr") ?? defaultRate,
            warmUp: try options.warmUp ?? file?.int("warm-up"),
            weightDecay: try options.weightDecay ?? file?.double("weight-decay") ?? 0)
        var recipe = TrainingRecipe(
            name: try options.name ?? file?.string("name") ?? name,
            precision: try options.precision ?? file?.precision() ?? source.precision,
            schedule: schedule, seed: seed)
        recipe.clip = Float(try options.clip ?? file?.double("clip") ?? 1)
        let settings = TuningSettings(
            recipe: recipe, objective: objective, epochs: epochs, batchTokens: batch, length: length
        )
        try file?.refuseUnread()
        try settings.validate()
        return settings
    }
}
