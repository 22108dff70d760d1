"""Other work beside a measurement: processes that keep a processor busy, at equal priority."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator

from tools import stop

LOOP = "while True: pass"
"""Arithmetic in the first-level cache: it takes time of a processor, and no memory bandwidth."""


@contextlib.contextmanager
def busy_processes(number: int) -> Iterator[None]:
    """Keeps `number` processes busy as long as the context lasts."""
    with contextlib.ExitStack() as stack:
        for _ in range(number):
            process = subprocess.Popen(
                [sys.executable, "-c", LOOP], stdin=subprocess.DEVNULL, text=True,
                start_new_session=True,
            )  # fmt: skip
            stack.callback(stop, process)
        yield
