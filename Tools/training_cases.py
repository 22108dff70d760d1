"""The cases of Tests/Fixtures/training-*/: shapes, random weights, batches and objectives."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from training_runs import Case

OPTIMIZER = {
    "lr": 0.001, "beta1": 0.9, "beta2": 0.95, "eps": 1e-8, "weight_decay": 0.1, "clip": 1.0,
    "steps": 10,
    "name": "AdamW, decoupled decay on matrices only, bias-corrected; "
    "gradient norm clipped to clip before each step",
}  # fmt: skip
BITNET = {
    "vocab_size": 40, "hidden_size": 24, "intermediate_size": 28, "num_hidden_layers": 2,
    "num_attention_heads": 3, "num_key_value_heads": 1, "head_dim": 8, "rope_theta": 500000.0,
    "rms_norm_eps": 1e-5, "tie_word_embeddings": True, "hidden_act": "relu2",
}  # fmt: skip


def projections(config: dict[str, Any]) -> dict[str, tuple[int, int]]:
    """Rows and columns of a layer's matrices."""
    hidden, inner, size = (config[key] for key in ("hidden_size", "intermediate_size", "head_dim"))
    wide, narrow = config["num_attention_heads"] * size, config["num_key_value_heads"] * size
    return {
        "self_attn.q_proj": (wide, hidden), "self_attn.k_proj": (narrow, hidden),
        "self_attn.v_proj": (narrow, hidden), "self_attn.o_proj": (hidden, wide),
        "mlp.gate_proj": (inner, hidden), "mlp.up_proj": (inner, hidden),
        "mlp.down_proj": (hidden, inner),
    }  # fmt: skip


def weights(config: dict[str, Any], seed: int, sub_norms: bool) -> dict[str, Tensor]:
    """Random parameters; norms vary around 1, so that a forgotten one shows."""
    generator = torch.Generator().manual_seed(seed)

    def matrix(rows: int, columns: int, deviation: float) -> Tensor:
        return deviation * torch.randn(rows, columns, generator=generator)

    def norm(width: int) -> Tensor:
        return 1 + 0.2 * torch.randn(width, generator=generator)

    vocabulary, hidden = config["vocab_size"], config["hidden_size"]
    found = {"model.embed_tokens.weight": matrix(vocabulary, hidden, 0.5)}
    for layer in range(config["num_hidden_layers"]):
        prefix = f"model.layers.{layer}."
        for name, (rows, columns) in projections(config).items():
            found[f"{prefix}{name}.weight"] = matrix(rows, columns, 0.08)
            if sub_norms and name.endswith("o_proj"):
                found[f"{prefix}self_attn.attn_sub_norm.weight"] = norm(columns)
            if sub_norms and name.endswith("down_proj"):
                found[f"{prefix}mlp.ffn_sub_norm.weight"] = norm(columns)
        for name in ("input_layernorm", "post_attention_layernorm"):
            found[f"{prefix}{name}.weight"] = norm(hidden)
    found["model.norm.weight"] = norm(hidden)
    if not config["tie_word_embeddings"]:
        found["lm_head.weight"] = matrix(vocabulary, hidden, 0.3)
    return found


def tokens(config: dict[str, Any], seed: int, rows: int, columns: int) -> list[list[int]]:
    """A random batch."""
    generator = torch.Generator().manual_seed(seed + 1_000_000)
    return torch.randint(0, config["vocab_size"], (rows, columns), generator=generator).tolist()


def plain(
    config: dict[str, Any], seed: int, rows: int, columns: int, steps: int, sub_norms: bool = True
) -> Case:
    """A case with the mean cross-entropy."""
    return Case(
        config, tokens(config, seed, rows, columns), OPTIMIZER | {"steps": steps},
        weights(config, seed, sub_norms),
    )  # fmt: skip


def llama(seed: int) -> Case:
    """SiLU, no sub-norms, an output head of its own, another base of rotation."""
    config = BITNET | {
        "rope_theta": 10000.0, "tie_word_embeddings": False, "hidden_act": "silu",
        "rms_norm_eps": 1e-6,
    }  # fmt: skip
    return plain(config, seed, 2, 17, 10, sub_norms=False)


def odd(seed: int) -> Case:
    """Sizes that no vector width divides, a group of three heads, three rows."""
    config = BITNET | {
        "vocab_size": 37, "hidden_size": 36, "intermediate_size": 50, "num_hidden_layers": 1,
        "head_dim": 12,
    }  # fmt: skip
    return plain(config, seed, 3, 22, 8)


def long(seed: int) -> Case:
    """300 positions, so that attention goes in blocks; three steps, as each has many roundings."""
    config = BITNET | {
        "vocab_size": 32, "hidden_size": 16, "intermediate_size": 20, "num_hidden_layers": 1,
        "num_attention_heads": 2,
    }  # fmt: skip
    return plain(config, seed, 1, 301, 3)


def sft(seed: int) -> Case:
    """Two conversations: the loss is the sum over the answers' tokens; padding has no weight."""
    case = plain(BITNET, seed, 2, 20, 10)
    case.weights = [span(19, (5, 9), (14, 18)), span(19, (8, 12))]
    case.objective = {"kind": "weighted_sum"}
    return case


def dpo(seed: int) -> Case:
    """A chosen answer and a rejected, shorter one to the same prompt of 7 tokens."""
    case = plain(BITNET, seed, 2, 20, 10)
    case.tokens[1][:7] = case.tokens[0][:7]
    case.weights = [span(19, (6, 19)), span(19, (6, 15))]
    case.objective = {
        "kind": "dpo", "beta": 0.1, "reference_log_probabilities": reference(case, seed),
    }  # fmt: skip
    return case


def span(length: int, *ranges: tuple[int, int]) -> list[float]:
    """Ones in half-open ranges of targets, zeros elsewhere."""
    return [float(any(start <= i < end for start, end in ranges)) for i in range(length)]


def reference(case: Case, seed: int) -> list[float]:
    """The log-probabilities that a slightly different ternary model gives the two answers."""
    generator = torch.Generator().manual_seed(seed + 2_000_000)
    changed = {
        name: one * (1 + 0.05 * torch.randn(one.shape, generator=generator))
        for name, one in case.initial.items()
    }
    model = dataclasses.replace(case, initial=changed).model(True, torch.float32)
    with torch.no_grad():
        return case.log_probabilities(model(torch.tensor(case.tokens)[:, :-1]))


MAKERS: dict[str, Callable[[int], Case]] = {
    "llama": llama, "odd": odd, "long": long, "sft": sft, "dpo": dpo,
}  # fmt: skip
