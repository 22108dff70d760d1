#!/usr/bin/env python3
"""Measures servers under load: ours and llama.cpp's, same shape, same machine, in turns."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import pathlib
import random
import sys
from typing import Any

import docs_page
import load_report
import peer_setup
from command_line import repeatable
from load_client import Run, measure
from load_sides import BUNDLED, OURS, PEERS, STREAMS, Programs, Running, Side, running
from report import provenance
from tools import ROOT, Failure, note
from tools import run as run_command

EPILOG = """\
A run is a number of streams at once, each a prompt of about 100 tokens, a third to a half shared
by all, and 128 generated tokens. In a round every server does every number of streams once;
figures are medians of the rounds. llama-cpp-python's server takes one request at a time;
llama-server, which is built from the same package's source (10 minutes, once), batches. Leave the
machine alone meanwhile.

examples:
  Benchmarks/serve_load.py                          everything (about 40 minutes)
  Benchmarks/serve_load.py --shapes kjv-tiny --rounds 1
  Benchmarks/serve_load.py --peers none --streams 1,16
"""

SHAPES = [BUNDLED, "2b4t"]
SHARED = "In the days of the kings of old the scribes wrote all that was said in the gate. "


def parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )  # fmt: skip
    add = parser.add_argument
    add("--rounds", type=int, default=3, help="timed runs of each kind (default: 3)")
    add("--streams", default="1,4,16,64", metavar="LIST", help="streams at once (1,4,16,64)")
    add("--tokens", type=int, default=128, help="tokens that each stream generates (default: 128)")
    add("--threads", type=int, default=os.cpu_count(), help="threads of each server")
    add("--shapes", default=",".join(SHAPES), metavar="LIST", help="models' shapes")
    add("--peers", default=",".join(PEERS), metavar="LIST", help="peers to measure, or none")
    add("--models", type=pathlib.Path, default=peer_setup.WORK / "models", metavar="FOLDER")
    add("--bitnet", type=pathlib.Path, metavar="PROGRAM", help="instead of building it")
    add("--commit", metavar="HASH", help="the commit that the program of --bitnet was built from")
    add("--peer-python", type=pathlib.Path, metavar="PROGRAM",
        help="an interpreter with llama-cpp-python[server] and gguf")  # fmt: skip
    add("--llama-server", type=pathlib.Path, metavar="PROGRAM", help="instead of building it")
    add("--output", type=pathlib.Path, default=peer_setup.WORK / "serve-load.json", metavar="FILE")
    add("--json", action="store_true", help="print the JSON instead of a table")
    add("--write-docs", action="store_true", help="keep the result, and write the page")
    return parser


def prompts(shape: str, count: int, run: int) -> list[str]:
    """Prompts of about 100 tokens; the first third (half with the bundled
    model) is that of all prompts, the rest their own."""
    words = (
        "king house people water mountain son daughter father hand heart spirit bread field city"
    ).split()
    draw = random.Random(f"{shape} {run}")
    # The synthetic vocabulary takes more tokens for a word than the bundled model's.
    repeats, own = (3, 42) if shape == BUNDLED else (1, 26)
    return [SHARED * repeats + " ".join(draw.choices(words, k=own)) for _ in range(count)]


def bodies(shape: str, count: int, run: int, tokens: int) -> list[dict[str, Any]]:
    """The requests of a run. Sampled, not greedy: a random model's greedy text repeats itself, and
    guessing it ahead would flatter. Ends of text are banned where a trained model could choose
    them; random ones don't."""
    common = {
        "max_tokens": tokens, "temperature": 1.0, "top_k": 40, "top_p": 0.95, "min_p": 0.05,
        "logit_bias": {"2044": -100, "2047": -100} if shape == BUNDLED else None,
    }  # fmt: skip
    return [
        {key: value for key, value in common.items() if value is not None}
        | {"model": "any", "prompt": prompt, "seed": 1000 * run + number}
        for number, prompt in enumerate(prompts(shape, count, run))
    ]


