#!/usr/bin/env python3
"""Checks that the variants of the kernels that are chosen at load are the fastest: decodes with each."""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

from tools import Failure, note

EPILOG = """\
Every variant that `bitnet inspect --cpu` lists is forced by BITNET_TUNE, in turns with what loading
chooses. A figure above 1 means that the forced variant decoded faster than the choice. Exit status 1
if one did by more than --limit. Leave the machine alone meanwhile.

examples:
  Benchmarks/variants.py model.gguf
  Benchmarks/variants.py model.gguf --threads 1 --products rows,head --rounds 5
"""

# Products that a decode step runs; tiles are prompts.
PRODUCTS = ["rows", "listed-rows", "columns", "listed-columns", "head", "tiles"]


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("model", type=pathlib.Path, help="a model of at least 120 MiB of ternary weights")
    add("--bitnet", default=".build/release/bitnet", metavar="PROGRAM")
    add("--threads", type=int, default=1)
    add("--products", default=",".join(PRODUCTS), metavar="LIST", help="(default: all)")
    add("--rounds", type=int, default=3, help="pairs of runs for each variant (default: 3)")
    add("--tokens", type=int, default=24, help="tokens of a run (default: 24)")
    add("--limit", type=float, default=0.05, help="how much faster one may be (default: 0.05)")
    add("--json", action="store_true", help="print all samples as JSON")
    return parser.parse_args()


def variants(options: argparse.Namespace) -> dict[str, list[str]]:
    """The variants of each product that is asked for, fastest in isolation first."""
    command = [options.bitnet, "inspect", "--cpu", "--json", "-t", str(options.threads)]
    report = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    found = {
        product["name"]: [variant["name"] for variant in product["variants"]]
        for product in report["cpu"]["measured"]["products"]
    }
    wanted = options.products.split(",")
    if unknown := [name for name in wanted if name not in found]:
        raise Failure(f"no variants of {', '.join(unknown)}; known: {', '.join(found)}")
    return {name: found[name] for name in wanted}


def speed(options: argparse.Namespace, product: str, variant: str | None) -> float:
    """Tokens per second of one run, with a variant forced or what loading chooses."""
    environment = dict(os.environ)
    environment.pop("BITNET_TUNE", None)
    if variant:
        environment["BITNET_TUNE"] = f"{product}={variant}"
    test = ["-p", "96", "-n", "0"] if product == "tiles" else ["-p", "0", "-n", str(options.tokens)]
    command = [options.bitnet, "bench", "-m", str(options.model), "-t", str(options.threads)]
    run = subprocess.run(
        [*command, *test, "-r", "1", "-o", "json"], check=True, capture_output=True, env=environment
    )
    return float(json.loads(run.stdout)[0]["avg_ts"])


def compare(options: argparse.Namespace, product: str, variant: str) -> dict[str, object]:
    """A variant beside the choice, in turns: the ratio of the medians.

    One that seems to beat the choice takes three times as many turns, for it may have been chance.
    """
    chosen, forced, ratio = [], [], 1.0
    for turns in (options.rounds, 2 * options.rounds):
        for _ in range(turns):
            chosen.append(speed(options, product, None))
            forced.append(speed(options, product, variant))
        ratio = statistics.median(forced) / statistics.median(chosen)
        if ratio <= 1 + options.limit:
            break
    return {
        "product": product,
        "variant": variant,
        "ratio": ratio,
        "chosen": chosen,
        "forced": forced,
    }


def main() -> int:
    """Compares all, prints a table, and tells whether the choice was right."""
    options = parse()
    results = []
    for product, names in variants(options).items():
        for name in names:
            note(f"{product} {name}")
            results.append(compare(options, product, name))
    if options.json:
        print(json.dumps(results, indent=1))
    else:
        for result in results:
            print(f"{result['product']:15} {result['variant']:28} {result['ratio']:.3f}")
    beaten = [r for r in results if r["ratio"] > 1 + options.limit]
    note(f"{len(results)} variants, {len(beaten)} beat the choice by more than {options.limit:.0%}")
    return 1 if beaten else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Failure, subprocess.CalledProcessError) as error:
        sys.exit(f"error: {error}")
