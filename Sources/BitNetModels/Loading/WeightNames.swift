/// Names of a model's tensors in the two layouts; each role lists the spellings in use.
enum WeightNames {
    /// A tensor outside the blocks.
    enum Global {
        case embedding, outputNorm, outputHead, ropeDivisors
    }

    /// A projection of a block.
    enum Projection: CaseIterable {
        case query, key, value, output, gate, up, down
    }

    /// A norm of a block.
    enum Norm {
        case attention, attentionSub, feedForward, feedForwardSub
    }

    static func global(_ role: Global, gguf: Bool) -> [String] {
        switch role {
        case .embedding:
            gguf ? ["token_embd.weight"] : ["model.embed_tokens.weight", "embed_tokens.weight"]
        case .outputNorm: gguf ? ["output_norm.weight"] : ["model.norm.weight", "norm.weight"]
        case .outputHead: gguf ? ["output.weight"] : ["lm_head.weight"]
        case .ropeDivisors: gguf ? ["rope_freqs.weight"] : []
        }
    }

    /// A projection's name without ".weight"; also what `modules_to_not_convert` is matched with.
    static func projection(_ role: Projection, layer: Int, gguf: Bool) -> [String] {
        if gguf {
            let name =
                switch role {
                case .query: "attn_q"
                case .key: "attn_k"
                case .value: "attn_v"
                case .output: "attn_output"
                case .gate: "ffn_gate"
                case .up: "ffn_up"
                case .down: "ffn_down"
                }
            return ["blk.\(layer).\(name)"]
        }
        let name =
            switch role {
            case .query: "self_attn.q_proj"
            case .key: "self_attn.k_proj"
            case .value: "self_attn.v_proj"
            case .output: "self_attn.o_proj"
            case .gate: "mlp.gate_proj"
            case .up: "mlp.up_proj"
            case .down: "mlp.down_proj"
            }
        return ["model.layers.\(layer).\(name)", "layers.\(layer).\(name)"]
    }

    static func norm(_ role: Norm, layer: Int, gguf: Bool) -> [String] {
        if gguf {
            let name =
                switch role {
                case .attention: "attn_norm"
                case .attentionSub: "attn_sub_norm"
                case .feedForward: "ffn_norm"
                case .feedForwardSub: "ffn_sub_norm"
                }
            return ["blk.\(layer).\(name).weight"]
        }
        // The second spellings of the sub-norms are 1bitLLM's.
        let names =
            switch role {
            case .attention: ["input_layernorm"]
            case .attentionSub: ["self_attn.attn_sub_norm", "self_attn.inner_attn_ln"]
            case .feedForward: ["post_attention_layernorm"]
            case .feedForwardSub: ["mlp.ffn_sub_norm", "mlp.ffn_layernorm"]
            }
        return ["model.layers", "layers"].flatMap { prefix in
            names.map { "\(prefix).\(layer).\($0).weight" }
        }
    }

    /// Spellings of the norm in front of a projection, behind the projection's name.
    static func projectionNormSuffixes(gguf: Bool) -> [String] {
        gguf ? ["_norm_in.weight"] : [".rms_norm.weight", ".norm.weight"]
    }
}
