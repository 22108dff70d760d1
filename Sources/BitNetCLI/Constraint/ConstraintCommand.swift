import ArgumentParser
import BitNetGeneration
import BitNetTokenizers

struct ConstraintCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "constraint",
        abstract: "Check schemas, grammars and patterns, and draw texts that satisfy them.",
        discussion: """
            Reads one JSON object a line, with one of the keys schema, grammar, pattern and \
            choices, and perhaps an id and a prompt, and compiles each for the model's vocabulary. \
            Prints one JSON object a line: how long it took, the bytes of the shortest text that \
            satisfies it, and the texts that --samples asks for; or the error, with its place. The \
            model may be a file with a vocabulary only where no samples are asked for. Ends with \
            status 1 if one was refused, or a text was not complete.

            EXAMPLES
              echo '{"schema": {"type": "integer", "minimum": 3}}' | bitnet constraint -m kjv-tiny
              bitnet constraint -m model.gguf --samples 5 --temp 2 -n 200 -s 1 < schemas.jsonl
            """)

    @OptionGroup var model: ModelPathOptions

    @Option(help: ArgumentHelp("Texts to draw for each; seeds count up.", valueName: "count"))
    var samples = 0

    @OptionGroup(title: "Sampling") var sampling: SamplingOptions
    @OptionGroup(title: "Computing") var context: ContextOptions
    @OptionGroup(title: "Computing") var threads: ThreadOptions

    func validate() throws {
        if samples < 0 { throw ValidationError("--samples: expected 0 or more, found \(samples)") }
    }

    func run() async throws {
        let items = try ConstraintItem.read(
            StandardStreams.readInput(), file: InputFile.name("-"))
        let language = samples > 0 ? try await load() : nil
        let vocabulary =
            try language?.constraintVocabulary
            ?? ConstraintVocabulary(TokenizerLoader.load(path: model.path))
        var isSatisfied = true
        for item in items {
            let report = try await report(on: item, vocabulary, language)
            isSatisfied = isSatisfied && report.isSatisfied
            try StandardStreams.writeOutput(report.line())
        }
        if !isSatisfied { throw ExitCode.failure }
    }

    private func load() async throws -> LanguageModel {
        try await LanguageModel.load(
            from: model.path,
            options: LanguageModel.Options(threads: threads.count, contextLength: context.length))
    }

    private func report(
        on item: ConstraintItem, _ vocabulary: ConstraintVocabulary, _ language: LanguageModel?
    ) async throws -> ConstraintReport {
        let clock = ContinuousClock()
        let start = clock.now
        var report = ConstraintReport(id: item.name)
        do {
            let constraint = try item.compile(vocabulary)
            report.compileSeconds = start.duration(to: clock.now) / .seconds(1)
            report.leastBytes = constraint.leastBytes
            if let language {
                report.samples = try await draw(constraint, item.prompt, language)
            }
        } catch let error as ConstraintError {
            if report.leastBytes == nil {
                report.compileSeconds = start.duration(to: clock.now) / .seconds(1)
            }
            report.error = ConstraintReport.Failure(error)
        }
        return report
    }

    /// Draws the samples side by side.
    private func draw(
        _ constraint: OutputConstraint, _ prompt: String, _ language: LanguageModel
    ) async throws -> [ConstraintReport.Sample] {
        let parameters = sampling.parameters
        let first = parameters.seed ?? UInt64.random(in: 0..<1 << 32)
        let tokens = language.encode(prompt)
        return try await withThrowingTaskGroup(of: (Int, ConstraintReport.Sample).self) { group in
            for index in 0..<samples {
                group.addTask {
                    var parameters = parameters
                    parameters.seed = first &+ UInt64(index)
                    let request = GenerationRequest(
                        prompt: tokens, parameters: parameters, constraint: constraint)
                    return (index, try await Self.sample(language.generate(request)))
                }
            }
            var samples: [Int: ConstraintReport.Sample] = [:]
            for try await (index, sample) in group { samples[index] = sample }
            return (0..<self.samples).compactMap { samples[$0] }
        }
    }

    private static func sample(
        _ events: AsyncThrowingStream<GenerationEvent, any Error>
    ) async throws -> ConstraintReport.Sample {
        var text = ""
        var sample: ConstraintReport.Sample?
        for try await event in events {
            switch event {
            case .text(let piece): text += piece
            case .finished(let result): sample = ConstraintReport.Sample(text, result)
            case .promptProgress, .prompt, .tokens: break
            }
        }
        guard let sample else { throw CancellationError() }
        return sample
    }
}
