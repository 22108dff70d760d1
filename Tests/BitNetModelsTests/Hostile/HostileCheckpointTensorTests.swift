import BitNetCheckpoints
import BitNetModels
import BitNetTensors
import BitNetTestSupport
import Testing

/// Tensors that do not fit the configuration are refused by name.
@Suite struct HostileCheckpointTensorTests {
    private static let query = "model.layers.1.self_attn.q_proj"

    private func refusal(
        _ path: String, _ change: (inout CheckpointEditor) throws -> Void
    ) throws -> ModelError {
        var editor = try CheckpointEditor(path)
        try change(&editor)
        return try #require(try modelError { _ = try editor.load() })
    }

    @Test(arguments: [
        "model.embed_tokens.weight", "model.norm.weight", "lm_head.weight", query + ".weight",
        query + ".weight_scale", "model.layers.0.input_layernorm.weight",
        "model.layers.1.self_attn.attn_sub_norm.weight", "model.layers.0.mlp.ffn_sub_norm.weight",
        "model.layers.1.mlp.down_proj.weight",
    ])
    func missingTensorsAreNamed(_ name: String) throws {
        let error = try refusal("bitnet-odd/packed") { $0.remove(name) }
        #expect(error.code == .invalidTensor)
        #expect(error.message.contains(name))
    }

    @Test func layersBeyondTheTensorsAreMissed() throws {
        for layers in [3, 4_000_000] {
            let error = try refusal("bitnet-odd/packed") {
                $0.configuration["num_hidden_layers"] = layers
            }
            #expect(error.message.contains("layers.2."))
        }
    }

    @Test func wrongShapesAreNamed() throws {
        for name in [
            "model.embed_tokens.weight", "model.norm.weight", Self.query + ".weight",
            Self.query + ".weight_scale", "model.layers.0.mlp.ffn_sub_norm.weight",
        ] {
            let error = try refusal("bitnet-odd/packed") { editor in
                guard var tensor = editor.tensors[name] else { return }
                tensor.shape[0] *= 2
                tensor.bytes += tensor.bytes
                editor.tensors[name] = tensor
            }
            #expect(error.code == .invalidTensor)
            #expect(error.message.contains(name) && error.message.contains("expected"))
        }
        let transposed = try refusal("bitnet-odd/packed") {
            $0.tensors["model.embed_tokens.weight"]?.shape.reverse()
        }
        #expect(transposed.message.contains("[192, 599]"))
    }

    /// NaN, zero, negative, infinite and (divided) subnormal scales, as bfloat16.
    @Test(arguments: [0x7FC0, 0, 0xBF80, 0x7F80, 0x0001] as [UInt16])
    func scalesMustBePositiveNumbers(_ bits: UInt16) throws {
        let error = try refusal("llama-bitlinear/packed") {
            $0.tensors[Self.query + ".weight_scale"]?.bytes = [UInt8(bits & 255), UInt8(bits >> 8)]
        }
        #expect(error.code == .invalidTensor)
        #expect(error.message.contains("weight_scale"))
    }

    @Test func scalesOfBlocksMustBeNumbers() throws {
        for bits in [Float.nan.bitPattern, Float.infinity.bitPattern] {
            let error = try refusal("bitnet-128/model-i2_s.gguf") { editor in
                guard var tensor = editor.tensors["blk.0.attn_q.weight"] else { return }
                let offset = tensor.shape[0] * tensor.shape[1] / 4
                for index in 0..<4 {
                    tensor.bytes[offset + index] = UInt8(truncatingIfNeeded: bits >> (8 * index))
                }
                editor.tensors["blk.0.attn_q.weight"] = tensor
            }
            #expect(error.message.contains("blk.0.attn_q.weight"))
            #expect(error.message.contains("scale"))
        }
    }

    @Test(arguments: [
        ("bitnet-odd/packed", query + ".weight"),
        ("bitnet-256/model-i2_s.gguf", "blk.1.ffn_down.weight"),
        ("bitnet-256/model-tq2_0.gguf", "blk.1.ffn_down.weight"),
    ])
    func codeThreeIsRefused(_ path: String, _ name: String) throws {
        let error = try refusal(path) { $0.tensors[name]?.bytes[5] = 0xFF }
        #expect(error.message.contains(name) && error.message.contains("code 3"))
    }

    @Test func masterWeightsMustBeNumbers() throws {
        let error = try refusal("bitnet-odd/master") {
            $0.tensors[Self.query + ".weight"]?.bytes.replaceSubrange(10..<12, with: [0xC0, 0x7F])
        }
        #expect(error.message.contains(Self.query) && error.message.contains("finite"))
    }

