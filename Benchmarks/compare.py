#!/usr/bin/env python3
"""Compares the speed of bitnet, llama.cpp and ik_llama.cpp: same shape, same machine, in turns."""

from __future__ import annotations

import argparse
import dataclasses
import json
import pathlib
import signal
import sys
from collections.abc import Callable

import docs_page
import ik_bench
import peer_setup
import report
from busy import busy_processes
from cases import BITNET, CASES, IK_LLAMA, IK_SIDE, LLAMA, OURS, PEERS, WHOLE, Case, Programs, Side
from command_line import count, counts, names, repeatable
from report import Values
from tools import Failure, note
from workers import Samples, Turn, take_turns, workers

EPILOG = """\
The first run compiles llama.cpp from PyPI (5 to 10 minutes) and makes four models (5 GB) under
Benchmarks/.build-peer. Leave the machine alone meanwhile: the programs take turns, so slow phases
of the machine hit all of them, but another load blurs the ratios. Results go to standard output,
progress to standard error, all samples into a JSON file.

examples:
  Benchmarks/compare.py                          everything, 5 rounds (about 40 minutes)
  Benchmarks/compare.py --cases decode --threads 2 --peers tq2_0 --keep
  Benchmarks/compare.py --ik-llama ik_llama.cpp/build/bin --peers tq2_0 --keep
  Benchmarks/compare.py --busy 1                 decoding while another process is busy
  Benchmarks/compare.py --full-precision SmolLM2-135M-F16.gguf
  Benchmarks/compare.py --avx2 --threads 2       both sides held to AVX2
  Benchmarks/compare.py --keep --write-docs      replace the figures in the documentation
"""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )  # fmt: skip
    add, path = parser.add_argument, pathlib.Path
    add("--rounds", type=count, default=5, help="timed runs of each side, after one to warm up")
    add("--threads", type=counts, default=[1, 2], metavar="LIST", help="such as 1,2 (the default)")
    add("--cases", type=names(CASES), metavar="LIST",
        help=f"some of {','.join(CASES)} (default: all; decode with --busy; "
        "prefill,decode with --full-precision)")  # fmt: skip
    add("--peers", type=names(PEERS), default=list(PEERS), metavar="LIST",
        help=f"some of {','.join(PEERS)}, or none: those of llama.cpp (default: all)")  # fmt: skip
    add("--ik-llama", type=path, metavar="FOLDER",
        help="folder of ik_llama.cpp's llama-bench and llama-quantize: a further side")  # fmt: skip
    add("--full-precision", type=path, metavar="FILE",
        help="a GGUF file, such as one of F16 weights, that all programs run, "
        "instead of the models of 2B4T's shape")  # fmt: skip
    add("--busy", type=count, default=0, metavar="N",
        help="keep N other processes of equal priority busy meanwhile; "
        "all numbers of threads then take turns with each other")  # fmt: skip
    add("--avx2", action="store_true", help="hold both sides to AVX2: a second build of llama.cpp")
    add("--models", type=path, default=peer_setup.WORK / "models", metavar="FOLDER",
        help="where models are, or are made (default: Benchmarks/.build-peer/models)")  # fmt: skip
    add("--keep", action="store_true", help="keep the models that this run made, for the next one")
    add("--bitnet", type=path, metavar="PROGRAM", help="instead of building it")
    add("--commit", metavar="HASH", help="the commit that the program of --bitnet was built from")
    add("--peer-python", type=path, metavar="PROGRAM",
        help="an interpreter with llama-cpp-python and gguf, instead of making one")  # fmt: skip
    add("--output", type=path, metavar="FILE",
        help="all samples as JSON (default: Benchmarks/.build-peer/result.json)")  # fmt: skip
    add("--json", action="store_true", help="print the JSON instead of a table")
    add("--write-docs", action="store_true",
        help="keep the result in Benchmarks/results; write page, chart and README")  # fmt: skip
    return parser


def run(options: argparse.Namespace, command: str) -> None:
    """Prepares, measures and reports."""
    python = None
    if options.peers:
        python = peer_setup.peer_python(options.peer_python, options.avx2)
    ik_llama = ik_bench.check(options.ik_llama) if options.ik_llama else None
    bitnet = peer_setup.bitnet(options.bitnet)
    programs = Programs(bitnet, python, ik_llama, options.models, options.avx2)
    cases = [CASES[name] for name in options.cases or default_cases(options)]
    sides = sides_for(options, programs, cases)
    made: list[pathlib.Path] = []
    try:
        made += peer_setup.make_models(sides, programs)
        conditions = conditions_of(options, programs, sides, command)
        with busy_processes(options.busy):
            samples = measure(options, programs, cases, sides)
    finally:
        if not options.keep:
            for path in made:
                path.unlink(missing_ok=True)
    publish(options, report.document(samples, conditions, with_scaling=options.busy > 0))


