public import ArgumentParser
import BitNetGeneration
public import BitNetModels
import BitNetTensors

/// `bitnet convert`: one checkpoint format to another.
struct ConvertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert", abstract: "Convert a model to another format.",
        discussion: """
            Ternary values and scales are carried over exactly, or the conversion is refused. Types \
            i2_s, tq2_0, tq1_0, f16 and bf16 write a GGUF file; packed writes a folder in Hugging \
            Face's layout. What had to be rounded is listed on standard error.

            EXAMPLES
              bitnet convert bitnet-b1.58-2B-4T/ model.gguf
              bitnet convert model.gguf small.gguf --type tq1_0 --embedding-type q6_K
              bitnet convert model.gguf folder --type packed
            """)

    @Argument(
        help: "A GGUF file, a folder in Hugging Face's layout, or kjv-tiny, the bundled model.")
    var input: String
    @Argument(help: "The GGUF file or the folder to write.")
    var output: String
    @Option(help: ArgumentHelp("How to store the projections.", valueName: "type"))
    var type: ConversionFormat = .i2_s
    @Option(
        help: ArgumentHelp(
            "How to store embedding and output head. (default: f16; bf16 for packed)",
            valueName: "type"))
    var embeddingType: EmbeddingType?
    @Option(help: "The model's name in a GGUF file. (default: the name it has)")
    var name: String?
    @Flag(help: "Round scales that the type can't hold exactly, instead of refusing.")
    var allowRounding = false
    @Flag(help: "Replace what is at the output already.")
    var force = false
    @OptionGroup var threads: ThreadOptions

    func validate() throws {
        if type == .packed, let embeddingType, !embeddingType.isPlain {
            throw ValidationError(
                "a Hugging Face folder can't hold an embedding of type \(embeddingType.rawValue); "
                    + "use bf16, f16 or f32")
        }
    }

    func run() throws {
        var options = ConversionOptions(format: type)
        options.embeddingEncoding = embeddingType?.encoding
        options.allowsRounding = allowRounding
        options.name = name
        let converter = try ModelConverter(
            path: input, options: options, compute: threads.makeCompute())
        let meter = ProgressLine("converting")
        let report = try converter.write(to: output, replacing: force) { meter.update($0) }
        meter.finish()
        for loss in report.losses {
            warn(
                "\(loss.tensor): \(loss.changedCount) of \(loss.valueCount) values rounded, by at "
                    + "most \(loss.greatestDifference)")
        }
        if !report.tokensWithLostOptions.isEmpty {
            warn(
                "GGUF can't keep lstrip, rstrip and single_word of the added tokens "
                    + report.tokensWithLostOptions.joined(separator: ", "))
        }
        for tensor in report.roundedScales { warn("\(tensor): scale rounded") }
    }

    private func warn(_ message: String) {
        StandardStreams.note("warning: \(message)")
    }
}

extension ConversionFormat: ExpressibleByArgument {}

/// Storage types of embeddings and output heads, by the names that users type.
enum EmbeddingType: String, ExpressibleByArgument, CaseIterable {
    case f32, f16, bf16, q8_0
    case q6_K
    case q4_0

    var encoding: TensorEncoding {
        switch self {
        case .f32: .float32
        case .f16: .float16
        case .bf16: .bfloat16
        case .q8_0: .q8_0
        case .q6_K: .q6_K
        case .q4_0: .q4_0
        }
    }

    var isPlain: Bool { encoding.valuesPerBlock == 1 }
}