    /// Type numbers are patched in the header: no writer of ours makes such files.
    @Test(
        arguments: [
            ("token_embd.weight", 12, "Q4_K", "convert"),
            ("blk.0.attn_q.weight", 38, "TL1", "I2_S"),
            ("blk.1.ffn_up.weight", 39, "TL2", "I2_S"),
            ("blk.1.ffn_up.weight", 200, "200", "convert"),
        ] as [(String, UInt8, String, String)])
    func typesThatCannotBeReadAreNamedWithAdvice(
        _ tensor: String, _ type: UInt8, _ name: String, _ advice: String
    ) throws {
        let path = Fixtures.path("bitnet-256/model-i2_s.gguf")
        let region = try MappedFile(path: path).region
        var bytes = try #require(region.bytes(0..<region.count))
        let place = try #require(Self.find(Array(tensor.utf8) + [2, 0, 0, 0], in: bytes))
        bytes[place + tensor.utf8.count + 4 + 16] = type
        let folder = try TemporaryFolder()
        let changed = try folder.write(bytes, to: "model.gguf")
        let error = try #require(
            try modelError {
                _ = try BitNetModel.load(path: changed, compute: ComputeContext(threads: 1))
            })
        #expect(error.code == .unsupported)
        #expect(error.message.contains(tensor) && error.message.contains(name))
        #expect(error.message.contains(advice))
    }

    private static func find(_ pattern: [UInt8], in bytes: [UInt8]) -> Int? {
        (0..<min(bytes.count - pattern.count, 1 << 17)).first { start in
            bytes[start] == pattern[0]
                && bytes[start..<start + pattern.count].elementsEqual(pattern)
        }
    }

    @Test(arguments: [1, 15, 17])
    func divisorsMustFitTheHeads(_ count: Int) throws {
        let error = try refusal("llama-bitlinear/model-i2_s.gguf") {
            try $0.add("rope_freqs.weight", shape: [count], Array(repeating: 1, count: count))
        }
        #expect(error.message.contains("rope_freqs.weight"))
        #expect(error.message.contains("expected 16 values"))
    }

    @Test(arguments: [Float.nan, 0, -1, .infinity])
    func divisorsMustBePositive(_ value: Float) throws {
        let error = try refusal("llama-bitlinear/model-i2_s.gguf") {
            try $0.add("rope_freqs.weight", shape: [16], [value] + Array(repeating: 1, count: 15))
        }
        #expect(error.message.contains("rope_freqs.weight"))
    }

    /// What would change the result must not be left out in silence.
    @Test func tensorsOfOtherGraphsAreRefused() throws {
        let bias = try refusal("llama-bitlinear/packed") {
            try $0.add(Self.query + ".bias", shape: [128], Array(repeating: 0.5, count: 128))
        }
        #expect(bias.code == .unsupported && bias.message.contains("q_proj.bias"))
        let scale = try refusal("bitnet-128/model-i2_s.gguf") {
            try $0.add("blk.0.ffn_up.scale", shape: [1], [2])
        }
        #expect(scale.code == .unsupported && scale.message.contains("ffn_up.scale"))
        let subNorm = try refusal("llama-bitlinear/packed") {
            try $0.add(
                "model.layers.0.self_attn.attn_sub_norm.weight", shape: [128],
                Array(repeating: 1, count: 128))
        }
        #expect(subNorm.message.contains("sub-norm"))
        let norm = try refusal("llama-rmsnorm/packed") {
            $0.remove(Self.query + ".rms_norm.weight")
        }
        #expect(norm.message.contains("q_proj") && norm.message.contains("rms_norm"))
    }

    @Test func packedWeightsNeedTheirOptions() throws {
        let error = try refusal("bitnet-odd/packed") {
            $0.configuration["quantization_config"] = nil
        }
        #expect(error.message.contains("quantization_config"))
        let floats = try refusal("bitnet-odd/master") {
            try $0.add(Self.query + ".weight_scale", shape: [1], [1])
        }
        #expect(floats.message.contains("weight_scale"))
    }

    /// An F16 file of ternary values whose first row is zero keeps its scale.
    @Test func zeroRowsDoNotChangeTheScale() throws {
        let name = "blk.0.attn_q.weight"
        var editor = try CheckpointEditor("bitnet-128/model-f16.gguf")
        let before = try queryMatrix(editor.load())
        editor.tensors[name]?.bytes.replaceSubrange(
            0..<256, with: [UInt8](repeating: 0, count: 256))
        let after = try queryMatrix(editor.load())
        #expect(after.scale == before.scale)
        #expect(after.values(row: 0).allSatisfy { $0 == 0 })
        #expect(after.values(row: 1) == before.values(row: 1))
    }

    private func queryMatrix(_ model: BitNetModel) throws -> TernaryMatrix {
        guard case .ternary(let linear) = model.blocks[0].attention.query else {
            throw ModelError(.invalidTensor, "the projection is dense")
        }
        return linear.weights
    }
}
