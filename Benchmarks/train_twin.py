#!/usr/bin/env python3
"""Trains the PyTorch twin of `bitnet train` and answers requests, one JSON object a line.

The first line says that it is ready. A request is {"steps": N}; the answer, after N steps, is
{"tokens_per_second": T, "loss": L, "peak_resident_bytes": M}: the speed of these steps, the loss
of the last one before its update, and the greatest resident memory of the process so far. The
model and the optimiser's state stay for the next request. `bitnet train bench --requests` takes
the same options and speaks the same lines.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import pathlib
import resource
import sys
import time
from collections.abc import Callable, Iterator

import numpy
import torch
import twin_model
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from twin_model import Shape, TwinModel

CLIP = 1.0
OPTIONS = {
    "vocab": ("vocab_size", 2048),
    "hidden": ("hidden_size", 256),
    "ffn": ("intermediate_size", 512),
    "layers": ("num_hidden_layers", 4),
    "heads": ("num_attention_heads", 4),
    "kv-heads": ("num_key_value_heads", 2),
    "head-dim": ("head_dim", 64),
}
"""The options of the shape, their keys in config.json, and the values of kjv-tiny."""


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for option, (key, value) in OPTIONS.items():
        parser.add_argument(f"--{option}", type=int, default=value, dest=key, help=f"{value}")
    parser.add_argument("--batch", type=int, default=16, help="sequences a step (16)")
    parser.add_argument("--length", type=int, default=160, help="tokens a sequence (160)")
    parser.add_argument("--precision", choices=["ternary", "full"], default="ternary")
    parser.add_argument("--threads", type=int, default=2, help="threads (2)")
    parser.add_argument("--lr", type=float, default=1e-3, help="learning rate (0.001)")
    parser.add_argument("--compile", action="store_true", help="compile model and loss")
    parser.add_argument("--initial", type=pathlib.Path, metavar="FILE",
        help="start from these weights (safetensors) instead of random ones")  # fmt: skip
    parser.add_argument("--write-initial", type=pathlib.Path, metavar="FILE",
        help="write the weights to start from, and end")  # fmt: skip
    return parser.parse_args()


def make_model(options: argparse.Namespace) -> TwinModel:
    """The model with its first weights: those of a file, or random ones of deviation 0.02."""
    shape = Shape(**{key: getattr(options, key) for key, _ in OPTIONS.values()})
    model = TwinModel(shape, options.length, options.precision == "ternary")
    torch.manual_seed(0)
    for parameter in model.parameters():
        if parameter.ndim > 1:
            nn.init.normal_(parameter, std=0.02)
    if options.initial:
        model.load_state_dict(load_file(options.initial))
    return model


def mixed(counters: numpy.ndarray) -> numpy.ndarray:
    """The output of SplitMix64 for each uint64 counter, from 1 on, with seed 0."""
    z = counters * numpy.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
    return z ^ (z >> numpy.uint64(31))


def batches(vocabulary: int, batch: int, length: int) -> Iterator[Tensor]:
    """Random tokens [batch, length + 1], step by step: SplitMix64 modulo the vocabulary.

    Inputs are all but the last of a row, targets all but the first.
    """
    size = batch * (length + 1)
    first = 1
    while True:
        values = mixed(numpy.arange(first, first + size, dtype=numpy.uint64))
        tokens = (values % numpy.uint64(vocabulary)).astype(numpy.int64)
        yield torch.from_numpy(tokens.reshape(batch, length + 1))
        first += size


@dataclasses.dataclass
class Trainer:
    """A model in training."""

    model: TwinModel
    loss: Callable[[nn.Module, Tensor], Tensor]
    optimiser: torch.optim.Optimizer
    batches: Iterator[Tensor]

    def step(self, tokens: Tensor) -> Tensor:
        """One optimiser step on tokens [batch, length + 1]; returns the loss before it."""
        loss = self.loss(self.model, tokens)
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), CLIP)
        self.optimiser.step()
        self.optimiser.zero_grad()
        return loss.detach()

    def measure(self, steps: int) -> dict[str, float]:
        """Runs steps; the batches are made before the clock starts."""
        tokens = [next(self.batches) for _ in range(steps)]
        start = time.perf_counter()
        for one in tokens:
            loss = self.step(one)
        seconds = time.perf_counter() - start
        inputs = sum(one[:, 1:].numel() for one in tokens)
        return {
            "tokens_per_second": inputs / seconds,
            "loss": loss.item(),
            "peak_resident_bytes": peak_resident_bytes(),
        }


def peak_resident_bytes() -> int:
    """The greatest resident memory of this process so far."""
    status = pathlib.Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    # Kilobytes on Linux, bytes on Apple systems, which have no /proc.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    """Answers requests until standard input ends."""
    options = parse()
    torch.set_num_threads(options.threads)
    model = make_model(options)
    if options.write_initial:
        save_file(model.state_dict(), options.write_initial)
        return
    trainer = Trainer(
        model,
        torch.compile(twin_model.mean_loss) if options.compile else twin_model.mean_loss,
        twin_model.optimiser(model, options.lr, 0.9, 0.95, 1e-8, 0.1),
        batches(options.vocab_size, options.batch, options.length),
    )
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        print(json.dumps(trainer.measure(json.loads(line)["steps"])), flush=True)


if __name__ == "__main__":
    main()
