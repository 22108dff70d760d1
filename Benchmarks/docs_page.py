"""Writes what is kept into the documentation: the page, the charts, and parts of the README."""

from __future__ import annotations

import pathlib
import re

import kept_results
import load_page
from cases import CASES, LABELS
from chart import DARK, LIGHT, chart
from kept_results import MAIN, Kept, Section, figures, section_of, sections
from report import Values, threads
from tables import in_full, peers_of, scaling_lines, side_by_side
from tools import ROOT, note

CATALOGUE = ROOT / "Sources" / "BitNet" / "BitNet.docc"

PAGE = """# Speed

How fast `bitnet` is beside other programs, in turns, on each processor measured so far.

## Overview

A figure holds for the processor that its column names, and is not said of others. Speeds of different columns were measured on different machines and days; what compares are the ratios, which were taken in one run.

@Image(source: "speed.svg", alt: "Tokens per second of bitnet and other programs, case by case, a column for each processor.")

{overview}
The model has the shape of BitNet b1.58 2B4T and random weights: 2,084 million ternary weights, and an embedding of 128,256 × 2,560 that is also the output head (8 bits a weight here, Q6_K in the other programs). *85 % zeros* is a model whose relu² outputs are 85 % zeros, as those of trained models are. ik_llama.cpp is given the same I2_S file, converted to its IQ2_BN_R4. × is how many times as fast `bitnet` is.

In each round every program runs once, and the order changes from round to round; given are the median, and in brackets the least and the greatest. A ratio is that of the medians, with the least and the greatest ratio of a round. Tokens are random; tokenising and sampling are not timed. Memory is the most that was resident at once, with room for 640 tokens of context, or 4,160 at a depth of 4,096.

Where other processes are busy, they have equal priority and only do arithmetic, so that they take time on the cores but no memory bandwidth. Numbers of threads then take turns, too.

{sections}`Benchmarks/README.md` says how to repeat it. All samples are in `Benchmarks/results`, a folder for each processor.
"""

README_TABLE = """{table}
{memory}

{runs}"""


def add_speed(document: Values) -> None:
    """Keeps a result of `compare.py`."""
    kept = kept_results.of_processor(kept_results.load("speed"), document)
    kept_results.save("speed", kept_results.add(kept, document))


def add_load(document: Values) -> None:
    """Keeps a result of `serve_load.py`."""
    kept = kept_results.of_processor(kept_results.load("serve-load"), document)
    kept_results.save("serve-load", load_page.add(kept, document))


def write_all() -> None:
    """Writes all files that the kept results determine."""
    for path, content in texts().items():
        path.write_text(content, encoding="utf-8")
        note(f"wrote {path.relative_to(ROOT)}")


def texts() -> dict[pathlib.Path, str]:
    """All files that the kept results determine."""
    all_kept = kept_results.load("speed")
    readme = ROOT / "README.md"
    parts = {"speed-summary": summary(all_kept), "speed-table": readme_table(all_kept)}
    files = {
        CATALOGUE / "Resources" / "speed.svg": chart(all_kept, LIGHT),
        CATALOGUE / "Resources" / "speed~dark.svg": chart(all_kept, DARK),
        CATALOGUE / "Speed.md": page(all_kept),
        readme: with_parts(readme.read_text(encoding="utf-8"), parts),
    }
    load = CATALOGUE / "ServingUnderLoad.md"
    return files | {load: load_page.page(kept_results.load("serve-load"))}


def page(all_kept: list[Kept]) -> str:
    """The page."""
    parts = [
        f"## {heading(section)}\n\n" + "".join(of_processor(kept, section) for kept in all_kept)
        for section in sections(all_kept)
    ]
    overview = side_by_side(all_kept, MAIN, only_ours=False)
    return PAGE.format(overview=overview, sections="".join(parts))


def heading(section: Section) -> str:
    """What a section is about."""
    if section.model != MAIN.model:
        text = f"Full precision: {section.model}"
    else:
        text = "The shape of 2B4T"
    if section.instruction_set != MAIN.instruction_set:
        text += ", all programs held to AVX2"
    if section.busy:
        others = "1 other process is" if section.busy == 1 else f"{section.busy} others are"
        text += f", while {others} busy"
    return text


