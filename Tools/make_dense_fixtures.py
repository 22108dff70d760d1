"""Writes Tests/Fixtures/dense-llama/ and Tests/Fixtures/bitnet-1bitllm/.

Random models with the logits that Hugging Face transformers gives for them. Needs the PyPI packages
torch (CPU), transformers 5.23.0, accelerate, safetensors 0.8.0, gguf 0.19.0 and numpy.

    python3 Tools/make_dense_fixtures.py Tests/Fixtures
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
import transformers
from gguf import GGMLQuantizationType, GGUFWriter
from gguf.quants import quantize
from safetensors.torch import save_file
from transformers import BitNetConfig, BitNetForCausalLM, LlamaConfig, LlamaForCausalLM

GREEDY = 12
LENGTHS = [1, 2, 3, 7, 17, 40, 97]
LLAMA3 = {
    "rope_type": "llama3", "factor": 4.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64,
}
LINEAR = {"rope_type": "linear", "factor": 2.5}


def prompts(vocabulary, seed):
    generator = np.random.default_rng(seed)
    return [[int(i) for i in generator.integers(0, vocabulary, n)] for n in LENGTHS]


def run(model, ids):
    """The logits of every position and a greedy continuation, without a cache."""
    with torch.no_grad():
        logits = model(torch.tensor([ids]), use_cache=False).logits[0].double().numpy()
        continued, greedy, margins = list(ids), [], []
        for _ in range(GREEDY):
            row = model(torch.tensor([continued]), use_cache=False).logits[0, -1]
            best = torch.topk(row, 2)
            greedy.append(int(best.indices[0]))
            margins.append(float(best.values[0] - best.values[1]))
            continued.append(greedy[-1])
    return logits, greedy, margins


def noisy(model, ids, seed):
    """The same logits after the embeddings have been changed by a relative 3e-7."""
    torch.manual_seed(seed)
    weight = model.model.embed_tokens.weight
    kept = weight.detach().clone()
    with torch.no_grad():
        weight.mul_(1 + 3e-7 * torch.randn_like(weight))
        logits = model(torch.tensor([ids]), use_cache=False).logits[0].double().numpy()
        weight.copy_(kept)
    return logits


def expected(model, vocabulary, seed, tight, loose):
    """In the form of the other fixtures' expected.json, without texts."""
    entries = []
    for ids in prompts(vocabulary, seed):
        logits, greedy, margins = run(model, ids)
        variation = max(float(np.abs(noisy(model, ids, s) - logits).max()) for s in range(6))
        positions = sorted({0, len(ids) // 3, len(ids) // 2, len(ids) - 1})
        entries.append({
            "name": f"len-{len(ids)}", "ids": ids, "robust": variation < tight,
            "greedy_robust": variation < tight and min(margins) > 20 * tight,
            "positions": positions,
            "logits": [[float(f"{x:.7g}") for x in logits[p]] for p in positions],
            "greedy": greedy,
        })
        if len(ids) == LENGTHS[-1]:
            rows = torch.log_softmax(torch.tensor(logits[:-1]), -1)
            nll = -rows[torch.arange(len(ids) - 1), torch.tensor(ids[1:])].mean()
    print([(e["name"], e["robust"], e["greedy_robust"]) for e in entries])
    return {
        "vocab_size": vocabulary,
        "versions": {"transformers": transformers.__version__, "torch": torch.__version__},
        "prompts": entries, "nll": {"prompt": f"len-{LENGTHS[-1]}", "mean_nll": float(nll)},
        "tolerance": {
            "tight": tight, "loose": loose, "min_tight_fraction": 0.6, "min_cosine": 0.99,
            "nll": 0.01,
        },
    }


def exact_matrix(generator, rows, columns):
    """Multiples of 2^-9 up to 127 of them, which BF16 and F16 hold exactly.

    Every 32 neighbours have one of magnitude 127, so that Q8_0's scale is 2^-9 and exact too.
    """
    steps = np.clip(np.rint(generator.normal(0, 30, (rows, columns))), -127, 127)
    blocks = steps.reshape(rows, columns // 32, 32)
    place = generator.integers(0, 32, blocks.shape[:2])
    sign = generator.choice([-127.0, 127.0], blocks.shape[:2])
    np.put_along_axis(blocks, place[..., None], sign[..., None], -1)
    return (steps / 512).astype(np.float32)


def dense_weights(config):
    generator = np.random.default_rng(96)
    hidden, inner, vocabulary = config["hidden_size"], config["intermediate_size"], 160
    wide = config["num_attention_heads"] * config["head_dim"]
    narrow = config["num_key_value_heads"] * config["head_dim"]

    def norm():
        return (1 + np.rint(generator.normal(0, 16, hidden)) / 128).astype(np.float32)

    weights = {"model.embed_tokens.weight": exact_matrix(generator, vocabulary, hidden)}
    for layer in range(config["num_hidden_layers"]):
        prefix = f"model.layers.{layer}."
        for name, rows, columns in [
            ("self_attn.q_proj", wide, hidden), ("self_attn.k_proj", narrow, hidden),
            ("self_attn.v_proj", narrow, hidden), ("self_attn.o_proj", hidden, wide),
            ("mlp.gate_proj", inner, hidden), ("mlp.up_proj", inner, hidden),
            ("mlp.down_proj", hidden, inner),
        ]:
            weights[f"{prefix}{name}.weight"] = exact_matrix(generator, rows, columns)
        weights[prefix + "input_layernorm.weight"] = norm()
        weights[prefix + "post_attention_layernorm.weight"] = norm()
    weights["model.norm.weight"] = norm()
    weights["lm_head.weight"] = exact_matrix(generator, vocabulary, hidden)
    return weights


NAMES = {
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down", "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}


def gguf_name(name):
    parts = name.split(".")
    if parts[:2] == ["model", "layers"]:
        return f"blk.{parts[2]}.{NAMES['.'.join(parts[3:-1])]}.weight"
    return {
        "model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight",
        "lm_head.weight": "output.weight",
    }[name]


def interleaved(matrix, heads):
    """Rows in the order of GGUF's `llama` architecture."""
    rows, columns = matrix.shape
    pairs = matrix.reshape(heads, 2, rows // heads // 2, columns)
    return np.ascontiguousarray(pairs.swapaxes(1, 2).reshape(rows, columns))


def rope_divisors(config):
    width, low, high = config["head_dim"], LLAMA3["low_freq_factor"], LLAMA3["high_freq_factor"]
    original, factor = LLAMA3["original_max_position_embeddings"], LLAMA3["factor"]
    divisors = []
    for pair in range(width // 2):
        wavelength = 2 * np.pi * config["rope_theta"] ** (2 * pair / width)
        if wavelength < original / high:
            divisors.append(1.0)
        elif wavelength > original / low:
            divisors.append(factor)
        else:
            smooth = (original / wavelength - low) / (high - low)
            divisors.append(1 / ((1 - smooth) / factor + smooth))
    return np.array(divisors, dtype=np.float32)


def write_dense_gguf(path, config, weights, kind, scaling):
    writer = GGUFWriter(path, "llama")
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_key_length(config["head_dim"])
    writer.add_value_length(config["head_dim"])
    writer.add_rope_dimension_count(config["head_dim"])
    writer.add_rope_freq_base(config["rope_theta"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    if scaling is LINEAR:
        writer.add_string("llama.rope.scaling.type", "linear")
        writer.add_float32("llama.rope.scaling.factor", LINEAR["factor"])
    else:
        writer.add_tensor("rope_freqs.weight", rope_divisors(config))
    for name, matrix in weights.items():
        if "q_proj" in name:
            matrix = interleaved(matrix, config["num_attention_heads"])
        if "k_proj" in name:
            matrix = interleaved(matrix, config["num_key_value_heads"])
        stored = GGMLQuantizationType.F32 if matrix.ndim == 1 else kind
        data = quantize(matrix, stored)
        if stored == GGMLQuantizationType.F16:
            data = matrix.astype(np.float16)
        writer.add_tensor(gguf_name(name), data, raw_dtype=stored)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def make_dense(folder):
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "hidden_size": 96, "intermediate_size": 160, "num_hidden_layers": 2,
        "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 24,
        "max_position_embeddings": 512, "rms_norm_eps": 1e-5, "rope_theta": 10000.0,
        "vocab_size": 160, "hidden_act": "silu", "tie_word_embeddings": False,
        "bos_token_id": 1, "eos_token_id": 2,
    }
    weights = dense_weights(config)
    tensors = {name: torch.tensor(matrix).bfloat16() for name, matrix in weights.items()}
    save_file(tensors, str(folder / "model.safetensors"), metadata={"format": "pt"})
    results = {}
    for name, scaling in [("default", None), ("linear", LINEAR), ("llama3", LLAMA3)]:
        written = dict(config, architectures=["LlamaForCausalLM"], model_type="llama")
        written["rope_scaling"] = scaling
        (folder / f"config-{name}.json").write_text(json.dumps(written, indent=1) + "\n")
        rope = {"rope_type": "default", **(scaling or {}), "rope_theta": config["rope_theta"]}
        plain = {key: value for key, value in config.items() if key != "rope_theta"}
        model = LlamaForCausalLM(LlamaConfig(**plain, rope_parameters=rope)).double().eval()
        loaded = {key: value.double() for key, value in tensors.items()}
        model.load_state_dict(loaded, strict=True)
        results[name] = expected(model, config["vocab_size"], 7, 1e-4, 1e-3)
    (folder / "expected.json").write_text(json.dumps(results) + "\n")
    write_dense_gguf(
        str(folder / "model-f16.gguf"), config, weights, GGMLQuantizationType.F16, LLAMA3)
    write_dense_gguf(
        str(folder / "model-q8_0.gguf"), config, weights, GGMLQuantizationType.Q8_0, LINEAR)


def make_1bitllm(folder):
    """BitNet of transformers, quantised as it runs, under 1bitLLM's names: SiLU, no grouping."""
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "hidden_size": 64, "intermediate_size": 176, "num_hidden_layers": 2,
        "num_attention_heads": 4, "num_key_value_heads": 4, "hidden_act": "silu",
        "max_position_embeddings": 512, "rms_norm_eps": 1e-5, "vocab_size": 160,
        "tie_word_embeddings": True, "bos_token_id": 1, "eos_token_id": 2,
    }
    from transformers.integrations.bitnet import replace_with_bitnet_linear
    from transformers.utils.quantization_config import BitNetQuantConfig

    torch.manual_seed(1)
    rope = {"rope_type": "default", "rope_theta": 10000.0}
    model = BitNetForCausalLM(BitNetConfig(**config, rope_parameters=rope))
    quantization = BitNetQuantConfig(
        linear_class="autobitlinear", quantization_mode="online", modules_to_not_convert=[])
    model = replace_with_bitnet_linear(
        model, modules_to_not_convert=["lm_head"], quantization_config=quantization)
    generator = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            values = torch.randn(weight.shape, generator=generator)
            values = 1 + values / 8 if weight.dim() == 1 else values * 0.05
            if "embed" in name:
                values = values * 8
            weight.copy_(values.bfloat16().float())
    model.tie_weights()
    model.float().eval()
    kinds = {type(module).__name__ for module in model.modules()}
    assert "AutoBitLinear" in kinds, kinds
    tensors = {}
    for name, weight in model.named_parameters():
        name = name.replace("attn_sub_norm", "inner_attn_ln")
        tensors[name.replace("ffn_sub_norm", "ffn_layernorm")] = weight.detach().bfloat16()
    save_file(tensors, str(folder / "model.safetensors"), metadata={"format": "pt"})
    written = dict(
        config, architectures=["BitnetForCausalLM"], model_type="llama", rope_theta=10000.0,
        weight_bits=1, input_bits=8)
    (folder / "config.json").write_text(json.dumps(written, indent=1) + "\n")
    result = expected(model, config["vocab_size"], 11, 1e-3, 0.4)
    (folder / "expected.json").write_text(json.dumps(result) + "\n")


if __name__ == "__main__":
    target = Path(sys.argv[1])
    make_dense(target / "dense-llama")
    make_1bitllm(target / "bitnet-1bitllm")
