import BitNetCheckpoints
import BitNetModels
import BitNetTestSupport
import Foundation
import Testing

/// Configurations that no model has are refused, and the message says why.
@Suite struct HostileCheckpointConfigurationTests {
    private static let sizes = [
        "vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers",
        "num_attention_heads",
    ]

    /// `config.json` of a fixture with one member replaced by a JSON value, or removed.
    private func refusal(_ key: String, _ value: String?) throws -> ModelError? {
        var members = try Self.members()
        members[key] = value
        let json = "{" + members.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
        return try modelError {
            _ = try ModelConfiguration(huggingFace: Array(json.utf8), file: "config.json")
        }
    }

    private static func members() throws -> [String: String] {
        let data = try Data(contentsOf: Fixtures.url("llama-bitlinear/packed/config.json"))
        let object = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
        return try object.mapValues {
            String(
                decoding: try JSONSerialization.data(
                    withJSONObject: $0, options: .fragmentsAllowed),
                as: UTF8.self)
        }
    }

    @Test func fixtureItselfIsRead() throws {
        #expect(try refusal("unknown_key", "[1, {\"a\": null}]") == nil)
    }

    @Test(
        arguments: sizes,
        [
            "0", "-1", "-9223372036854775808", "9223372036854775807", "4194305", "1e30", "0.5",
            "\"8\"",
        ])
    func sizesMustBeIntegersInRange(_ key: String, _ value: String) throws {
        #expect(try refusal(key, value)?.code == .invalidConfiguration)
    }

    @Test(arguments: sizes)
    func sizesMustBeThere(_ key: String) throws {
        let error = try #require(try refusal(key, nil))
        #expect(error.code == .invalidConfiguration)
        #expect(error.message.contains(key))
        #expect(try refusal(key, "null")?.code == .invalidConfiguration)
    }

    @Test(arguments: [
        ("num_key_value_heads", "3"), ("num_key_value_heads", "0"), ("num_key_value_heads", "-2"),
        ("num_key_value_heads", "9223372036854775807"), ("head_dim", "33"), ("head_dim", "0"),
        ("head_dim", "4194304"), ("rms_norm_eps", "-1"), ("rope_theta", "0"), ("rope_theta", "-5"),
        ("rope_theta", "1e300"), ("max_position_embeddings", "0"),
        ("max_position_embeddings", "-1"), ("tie_word_embeddings", "3"),
        ("architectures", "\"LlamaForCausalLM\""), ("eos_token_id", "{}"),
        (
            "rope_scaling",
            "{\"rope_type\":\"llama3\",\"factor\":2,\"low_freq_factor\":4,"
                + "\"high_freq_factor\":1}"
        ),
        ("rope_scaling", "7"),
        ("quantization_config", "{\"quant_method\":\"bitnet\",\"rms_norm_eps\":-1}"),
    ])
    func valuesMustMakeSense(_ key: String, _ value: String) throws {
        #expect(try refusal(key, value)?.code == .invalidConfiguration)
    }

    @Test(arguments: [
        ("architectures", "[\"GPT2LMHeadModel\"]", "GPT2LMHeadModel"),
        ("architectures", "[\"MixtralForCausalLM\"]", "MixtralForCausalLM"),
        ("hidden_act", "\"gelu\"", "gelu"),
        ("attention_bias", "true", "bias"), ("mlp_bias", "true", "bias"),
        ("rope_scaling", "{\"rope_type\":\"yarn\",\"factor\":4}", "yarn"),
        ("rope_scaling", "{\"type\":\"dynamic\",\"factor\":4}", "dynamic"),
        ("rope_scaling", "{\"type\":\"linear\",\"factor\":-1}", "linear"),
        ("quantization_config", "{\"quant_method\":\"gptq\"}", "gptq"),
        ("quantization_config", "{}", "quantisation"),
        ("quantization_config", "{\"quant_method\":\"bitnet\",\"linear_class\":\"x\"}", "\"x\""),
    ])
    func whatIsNotSupportedIsNamed(_ key: String, _ value: String, _ part: String) throws {
        let error = try #require(try refusal(key, value))
        #expect(error.code == .unsupported)
        #expect(error.message.contains(part))
    }

    @Test(arguments: ["", "[]", "{", "null", "{\"hidden_size\":", "\u{0}"])
    func textThatIsNoObjectIsRefused(_ text: String) throws {
        let error = try modelError {
            _ = try ModelConfiguration(huggingFace: Array(text.utf8), file: "config.json")
        }
        #expect(error?.code == .invalidConfiguration)
    }

