import ArgumentParser
import BitNetModels
import BitNetTensors

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure the speed of a model in tokens per second.",
        discussion: """
            Follows llama-bench: row pp512 is a prompt of 512 tokens, tg128 are 128 tokens one by \
            one, pp512+tg128 both timed as one, @ d4096 the same behind 4096 tokens. Each row is run \
            once to warm up, then -r times; t/s is the mean ± standard deviation. Tokens are random; \
            neither tokenising nor sampling is in the time. Of a quantised head (--head-bits), the 40 \
            most likely tokens are computed, which is what the sampler of `run` looks at. Lists (1,2) and ranges (1-4, 128-512+128, \
            1-16*2) give all combinations; the model is loaded anew for each number of threads.

            --roofline measures, before the model is loaded, how fast all threads together read \
            512 MiB of memory and how many int8 multiply-adds they do. For tg rows the table then \
            shows the bytes read per second (weights, output head and cached keys and values) as a \
            fraction of that bandwidth ("read"), for pp rows the multiply-adds per second of the \
            projections as a fraction of that peak ("int8"). Over 100 % "read" means that the model \
            fits into the caches, over 100 % "int8" that zeros were left out.

            "zeros" are, in models with relu², the share of gates at or below zero and of zeros at the \
            input of the down projections: rows and columns that need not be computed.

            EXAMPLES
              bitnet bench -m model.gguf
              bitnet bench -m model.gguf -p 0 -n 64 -d 0,4096 -t 1,2 --roofline
              bitnet bench -m a.gguf -m b.gguf -p 128-1024*2 -n 0 -b 128,512 -o jsonl
            """)

    @Option(
        name: [.customShort("m"), .customLong("model")],
        help: ArgumentHelp(
            "A model: a GGUF file, a folder in Hugging Face's layout, or kjv-tiny, the bundled "
                + "one. May be repeated.", valueName: "path"))
    var models: [String]

    @Option(
        name: [.customShort("p"), .customLong("n-prompt")],
        help: ArgumentHelp("Lengths of prompts; 0 for no such row.", valueName: "tokens"))
    var prompts = NumberList(512)

    @Option(
        name: [.customShort("n"), .customLong("n-gen")],
        help: ArgumentHelp("Numbers of single tokens; 0 for no such row.", valueName: "tokens"))
    var generations = NumberList(128)

    @Option(
        name: .customLong("pg", withSingleDash: true),
        help: ArgumentHelp(
            "A prompt and single tokens behind it, as one row. May be repeated.",
            valueName: "pp,tg"))
    var pairs: [PromptAndGeneration] = []

    @Option(
        name: [.customShort("d"), .customLong("n-depth")],
        help: ArgumentHelp("Tokens that are in the cache already.", valueName: "tokens"))
    var depths = NumberList(0)

    @Option(
        name: [.customShort("t"), .customLong("threads")],
        help: ArgumentHelp("Numbers of threads. (default: one per processor)", valueName: "count"))
    var threads: NumberList?

    @Option(
        name: [.customShort("b"), .customLong("batch-size")],
        help: ArgumentHelp(
            "Tokens of a prompt that are computed together.", valueName: "tokens"))
    var batches = NumberList(48)

    @Option(
        name: [.customShort("r"), .customLong("repetitions")],
        help: ArgumentHelp("Runs of each row.", valueName: "count"))
    var repetitions = 5

    @OptionGroup var cache: CacheFormatOptions
    @OptionGroup var head: HeadOptions
    @OptionGroup var pack: PackOptions

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("The form of what is printed.", valueName: "form"))
    var output = BenchFormat.md

    @Flag(help: "Compare with what the machine can do at most.")
    var roofline = false

    @Flag(help: "Show the time of each kind of step, from one more run of each row.")
    var profile = false

    @Option(
        help: ArgumentHelp(
            "Answer cases from standard input, of up to so many tokens, one JSON object a line, "
                + "instead: to take turns with another program.", valueName: "tokens"))
    var requests: Int?

    mutating func validate() throws {
        let most = ComputeContext.maximumThreadCount
        if let bad = threads?.values.first(where: { !(1...most).contains($0) }) {
            throw ValidationError("-t: expected 1 to \(most) threads, found \(bad)")
        }
        if let bad = batches.values.first(where: { !(1...BatchOptions.limit).contains($0) }) {
            throw ValidationError("-b: expected 1 to \(BatchOptions.limit) tokens, found \(bad)")
        }
        if !(1...10_000).contains(repetitions) {
            throw ValidationError("-r: expected 1 to 10000 runs, found \(repetitions)")
        }
        if let requests { return try validateRequests(requests) }
        if cases.isEmpty {
            throw ValidationError("nothing to measure: -p and -n are 0 and there is no -pg")
        }
    }

    private func validateRequests(_ positions: Int) throws {
        if !(1...1 << 28).contains(positions) {
            throw ValidationError("--requests: expected 1 token or more, found \(positions)")
        }
        if models.count > 1 || batches.values.count > 1 || (threads?.values.count ?? 1) > 1 {
            throw ValidationError("--requests takes one model, one -b and one -t")
        }
    }

    private var cases: [BenchCase] {
        BenchCase.all(
            prompts: prompts.values, generations: generations.values, pairs: pairs,
            depths: depths.values)
    }

    func run() throws {
        if let requests { return try answer(requests) }
        var output = BenchOutput(output, hasRoofline: roofline)
        for path in models { _ = try ModelCheckpoint(path: path) }
        try output.begin()
        for path in models {
            for count in threads?.values ?? [ComputeContext.defaultThreadCount] {
                let subject = try BenchSubject(
                    path, threads: count, head: head.precision, pack: pack.choice,
                    withRoofline: roofline)
                for batch in batches.values {
                    try run(subject, batch: batch, into: &output)
                }
            }
        }
        try output.end()
    }

    private func answer(_ positions: Int) throws {
        let compute = try ComputeContext(threads: threads?.values.first)
        ProcessMemory.resetPeak()
        let model = try BitNetModel.loadShowingProgress(
            models[0], compute, head: head.precision, pack: pack.choice)
        try BenchRequests(model: model, batch: batches.values[0], format: cache.format)
            .serve(positions: positions)
    }

    private func run(
        _ subject: BenchSubject, batch: Int, into output: inout BenchOutput
    ) throws {
        let runner = try BenchRunner(
            subject.model, batch: batch, positions: cases.map(\.positions).max() ?? 1,
            format: cache.format)
        for test in cases {
            let line = ProgressLine(test.name)
            let measurement = try runner.measure(
                test, repetitions: repetitions, profile: profile
            ) {
                line.update(Double($0) / Double(repetitions + 1))
            }
            line.finish()
            try output.add(try subject.result(test, batch, cache.format, measurement))
        }
    }
}
