#!/usr/bin/env python3
"""Compares the speed of bitnet and llama.cpp: same shape, same machine, in turns."""

from __future__ import annotations

import argparse
import json
import pathlib
import signal
import sys
from collections.abc import Callable, Iterable

import docs_page
import peer_setup
import report
from cases import CASES, OURS, PEERS, Case, Programs, Side
from report import Values
from tools import Failure, note, output_of
from workers import Samples, take_turns, workers

EPILOG = """\
The first run compiles llama.cpp from PyPI (5 to 10 minutes) and makes four models (5 GB) under
Benchmarks/.build-peer. Leave the machine alone meanwhile: the programs take turns, so slow phases
of the machine hit all of them, but another load blurs the ratios. Results go to standard output,
progress to standard error, all samples into a JSON file.

examples:
  Benchmarks/compare.py                          everything, 5 rounds (about 40 minutes)
  Benchmarks/compare.py --cases decode --threads 2 --peers tq2_0 --keep
  Benchmarks/compare.py --avx2 --threads 2       both sides held to AVX2
  Benchmarks/compare.py --keep --write-docs      replace the figures in the documentation
"""


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--rounds", type=count, default=5, help="timed runs of each side, after one to warm up")
    add("--threads", type=counts, default=[1, 2], metavar="LIST", help="such as 1,2 (the default)")
    add("--cases", type=names(CASES), default=list(CASES), metavar="LIST",
        help=f"some of {','.join(CASES)} (default: all)")  # fmt: skip
    add("--peers", type=names(PEERS), default=list(PEERS), metavar="LIST",
        help=f"some of {','.join(PEERS)} (default: all)")  # fmt: skip
    add("--avx2", action="store_true", help="hold both sides to AVX2: a second build of llama.cpp")
    add("--models", type=pathlib.Path, default=peer_setup.WORK / "models", metavar="FOLDER",
        help="where models are, or are made (default: Benchmarks/.build-peer/models)")  # fmt: skip
    add("--keep", action="store_true", help="keep the models that this run made, for the next one")
    add("--bitnet", type=pathlib.Path, metavar="PROGRAM", help="instead of building it")
    add("--peer-python", type=pathlib.Path, metavar="PROGRAM",
        help="an interpreter with llama-cpp-python and gguf, instead of making one")  # fmt: skip
    add("--output", type=pathlib.Path, metavar="FILE",
        help="all samples as JSON (default: Benchmarks/.build-peer/result.json)")  # fmt: skip
    add("--json", action="store_true", help="print the JSON instead of a table")
    add("--write-docs", action="store_true", help="write page and chart into the documentation")
    return parser.parse_args()


def count(text: str) -> int:
    """A number of at least 1."""
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def counts(text: str) -> list[int]:
    """A comma list of such numbers."""
    return [count(part) for part in text.split(",")]


def names(known: Iterable[str]) -> Callable[[str], list[str]]:
    """A reader of comma lists of known names, which come in the known order."""

    def read(text: str) -> list[str]:
        unknown = set(text.split(",")) - set(known)
        if unknown:
            raise argparse.ArgumentTypeError(
                f"expected some of {','.join(known)}, found {','.join(sorted(unknown))}"
            )
        return [name for name in known if name in text.split(",")]

    return read


def run(options: argparse.Namespace) -> None:
    """Prepares, measures and reports."""
    python = peer_setup.peer_python(options.peer_python, options.avx2)
    programs = Programs(peer_setup.bitnet(options.bitnet), python, options.models, options.avx2)
    cases = [CASES[name] for name in options.cases]
    sides = sides_for(options, programs, cases)
    made: list[pathlib.Path] = []
    try:
        made += peer_setup.make_models(sides, options.models, programs.bitnet, python)
        samples = measure(options, programs, cases, sides)
    finally:
        if not options.keep:
            for path in made:
                path.unlink(missing_ok=True)
    version = output_of(str(python), "-c", "import llama_cpp; print(llama_cpp.__version__)")
    publish(options, report.document(samples, options.rounds, options.avx2, version))


def sides_for(options: argparse.Namespace, programs: Programs, cases: list[Case]) -> list[Side]:
    """The sides that take part in some case and can be run."""
    sides = []
    for side in (*OURS, *(PEERS[name] for name in options.peers)):
        if not any(side.takes_part_in(case) for case in cases):
            continue
        if side.is_ours and not peer_setup.knows_cache(programs.bitnet, side.cache):
            note(f"{side.label}: left out, this bitnet has no such cache")
            continue
        sides.append(side)
    return sides


def measure(
    options: argparse.Namespace, programs: Programs, cases: list[Case], sides: list[Side]
) -> list[Samples]:
    """All cases for all numbers of threads; cases of one context size share their processes."""
    samples: list[Samples] = []
    for threads in options.threads:
        for positions in dict.fromkeys(case.positions for case in cases):
            group = [case for case in cases if case.positions == positions]
            present = [side for side in sides if any(side.takes_part_in(case) for case in group)]
            with workers(programs, present, threads, positions) as running:
                for case in group:
                    tell = progress(case, threads, options.rounds)
                    samples += take_turns(running, case, threads, options.rounds, tell)
    return samples


def progress(case: Case, threads: int, rounds: int) -> Callable[[int, Side, float], None]:
    """Tells about every run."""

    def tell(number: int, side: Side, speed: float) -> None:
        stage = f"round {number} of {rounds}" if number else "warm-up"
        note(f"{case.name}, -t {threads}, {stage}: {side.label} {speed:.1f} tokens/s")

    return tell


def publish(options: argparse.Namespace, document: Values) -> None:
    """Prints the figures and writes the files."""
    path = options.output or peer_setup.WORK / "result.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    content = json.dumps(document, indent=1, ensure_ascii=False)
    path.write_text(content + "\n", encoding="utf-8")
    print(content if options.json else report.text(document))
    note(f"all samples: {path}")
    if options.write_docs:
        docs_page.write_docs(document)


def main() -> int:
    """The exit status: 0 done, 1 failed, 130 ended by Ctrl-C."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        run(parse())
    except KeyboardInterrupt:
        note("ended by Ctrl-C")
        return 130
    except (Failure, OSError) as error:
        note(f"error: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
