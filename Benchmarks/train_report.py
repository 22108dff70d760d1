"""Figures of a comparison of training speeds, as JSON and Markdown."""

from __future__ import annotations

import dataclasses
import datetime
import statistics
import sys

from processor import machine
from report import Values, memory, row, speed, spread, times
from tools import output_of


@dataclasses.dataclass(frozen=True)
class Side:
    """A program that trains, and its way of running."""

    name: str
    label: str
    is_ours: bool = False
    is_compiled: bool = False


SIDES = {
    side.name: side
    for side in (
        Side("bitnet", "bitnet", is_ours=True),
        Side("eager", "PyTorch, eager"),
        Side("compile", "PyTorch, torch.compile", is_compiled=True),
    )
}


@dataclasses.dataclass
class Run:
    """What one side did, round by round; the first loss is that of the warm-up."""

    side: Side
    speeds: list[float] = dataclasses.field(default_factory=list)
    losses: list[float] = dataclasses.field(default_factory=list)
    memory: int = 0

    def add(self, answer: Values, is_timed: bool) -> None:
        """Keeps an answer; the warm-up's speed doesn't count."""
        if is_timed:
            self.speeds.append(answer["tokens_per_second"])
        self.losses.append(answer["loss"])
        self.memory = answer["peak_resident_bytes"]


def result(run: Run) -> Values:
    """One side."""
    return {
        "side": run.side.name,
        "speed": spread(run.speeds),
        "peak_memory": run.memory,
        "tokens_per_second": run.speeds,
        "losses": run.losses,
    }


def ratio(ours: Run, peer: Run) -> Values:
    """How many times as fast as the peer we are: of the medians, and round by round."""
    rounds = [mine / theirs for mine, theirs in zip(ours.speeds, peer.speeds, strict=True)]
    return {
        "side": ours.side.name,
        "peer": peer.side.name,
        "of_medians": statistics.median(ours.speeds) / statistics.median(peer.speeds),
        "rounds": spread(rounds),
    }


def document(runs: list[Run], arguments: list[str], steps: int) -> Values:
    """The whole result as JSON values."""
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "command": " ".join(["Benchmarks/train_compare.py", *sys.argv[1:]]),
        "commit": output_of("git", "rev-parse", "--short=12", "HEAD"),
        "has_local_changes": output_of("git", "status", "--porcelain", "-uno") != "",
        "machine": machine(),
        "arguments": arguments,
        "steps": steps,
        "rounds": len(runs[0].speeds),
        "results": [result(run) for run in runs],
        "ratios": [
            ratio(ours, peer)
            for ours in runs
            for peer in runs
            if ours.side.is_ours and not peer.side.is_ours
        ],
    }


def markdown(document: Values) -> str:
    """The figures as a table: a row for each side, with our speed as a multiple of its."""
    found = {one["peer"]: times(one) for one in document["ratios"]}
    head = ["program", "tokens/s", "peak memory", "bitnet against it"]
    lines = [row(head), row(["---", "---:", "---:", "---:"])]
    for one in document["results"]:
        label = SIDES[one["side"]].label
        lines.append(row([label, speed(one), memory(one), found.get(one["side"], "")]))
    return "\n".join(lines)
