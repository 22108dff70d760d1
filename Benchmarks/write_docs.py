#!/usr/bin/env python3
"""Writes page, charts and the README's figures anew from the kept results; measures nothing."""

from __future__ import annotations

import argparse
import json
import pathlib
import sys

import docs_page
from tools import ROOT, note

EPILOG = """\
examples:
  Benchmarks/write_docs.py                       after a change of the texts
  Benchmarks/write_docs.py a.json b.json         keeps what compare.py or serve_load.py measured
  Benchmarks/write_docs.py --check               fails if something was changed by hand
"""


def main() -> int:
    """The exit status: 0 done, 1 a file is not what the results give."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "results", nargs="*", type=pathlib.Path, metavar="RESULT",
        help="a file of compare.py or serve_load.py (--output) to keep first, in this order",
    )  # fmt: skip
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    options = parser.parse_args()
    for path in options.results:
        document = json.loads(path.read_text(encoding="utf-8"))
        (docs_page.add_load if "parallel" in document else docs_page.add_speed)(document)
    if options.check:
        return check()
    docs_page.write_all()
    return 0


def check() -> int:
    """Whether the files are what the results give."""
    stale = [
        path.relative_to(ROOT)
        for path, content in docs_page.texts().items()
        if path.read_text(encoding="utf-8") != content
    ]
    for path in stale:
        note(f"{path}: is not what Benchmarks/results gives; run Benchmarks/write_docs.py")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
