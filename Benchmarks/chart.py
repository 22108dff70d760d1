"""Draws the medians of a comparison as horizontal bars: SVG, one picture for each colour scheme."""

from __future__ import annotations

import dataclasses
from xml.sax.saxutils import escape

from cases import CASES, LABELS, OUR_NAMES
from kept_results import MAIN, Kept, figures
from report import Group, Values, group_of, of_group, title

MARGIN, LABEL_WIDTH, BAR_WIDTH, VALUE_WIDTH = 24, 172, 150, 98
COLUMN = LABEL_WIDTH + BAR_WIDTH + VALUE_WIDTH
HEAD_HEIGHT, TITLE_HEIGHT, ROW, BAR, GAP = 34, 28, 26, 16, 14
FONT = "-apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
CAPTION = (
    "Tokens per second, medians of rounds in turns.",
    "× is the ratio to the fastest other program of the panel.",
    "Ratios compare; speeds of different columns do not.",
)


@dataclasses.dataclass(frozen=True)
class Palette:
    """The colours of a picture."""

    ground: str
    text: str
    faint: str
    track: str
    ours: str
    peer: str


LIGHT = Palette("#ffffff", "#1d1d1f", "#5f6368", "#eef0f3", "#e8590c", "#9aa3ad")
DARK = Palette("#15171a", "#f2f2f4", "#a4abb3", "#24282d", "#ff8a3d", "#6c7680")


def chart(all_kept: list[Kept], palette: Palette) -> str:
    """The picture: a column for each processor, a row of panels for each case and its threads.

    A row's bars have one scale.
    """
    columns = [(kept.title, figures(kept, MAIN)) for kept in all_kept]
    columns = [(name, table) for name, table in columns if table["results"]]
    width = 2 * MARGIN + max(1, len(columns)) * COLUMN + max(0, len(columns) - 1) * MARGIN
    lefts = [MARGIN + number * (COLUMN + MARGIN) for number in range(len(columns))]
    body = [
        label(left, MARGIN + 14, name, palette.text, size=16, weight=700)
        for left, (name, _) in zip(lefts, columns, strict=True)
    ]
    y = MARGIN + HEAD_HEIGHT
    for group in groups_of([table for _, table in columns]):
        entries = [of_group(table["results"], group) for _, table in columns]
        fastest = max(one["speed"]["median"] for column in entries for one in column)
        for left, column, (_, table) in zip(lefts, entries, columns, strict=True):
            body += panel(left, y, group, column, table, fastest, palette)
        y += TITLE_HEIGHT + max(map(len, entries)) * ROW + GAP
    for number, line in enumerate(CAPTION):
        body.append(label(MARGIN, y + 6 + 17 * number, line, palette.faint, size=12))
    return picture(body, width, y + 40 + MARGIN, palette)


def groups_of(tables: list[Values]) -> list[Group]:
    """All cases and numbers of threads, in order."""
    found = {group_of(one) for table in tables for one in table["results"]}
    return sorted(found, key=lambda group: (list(CASES).index(group[0]), group[1]))


def panel(
    x: int, y: int, group: Group, entries: list[Values], table: Values, fastest: float,
    palette: Palette,
) -> list[str]:  # fmt: skip
    """A case on a processor; nothing if it was not measured there."""
    if not entries:
        return []
    lines = [label(x, y + 13, title(group), palette.text, size=13, weight=600)]
    sides = list(LABELS)
    for number, one in enumerate(sorted(entries, key=lambda one: sides.index(one["side"]))):
        share = one["speed"]["median"] / fastest
        top = y + TITLE_HEIGHT + number * ROW
        lines += bar(one, x, top, share, ratio(table, one), palette)
    return lines


def bar(one: Values, left: int, y: int, share: float, times: str, palette: Palette) -> list[str]:
    """A side's row: its name, its bar on a track, its speed."""
    is_ours = one["side"] in OUR_NAMES
    x = left + LABEL_WIDTH
    middle = y + BAR / 2 + 4.5
    weight = 600 if is_ours else 400
    value = f"{one['speed']['median']:.1f}{times}"
    return [
        label(x - 10, middle, LABELS[one["side"]], palette.text, weight=weight, anchor="end"),
        box(x, y, BAR_WIDTH, palette.track),
        box(x, y, max(share * BAR_WIDTH, 4), palette.ours if is_ours else palette.peer),
        label(x + BAR_WIDTH + 10, middle, value, palette.text, weight=weight),
    ]


def ratio(table: Values, one: Values) -> str:
    """How many times the speed of the fastest peer, for ours."""
    found = [
        entry["of_medians"]
        for entry in of_group(table["ratios"], group_of(one))
        if entry["side"] == one["side"]
    ]
    return f" · {min(found):.1f}×" if found else ""


def label(
    x: float, y: float, text: str, colour: str, size: int = 12, weight: int = 400,
    anchor: str = "start",
) -> str:  # fmt: skip
    """A line of text."""
    return (
        f'<text x="{x:g}" y="{y:g}" fill="{colour}" font-size="{size}" font-weight="{weight}" '
        f'text-anchor="{anchor}">{escape(text)}</text>'
    )


def box(x: float, y: float, width: float, colour: str) -> str:
    """A bar with round corners."""
    return f'<rect x="{x:g}" y="{y:g}" width="{width:.1f}" height="{BAR}" rx="4" fill="{colour}"/>'


def picture(body: list[str], width: int, height: int, palette: Palette) -> str:
    """The file."""
    lines = "\n  ".join(body)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" font-family="{FONT}" role="img">\n'
        f"  <title>Tokens per second, higher is better</title>\n"
        f'  <rect width="{width}" height="{height}" rx="12" fill="{palette.ground}"/>\n'
        f"  {lines}\n</svg>\n"
    )
