#!/usr/bin/env python3
"""Compares the training speed of bitnet and PyTorch: same model, data and cores, in turns."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import math
import pathlib
import signal
import sys
import time

import peer_setup
import train_report
from report import Values
from tools import Failure, note, run
from train_report import Run, Side
from workers import PAUSE, Worker

EPILOG = """\
The first run installs PyTorch from PyPI under Benchmarks/.build-peer. Leave the machine alone
meanwhile: the programs take turns, so slow phases of the machine hit all of them, but another load
blurs the ratios, and hits PyTorch hardest. Results go to standard output, progress to standard
error, all samples into a JSON file.

examples:
  Benchmarks/train_compare.py                              kjv-tiny's shape (10 minutes)
  Benchmarks/train_compare.py --precision full
  Benchmarks/train_compare.py --rounds 9 --steps 10 -- --layers 8 --hidden 512 --ffn 1024 --heads 8
"""
AGREEMENT = 0.001
"""How far the losses of two sides may differ at the second step.

Other roundings move it by a tenth of that. Later steps drift apart, as in any training.
"""


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--rounds", type=int, default=5, help="timed runs of each side, after one to warm up (5)")
    add("--steps", type=int, default=8, help="optimiser steps of a run (8)")
    add("--threads", type=int, default=2, help="threads of each side (2)")
    add("--precision", choices=["ternary", "full"], default="ternary")
    add("--sides", type=sides, default=list(train_report.SIDES.values()), metavar="LIST",
        help=f"some of {','.join(train_report.SIDES)} (default: all)")  # fmt: skip
    add("--bitnet", type=pathlib.Path, metavar="PROGRAM", help="instead of building it")
    add("--torch-python", type=pathlib.Path, metavar="PROGRAM",
        help="an interpreter with torch, numpy and safetensors, instead of making one")  # fmt: skip
    add("--output", type=pathlib.Path, default=peer_setup.WORK / "training.json", metavar="FILE",
        help="all samples as JSON (default: Benchmarks/.build-peer/training.json)")  # fmt: skip
    add("--json", action="store_true", help="print the JSON instead of a Markdown table")
    add("shape", nargs="*", metavar="-- OPTIONS",
        help="shape and batch, for all sides: see train_twin.py --help")  # fmt: skip
    return parser.parse_args()


def sides(text: str) -> list[Side]:
    """Sides from a comma list, in the known order."""
    unknown = set(text.split(",")) - set(train_report.SIDES)
    if unknown:
        raise argparse.ArgumentTypeError(
            f"expected some of {','.join(train_report.SIDES)}, found {','.join(sorted(unknown))}"
        )
    return [side for name, side in train_report.SIDES.items() if name in text.split(",")]


@dataclasses.dataclass
class Programs:
    """What is run, with which model."""

    bitnet: pathlib.Path | None
    python: pathlib.Path
    arguments: list[str]
    initial: pathlib.Path

    @property
    def twin(self) -> list[str]:
        """The twin without its way of running."""
        script = pathlib.Path(__file__).with_name("train_twin.py")
        return [str(self.python), str(script), *self.arguments]

    def environment(self, side: Side) -> dict[str, str]:
        """What makes PyTorch fastest: what it compiled before, and glibc keeping freed memory."""
        if side.is_ours:
            return {}
        return {
            "TORCHINDUCTOR_CACHE_DIR": str(peer_setup.WORK / "inductor"),
            "MALLOC_MMAP_THRESHOLD_": str(1 << 30),
            "MALLOC_TRIM_THRESHOLD_": str(1 << 32),
        }

    def command(self, side: Side) -> list[str]:
        """The worker of a side."""
        initial = ["--initial", str(self.initial)]
        if side.is_ours:
            return [str(self.bitnet), "train", "bench", "--requests", *self.arguments, *initial]
        return [*self.twin, *initial, *(["--compile"] if side.is_compiled else [])]


def prepare(options: argparse.Namespace) -> Programs:
    """Makes environment and program, and the weights that all sides start from."""
    python = peer_setup.torch_python(options.torch_python)
    ours = any(side.is_ours for side in options.sides)
    program = peer_setup.bitnet(options.bitnet) if ours else None
    arguments = ["--threads", str(options.threads), "--precision", options.precision]
    initial = peer_setup.WORK / "initial.safetensors"
    programs = Programs(program, python, [*arguments, *options.shape], initial)
    command = [*programs.twin, "--write-initial", str(initial)]
    run("Writing first weights", command, peer_setup.WORK / "initial.log")
    return programs


def measure(options: argparse.Namespace, programs: Programs) -> list[Run]:
    """Runs the sides in turns, once to warm up and then in rounds, every other one backwards."""
    with contextlib.ExitStack() as stack:
        workers = {}
        for side in options.sides:
            workers[side] = Worker(programs.command(side), programs.environment(side))
            stack.callback(workers[side].close)
            workers[side].receive()
        check_agreement({side: one.ask({"steps": 2})["loss"] for side, one in workers.items()})
        runs = {side: Run(side) for side in options.sides}
        for number in range(options.rounds + 1):
            for side in options.sides if number % 2 else reversed(options.sides):
                time.sleep(PAUSE)
                answer = workers[side].ask({"steps": options.steps})
                tell(number, options.rounds, side, answer)
                runs[side].add(answer, is_timed=number > 0)
        return list(runs.values())


def tell(number: int, rounds: int, side: Side, answer: Values) -> None:
    """Tells about a run."""
    stage = f"round {number} of {rounds}" if number else "warm-up"
    speed, loss = answer["tokens_per_second"], answer["loss"]
    note(f"{stage}: {side.label} {speed:,.0f} tokens/s, loss {loss:.4f}")


def check_agreement(losses: dict[Side, float]) -> None:
    """Fails unless all sides have about the same loss after their first update."""
    spread = max(losses.values()) - min(losses.values())
    found = ", ".join(f"{side.label} {loss:.5f}" for side, loss in losses.items())
    note(f"losses at the second step: {found}")
    if not (math.isfinite(spread) and spread <= AGREEMENT):
        raise Failure(
            f"The losses at the second step differ by {spread:.5f}, more than {AGREEMENT}: {found}."
            " The sides don't train the same model; see what `bitnet train check` says."
        )


def compare(options: argparse.Namespace) -> None:
    """Prepares, measures and reports."""
    programs = prepare(options)
    runs = measure(options, programs)
    document = train_report.document(runs, programs.arguments, options.steps)
    document["torch"] = peer_setup.torch_version(programs.python)
    content = json.dumps(document, indent=1, ensure_ascii=False)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(content + "\n", encoding="utf-8")
    print(content if options.json else train_report.markdown(document))
    note(f"all samples: {options.output}")


def main() -> int:
    """The exit status: 0 done, 1 failed, 130 ended by Ctrl-C."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        compare(parse())
    except KeyboardInterrupt:
        note("ended by Ctrl-C")
        return 130
    except (Failure, OSError) as error:
        note(f"error: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
