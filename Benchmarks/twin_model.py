"""The model that `bitnet train` trains, in PyTorch: BitNet b1.58 and its Llama-like relatives.

Weights are quantised by their matrix's mean magnitude, activations by their token's greatest one;
gradients pass straight through both. Parameters carry their Hugging Face names. Written for speed
on a CPU as PyTorch offers it, and without our code at hand: it is peer and referee at once.
"""

from __future__ import annotations

import dataclasses

import torch
from torch import Tensor, nn
from torch.nn import functional
from twin_layers import Norm, project, rotary_tables, rotated


@dataclasses.dataclass(frozen=True)
class Shape:
    """The keys of config.json that say how a model computes."""

    vocab_size: int
    hidden_size: int
    intermediate_size: int
    num_hidden_layers: int
    num_attention_heads: int
    num_key_value_heads: int
    head_dim: int
    rope_theta: float = 500000.0
    rms_norm_eps: float = 1e-5
    tie_word_embeddings: bool = True
    hidden_act: str = "relu2"
    sub_norms: bool = True
    """Not in config.json: whether norms precede o_proj and down_proj, as in BitNet's own models."""


class Attention(nn.Module):
    """Causal attention with grouped heads."""

    def __init__(self, shape: Shape, ternary: bool) -> None:
        super().__init__()
        self.shape, self.ternary = shape, ternary
        wide = shape.num_attention_heads * shape.head_dim
        narrow = shape.num_key_value_heads * shape.head_dim
        self.q_proj = nn.Linear(shape.hidden_size, wide, bias=False)
        self.k_proj = nn.Linear(shape.hidden_size, narrow, bias=False)
        self.v_proj = nn.Linear(shape.hidden_size, narrow, bias=False)
        self.o_proj = nn.Linear(wide, shape.hidden_size, bias=False)
        if shape.sub_norms:
            self.attn_sub_norm = Norm(wide, shape.rms_norm_eps)

    def forward(self, x: Tensor, cosines: Tensor, sines: Tensor) -> Tensor:
        """x [batch, length, hidden_size] to the same shape."""
        projected = project(x, self.q_proj, self.k_proj, self.v_proj, ternary=self.ternary)
        q, k, v = (self.heads(one) for one in projected)
        mixed = functional.scaled_dot_product_attention(
            rotated(q, cosines, sines),
            rotated(k, cosines, sines),
            v,
            is_causal=True,
            enable_gqa=k.shape[1] != q.shape[1],
        )
        mixed = mixed.transpose(1, 2).flatten(2)
        if self.shape.sub_norms:
            mixed = self.attn_sub_norm(mixed)
        return project(mixed, self.o_proj, ternary=self.ternary)[0]

    def heads(self, x: Tensor) -> Tensor:
        """[batch, length, heads * head_dim] to [batch, heads, length, head_dim], a view."""
        return x.unflatten(2, (-1, self.shape.head_dim)).transpose(1, 2)


class FeedForward(nn.Module):
    """The gated feed-forward network."""

    def __init__(self, shape: Shape, ternary: bool) -> None:
        super().__init__()
        self.shape, self.ternary = shape, ternary
        self.gate_proj = nn.Linear(shape.hidden_size, shape.intermediate_size, bias=False)
        self.up_proj = nn.Linear(shape.hidden_size, shape.intermediate_size, bias=False)
        self.down_proj = nn.Linear(shape.intermediate_size, shape.hidden_size, bias=False)
        if shape.sub_norms:
            self.ffn_sub_norm = Norm(shape.intermediate_size, shape.rms_norm_eps)

    def forward(self, x: Tensor) -> Tensor:
        """x [batch, length, hidden_size] to the same shape."""
        gate, up = project(x, self.gate_proj, self.up_proj, ternary=self.ternary)
        if self.shape.hidden_act == "relu2":
            inner = functional.relu(gate).square() * up
        else:
            inner = functional.silu(gate) * up
        if self.shape.sub_norms:
            inner = self.ffn_sub_norm(inner)
        return project(inner, self.down_proj, ternary=self.ternary)[0]


class Layer(nn.Module):
    """One transformer block."""

    def __init__(self, shape: Shape, ternary: bool) -> None:
        super().__init__()
        self.input_layernorm = Norm(shape.hidden_size, shape.rms_norm_eps)
        self.self_attn = Attention(shape, ternary)
        self.post_attention_layernorm = Norm(shape.hidden_size, shape.rms_norm_eps)
        self.mlp = FeedForward(shape, ternary)

    def forward(self, x: Tensor, cosines: Tensor, sines: Tensor) -> Tensor:
        """x [batch, length, hidden_size] to the same shape."""
        x = x + self.self_attn(self.input_layernorm(x), cosines, sines)
        return x + self.mlp(self.post_attention_layernorm(x))


class Body(nn.Module):
    """Everything below the output head."""

    def __init__(self, shape: Shape, ternary: bool) -> None:
        super().__init__()
        self.embed_tokens = nn.Embedding(shape.vocab_size, shape.hidden_size)
        self.layers = nn.ModuleList(Layer(shape, ternary) for _ in range(shape.num_hidden_layers))
        self.norm = Norm(shape.hidden_size, shape.rms_norm_eps)

    def forward(self, tokens: Tensor, cosines: Tensor, sines: Tensor) -> Tensor:
        """Tokens [batch, length] to [batch, length, hidden_size]."""
        x = self.embed_tokens(tokens)
        for layer in self.layers:
            x = layer(x, cosines, sines)
        return self.norm(x)


class TwinModel(nn.Module):
    """A causal language model for sequences of up to `length` tokens."""

    def __init__(self, shape: Shape, length: int, ternary: bool = True) -> None:
        super().__init__()
        self.model = Body(shape, ternary)
        if not shape.tie_word_embeddings:
            self.lm_head = nn.Linear(shape.hidden_size, shape.vocab_size, bias=False)
        cosines, sines = rotary_tables(length, shape.head_dim, shape.rope_theta)
        like = self.model.norm.weight
        self.register_buffer("cosines", cosines.to(like), persistent=False)
        self.register_buffer("sines", sines.to(like), persistent=False)

    def forward(self, tokens: Tensor) -> Tensor:
        """Tokens [batch, length] to logits [batch, length, vocab_size]."""
        length = tokens.shape[1]
        x = self.model(tokens, self.cosines[:length], self.sines[:length])
        if hasattr(self, "lm_head"):
            return self.lm_head(x)
        return functional.linear(x, self.model.embed_tokens.weight)


def mean_loss(model: nn.Module, tokens: Tensor) -> Tensor:
    """Mean cross-entropy of each row's tokens after its first, given those before them."""
    logits = model(tokens[:, :-1])
    return functional.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten())


def optimiser(
    model: nn.Module, lr: float, beta1: float, beta2: float, eps: float, weight_decay: float
) -> torch.optim.AdamW:
    """AdamW that decays matrices only."""
    parameters = list(model.parameters())
    groups = [
        {"params": [one for one in parameters if one.ndim > 1], "weight_decay": weight_decay},
        {"params": [one for one in parameters if one.ndim == 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=lr, betas=(beta1, beta2), eps=eps, fused=True)
