import ArgumentParser
import BitNetModels
import BitNetTensors

/// `-m`: the model of a command that needs one.
struct ModelPathOptions: ParsableArguments {
    @Option(
        name: [.customShort("m"), .customLong("model")],
        help: ArgumentHelp(
            "The model: a GGUF file, a folder in Hugging Face's layout, or kjv-tiny, the bundled "
                + "one.", valueName: "path"))
    var path: String
}

/// `-t`: the threads of a command that computes.
struct ThreadOptions: ParsableArguments {
    @Option(
        name: [.customShort("t"), .customLong("threads")],
        help: ArgumentHelp(
            "Threads to compute with. Results do not depend on it. (default: one per processor)",
            valueName: "count"))
    var count: Int?

    mutating func validate() throws {
        let most = ComputeContext.maximumThreadCount
        if let count, !(1...most).contains(count) {
            throw ValidationError("-t: expected 1 to \(most) threads, found \(count)")
        }
    }

    /// The kernels and threads asked for.
    func makeCompute() throws -> ComputeContext { try ComputeContext(threads: count) }
}

/// `-b`: how many tokens of a prompt are computed together.
struct BatchOptions: ParsableArguments {
    @Option(
        name: [.customShort("b"), .customLong("batch-size")],
        help: ArgumentHelp(
            "Tokens of a prompt that are computed together. Results do not depend on it.",
            valueName: "tokens"))
    var size = 48

    mutating func validate() throws {
        if !(1...Self.limit).contains(size) {
            throw ValidationError("-b: expected 1 to \(Self.limit) tokens, found \(size)")
        }
    }

    /// The largest number of tokens of a pass.
    static let limit = 1 << 16
}

/// `-c`: the context of a command that generates.
struct ContextOptions: ParsableArguments {
    @Option(
        name: [.customShort("c"), .customLong("ctx-size")],
        help: ArgumentHelp(
            "Positions of the context. (default: the model's own, at most 4096)",
            valueName: "tokens"))
    var length: Int?

    mutating func validate() throws {
        if let length, length < 2 {
            throw ValidationError("-c: expected 2 tokens or more, found \(length)")
        }
    }
}

/// `--kv`: how keys and values are cached.
struct CacheFormatOptions: ParsableArguments {
    @Option(
        name: .customLong("kv"),
        help: ArgumentHelp(
            "How keys and values are cached: int8 takes half of float16's memory, float32 twice.",
            valueName: "type"))
    var format = KeyValueFormat.float16
}

/// `--pack`: how ternary weights are kept in memory.
struct PackOptions: ParsableArguments {
    @Option(
        name: .customLong("pack"),
        help: ArgumentHelp(
            "How ternary weights are packed in memory: at 2 bits, or in base 3, which takes four "
                + "fifths; auto takes what is measured to be faster, or fits. Results do not depend "
                + "on it.",
            valueName: "packing"))
    var choice = PackChoice.automatic
}

/// `--head-bits` of a command that generates or is timed.
struct HeadOptions: ParsableArguments {
    @Option(
        name: .customLong("head-bits"),
        help: ArgumentHelp(
            "Bits of a weight of the output head: as stored, 8, or 4 (smallest, at a cost in "
                + "quality); auto takes 8 where the stored head is larger than 64 MiB.",
            valueName: "bits"))
    var precision = HeadPrecision.automatic
}

/// `--head-bits` of a command whose logits are compared with others'.
struct ExactHeadOptions: ParsableArguments {
    @Option(
        name: .customLong("head-bits"),
        help: ArgumentHelp(
            "Bits of a weight of the output head: as stored, whose logits agree with the reference "
                + "implementation's, 8, 4, or auto as in `run`.", valueName: "bits"))
    var precision = HeadPrecision.stored
}

extension BitNetModel {
    /// Loads the model at `path` and shows on a terminal how far it got.
    static func loadShowingProgress(
        _ path: String, _ compute: ComputeContext, head: HeadPrecision, pack: PackChoice
    ) throws -> BitNetModel {
        let line = ProgressLine("loading")
        return try load(path: path, compute: compute, head: head, pack: pack) { line.update($0) }
    }
}