    @Test func deepNestingIsRefused() throws {
        let text = String(repeating: "[", count: 100_000)
        #expect(try refusal("x", text)?.code == .invalidConfiguration)
    }

    @Test(arguments: [
        ("bitnet-b1.58.embedding_length", GGUFValue.uint32(0)),
        ("bitnet-b1.58.embedding_length", .uint32(.max)),
        ("bitnet-b1.58.block_count", .uint32(0)), ("bitnet-b1.58.block_count", .uint32(3)),
        ("bitnet-b1.58.block_count", .uint64(1 << 62)), ("bitnet-b1.58.block_count", .string("2")),
        ("bitnet-b1.58.attention.head_count", .uint32(0)),
        ("bitnet-b1.58.attention.head_count", .int32(-4)),
        ("bitnet-b1.58.attention.head_count", .uint32s([4, 4])),
        ("bitnet-b1.58.attention.head_count_kv", .uint32(3)),
        ("bitnet-b1.58.attention.head_count_kv", .uint32(0)),
        ("bitnet-b1.58.attention.key_length", .uint32(63)),
        ("bitnet-b1.58.attention.layer_norm_rms_epsilon", .float32(.nan)),
        ("bitnet-b1.58.attention.layer_norm_rms_epsilon", .uint32(1)),
        ("bitnet-b1.58.rope.freq_base", .float32(-1)),
        ("bitnet-b1.58.rope.freq_base", .float32(.infinity)),
        ("bitnet-b1.58.rope.dimension_count", .string("64")),
        ("bitnet-b1.58.rope.dimension_count", .uint32(32)),
        ("bitnet-b1.58.rope.scaling.type", .uint32(1)),
        ("bitnet-b1.58.rope.scaling.type", .string("yarn")),
        ("bitnet-b1.58.expert_count", .uint32(8)), ("bitnet-b1.58.expert_count", .string("8")),
        ("bitnet-b1.58.context_length", .uint32(0)),
        ("bitnet-b1.58.context_length", .uint64(.max)),
        ("bitnet-b1.58.feed_forward_length", .uint32(511)),
        ("general.architecture", .string("gpt2")), ("general.architecture", .uint32(3)),
        ("tokenizer.ggml.bos_token_id", .string("<s>")),
    ])
    func hostileMetadataIsRefused(_ key: String, _ value: GGUFValue) throws {
        var editor = try CheckpointEditor("bitnet-256/model-i2_s.gguf")
        editor.metadata[key] = value
        let error = try #require(try modelError { _ = try editor.load() })
        #expect([.invalidConfiguration, .unsupported, .invalidTensor].contains(error.code))
        #expect(!error.message.isEmpty)
    }

    @Test(arguments: [Float.nan, -2, .infinity])
    func linearScalingNeedsAPositiveFactor(_ factor: Float) throws {
        var editor = try CheckpointEditor("bitnet-256/model-i2_s.gguf")
        editor.metadata["bitnet-b1.58.rope.scaling.type"] = .string("linear")
        editor.metadata["bitnet-b1.58.rope.scaling.factor"] = .float32(factor)
        let error = try modelError { _ = try editor.load() }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains("factor") == true)
    }

    /// The caller chooses how many positions to keep; the declared length costs nothing.
    @Test func hugeDeclaredContextsLoad() throws {
        var editor = try CheckpointEditor("bitnet-128/packed")
        editor.configuration["max_position_embeddings"] = 1 << 40
        let model = try editor.load()
        #expect(model.configuration.contextLength == 1 << 40)
        let run = try ModelRun(model, capacity: 1 << 20)
        let expected = try ModelRun(BitNetModel.fixture("bitnet-128/packed")).append([1, 2, 3])
        #expect(bits(try run.append([1, 2, 3])) == bits(expected))
    }

    @Test func missingFilesAreNamed() throws {
        let folder = try TemporaryFolder()
        let missing = try modelError { _ = try ModelCheckpoint(path: folder.path("none")) }
        #expect(missing?.code == .notFound)
        let empty = try modelError { _ = try ModelCheckpoint(path: folder.path) }
        #expect(empty?.code == .notFound)
        #expect(empty?.message.contains("config.json") == true)
    }

    /// Spaces and other characters of a path stand for themselves.
    @Test func filesInFoldersOfAnyNameAreFound() throws {
        let folder = try TemporaryFolder()
        let inner = folder.path("a b%20é")
        try FileManager.default.copyItem(
            at: Fixtures.url("bitnet-128/packed"), to: URL(filePath: inner))
        for path in [inner, inner + "/", inner + "/model.safetensors"] {
            let configuration = try ModelCheckpoint(path: path).configuration()
            #expect(configuration.hiddenSize == 128)
        }
    }
}
