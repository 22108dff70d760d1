"""Writes a measurement of servers into the documentation."""

from __future__ import annotations

import json
from typing import Any

from load_report import markdown
from tools import ROOT, note

PAGE = """# Serving under load

How `bitnet serve` answers many clients at once, beside llama.cpp's two servers, on one machine, in turns.

{table}
A stream is a request of its own, all sent at once: a prompt of about 100 tokens, about a third of which all prompts share, and {tokens} generated tokens, sampled at temperature 1. Tokens per second are those that all streams got together, from the first request to the last token, so the prompts' time is in them. The first token's time is from the request to its arrival; between tokens is what a client waits for the next piece. Given are medians of {rounds} rounds; in each round every server ran once with each number of streams. The client shares the processors with the servers.

- `kjv-tiny` is the bundled model, of 3 million weights; `2b4t` has the shape of BitNet b1.58 2B4T and random weights. llama.cpp's models have the same shapes, TQ2_0 weights, an output head in Q6_K, random weights and our tokenizer.
- `llama-server` is llama.cpp's own server, compiled from the source in llama-cpp-python {peer}; it batches. `llama-cpp-python` is that package's server, which takes one request at a time: the others wait. Its time between tokens is therefore that of one stream.
- All servers: {threads} threads; `bitnet serve` and `llama-server` with room for {parallel} streams. `bitnet serve` guesses no tokens ahead here (`--draft-max 0`): random weights repeat themselves more than texts do.
- Processor: {cpu}, {processors} processors seen, {gigabytes:.0f} GB of memory, {system}
- Commit: {commit}, {date}
- Command: `{command}`

`Benchmarks/README.md` says how to repeat it. All figures are in `Benchmarks/results/serve-load.json`.
"""


def write_docs(document: dict[str, Any]) -> None:
    """Replaces page and figures."""
    files = {
        ROOT / "Sources" / "BitNet" / "BitNet.docc" / "ServingUnderLoad.md": page(document),
        ROOT / "Benchmarks" / "results" / "serve-load.json": json.dumps(document, indent=1) + "\n",
    }
    for path, content in files.items():
        path.write_text(content, encoding="utf-8")
        note(f"wrote {path.relative_to(ROOT)}")


def page(document: dict[str, Any]) -> str:
    """The page."""
    machine = document["machine"]
    return PAGE.format(
        table=markdown(document),
        tokens=document["tokens"],
        rounds=document["rounds"],
        threads=document["threads"],
        parallel=document["parallel"],
        peer=document["llama_cpp_python"],
        cpu=machine["cpu"],
        processors=machine["processors"],
        gigabytes=machine["memory_bytes"] / 1e9,
        system=machine["system"],
        commit=document["commit"]
        + (" with local changes" if document["has_local_changes"] else ""),
        date=document["date"][:10],
        command=document["command"],
    )
