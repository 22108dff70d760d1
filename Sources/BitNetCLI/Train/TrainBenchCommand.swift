import ArgumentParser
import BitNetModels
import BitNetTensors
import BitNetTraining

struct TrainBenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure the speed of training.",
        discussion: """
            Trains a model of the given shape on random tokens and prints tokens per second, the \
            multiply-adds (3 a token for each parameter of a matrix, and those of the attention) as \
            a fraction of the float32 peak that the kernels reach on registers, and the peak of \
            resident memory. Ternary forward products, a third of all, are made with 8-bit \
            integers, which are faster than float32.

            With --requests, standard input is read for lines such as {"steps": 8}; each is \
            answered by a line with the speed of that many steps, the last loss and the memory, so \
            that another program can take turns with it.

            EXAMPLES
              bitnet train bench
              bitnet train bench --hidden 512 --ffn 1408 --layers 8 --heads 8 --kv-heads 4 -t 2
            """)

    @Option(help: ArgumentHelp("Entries of the vocabulary.", valueName: "n"))
    var vocab = 2048
    @Option(help: ArgumentHelp("Width of the residual stream.", valueName: "n"))
    var hidden = 256
    @Option(help: ArgumentHelp("Width of the feed-forward layers.", valueName: "n"))
    var ffn = 512
    @Option(help: ArgumentHelp("Transformer layers.", valueName: "n"))
    var layers = 4
    @Option(help: ArgumentHelp("Query heads.", valueName: "n"))
    var heads = 4
    @Option(help: ArgumentHelp("Key/value heads.", valueName: "n"))
    var kvHeads = 2
    @Option(help: ArgumentHelp("Width of a head.", valueName: "n"))
    var headDim = 64
    @Option(help: ArgumentHelp("Sequences of a step.", valueName: "n"))
    var batch = 16
    @Option(help: ArgumentHelp("Tokens of a sequence.", valueName: "tokens"))
    var length = 160
    @Option(help: "What to train: ternary or full precision.")
    var precision = TrainingPrecision.ternary
    @Option(help: ArgumentHelp("Learning rate.", valueName: "rate"))
    var lr = 0.001
    @Option(
        help: ArgumentHelp(
            "First weights: safetensors, float32, Hugging Face's names. (default: random)",
            valueName: "file"))
    var initial: String?
    @Option(help: ArgumentHelp("Steps of a measurement.", valueName: "n"))
    var steps = 8
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Measurements; one more, first, does not count.", valueName: "n"))
    var repetitions = 5
    @Flag(help: "Answer requests on standard input.")
    var requests = false
    @OptionGroup var threads: ThreadOptions
    @OptionGroup var blas: BLASOptions
    @Flag(help: "Compute activations again in the backward pass.")
    var checkpointActivations = false
    @Flag(help: "Print one JSON object.")
    var json = false

    mutating func validate() throws {
        for (name, value) in [("--steps", steps), ("-r", repetitions)] where value < 1 {
            throw ValidationError("\(name): expected 1 or more, found \(value)")
        }
    }

    func run() throws {
        let settings = settings
        try settings.validate()
        guard vocab >= 2 else { throw ValidationError("--vocab: expected 2 or more") }
        let subject = try TrainBenchSubject(
            settings, vocabularySize: vocab, compute: threads.makeCompute(),
            blas: try blas.library(), checkpointsActivations: checkpointActivations,
            initial: initial)
        if requests { return try TrainBenchRequests(subject: subject).serve() }
        _ = try subject.measure(steps: steps)
        let samples = try (0..<repetitions).map { _ in try subject.measure(steps: steps) }
        let report = TrainBenchReport(
            samples.map(\.tokensPerSecond), subject, settings, threads: threads.count)
        try StandardStreams.writeOutput(json ? JSONFiles.text(report) : report.text)
    }

    private var settings: PretrainSettings {
        PretrainSettings(
            name: "bench", precision: precision, layers: layers, hiddenSize: hidden,
            feedForwardSize: ffn, heads: heads, keyValueHeads: kvHeads, headDimension: headDim,
            length: length, sequences: batch,
            schedule: LearningRateSchedule(
                constant: lr, steps: 1 << 30, weightDecay: 0.1))
    }
}
