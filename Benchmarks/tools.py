"""What the parts of the comparison share: failures, notes, and commands with progress."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent


class Failure(Exception):
    """Something that the user can mend; the message says what was found and what to do."""


def note(text: str) -> None:
    """Prints a line for the person who waits; results go to standard output."""
    print(text, file=sys.stderr, flush=True)


def run(title: str, command: list[str], log: pathlib.Path, **environment: str) -> None:
    """Runs a long command with its output in `log`, and tells every half minute that it lives."""
    note(f"{title} … (log: {log})")
    log.parent.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=output, stderr=output, text=True, env=os.environ | environment
        )
        try:
            wait_with_notes(process, title, start)
        finally:
            stop(process)
    if process.returncode != 0:
        tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
        raise Failure(f"{title} failed with status {process.returncode}:\n{tail}")
    note(f"{title}: done in {time.monotonic() - start:.0f} s")


def wait_with_notes(process: subprocess.Popen[str], title: str, start: float) -> None:
    """Waits for the end of a command."""
    while True:
        try:
            process.wait(timeout=30)
            return
        except subprocess.TimeoutExpired:
            note(f"{title}: {time.monotonic() - start:.0f} s so far")


def stop(process: subprocess.Popen[str]) -> None:
    """Ends a child that still runs: asks first, then insists."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def output_of(*command: str) -> str:
    """What a short command prints; empty if it fails or does not exist."""
    try:
        result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return result.stdout.strip()
