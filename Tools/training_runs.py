"""What training fixtures are made of: a case, its loss, its optimiser steps, their rounding margin.

The model is the PyTorch twin of Benchmarks/, which shares no code with the trainer under test.
"""

from __future__ import annotations

import contextlib
import dataclasses
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Benchmarks"))

import twin_layers  # noqa: E402
import twin_model  # noqa: E402
from twin_model import Shape, TwinModel  # noqa: E402


@dataclasses.dataclass
class Case:
    """A model's first weights, a batch, and what is minimised."""

    config: dict[str, Any]
    tokens: list[list[int]]
    optimizer: dict[str, Any]
    initial: dict[str, Tensor]
    weights: list[list[float]] | None = None
    objective: dict[str, Any] | None = None

    def model(self, ternary: bool, precision: torch.dtype) -> TwinModel:
        """The model with its first weights."""
        sub_norms = any("sub_norm" in name for name in self.initial)
        shape = Shape(**self.config, sub_norms=sub_norms)
        model = TwinModel(shape, len(self.tokens[0]) - 1, ternary).to(precision)
        # Tables in the model's own precision: `to` would keep those rounded to float32.
        cosines, sines = twin_layers.rotary_tables(
            len(self.tokens[0]) - 1, shape.head_dim, shape.rope_theta
        )
        model.cosines, model.sines = cosines.to(precision), sines.to(precision)
        model.load_state_dict(self.initial)
        return model

    def loss(self, logits: Tensor) -> Tensor:
        """The case's loss of logits [rows, length, vocabulary]."""
        targets = torch.tensor(self.tokens)[:, 1:, None]
        logs = logits.log_softmax(-1).gather(-1, targets).squeeze(-1)
        if self.objective is None:
            return -logs.mean()
        sums = (logs * torch.tensor(self.weights, dtype=logs.dtype)).sum(-1)
        if self.objective["kind"] == "weighted_sum":
            return -sums.sum()
        return -nn.functional.logsigmoid(self.margin(sums))

    def margin(self, sums: Tensor) -> Tensor:
        """DPO's margin for the log-probabilities [chosen, rejected]."""
        chosen, rejected = sums - torch.tensor(
            self.objective["reference_log_probabilities"], dtype=sums.dtype
        )
        return self.objective["beta"] * (chosen - rejected)

    def log_probabilities(self, logits: Tensor) -> list[float]:
        """The weighted sum of each row's log-probabilities."""
        targets = torch.tensor(self.tokens)[:, 1:, None]
        logs = logits.detach().log_softmax(-1).gather(-1, targets).squeeze(-1)
        return (logs * torch.tensor(self.weights, dtype=logs.dtype)).sum(-1).tolist()


@dataclasses.dataclass
class Run:
    """What a number of optimiser steps gave."""

    losses: list[float]
    norms: list[float]
    log_probabilities: list[list[float]]
    last_logits: list[list[float]]
    gradients: dict[str, Tensor]
    final: dict[str, Tensor]


def run(case: Case, ternary: bool, precision: torch.dtype = torch.float32) -> Run:
    """Trains on the one batch."""
    model = case.model(ternary, precision)
    settings = case.optimizer
    names = ("lr", "beta1", "beta2", "eps", "weight_decay")
    optimiser = twin_model.optimiser(model, *(settings[name] for name in names))
    inputs = torch.tensor(case.tokens)[:, :-1]
    result = Run([], [], [], [], {}, {})
    for step in range(settings["steps"]):
        optimiser.zero_grad()
        logits = model(inputs)
        loss = case.loss(logits)
        loss.backward()
        result.losses.append(loss.item())
        if case.weights is not None:
            result.log_probabilities.append(case.log_probabilities(logits))
        if step == 0:
            result.last_logits = logits[:, -1].tolist()
            result.gradients = {n: p.grad.clone() for n, p in model.named_parameters()}
        norm = nn.utils.clip_grad_norm_(model.parameters(), settings["clip"])
        result.norms.append(norm.item())
        optimiser.step()
    result.final = {name: p.detach().clone() for name, p in model.named_parameters()}
    return result


def noisy(case: Case, seed: int) -> Case:
    """The case with weights off by about two units in the last place of float32."""
    generator = torch.Generator().manual_seed(seed)
    changed = {
        name: one.double() * (1 + 2e-7 * torch.randn(one.shape, generator=generator))
        for name, one in case.initial.items()
    }
    return dataclasses.replace(case, initial=changed)


def relative(found: dict[str, Tensor], expected: dict[str, Tensor]) -> float:
    """The greatest norm of a tensor's difference over the norm of what was expected."""
    if found.keys() != expected.keys():
        raise SystemExit(f"tensors differ: {sorted(found.keys() ^ expected.keys())}")
    return max(
        ((found[name].double() - expected[name].double()).norm() / expected[name].double().norm())
        .item()
        for name in expected
    )  # fmt: skip


def difference(found: Run, expected: Run) -> dict[str, float]:
    """How far a run lies from another; losses above 1 relative to their size."""
    pairs = zip(found.losses, expected.losses, strict=True)
    steps = [abs(one - other) / max(1, abs(other)) for one, other in pairs]
    return {
        "loss": steps[0],
        "max_relative_gradient": relative(found.gradients, expected.gradients),
        "max_step_loss": max(steps),
        "max_relative_final_parameter": relative(found.final, expected.final),
    }


class TooNear(Exception):
    """A rounding came nearer to a tie than allowed."""


@contextlib.contextmanager
def rounding_margin(least: float) -> Iterator[list[float]]:
    """Collects how near the quantisers come to a tie, relative to the value that is rounded.

    Small values count as their row's usual magnitude, which their error is relative to. A program
    whose errors are smaller rounds everything alike. Raises TooNear at `least` or below.
    """
    margins: list[float] = []
    kept = twin_layers.QuantiseActivations, twin_layers.QuantiseWeights

    def observe(scaled: Tensor, usual: float) -> None:
        distance = (scaled - scaled.floor() - 0.5).abs() / scaled.abs().clamp(min=usual)
        margins.append(distance.min().item())
        if margins[-1] <= least:
            raise TooNear

    class Activations:
        @staticmethod
        def apply(x: Tensor) -> Tensor:
            observe(127 * x.detach() / x.detach().abs().amax(-1, keepdim=True), 32)
            return kept[0].apply(x)

    class Weights:
        @staticmethod
        def apply(weight: Tensor) -> Tensor:
            scaled = weight.detach() / weight.detach().abs().mean()
            # All beyond ±1.5 is clamped, so ties there do not matter.
            observe(scaled[scaled.abs() < 1], 1)
            return kept[1].apply(weight)

    twin_layers.QuantiseActivations, twin_layers.QuantiseWeights = Activations, Weights
    try:
        yield margins
    finally:
        twin_layers.QuantiseActivations, twin_layers.QuantiseWeights = kept
