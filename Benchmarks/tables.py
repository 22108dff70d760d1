"""Tables of kept results: every processor side by side, and one processor in full."""

from __future__ import annotations

from cases import CASES, LABELS, OUR_NAMES
from kept_results import Kept, Section, figures
from report import Group, Values, group_of, memory, of_group, row, speed, threads, title

Key = tuple[Group, str]
"""A case with a number of threads, and a side."""


def key_of(entry: Values) -> Key:
    """The row that a result belongs into."""
    return group_of(entry), entry["side"]


def rows_of(tables: list[Values]) -> list[Key]:
    """All rows of some tables, by case, threads and side."""
    cases, sides = list(CASES), list(LABELS)
    found = {key_of(one) for table in tables for one in table["results"]}
    return sorted(found, key=lambda key: (cases.index(key[0][0]), key[0][1], sides.index(key[1])))


def peers_of(table: Values) -> list[str]:
    """The peers that ours are compared with, in the usual order."""
    found = {one["peer"] for one in table["ratios"]}
    return [side for side in LABELS if side in found]


def side_by_side(all_kept: list[Kept], section: Section, only_ours: bool) -> str:
    """Medians and ratios of every processor: for each a column of speeds and one for each peer."""
    kept_tables = [(kept, figures(kept, section)) for kept in all_kept]
    present = [(kept, table) for kept, table in kept_tables if table["results"]]
    head = ["case", "program"]
    for kept, table in present:
        head += [f"{kept.title}: tokens/s", *(f"× {LABELS[peer]}" for peer in peers_of(table))]
    lines = [row(head), row(["---"] * 2 + ["---:"] * (len(head) - 2))]
    for key in rows_of([table for _, table in present]):
        if only_ours and key[1] not in OUR_NAMES:
            continue
        cells = [f"{CASES[key[0][0]].short}, {threads(key[0][1])}", LABELS[key[1]]]
        for _, table in present:
            cells += short_cells(table, key)
        lines.append(row(cells))
    return "\n".join(lines) + "\n"


def short_cells(table: Values, key: Key) -> list[str]:
    """A processor's cells of a row: speed, and ratio to each peer."""
    speeds = [one["speed"]["median"] for one in table["results"] if key_of(one) == key]
    ratios = {one["peer"]: one["of_medians"] for one in table["ratios"] if key_of(one) == key}
    return [
        f"{speeds[0]:.1f}" if speeds else "",
        *(f"{ratios[peer]:.2f}" if peer in ratios else "" for peer in peers_of(table)),
    ]


def in_full(kept: Kept, section: Section) -> str:
    """One processor's figures with spread and memory: a row for each side."""
    table = figures(kept, section)
    peers = peers_of(table)
    head = ["case", "program", "tokens/s", "peak memory", *(f"× {LABELS[peer]}" for peer in peers)]
    lines = [row(head), row(["---"] * 2 + ["---:"] * (len(head) - 2))]
    for key in rows_of([table]):
        (result,) = (one for one in table["results"] if key_of(one) == key)
        ratios = of_group(table["ratios"], key[0])
        found = {one["peer"]: one for one in ratios if one["side"] == key[1]}
        cells = [title(key[0]), LABELS[key[1]], speed(result), memory(result)]
        lines.append(row(cells + [factor(found.get(peer)) for peer in peers]))
    return "\n".join(lines) + "\n"


def factor(entry: Values | None) -> str:
    """The ratio of medians with the spread of the rounds' ratios; empty without one."""
    if entry is None:
        return ""
    rounds = entry["rounds"]
    return f"{entry['of_medians']:.2f} ({rounds['min']:.2f}–{rounds['max']:.2f})"


def scaling_lines(kept: Kept, section: Section) -> str:
    """What more threads bring, where that was measured in turns; empty otherwise."""
    return "".join(
        f"- {LABELS[one['side']]}, {CASES[one['case']].short}: with {threads(one['threads'])} "
        f"{factor(one)} times as fast as with {one['of_threads']}\n"
        for one in figures(kept, section)["scaling"]
    )