def default_cases(options: argparse.Namespace) -> list[str]:
    """The cases that are measured where none are named."""
    if options.busy:
        return ["decode"]
    return ["prefill", "decode"] if options.full_precision else list(CASES)


def sides_for(options: argparse.Namespace, programs: Programs, cases: list[Case]) -> list[Side]:
    """The sides that take part in some case and can be run."""
    if options.full_precision:
        return whole_sides(options.full_precision, programs)
    sides = []
    for side in (*OURS, *(PEERS[name] for name in options.peers)):
        if not any(side.takes_part_in(case) for case in cases):
            continue
        if side.is_ours and not peer_setup.knows_cache(programs.bitnet, side.cache):
            note(f"{side.label}: left out, this bitnet has no such cache")
            continue
        sides.append(side)
    return [*sides, IK_SIDE] if has_ik(programs) else sides


def whole_sides(file: pathlib.Path, programs: Programs) -> list[Side]:
    """The sides that run one file."""
    if not file.is_file():
        raise Failure(f"--full-precision: there is no file {file}")
    present = [
        BITNET,
        *([LLAMA] if programs.peer_python else []),
        *([IK_LLAMA] if has_ik(programs) else []),
    ]
    return [dataclasses.replace(WHOLE[name], model=str(file.resolve())) for name in present]


def has_ik(programs: Programs) -> bool:
    """Whether ik_llama.cpp takes part: it has one build, a native one."""
    if programs.ik_llama and programs.avx2:
        note("ik_llama.cpp: left out, its build is not held to AVX2")
    return programs.ik_llama is not None and not programs.avx2


def conditions_of(
    options: argparse.Namespace, programs: Programs, sides: list[Side], command: str
) -> Values:
    """Of what the figures are, and how they were measured."""
    ik_sides = [side for side in sides if side.program == IK_LLAMA]
    return {
        **report.provenance(command, options.commit),
        "model": options.full_precision.stem if options.full_precision else "2b4t",
        "instruction_set": "avx2" if options.avx2 else "native",
        "busy": options.busy,
        "llama_cpp_python": peer_setup.peer_version(programs.peer_python),
        "ik_llama_cpp": "".join(
            ik_bench.version(programs.command(side, 1, 0)) for side in ik_sides
        ),
        "rounds": options.rounds,
    }


def measure(
    options: argparse.Namespace, programs: Programs, cases: list[Case], sides: list[Side]
) -> list[Samples]:
    """All cases for all numbers of threads; cases of one context size share their processes.

    Numbers of threads are measured one after the other, beside busy processes in turns.
    """
    samples: list[Samples] = []
    for together in [options.threads] if options.busy else [[one] for one in options.threads]:
        for positions in dict.fromkeys(case.positions for case in cases):
            group = [case for case in cases if case.positions == positions]
            present = [side for side in sides if any(side.takes_part_in(case) for case in group)]
            turns = [Turn(side, threads) for side in present for threads in together]
            with workers(programs, turns, positions) as running:
                for case in group:
                    samples += take_turns(running, case, options.rounds, teller(case, options))
    return samples


def teller(case: Case, options: argparse.Namespace) -> Callable[[int, Turn, float], None]:
    """Tells about every run."""

    def tell(number: int, turn: Turn, speed: float) -> None:
        stage = f"round {number} of {options.rounds}" if number else "warm-up"
        what = f"{case.name}, -t {turn.threads}, {stage}"
        note(f"{what}: {turn.side.label} {speed:.1f} tokens/s")

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
        docs_page.add_speed(document)
        docs_page.write_all()


def main() -> int:
    """The exit status: 0 done, 1 failed, 130 ended by Ctrl-C."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    arguments = parser()
    try:
        run(arguments.parse_args(), repeatable(arguments, sys.argv[1:]))
    except KeyboardInterrupt:
        note("ended by Ctrl-C")
        return 130
    except (Failure, OSError) as error:
        note(f"error: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
