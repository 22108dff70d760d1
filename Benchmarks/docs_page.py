"""Writes a comparison into the documentation: a page with its table, and a chart."""

from __future__ import annotations

import json

from chart import DARK, LIGHT, chart
from report import Values, markdown
from tools import ROOT, note

CATALOGUE = ROOT / "Sources" / "BitNet" / "BitNet.docc"

PAGE = """# Speed

How fast `bitnet` is beside llama.cpp, on one machine, in turns.

@Image(source: "speed.svg", alt: "Tokens per second of bitnet and llama.cpp, case by case.")

{table}
The model has the shape of BitNet b1.58 2B4T and random weights: 2,084 million ternary weights, and an embedding of 128,256 × 2,560 that is the output head too (8 bits a weight here, Q6_K in llama.cpp). *85 % zeros* is a model with that share of zeros behind relu², as trained models have. Given are the median of {rounds} rounds, the least and the greatest; in each round every program ran once, and the order changed from round to round. A ratio is that of the medians, with the least and the greatest ratio of a round. Tokens are random; tokenising and sampling are not timed. Memory is the most that was resident at once.

- Processor: {cpu}, {processors} processors seen, {gigabytes:.0f} GB of memory, {system}
- Instruction set: {isa}; llama-cpp-python {peer}
- Commit: {commit}, {date}
- Command: `{command}`

`Benchmarks/README.md` says how to repeat it. All samples are in `Benchmarks/results/{name}.json`.
"""


def write_docs(document: Values) -> None:
    """Replaces page, pictures and samples; figures for AVX2 alone have files of their own."""
    only_avx2 = document["instruction_set"] == "avx2"
    name = "speed-avx2" if only_avx2 else "speed"
    resources = CATALOGUE / "Resources"
    page = CATALOGUE / ("SpeedAVX2.md" if only_avx2 else "Speed.md")
    samples = ROOT / "Benchmarks" / "results" / f"{name}.json"
    files = {
        resources / f"{name}.svg": chart(document, LIGHT),
        resources / f"{name}~dark.svg": chart(document, DARK),
        page: page_text(document, name),
        samples: json.dumps(document, indent=1) + "\n",
    }
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        note(f"wrote {path.relative_to(ROOT)}")


def page_text(document: Values, name: str) -> str:
    """The page."""
    machine = document["machine"]
    commit = document["commit"] + (" with local changes" if document["has_local_changes"] else "")
    text = PAGE.format(
        table=markdown(document),
        rounds=document["rounds"],
        cpu=machine["cpu"],
        processors=machine["processors"],
        gigabytes=machine["memory_bytes"] / 1e9,
        system=machine["system"],
        isa=document["instruction_set"],
        peer=document["llama_cpp_python"],
        commit=commit,
        date=document["date"][:10],
        command=document["command"],
        name=name,
    )
    if name == "speed-avx2":
        text = text.replace("# Speed", "# Speed with AVX2 alone", 1)
        text = text.replace("speed.svg", f"{name}.svg", 1)
    return text
