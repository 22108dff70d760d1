"""Figures of a comparison: medians, ratios and their spread, as JSON, text and Markdown."""

from __future__ import annotations

import datetime
import os
import pathlib
import platform
import statistics
import sys
from typing import Any

from cases import CASES, OURS, PEERS
from tools import output_of
from workers import Samples

Values = dict[str, Any]
"""An object of JSON."""


def spread(values: list[float]) -> dict[str, float]:
    """Median, least and greatest value."""
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def result(samples: Samples) -> Values:
    """One side in one case."""
    return {
        "case": samples.case.name,
        "threads": samples.threads,
        "side": samples.side.name,
        "speed": spread(samples.speeds),
        "peak_memory": samples.memory,
        "seconds": samples.seconds,
    }


def ratio(ours: Samples, peer: Samples) -> Values:
    """How many times as fast as the peer we are: of the medians, and round by round."""
    rounds = [theirs / mine for mine, theirs in zip(ours.seconds, peer.seconds, strict=True)]
    medians = statistics.median(ours.speeds) / statistics.median(peer.speeds)
    return {
        "case": ours.case.name,
        "threads": ours.threads,
        "side": ours.side.name,
        "peer": peer.side.name,
        "of_medians": medians,
        "rounds": spread(rounds),
    }


def ratios(samples: list[Samples]) -> list[Values]:
    """All ratios of ours to peers within a case and a number of threads."""
    return [
        ratio(ours, peer)
        for ours in samples
        for peer in samples
        if ours.side.is_ours
        and not peer.side.is_ours
        and (ours.case, ours.threads) == (peer.case, peer.threads)
    ]


def machine() -> Values:
    """What the figures hold for."""
    return {
        "cpu": processor_name(),
        "processors": os.cpu_count(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
    }


def processor_name() -> str:
    """The processor's own name."""
    information = pathlib.Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return output_of("sysctl", "-n", "machdep.cpu.brand_string") or platform.processor()


def document(samples: list[Samples], rounds: int, avx2: bool, peer_version: str) -> Values:
    """The whole result as JSON values."""
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "command": " ".join(["Benchmarks/compare.py", *sys.argv[1:]]),
        "commit": output_of("git", "rev-parse", "--short=12", "HEAD"),
        "has_local_changes": output_of("git", "status", "--porcelain", "-uno") != "",
        "machine": machine(),
        "instruction_set": "avx2" if avx2 else "native",
        "llama_cpp_python": peer_version,
        "rounds": rounds,
        "results": [result(one) for one in samples],
        "ratios": ratios(samples),
    }


LABELS = {side.name: side.label for side in (*OURS, *PEERS.values())}


def groups(document: Values) -> list[tuple[str, int]]:
    """The cases and numbers of threads that were measured, in order."""
    return list(dict.fromkeys((one["case"], one["threads"]) for one in document["results"]))


def of_group(entries: list[Values], group: tuple[str, int]) -> list[Values]:
    """The entries of a case and a number of threads."""
    return [one for one in entries if (one["case"], one["threads"]) == group]


def title(group: tuple[str, int]) -> str:
    """A group in words."""
    return f"{CASES[group[0]].title}, {group[1]} thread{'s' if group[1] > 1 else ''}"


def text(document: Values) -> str:
    """The figures for a terminal."""
    lines = []
    for group in groups(document):
        lines.append(title(group))
        for one in of_group(document["results"], group):
            lines.append(f"  {LABELS[one['side']]:<20} {speed(one):>24} tokens/s {memory(one):>10}")
        for one in of_group(document["ratios"], group):
            pair = f"{LABELS[one['side']]} : {LABELS[one['peer']]}"
            lines.append(f"  {pair:<38} {times(one)}")
        lines.append("")
    return "\n".join(lines)


def speed(one: Values) -> str:
    """Median with least and greatest."""
    values = one["speed"]
    return f"{values['median']:.1f} ({values['min']:.1f}–{values['max']:.1f})"


def memory(one: Values) -> str:
    """Peak of resident memory."""
    return f"{one['peak_memory'] / 1e6:,.0f} MB"


def times(one: Values) -> str:
    """The ratio of medians with the spread of the rounds' ratios."""
    rounds = one["rounds"]
    return f"{one['of_medians']:.2f} times ({rounds['min']:.2f}–{rounds['max']:.2f})"


def markdown(document: Values) -> str:
    """The figures as a table: a row for each side, a column for the ratio to each peer."""
    peers = list(dict.fromkeys(one["peer"] for one in document["ratios"]))
    head = [
        "case",
        "program",
        "tokens/s",
        "peak memory",
        *(f"against {LABELS[peer]}" for peer in peers),
    ]
    lines = [row(head), row(["---"] * 2 + ["---:"] * (len(head) - 2))]
    for group in groups(document):
        for one in of_group(document["results"], group):
            found = {
                entry["peer"]: times(entry)
                for entry in of_group(document["ratios"], group)
                if entry["side"] == one["side"]
            }
            cells = [title(group), LABELS[one["side"]], speed(one), memory(one)]
            lines.append(row(cells + [found.get(peer, "") for peer in peers]))
    return "\n".join(lines) + "\n"


def row(cells: list[str]) -> str:
    """A row of a Markdown table."""
    return "| " + " | ".join(cells) + " |"
