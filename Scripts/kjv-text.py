#!/usr/bin/env python3
"""Write the King James Bible as two texts: chapters to train on, and those that are held out.

The text is that of Debian's package bible-kjv-text (public domain), read through the command
`bible` of bible-kjv. Verse numbers are removed; a verse is a line, an empty line stands between
chapters. Held out are the chapters of Tests/Fixtures/kjv/held-out.txt, each of which must be found
word for word.

usage: kjv-text.py FOLDER        (writes FOLDER/train.txt and FOLDER/held-out.txt)
"""

import re
import subprocess
import sys
from pathlib import Path

HELD_OUT = Path(__file__).resolve().parent.parent / "Tests/Fixtures/kjv/held-out.txt"
CHAPTERS = 1189


def chapters() -> list[str]:
    """The text of each chapter, one verse a line."""
    command = ["bible", "-l", "100000", "gen1:1-rev22:22"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    blocks = text.strip("\n").split("\n\n")  # a heading, its verses, a heading, …
    return ["\n".join(map(verse, block.splitlines())) for block in blocks[1::2]]


def verse(line: str) -> str:
    """A verse without its number: "  1 In the beginning …"."""
    return re.sub(r"^\s*\d+ ", "", line).strip()


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = Path(sys.argv[1])
    try:
        found = chapters()
    except FileNotFoundError:
        sys.exit("the command `bible` is missing: apt-get install bible-kjv bible-kjv-text")
    held_out = HELD_OUT.read_text().strip("\n").split("\n\n")
    missing = [chapter for chapter in held_out if chapter not in found]
    if len(found) != CHAPTERS or missing:
        sys.exit(
            f"found {len(found)} chapters of {CHAPTERS}; {len(missing)} of the {len(held_out)} "
            "chapters to be held out are not among them: is this another edition?"
        )
    folder.mkdir(parents=True, exist_ok=True)
    training = [chapter for chapter in found if chapter not in held_out]
    (folder / "train.txt").write_text("\n\n".join(training) + "\n")
    (folder / "held-out.txt").write_text("\n\n".join(held_out) + "\n")
    print(f"{len(training)} chapters to train on, {len(held_out)} held out, in {folder}")


if __name__ == "__main__":
    main()
