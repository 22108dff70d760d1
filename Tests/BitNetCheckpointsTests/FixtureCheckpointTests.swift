import BitNetCheckpoints
import BitNetTensors
import BitNetTestSupport
import Testing

/// Names, shapes and types as the PyPI packages read them; see Tools/list_fixture_tensors.py.
@Suite struct FixtureCheckpointTests {
    struct Tensor: Decodable, Equatable {
        let name: String
        let shape: [Int]
        let type: String

        init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            name = try container.decode(String.self)
            shape = try container.decode([Int].self)
            type = try container.decode(String.self)
        }

        init(_ tensor: TensorDescriptor) {
            (name, shape, type) = (tensor.name, tensor.shape, tensor.typeName)
        }
    }

    @Test func everyFixtureOpensWithTheReferencesNamesShapesAndTypes() throws {
        let listing: [String: [Tensor]] = try Fixtures.json("golden/tensors.json")
        #expect(listing.count >= 12)
        for (path, expected) in listing {
            let tensors = try OpenCheckpoint.tensors(Fixtures.path(path))
            #expect(tensors.map { Tensor($0) } == expected, "\(path)")
            for tensor in tensors {
                let encoding = try #require(tensor.encoding)
                #expect(tensor.elementCount == tensor.shape.reduce(1, *))
                #expect(
                    tensor.region.count == encoding.byteCount(valueCount: tensor.elementCount),
                    "\(path) \(tensor.name)")
            }
        }
    }

    @Test func tensorsAreFoundByName() throws {
        let gguf = try GGUFFile(path: Fixtures.path("bitnet-256/model-tq1_0.gguf"))
        #expect(gguf.tensor("blk.1.attn_k.weight")?.shape == [128, 256])
        #expect(gguf.tensor("blk.9.attn_k.weight") == nil)
        let folder = try SafetensorsCheckpoint(path: Fixtures.path("bitnet-odd/packed"))
        #expect(folder.tensor("lm_head.weight")?.shape == [599, 192])
        #expect(
            folder.tensor("model.norm.weight")?.region.file.path.hasSuffix("00002.safetensors")
                == true)
        #expect(folder.tensor("absent") == nil)
        #expect(folder.metadata == ["format": "pt"])
    }

    private static let projections = [
        "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj",
        "attn_output": "self_attn.o_proj", "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj",
        "ffn_down": "mlp.down_proj",
    ]

    @Test(arguments: ["i2_s", "tq1_0", "tq2_0"])
    func ternaryMatricesAndScalesEqualThePackedCheckpoints(_ variant: String) throws {
        let gguf = try GGUFFile(path: Fixtures.path("bitnet-256/model-\(variant).gguf"))
        let packed = try SafetensorsCheckpoint(path: Fixtures.path("bitnet-256/packed"))
        let ternary = gguf.tensors.filter { $0.encoding?.isTernary == true }
        #expect(ternary.count == 14)
        for tensor in ternary {
            let parts = tensor.name.split(separator: ".")
            let projection = try #require(Self.projections[String(parts[2])])
            let layer = "model.layers.\(parts[1]).\(projection)"
            let weight = try #require(packed.tensor("\(layer).weight"))
            let encoding = try #require(tensor.encoding)
            let count = tensor.elementCount
            var codes: [UInt8] = []
            try TensorCodec.decodeTernaryCodes(
                tensor.region, encoding, totalValueCount: count, valueRange: 0..<count, into: &codes
            )
            #expect(try unpack(weight, rows: tensor.shape[0]) == codes, "\(tensor.name)")
            var scale: [Float] = []
            let stored = try #require(packed.tensor("\(layer).weight_scale"))
            try TensorCodec.decodeFloats(stored.region, .bfloat16, valueRange: 0..<1, into: &scale)
            #expect(
                try TensorCodec.ternaryScale(tensor.region, encoding, totalValueCount: count)
                    == scale[0])
        }
    }

    private func unpack(_ weight: TensorDescriptor, rows: Int) throws -> [UInt8] {
        var codes: [UInt8] = []
        var row: [UInt8] = []
        for index in 0..<rows {
            try TensorCodec.decodePackedTernaryRow(
                weight.region, rows: rows, columns: weight.shape[1], row: index, into: &row)
            codes += row
        }
        return codes
    }

    @Test func metadataKeepsFileOrderAndTypes() throws {
        let file = try GGUFFile(path: Fixtures.path("bitnet-256/model-tq1_0.gguf"))
        let metadata = file.metadata
        #expect(file.version == 3)
        #expect(file.alignment == 32)
        #expect(metadata.count == 25)
        #expect(metadata.keys.first == "general.architecture")
        #expect(metadata.keys.last == "general.quantization_version")
        #expect(try metadata.string("general.architecture") == "bitnet-b1.58")
        #expect(try metadata.integer("bitnet-b1.58.attention.head_count_kv") == 2)
        #expect(try metadata.float("bitnet-b1.58.rope.freq_base") == 500_000)
        #expect(try metadata.bool("tokenizer.ggml.add_bos_token") == true)
        let tokens = try #require(try metadata.strings("tokenizer.ggml.tokens"))
        #expect(tokens.count == 599)
        #expect(try metadata.integers("tokenizer.ggml.token_type")?.count == 599)
        #expect(try metadata.floats("tokenizer.ggml.scores")?.count == 599)
        #expect(try metadata.string("absent") == nil)
        let error = checkpointError { () throws(CheckpointError) in
            _ = try metadata.integer("general.architecture")
        }
        #expect(error?.code == .wrongType)
        #expect(
            error?.message
                == "metadata \"general.architecture\": expected integer, found string")
    }
}
