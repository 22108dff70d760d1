"""Draws the medians of a comparison as horizontal bars: SVG, one picture for each colour scheme."""

from __future__ import annotations

import dataclasses
from xml.sax.saxutils import escape

from cases import OURS
from report import LABELS, Values, groups, of_group, title

WIDTH, MARGIN, LABEL_WIDTH, VALUE_WIDTH = 760, 24, 176, 170
TITLE_HEIGHT, ROW, BAR, GAP = 30, 28, 18, 18
BAR_WIDTH = WIDTH - 2 * MARGIN - LABEL_WIDTH - VALUE_WIDTH
FONT = "-apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


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

OUR_NAMES = {side.name for side in OURS}


def chart(document: Values, palette: Palette) -> str:
    """The picture: a panel for each case and number of threads, each with a scale of its own."""
    body: list[str] = []
    y = MARGIN
    for group in groups(document):
        body.append(label(MARGIN, y + 15, title(group), palette.text, size=15, weight=600))
        y += TITLE_HEIGHT
        entries = of_group(document["results"], group)
        fastest = max(one["speed"]["median"] for one in entries)
        for one in entries:
            share = one["speed"]["median"] / fastest
            body += bar(one, y, share, ratio(document, one), palette)
            y += ROW
        y += GAP
    body.append(label(MARGIN, y + 6, caption(document), palette.faint, size=12))
    return picture(body, y + 6 + MARGIN, palette)


def bar(one: Values, y: int, share: float, times: str, palette: Palette) -> list[str]:
    """A side's row: its name, its bar on a track, its speed."""
    is_ours = one["side"] in OUR_NAMES
    x = MARGIN + LABEL_WIDTH
    middle = y + BAR / 2 + 4.5
    weight = 600 if is_ours else 400
    value = f"{one['speed']['median']:.1f} tokens/s{times}"
    return [
        label(x - 12, middle, LABELS[one["side"]], palette.text, weight=weight, anchor="end"),
        box(x, y, BAR_WIDTH, palette.track),
        box(x, y, max(share * BAR_WIDTH, 4), palette.ours if is_ours else palette.peer),
        label(x + BAR_WIDTH + 12, middle, value, palette.text, weight=weight),
    ]


def ratio(document: Values, one: Values) -> str:
    """How many times the speed of the first peer, for ours."""
    for entry in of_group(document["ratios"], (one["case"], one["threads"])):
        if entry["side"] == one["side"]:
            return f" · {entry['of_medians']:.1f}×"
    return ""


def caption(document: Values) -> str:
    """What the picture shows, in one line."""
    peers = [LABELS[one["peer"]] for one in document["ratios"][:1]]
    factor = f"; × is the ratio to {peers[0]}" if peers else ""
    rounds = document["rounds"]
    return f"Medians of {rounds} round{'s' * (rounds > 1)} in turns on one machine{factor}."


def label(
    x: float, y: float, text: str, colour: str, size: int = 13, weight: int = 400,
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


def picture(body: list[str], height: int, palette: Palette) -> str:
    """The file."""
    lines = "\n  ".join(body)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" font-family="{FONT}" role="img">\n'
        f"  <title>Tokens per second, higher is better</title>\n"
        f'  <rect width="{WIDTH}" height="{height}" rx="12" fill="{palette.ground}"/>\n'
        f"  {lines}\n</svg>\n"
    )
