"""What the programs of this folder share about command lines: how to read and to repeat them."""

from __future__ import annotations

import argparse
import pathlib
from collections.abc import Callable, Iterable


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
    """A reader of comma lists of known names, which come in the known order; `none` is empty."""

    def read(text: str) -> list[str]:
        if text == "none":
            return []
        unknown = set(text.split(",")) - set(known)
        if unknown:
            raise argparse.ArgumentTypeError(
                f"expected some of {','.join(known)}, found {','.join(sorted(unknown))}"
            )
        return [name for name in known if name in text.split(",")]

    return read


def repeatable(parser: argparse.ArgumentParser, arguments: list[str]) -> str:
    """The command for others to repeat: where something lies on this machine is left out.

    An option that takes a path is given with the word of its help, such as `--models FOLDER`.
    """
    path_options = {
        name: str(action.metavar)
        for action in parser._actions
        for name in action.option_strings
        if action.type is pathlib.Path
    }
    words = [f"Benchmarks/{parser.prog}"]
    for word in separated(arguments):
        is_path = len(words) > 1 and words[-1] in path_options
        words.append(path_options[words[-1]] if is_path else word)
    return " ".join(words)


def separated(arguments: list[str]) -> list[str]:
    """The words of a command, `--option=value` in two."""
    return [
        part
        for word in arguments
        for part in (word.split("=", 1) if word.startswith("--") else [word])
    ]
