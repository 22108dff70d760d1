import ArgumentParser
import BitNetModels
import BitNetTensors

struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Tell what a model file is, and what this machine makes of it.",
        discussion: """
            Reads the headers only: format, architecture, shape, parameters, sizes of body, \
            embedding, output head and KV cache apart, and the tokenizer. Describes models that \
            cannot be run, files with a vocabulary only and folders without weights, too. With \
            --load the model is loaded once, to tell what was chosen and what it cost.

            EXAMPLES
              bitnet inspect model.gguf
              bitnet inspect model/ -c 8192 --load
              bitnet inspect model.gguf --tensors --json
              bitnet inspect --cpu
            """)

    @Argument(
        help: "A GGUF file, a folder in Hugging Face's layout, or kjv-tiny, the bundled model.")
    var model: String?

    @Option(
        name: [.customShort("c"), .customLong("ctx-size")],
        help: ArgumentHelp(
            "Positions to reckon the KV cache for. (default: the model's context length)",
            valueName: "tokens"))
    var context: Int?

    @OptionGroup var cache: CacheFormatOptions

    @Flag(help: "Tell about the processor, and measure its kernels for a second; needs no model.")
    var cpu = false

    @Flag(help: "List all tensors: name, shape, type and bytes.")
    var tensors = false

    @Flag(help: "Load the model, and tell what was chosen and the cost in time and memory.")
    var load = false

    @OptionGroup var threads: ThreadOptions
    @OptionGroup var pack: PackOptions

    @Flag(help: "Print one JSON object; all sizes are in bytes.")
    var json = false

    mutating func validate() throws {
        if model == nil, !cpu { throw ValidationError("expected a model, or --cpu") }
        if let context, context < 1 {
            throw ValidationError("-c: expected at least 1 position, found \(context)")
        }
        if model == nil, load || tensors {
            throw ValidationError("--load and --tensors need a model")
        }
    }

    func run() throws {
        var report = InspectReport()
        if let model {
            let checkpoint = try report.add(model, context: context, cacheFormat: cache.format)
            if tensors { report.tensors = checkpoint?.tensors.map { TensorReport($0) } ?? [] }
            if load {
                guard let checkpoint else {
                    throw CommandFailure("\(model): there are no weights to load")
                }
                report.load = try LoadReport(checkpoint, threads.makeCompute(), pack.choice)
            }
        }
        if cpu { report.cpu = ProcessorReport(try threads.makeCompute()) }
        try StandardStreams.writeOutput(json ? JSONFiles.text(report) : report.text)
    }
}