def of_processor(kept: Kept, section: Section) -> str:
    """A processor's table of a section, and how it was measured; empty if it was not."""
    if not figures(kept, section)["results"]:
        return ""
    runs = [run for run in kept.runs if section_of(run) == section]
    scaling = scaling_lines(kept, section)
    return (
        f"### {kept.title}\n\n{in_full(kept, section)}\n{scaling}"
        + "".join(f"- {provenance(run)}\n" for run in runs)
        + "\n"
    )


def provenance(run: Values) -> str:
    """How the figures of a run were measured, in a line."""
    machine = run["machine"]
    commit = run["commit"] + (" with local changes" if run["has_local_changes"] else "")
    others = {
        "llama-cpp-python": run["llama_cpp_python"],
        "ik_llama.cpp": run["ik_llama_cpp"],
    }
    programs = "".join(f"{name} {version}; " for name, version in others.items() if version)
    return (
        f"{measured(run)}: {machine['processors']} processors seen, "
        f"{machine['memory_bytes'] / 1e9:.0f} GB of memory, {machine['system']}; {programs}"
        f"{run['rounds']} rounds; commit {commit}, {run['date'][:10]}; `{run['command']}`"
    )


def measured(run: Values) -> str:
    """The cases of a run in words."""
    cases = dict.fromkeys(one["case"] for one in run["results"])
    numbers = sorted({one["threads"] for one in run["results"]})
    short = ", ".join(CASES[name].short for name in CASES if name in cases)
    return f"{short} ({' and '.join(map(str, numbers))} thread{'s' * (numbers[-1] > 1)})"


def summary(all_kept: list[Kept]) -> str:
    """The README's sentence: for each processor, how many times as fast as each peer."""
    sentences = []
    for kept in all_kept:
        table = figures(kept, MAIN)
        most = max((one["threads"] for one in table["results"]), default=0)
        parts = [text for peer in peers_of(table) if (text := against(table, peer, most))]
        if parts:
            sentences.append(f"on {kept.title} ({threads(most)}), {', '.join(parts)}")
    return "; ".join(sentences)


def against(table: Values, peer: str, number: int) -> str:
    """Prompts and decoding against a peer; empty unless both were measured."""
    found = {
        one["case"]: one["of_medians"]
        for one in table["ratios"]
        if (one["side"], one["peer"], one["threads"]) == ("bitnet", peer, number)
    }
    if not {"prefill", "decode"} <= found.keys():
        return ""
    return (
        f"prompts run {found['prefill']:.1f} and decoding {found['decode']:.1f} times as fast "
        f"as in {LABELS[peer]}"
    )


def readme_table(all_kept: list[Kept]) -> str:
    """The README's table, and the lines under it."""
    lines = [
        f"- {kept.title}: {provenance(run)}"
        for kept in all_kept
        for run in kept.runs
        if section_of(run).is_main
    ]
    return README_TABLE.format(
        table=side_by_side(all_kept, MAIN, only_ours=True),
        memory=memory_sentence(all_kept),
        runs="\n".join(lines),
    )


def memory_sentence(all_kept: list[Kept]) -> str:
    """What is resident, on each processor."""
    parts = []
    for kept in all_kept:
        found = {
            one["case"]: one["peak_memory"] / 1e6
            for one in figures(kept, MAIN)["results"]
            if one["side"] == "bitnet"
        }
        deep = f", {found['depth']:,.0f} MB for 4,160" if "depth" in found else ""
        if "decode" in found:
            parts.append(f"{found['decode']:,.0f} MB with room for 640 tokens{deep} ({kept.title})")
    return f"Resident memory is {'; '.join(parts)}."


def with_parts(text: str, parts: dict[str, str]) -> str:
    """A text whose marked parts are replaced: `<!-- name -->` to `<!-- /name -->`.

    >>> with_parts("a <!-- x -->old<!-- /x --> b", {"x": "new"})
    'a <!-- x -->new<!-- /x --> b'
    """
    for name, content in parts.items():
        text = with_part(text, f"<!-- {name} -->", content, f"<!-- /{name} -->")
    return text


def with_part(text: str, start: str, content: str, end: str) -> str:
    """A text with new content between two marks; several lines stand on lines of their own."""
    pattern = re.compile(f"{re.escape(start)}.*?{re.escape(end)}", re.DOTALL)
    if len(pattern.findall(text)) != 1:
        raise ValueError(f"expected one part between {start} and {end}")
    padding = "\n" if "\n" in content else ""
    return pattern.sub(lambda _: f"{start}{padding}{content}{padding}{end}", text)
