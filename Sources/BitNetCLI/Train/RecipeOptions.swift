import ArgumentParser
import BitNetModels
import BitNetTraining

/// The shape of a model to be trained and the recipe; what is left out follows from the depth.
struct RecipeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Settings in a TOML file; options on the command line come before them.",
            valueName: "file"))
    var config: String?

    @Option(
        help: ArgumentHelp("Layers: the dial that everything follows. (default: 4)", valueName: "n")
    )
    var depth: Int?

    @Option(help: "What to train: ternary, or full, its full-precision twin. (default: ternary)")
    var precision: TrainingPrecision?

    @Option(help: ArgumentHelp("Width of the residual stream.", valueName: "n"))
    var hidden: Int?

    @Option(help: ArgumentHelp("Width of the feed-forward layers.", valueName: "n"))
    var feedForward: Int?

    @Option(help: ArgumentHelp("Query heads.", valueName: "n"))
    var heads: Int?

    @Option(help: ArgumentHelp("Key/value heads.", valueName: "n"))
    var kvHeads: Int?

    @Option(help: ArgumentHelp("Width of a head.", valueName: "n"))
    var headDim: Int?

    @Option(help: ArgumentHelp("Tokens of a sequence. (default: 256)", valueName: "tokens"))
    var length: Int?

    @Option(help: ArgumentHelp("Sequences of a step.", valueName: "n"))
    var batch: Int?

    @Option(help: ArgumentHelp("Optimiser steps.", valueName: "n"))
    var steps: Int?

    @Option(help: ArgumentHelp("Steps of the warm-up.", valueName: "n"))
    var warmUp: Int?

    @Option(help: ArgumentHelp("Learning rate of the first stage.", valueName: "rate"))
    var lr: Double?

    @Option(help: ArgumentHelp("Learning rate of the second stage.", valueName: "rate"))
    var secondLr: Double?

    @Option(help: ArgumentHelp("Weight decay of the first stage.", valueName: "rate"))
    var weightDecay: Double?

    @Option(
        help: ArgumentHelp(
            "What initial weights and the order of the data depend on. (default: 1)",
            valueName: "number"))
    var seed: UInt64?

    @Option(
        help: ArgumentHelp("The run's name in plots. (default: the folder's)", valueName: "name"))
    var name: String?

    /// Whether anything was given.
    var isSet: Bool {
        let values: [Any?] = [
            config, depth, precision, hidden, feedForward, heads, kvHeads, headDim, length, batch,
            steps, warmUp, lr, secondLr, weightDecay, seed, name,
        ]
        return values.contains { $0 != nil }
    }

    /// All settings: those given, then those of the file, then those that follow from the depth.
    func settings(
        _ dataset: TokenDataset, _ model: ModelConfiguration?, name defaultName: String
    ) throws -> PretrainSettings {
        let file = try config.map { try TOMLDocument(path: $0) }
        let depth = try depth ?? file?.int("depth") ?? model?.layerCount ?? 4
        guard (1...1024).contains(depth) else {
            throw CommandFailure("--depth: expected 1 to 1024 layers, found \(depth)")
        }
        let dial = PretrainDial(
            depth: depth, tokens: dataset.tokenCount, vocabularySize: dataset.vocabularySize)
        var settings = dial.settings(
            name: try name ?? file?.string("name") ?? defaultName,
            precision: try precision ?? file?.precision() ?? .ternary)
        if let model { take(model, &settings) }
        try takeShape(file, &settings)
        try takeSchedule(file, dataset, dial, &settings)
        try file?.refuseUnread()
        return settings
    }

    /// The shape of the model that training goes on from.
    private func take(_ model: ModelConfiguration, _ settings: inout PretrainSettings) {
        settings.hiddenSize = model.hiddenSize
        settings.feedForwardSize = model.feedForwardSize
        settings.heads = model.headCount
        settings.keyValueHeads = model.keyValueHeadCount
        settings.headDimension = model.headDimension
    }

    private func takeShape(_ file: TOMLDocument?, _ settings: inout PretrainSettings) throws {
        settings.hiddenSize = try hidden ?? file?.int("hidden") ?? settings.hiddenSize
        settings.feedForwardSize =
            try feedForward ?? file?.int("feed-forward") ?? settings.feedForwardSize
        settings.heads = try heads ?? file?.int("heads") ?? settings.heads
        settings.keyValueHeads = try kvHeads ?? file?.int("kv-heads") ?? settings.keyValueHeads
        settings.headDimension = try headDim ?? file?.int("head-dim") ?? settings.headDimension
        settings.length = try length ?? file?.int("length") ?? settings.length
        settings.sequences = try batch ?? file?.int("batch") ?? settings.sequences
    }

    private func takeSchedule(
        _ file: TOMLDocument?, _ dataset: TokenDataset, _ dial: PretrainDial,
        _ settings: inout PretrainSettings
    ) throws {
        let steps = try steps ?? file?.int("steps") ?? settings.schedule.steps
        let peak = try lr ?? file?.double("lr") ?? settings.schedule.peak
        var schedule = PretrainDial.schedule(steps: max(1, steps), peak: peak)
        schedule.steps = steps
        schedule.warmUpSteps = try warmUp ?? file?.int("warm-up") ?? schedule.warmUpSteps
        schedule.secondPeak = try secondLr ?? file?.double("second-lr") ?? schedule.secondPeak
        schedule.weightDecay =
            try weightDecay ?? file?.double("weight-decay") ?? schedule.weightDecay
        settings.schedule = schedule
        settings.seed = try seed ?? file?.seed() ?? settings.seed
    }
}

extension TOMLDocument {
    /// The precision under that key, nil when absent.
    func precision() throws -> TrainingPrecision? {
        guard let name = try string("precision") else { return nil }
        guard let precision = TrainingPrecision(rawValue: name) else {
            throw error("precision", "expected \"ternary\" or \"full\", found \"\(name)\"")
        }
        return precision
    }

    /// The seed under that key, nil when absent.
    func seed() throws -> UInt64? {
        guard let seed = try int("seed") else { return nil }
        guard seed >= 0 else { throw error("seed", "expected 0 or more, found \(seed)") }
        return UInt64(seed)
    }
}
