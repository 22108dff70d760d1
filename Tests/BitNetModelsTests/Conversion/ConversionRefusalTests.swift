import BitNetModels
import BitNetTensors
import BitNetTestSupport
import Testing

/// What a format can't hold is refused by the tensor's name, with what to do instead.
@Suite struct ConversionRefusalTests {
    private func refusal(
        _ path: String, _ options: ConversionOptions
    ) throws -> ModelError {
        let checkpoint = try ModelCheckpoint(path: Fixtures.path(path))
        let compute = try ComputeContext(threads: 1)
        return try #require(throws: ModelError.self) {
            _ = try CheckpointConverter(checkpoint, options, compute)
        }
    }

    @Test(arguments: [ConversionFormat.i2_s, .tq2_0, .tq1_0])
    func rowsThatFillNoBlocks(format: ConversionFormat) throws {
        let error = try refusal("bitnet-odd/packed", ConversionOptions(format: format))
        #expect(error.code == .unrepresentable)
        #expect(error.message.contains("\"blk.0.attn_q.weight\""))
        #expect(error.message.contains("a multiple of \(format.encoding.valuesPerBlock)"))
        #expect(error.message.hasSuffix("Types that hold this model: f16, bf16, packed"))
    }

    @Test func scalesThatAreNoFloat16() throws {
        let error = try refusal("llama-bitlinear/packed", ConversionOptions(format: .f16))
        #expect(error.code == .unrepresentable)
        #expect(error.message.contains("can store only rounded"))
    }

    @Test func scalesAreRoundedOnRequestAndReported() throws {
        let folder = try TemporaryFolder()
        var options = ConversionOptions(format: .f16)
        options.allowsRounding = true
        let input = Fixtures.path("llama-bitlinear/packed")
        let report = try ModelCheckpoint.convert(input, to: folder.path("out.gguf"), options)
        #expect(!report.roundedScales.isEmpty)
        let before = try LoadedModel(input).ternary()
        let after = try LoadedModel(folder.path("out.gguf")).ternary()
        #expect(after.map(\.values) == before.map(\.values))
        for (rounded, exact) in zip(after, before) {
            let (rounded, exact) = (
                Float(bitPattern: rounded.scale), Float(bitPattern: exact.scale)
            )
            #expect((rounded - exact).magnitude <= exact / 2048)
        }
    }

    @Test func embeddingsThatFillNoBlocks() throws {
        var options = ConversionOptions(format: .i2_s)
        options.embeddingEncoding = .q6_K
        let error = try refusal("bitnet-128/packed", options)
        #expect(error.message.contains("\"token_embd.weight\""))
        #expect(error.message.contains("a multiple of 256"))
    }

    @Test func roundedEmbeddingsAreReported() throws {
        let folder = try TemporaryFolder()
        var options = ConversionOptions(format: .i2_s)
        options.embeddingEncoding = .q8_0
        let report = try ModelCheckpoint.convert(
            Fixtures.path("bitnet-256/packed"), to: folder.path("out.gguf"), options)
        let loss = try #require(report.losses.first)
        #expect(report.losses.count == 1)
        #expect(loss.tensor == "token_embd.weight")
        #expect(loss.valueCount == 599 * 256)
        #expect(loss.changedCount > loss.valueCount / 2)
    }
}
