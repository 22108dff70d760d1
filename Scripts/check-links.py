#!/usr/bin/env python3
"""Fail on Markdown links to files of this repository that do not exist."""
import pathlib
import re
import subprocess
import sys

LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def broken_links(page):
    text = CODE.sub("", page.read_text(encoding="utf-8"))
    for target in LINK.findall(text):
        path = target.split("#")[0]
        if path and ":" not in path and not (page.parent / path).exists():
            yield f"{page}: no file {path}"


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    listing = subprocess.run(
        ["git", "-C", str(root), "ls-files", "*.md"], check=True, capture_output=True, text=True
    )
    pages = [root / name for name in listing.stdout.splitlines()]
    broken = [line for page in pages for line in broken_links(page)]
    print("\n".join(broken) or f"{len(pages)} pages: all links to files hold")
    sys.exit(1 if broken else 0)


main()
