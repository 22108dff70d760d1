"""Figures of a comparison: medians, ratios and their spread, as JSON, text and Markdown."""

from __future__ import annotations

import datetime
import statistics
from typing import Any

from cases import CASES, LABELS
from processor import machine
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


def quotient(one: Samples, other: Samples) -> Values:
    """How many times as fast as `other` it is: of the medians, and round by round."""
    rounds = [theirs / mine for mine, theirs in zip(one.seconds, other.seconds, strict=True)]
    medians = statistics.median(one.speeds) / statistics.median(other.speeds)
    return {"of_medians": medians, "rounds": spread(rounds)}


def ratio(ours: Samples, peer: Samples) -> Values:
    """How many times as fast as the peer we are."""
    return {
        "case": ours.case.name,
        "threads": ours.threads,
        "side": ours.side.name,
        "peer": peer.side.name,
        **quotient(ours, peer),
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


def scaling(samples: list[Samples]) -> list[Values]:
    """More threads against fewer, side by side: meant where both took turns with each other."""
    return [
        {
            "case": more.case.name, "side": more.side.name, "threads": more.threads,
            "of_threads": fewer.threads, **quotient(more, fewer),
        }
        for fewer in samples
        for more in samples
        if (more.case, more.side) == (fewer.case, fewer.side) and more.threads > fewer.threads
    ]  # fmt: skip


def provenance(command: str, commit: str | None) -> Values:
    """When, how and of which program figures were measured.

    `commit` is that of a program built elsewhere; of this folder's it is looked up.
    """
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "command": command,
        "commit": commit or output_of("git", "rev-parse", "--short=12", "HEAD"),
        "has_local_changes": not commit and output_of("git", "status", "--porcelain", "-uno") != "",
        "machine": machine(),
    }


def document(samples: list[Samples], conditions: Values, with_scaling: bool) -> Values:
    """The whole result as JSON values; `conditions` say of what, and how it was measured."""
    return {
        **conditions,
        "results": [result(one) for one in samples],
        "ratios": ratios(samples),
        "scaling": scaling(samples) if with_scaling else [],
    }


Group = tuple[str, int]
"""A case and a number of threads."""


def groups(document: Values) -> list[Group]:
    """The cases and numbers of threads that were measured, in order."""
    return list(dict.fromkeys(group_of(one) for one in document["results"]))


def group_of(entry: Values) -> Group:
    """The group of a result or a ratio."""
    return entry["case"], entry["threads"]


def of_group(entries: list[Values], group: Group) -> list[Values]:
    """The entries of a case and a number of threads."""
    return [one for one in entries if group_of(one) == group]


def title(group: Group) -> str:
    """A group in words."""
    return f"{CASES[group[0]].title}, {threads(group[1])}"


def threads(number: int) -> str:
    """A number of threads in words."""
    return f"{number} thread{'s' if number > 1 else ''}"


def text(document: Values) -> str:
    """The figures for a terminal."""
    lines = []
    for group in groups(document):
        lines.append(title(group))
        for one in of_group(document["results"], group):
            lines.append(f"  {LABELS[one['side']]:<22} {speed(one):>24} tokens/s {memory(one):>10}")
        for one in of_group(document["ratios"], group):
            pair = f"{LABELS[one['side']]} : {LABELS[one['peer']]}"
            lines.append(f"  {pair:<44} {times(one)}")
        lines.append("")
    lines += [f"{scaling_title(one):<46} {times(one)}" for one in document["scaling"]]
    return "\n".join(lines)


def scaling_title(one: Values) -> str:
    """What a ratio of threads compares."""
    return f"{LABELS[one['side']]}, {one['case']}: {threads(one['threads'])} : {one['of_threads']}"


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


def row(cells: list[str]) -> str:
    """A row of a Markdown table."""
    return "| " + " | ".join(cells) + " |"
