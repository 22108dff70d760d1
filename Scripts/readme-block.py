#!/usr/bin/env python3
"""Print the N-th fenced shell block (```sh) of README.md, so that CI runs what users read.

usage: readme-block.py N [FILE]
"""
import pathlib
import re
import sys


def shell_blocks(text):
    return re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def main():
    if len(sys.argv) not in (2, 3) or not sys.argv[1].isdigit():
        sys.exit(__doc__)
    number = int(sys.argv[1])
    default = pathlib.Path(__file__).resolve().parent.parent / "README.md"
    path = pathlib.Path(sys.argv[2]) if len(sys.argv) == 3 else default
    blocks = shell_blocks(path.read_text(encoding="utf-8"))
    if not 1 <= number <= len(blocks):
        sys.exit(f"{path} has {len(blocks)} shell blocks, there is no block {number}")
    print(blocks[number - 1], end="")


main()
