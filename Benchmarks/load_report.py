"""Figures of the load: medians of the rounds, as JSON and as a Markdown table."""

from __future__ import annotations

import statistics
from typing import Any

from load_client import Run
from load_sides import OURS

Values = dict[str, Any]


def percentile(values: list[float], share: float) -> float:
    """The value that a share of all values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def figures(runs: list[Run]) -> Values:
    """One server with one number of streams: medians of the rounds' figures."""

    def middle(values: list[float]) -> float:
        return statistics.median(values)

    firsts = [[stream.first for stream in run.streams] for run in runs]
    gaps = [[gap for stream in run.streams for gap in stream.gaps] for run in runs]
    speeds = [run.speed for run in runs]
    return {
        "tokens_per_second": {"median": middle(speeds), "min": min(speeds), "max": max(speeds)},
        "first_token": {
            "p50": middle([percentile(values, 0.5) for values in firsts]),
            "p99": middle([percentile(values, 0.99) for values in firsts]),
        },
        "inter_token": {
            "p50": middle([percentile(values, 0.5) for values in gaps]),
            "p99": middle([percentile(values, 0.99) for values in gaps]),
        },
    }


def document(results: list[Values], provenance: Values, options: Values) -> Values:
    """The whole result as JSON values."""
    return {**provenance, **options, "results": results}


HEAD = """\
| model | server | streams | tokens/s | of one stream | first token p50, p99 | between tokens p50, p99 |
|---|---|---|---|---|---|---|
"""  # noqa: E501


def markdown(values: Values) -> str:
    """The table."""
    return HEAD + "".join(row(result, values["results"]) for result in values["results"])


def row(result: Values, results: list[Values]) -> str:
    """A line of the table."""
    speed = result["tokens_per_second"]["median"]
    first, inter = result["first_token"], result["inter_token"]
    single = next(
        other["tokens_per_second"]["median"]
        for other in results
        if (other["shape"], other["side"]) == (result["shape"], result["side"])
    )
    cells = [
        result["shape"], result["label"], str(result["streams"]), f"{speed:,.0f}",
        f"{speed / single:.1f} times", both(first), both(inter),
    ]  # fmt: skip
    if result["side"] == OURS.name:
        cells[1:4] = [f"**{cell}**" for cell in cells[1:4]]
    return f"| {' | '.join(cells)} |\n"


def both(values: Values) -> str:
    """Median and 99th percentile."""
    return f"{milliseconds(values['p50'])}, {milliseconds(values['p99'])}"


def milliseconds(seconds: float) -> str:
    """A time to read: milliseconds, or seconds where there are many."""
    if seconds >= 10:
        return f"{seconds:.0f} s"
    if seconds >= 1:
        return f"{seconds:.1f} s"
    return f"{seconds * 1000:.1f} ms" if seconds < 0.1 else f"{seconds * 1000:.0f} ms"
