public import ArgumentParser
import BitNetGeneration
public import BitNetTensors

/// How a model is loaded and run: options that `run` shares with later commands.
struct ComputeOptions: ParsableArguments {
    @Option(
        name: [.customShort("c"), .customLong("ctx-size")],
        help: "Positions of the context (default: the model's own, at most 4096).")
    var contextLength: Int?

    @Option(name: .shortAndLong, help: "Compute threads (default: one per processor).")
    var threads: Int?

    @Option(
        name: [.customShort("b"), .customLong("batch-size")],
        help: "Prompt tokens computed together; changes speed and memory, never the result.")
    var chunk = 128

    @Option(name: .customLong("kv"), help: "Cache of keys and values: float16 or float32.")
    var keyValueFormat = KeyValueFormat.float16

    func validate() throws {
        if let contextLength, contextLength < 2 {
            throw ValidationError("--ctx-size: expected 2 or more, found \(contextLength).")
        }
        if chunk < 1 { throw ValidationError("--batch-size: expected 1 or more, found \(chunk).") }
    }

    var languageModelOptions: LanguageModel.Options {
        LanguageModel.Options(
            threads: threads, contextLength: contextLength, prefillChunk: chunk,
            keyValueFormat: keyValueFormat)
    }
}

extension KeyValueFormat: ExpressibleByArgument {}