def measure_shape(options: argparse.Namespace, programs: Programs, shape: str) -> list[dict]:
    """All servers with models of one shape, in turns."""
    counts = [int(part) for part in options.streams.split(",")]
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(running(programs, side, shape)) for side in sides(options)]
        for server in servers:
            asyncio.run(measure(server.url, bodies(shape, 1, 0, 8)))
        runs = take_turns(options, servers, shape, counts)
        return [
            {
                "shape": shape, "side": server.side.name, "label": server.side.label,
                "streams": count, "peak_memory": server.peak_memory(),
                **load_report.figures(runs[server.side, count]),
            }
            for server in servers
            for count in counts
        ]  # fmt: skip


def take_turns(
    options: argparse.Namespace, servers: list[Running], shape: str, counts: list[int]
) -> dict[tuple[Side, int], list[Run]]:
    """The rounds; every other one goes backwards."""
    runs: dict[tuple[Side, int], list[Run]] = {}
    for round_number in range(options.rounds):
        for count in counts:
            for server in servers[:: 1 if round_number % 2 == 0 else -1]:
                requests = bodies(shape, count, 100 * round_number + count, options.tokens)
                run = asyncio.run(measure(server.url, requests))
                runs.setdefault((server.side, count), []).append(run)
                note(f"{shape}, {count} streams, {server.side.label}: {run.speed:.1f} tokens/s")
    return runs


def sides(options: argparse.Namespace) -> list[Side]:
    """The servers that take part."""
    return [OURS, *(PEERS[name] for name in options.peers.split(",") if name != "none")]


def prepare(options: argparse.Namespace) -> Programs:
    """Programs and models, made where they are missing."""
    python, llama_server = pathlib.Path(sys.executable), None
    if options.peers != "none":
        python = peer_setup.server_python(options.peer_python)
        if "llama-server" in options.peers:
            llama_server = options.llama_server or peer_setup.llama_server()
    bitnet = peer_setup.bitnet(options.bitnet)
    programs = Programs(bitnet, python, llama_server, options.models, options.threads)
    for shape in options.shapes.split(","):
        make_models(programs, shape, with_peers=options.peers != "none")
    return programs


def make_models(programs: Programs, shape: str, with_peers: bool) -> None:
    """The models of a shape that are not there yet."""
    programs.models.mkdir(parents=True, exist_ok=True)
    ours = programs.models / f"bitnet-{shape}.gguf"
    if shape != BUNDLED and not ours.exists():
        command = [str(programs.bitnet), "synth", "--shape", shape, "--embedding-type", "q8_0"]
        make(ours, [*command, "-o"])
    vocabulary = ours if shape != BUNDLED else ROOT / "Sources/CBitNetBundledModel/kjv-tiny.gguf"
    peers = programs.models / f"peer-{shape}-tokens.gguf"
    if with_peers and not peers.exists():
        script = str(ROOT / "Benchmarks" / "peer_models.py")
        make(peers, [str(programs.peer_python), script, "TQ2_0"], shape, str(vocabulary))


def make(path: pathlib.Path, command: list[str], *more: str) -> None:
    """Makes a model under another name until it is whole."""
    part = path.with_suffix(".part.gguf")
    part.unlink(missing_ok=True)
    log = peer_setup.WORK / f"{path.stem}.log"
    run_command(f"Making {path.name}", [*command, str(part), *more], log)
    part.rename(path)


def main() -> int:
    """Prepares, measures and reports."""
    arguments = parser()
    options = arguments.parse_args()
    command = repeatable(arguments, sys.argv[1:])
    try:
        programs = prepare(options)
        results = []
        for shape in options.shapes.split(","):
            results += measure_shape(options, programs, shape)
    except Failure as failure:
        note(f"error: {failure}")
        return 1
    version = peer_setup.peer_version(programs.peer_python)
    document = load_report.document(results, provenance(command, options.commit), {
        "rounds": options.rounds, "tokens": options.tokens, "threads": options.threads,
        "parallel": STREAMS, "llama_cpp_python": version,
    })  # fmt: skip
    text = json.dumps(document, indent=1)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(text + "\n", encoding="utf-8")
    print(text if options.json else load_report.markdown(document))
    if options.write_docs:
        docs_page.add_load(document)
        docs_page.write_all()
    return 0


if __name__ == "__main__":
    sys.exit(main())
