import BitNetCheckpoints
import BitNetModels
import BitNetTensors
import BitNetTestSupport
import Testing

/// Converted models are the models they were, to the last bit.
@Suite struct ConversionRoundTripTests {
    /// Checkpoints with the formats that hold them.
    static let cases: [(String, ConversionFormat)] = {
        let all = ConversionFormat.allCases
        // 1 / weight_scale is no float16 or bfloat16 here, and rows have 128 or 384 values.
        let wide: [ConversionFormat] = [.i2_s, .packed]
        let table: [(String, [ConversionFormat])] = [
            ("bitnet-256/packed", all), ("bitnet-256/model-i2_s.gguf", all),
            ("bitnet-256/model-tq1_0.gguf", all), ("bitnet-256/model-tq2_0.gguf", all),
            ("bitnet-128/packed", [.i2_s, .f16, .bf16, .packed]),
            ("bitnet-128/model-f16.gguf", [.i2_s, .f16, .bf16, .packed]),
            ("llama-bitlinear/packed", wide), ("llama-bitlinear/model-i2_s.gguf", wide),
            ("llama-rmsnorm/packed", wide), ("bitnet-odd/packed", [.f16, .bf16, .packed]),
            ("bitnet-odd/master", [.packed]),
        ]
        return table.flatMap { path, formats in formats.map { (path, $0) } }
    }()

    @Test(arguments: cases)
    func weightsAndLogitsStayTheSame(path: String, format: ConversionFormat) throws {
        let folder = try TemporaryFolder()
        let input = Fixtures.path(path)
        var options = ConversionOptions(format: format)
        // The type that the input has, so that embeddings stay exact.
        options.embeddingEncoding = path.hasSuffix(".gguf") ? .float16 : .bfloat16
        let output = folder.path("converted")
        let report = try ModelCheckpoint.convert(input, to: output, options)
        #expect(report.losses.isEmpty && report.roundedScales.isEmpty)
        let (before, after) = (try LoadedModel(input), try LoadedModel(output))
        let projections = before.model.configuration.layerCount * 7
        #expect(after.ternary().count == projections)
        #expect(after.ternary() == before.ternary())
        #expect(try after.logits() == before.logits())
    }

    /// All formats in turn, back to the bytes of the fixture that transformers opens.
    @Test func aChainThroughAllFormatsGivesTheFirstFilesBytes() throws {
        let folder = try TemporaryFolder()
        var path = Fixtures.path("bitnet-256/packed")
        for format in [ConversionFormat.tq1_0, .f16, .tq2_0, .bf16, .i2_s, .packed] {
            var options = ConversionOptions(format: format)
            options.embeddingEncoding = .bfloat16
            let next = folder.path("\(format)")
            try ModelCheckpoint.convert(path, to: next, options)
            path = next
        }
        let first = try SafetensorsCheckpoint(path: Fixtures.path("bitnet-256/packed"))
        let last = try SafetensorsCheckpoint(path: path)
        #expect(last.tensors.map(\.name) == first.tensors.map(\.name))
        for (found, expected) in zip(last.tensors, first.tensors) {
            #expect(found.typeName == expected.typeName)
            #expect(found.shape == expected.shape)
            let range = 0..<expected.region.count
            #expect(found.region.bytes(range) == expected.region.bytes(range), "\(found.name)")
        }
    }

    /// The fixtures' GGUF files were written by other programs.
    @Test(arguments: [
        ("bitnet-256", "model-i2_s.gguf", ConversionFormat.i2_s),
        ("bitnet-256", "model-tq1_0.gguf", .tq1_0), ("bitnet-256", "model-tq2_0.gguf", .tq2_0),
        ("bitnet-128", "model-i2_s.gguf", .i2_s), ("bitnet-128", "model-f16.gguf", .f16),
        ("llama-bitlinear", "model-i2_s.gguf", .i2_s),
    ])
    func packedFoldersGiveTheTensorsOfTheReferenceFile(
        fixture: String, file: String, format: ConversionFormat
    ) throws {
        let folder = try TemporaryFolder()
        let output = folder.path("converted.gguf")
        try ModelCheckpoint.convert(
            Fixtures.path("\(fixture)/packed"), to: output, ConversionOptions(format: format))
        let expected = try GGUFFile(path: Fixtures.path("\(fixture)/\(file)"))
        let found = try GGUFFile(path: output)
        #expect(Set(found.tensors.map(\.name)) == Set(expected.tensors.map(\.name)))
        #expect(found.tensors.first?.name == "token_embd.weight")
        for reference in expected.tensors {
            let tensor = try #require(found.tensor(reference.name))
            #expect(tensor.typeName == reference.typeName, "\(reference.name)")
            #expect(tensor.shape == reference.shape)
            // Behind an I2_S tensor's scale anything may follow.
            let padding = reference.encoding == .i2_s ? 28 : 0
            let range = 0..<reference.region.count - padding
            #expect(
                tensor.region.bytes(range) == reference.region.bytes(range), "\(reference.name)")
        }
    }
}
