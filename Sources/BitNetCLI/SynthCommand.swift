public import ArgumentParser
public import BitNetModels
import BitNetTensors

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// `bitnet synth`: a random model of a known shape.
struct SynthCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "synth", abstract: "Make up a model with random weights, for benchmarks.",
        discussion: """
            The file has the size and costs the time of a real model of its shape, and says nothing \
            sensible. The same options give the same bytes. Without --ffn-zeros the share of zeros is \
            what random weights give, about a half; trained models have more.

            EXAMPLES
              bitnet synth --shape tiny -o tiny.gguf
              bitnet synth --shape 2b4t -o 2b4t.gguf --ffn-zeros 0.8
              bitnet synth --shape llama3-8b --type tq2_0 --embedding-type q6_K -o 8b.gguf
              bitnet synth --shape 100b --type tq1_0 --embedding-type q8_0 -o 100b.gguf
            """)

    @Option(help: "The shape of the model.")
    var shape: SyntheticShape = .bitNet2B4T
    @Option(
        name: .shortAndLong, help: ArgumentHelp("The GGUF file to write.", valueName: "path"))
    var output: String
    @Option(help: "How to store the projections.")
    var type: SynthType = .i2_s
    @Option(
        help: ArgumentHelp("How to store embedding and output head.", valueName: "type"))
    var embeddingType: EmbeddingType = .f16
    @Option(name: .shortAndLong, help: "Seed of the random weights.")
    var seed: UInt64 = 0
    @Option(
        help: ArgumentHelp(
            "The share of zeros at the input of down_proj, from 0.5 to 1. (default: left to chance)",
            valueName: "share"))
    var ffnZeros: Double?
    @Flag(help: "Replace the file if it exists.")
    var force = false
    @OptionGroup var threads: ThreadOptions

    func run() throws {
        guard force || !FileManager.default.fileExists(atPath: output) else {
            throw ModelError(
                .unsupported, file: output,
                "it exists already; choose another place, or replace it (--force)")
        }
        let model = SyntheticModel(
            shape: shape, encoding: type.encoding, embeddingEncoding: embeddingType.encoding,
            seed: seed, feedForwardZeros: ffnZeros)
        let meter = ProgressLine("writing")
        try model.write(to: output, pool: threads.makeCompute().pool) {
            meter.update($0)
        }
        meter.finish()
    }
}

extension SyntheticShape: ExpressibleByArgument {}

/// Ternary types of made-up models.
enum SynthType: String, ExpressibleByArgument, CaseIterable {
    case i2_s, tq2_0, tq1_0

    var encoding: TensorEncoding {
        switch self {
        case .i2_s: .i2_s
        case .tq2_0: .tq2_0
        case .tq1_0: .tq1_0
        }
    }
}
