internal import BitNetCheckpoints
internal import BitNetModels
internal import BitNetTensors
internal import BitNetTokenizers

/// Writes a trained model's master weights as bfloat16 in Hugging Face's layout: what this engine
/// and transformers open, and what `bitnet convert` turns into packed weights and GGUF.
public struct ModelExport {
    private let model: TrainableModel
    private let tokenizer: TokenizerFiles
    private let beginningOfText: Int?
    private let endOfText: [Int]

    /// An export of `model` with the tokenizer it was trained with.
    ///
    /// `endTokens` end a text beside the tokenizer's own.
    public init(
        _ model: TrainableModel, _ tokenizer: TokenizerFiles, endTokens: [Int] = []
    ) throws(TrainingError) {
        self.model = model
        self.tokenizer = tokenizer
        let opened = try tokenizer.tokenizer()
        beginningOfText = opened.beginningOfText.map { Int($0) }
        let own = opened.endOfText.map { [Int($0)] } ?? []
        endOfText = own + endTokens.filter { !own.contains($0) }
    }

    /// Writes `model.safetensors`, `config.json` and the tokenizer's files into `folder`.
    ///
    /// Each file is replaced at once, the weights last.
    public func write(to folder: String) throws {
        let json = try configurationJSON(folder)
        try RunFolder(folder).write(tokenizer)
        let file = try AtomicFileWriter(path: "\(folder)/config.json")
        try file.append(json)
        try file.finish()
        var writer = SafetensorsWriter(path: "\(folder)/model.safetensors")
        try writer.setMetadata("format", "pt")
        let parameters = model.weights.layout.parameters
        for parameter in parameters {
            try writer.declareTensor(parameter.name, shape: parameter.shape, encoding: .bfloat16)
        }
        for parameter in parameters {
            let bytes = try TensorCodec.encodeFloats(model.weights.values(parameter), .bfloat16)
            try writer.append(bytes, to: parameter.name)
        }
        try writer.finish()
    }

    /// The bytes of `config.json`; throws when it cannot describe the model.
    func configurationJSON(_ folder: String) throws -> [UInt8] {
        var configuration = model.configuration
        configuration.beginningOfText = beginningOfText
        configuration.endOfText = endOfText
        return try configuration.masterConfigurationJSON(
            ternary: model.precision == .ternary, file: folder)
    }
}
