"""The parts of the twin's model: quantisers, products, norm and rotary embedding."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

SMALLEST = 1e-5
"""What magnitudes are at least, so that scales stay finite."""


class QuantiseActivations(torch.autograd.Function):
    """Eight bits a value with one scale a token, as the float values that they stand for."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:  # noqa: ANN401
        """Rounds x [..., width] to 127ths of each row's greatest magnitude."""
        scale = 127 / x.abs().amax(-1, keepdim=True).clamp_(min=SMALLEST)
        return (x * scale).round_().clamp_(-128, 127).div_(scale)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:  # noqa: ANN401
        """Straight through."""
        return gradient


class QuantiseWeights(torch.autograd.Function):
    """-1, 0 or +1 times the matrix's mean magnitude."""

    @staticmethod
    def forward(ctx: Any, weight: Tensor) -> Tensor:  # noqa: ANN401
        """Rounds a matrix [rows, columns]."""
        scale = 1 / weight.abs().mean().clamp_(min=SMALLEST)
        return (weight * scale).round_().clamp_(-1, 1).div_(scale)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:  # noqa: ANN401
        """Straight through."""
        return gradient


def project(x: Tensor, *layers: nn.Linear, ternary: bool) -> list[Tensor]:
    """x [batch, length, columns] times each layer's matrix; x is quantised once for all."""
    if not ternary:
        return [layer(x) for layer in layers]
    x = QuantiseActivations.apply(x)
    return [functional.linear(x, QuantiseWeights.apply(layer.weight)) for layer in layers]


class Norm(nn.Module):
    """Root mean square normalisation."""

    def __init__(self, width: int, epsilon: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.epsilon = epsilon

    def forward(self, x: Tensor) -> Tensor:
        """x [..., width]."""
        return functional.rms_norm(x, self.weight.shape, self.weight, self.epsilon)


def rotary_tables(length: int, head_dim: int, theta: float) -> tuple[Tensor, Tensor]:
    """Cosines and sines [length, head_dim] in float64; both halves of a head have the same."""
    frequencies = theta ** -(torch.arange(0, head_dim, 2, dtype=torch.float64) / head_dim)
    angles = torch.outer(torch.arange(length, dtype=torch.float64), frequencies).repeat(1, 2)
    return angles.cos(), angles.sin()


def rotated(x: Tensor, cosines: Tensor, sines: Tensor) -> Tensor:
    """Rotary embedding of x [batch, heads, length, head_dim] in pairs half a head apart."""
    first, second = x.chunk(2, dim=-1)
    return x * cosines + torch.cat((-second, first), dim=-1) * sines
