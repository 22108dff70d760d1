public import BitNetTensors

/// The layouts that a checkpoint can be converted to.
public enum ConversionFormat: String, Sendable, CaseIterable {
    /// GGUF, projections as I2_S.
    case i2_s
    /// GGUF, projections as TQ2_0.
    case tq2_0
    /// GGUF, projections as TQ1_0.
    case tq1_0
    /// GGUF, projections as F16.
    case f16
    /// GGUF, projections as BF16.
    case bf16
    /// A Hugging Face folder, projections packed four to a byte.
    case packed

    /// How the ternary projections are stored.
    public var encoding: TensorEncoding {
        switch self {
        case .i2_s: .i2_s
        case .tq2_0: .tq2_0
        case .tq1_0: .tq1_0
        case .f16: .float16
        case .bf16: .bfloat16
        case .packed: .uint8
        }
    }

    /// Whether the output is a GGUF file; otherwise it is a folder.
    public var isGGUF: Bool { self != .packed }

    /// The number of `general.file_type`: bitnet.cpp's for I2_S, llama.cpp's for the others.
    var fileType: UInt32 {
        switch self {
        case .f16: 1
        case .bf16: 32
        case .tq1_0: 36
        case .tq2_0: 37
        case .i2_s, .packed: 40
        }
    }

    /// Whether a ternary matrix of that shape can be stored.
    func fits(rows: Int, columns: Int) -> Bool {
        self == .packed ? rows % 4 == 0 : columns % encoding.valuesPerBlock == 0
    }

    /// Whether `scale` is kept exactly.
    func keeps(_ scale: Float) -> Bool {
        switch self {
        case .i2_s: scale.isFinite
        case .packed: scale.isFinite && scale > 0
        case .bf16: scale.isExactBFloat16 && scale.isFinite
        case .f16, .tq1_0, .tq2_0: scale.isExactFloat16 && scale.isFinite
        }
    }
}

/// What to convert a checkpoint to.
public struct ConversionOptions: Sendable {
    /// The layout of the output.
    public var format: ConversionFormat
    /// How embedding and output head are stored; nil for float16 in GGUF, bfloat16 in a folder.
    public var embeddingEncoding: TensorEncoding?
    /// Whether scales of projections may be rounded to what the format stores.
    public var allowsRounding = false
    /// The model's name (`general.name` of a GGUF file); nil keeps the name it has.
    public var name: String?

    /// Options for `format`, the others at their defaults.
    public init(format: ConversionFormat) { self.format = format }

    var tableEncoding: TensorEncoding {
        embeddingEncoding ?? (format.isGGUF ? .float16 : .bfloat16)
    }
}

/// What a conversion wrote, and what it could not keep.
public struct ConversionReport: Sendable {
    /// A tensor some of whose values had to be rounded.
    public struct Loss: Sendable {
        /// The tensor's name in the output.
        public let tensor: String
        /// How many of its values changed.
        public let changedCount: Int
        /// The number of its values.
        public let valueCount: Int
        /// The greatest change of a value.
        public let greatestDifference: Float
    }

    /// The number of tensors written.
    public internal(set) var tensorCount = 0
    /// Embeddings and heads that are not exactly those of the input.
    public internal(set) var losses: [Loss] = []
    /// Projections whose scale was rounded.
    public internal(set) var roundedScales: [String] = []
    /// Added tokens whose options (`lstrip`, `rstrip`, `single_word`) GGUF has no place for.
    public package(set) var tokensWithLostOptions: [String] = []
}
