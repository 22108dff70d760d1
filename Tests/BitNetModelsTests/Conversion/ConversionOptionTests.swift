import BitNetCheckpoints
import BitNetModels
import BitNetTensors
import BitNetTestSupport
import Foundation
import Testing

/// Options of a model's graph that the formats write differently.
@Suite struct ConversionOptionTests {
    /// A copy of a packed fixture with a change to its `config.json`.
    private func changed(
        _ fixture: String, _ folder: TemporaryFolder, _ old: String, _ new: String
    ) throws -> String {
        let source = Fixtures.url("\(fixture)/packed")
        let text = try String(
            contentsOf: source.appending(path: "config.json"), encoding: .utf8)
        try #require(text.contains(old))
        try folder.write(
            Array(text.replacingOccurrences(of: old, with: new).utf8), to: "config.json")
        try folder.write(
            Array(Data(contentsOf: source.appending(path: "model.safetensors"))),
            to: "model.safetensors")
        return folder.path
    }

    private func expectSame(_ input: String, through format: ConversionFormat) throws {
        let folder = try TemporaryFolder()
        var options = ConversionOptions(format: format)
        options.embeddingEncoding = .bfloat16
        try ModelCheckpoint.convert(input, to: folder.path("first"), options)
        options.format = format == .packed ? .i2_s : .packed
        try ModelCheckpoint.convert(folder.path("first"), to: folder.path("second"), options)
        let expected = try LoadedModel(input)
        for name in ["first", "second"] {
            let model = try LoadedModel(folder.path(name))
            #expect(
                model.model.rotary.inverseFrequencies == expected.model.rotary.inverseFrequencies)
            #expect(try model.logits() == expected.logits())
        }
    }

    @Test(arguments: [
        #"{"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192}"#,
        #"{"type": "linear", "factor": 3.0}"#,
    ])
    func ropeScaling(scaling: String) throws {
        let folder = try TemporaryFolder()
        let input = try changed(
            "llama-bitlinear", folder, #""rope_scaling": null"#, #""rope_scaling": \#(scaling)"#)
        let plain = try LoadedModel(Fixtures.path("llama-bitlinear/packed"))
        #expect(try LoadedModel(input).logits() != plain.logits())
        try expectSame(input, through: .i2_s)
        try expectSame(input, through: .packed)
    }

    @Test func epsilonOfTheNormsInFrontOfProjections() throws {
        let folder = try TemporaryFolder()
        let input = try changed(
            "llama-rmsnorm", folder, "\"use_rms_norm\": true,\n    \"rms_norm_eps\": 1e-06",
            "\"use_rms_norm\": true,\n    \"rms_norm_eps\": 0.5")
        let plain = try LoadedModel(Fixtures.path("llama-rmsnorm/packed"))
        #expect(try LoadedModel(input).logits() != plain.logits())
        try expectSame(input, through: .i2_s)
    }

    @Test func metadataOfAGGUFFileIsCarriedOver() throws {
        let folder = try TemporaryFolder()
        let input = try GGUFFile(path: Fixtures.path("bitnet-128/model-i2_s.gguf"))
        var options = ConversionOptions(format: .f16)
        options.name = "another"
        try ModelCheckpoint.convert(input.path, to: folder.path("out.gguf"), options)
        let output = try GGUFFile(path: folder.path("out.gguf"))
        #expect(output.metadata["general.file_type"] == .uint32(1))
        #expect(output.metadata["general.name"] == .string("another"))
        let changed = ["general.file_type", "general.name", "general.alignment"]
        for key in input.metadata.keys where !changed.contains(key) {
            #expect(output.metadata[key] == input.metadata[key], "\(key)")
        }
    }
}
