"""The documentation's page about servers under load, from the kept results."""

from __future__ import annotations

from kept_results import Kept
from load_report import Values, markdown

PAGE = """# Serving under load

How `bitnet serve` answers many clients at once, beside llama.cpp's two servers, in turns, on each processor measured so far.

## Overview

A figure holds for the processor and the program that it is given with, and is not said of others.

A stream is a request of its own, all sent at once: a prompt of about 100 tokens, of which all prompts share a third (half with `kjv-tiny`), and then tokens sampled at temperature 1. Tokens per second are those that all streams got together, from the first request to the last token, so the prompts' time is in them. The first token's time is from the request to its arrival; between tokens is what a client waits for the next piece. Given are medians of the rounds; in each round every server ran once with each number of streams. The client shares the processors with the servers.

- `kjv-tiny` is the bundled model, of 3 million weights; `2b4t` has the shape of BitNet b1.58 2B4T and random weights. llama.cpp's models have the same shapes, TQ2_0 weights, an output head in Q6_K, random weights and our tokenizer.
- `llama-server` is llama.cpp's own server, compiled from the source in llama-cpp-python; it batches. `llama-cpp-python` is that package's server, which takes one request at a time: the others wait. Its time between tokens is therefore that of one stream.
- `bitnet serve` guesses no tokens ahead here (`--draft-max 0`): random weights repeat themselves more than texts do.
- A prompt token and a token of a batch cost about the same where arithmetic, not memory, is the limit. Batching then does not make prompts cheaper, and their share decides how much is gained by many streams.

{sections}`Benchmarks/README.md` says how to repeat it. All figures are in `Benchmarks/results`, a folder for each processor.
"""

RUN = """{table}
{note}- {processors} processors seen, {gigabytes:.0f} GB of memory, {system}; llama-cpp-python {peer}
- {rounds}; {tokens} tokens a stream; {threads} threads; `bitnet serve` and `llama-server` with room for {parallel} streams
- Commit {commit}, {date}: `{command}`

"""


def add(kept: Kept, run: Values) -> Kept:
    """Puts a run in; of older ones leaves what it did not measure again."""
    measured = {key(result) for result in run["results"]}
    older = [
        one | {"results": [result for result in one["results"] if key(result) not in measured]}
        for one in kept.runs
    ]
    return Kept(kept.title, [*(one for one in older if one["results"]), run])


def key(result: Values) -> tuple[str, str, int]:
    """What was measured: of a model, a server and a number of streams."""
    return result["shape"], result["side"], result["streams"]


def page(all_kept: list[Kept]) -> str:
    """The page."""
    return PAGE.format(
        sections="".join(
            f"## {kept.title}\n\n" + "".join(run_text(run) for run in kept.runs)
            for kept in all_kept
        )
    )


def run_text(run: Values) -> str:
    """A run's table, and how it was measured."""
    machine = run["machine"]
    return RUN.format(
        table=markdown(run),
        note=f"- {run['note']}\n" if "note" in run else "",
        processors=machine["processors"],
        gigabytes=machine["memory_bytes"] / 1e9,
        system=machine["system"],
        peer=run["llama_cpp_python"],
        rounds=f"{run['rounds']} round{'s' * (run['rounds'] != 1)}",
        tokens=run["tokens"],
        threads=run["threads"],
        parallel=run["parallel"],
        commit=run["commit"] + (" with local changes" if run["has_local_changes"] else ""),
        date=run["date"][:10],
        command=run["command"],
    )
