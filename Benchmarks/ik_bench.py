"""Runs ik_llama.cpp in turns with the others: a process of its llama-bench for each timed run."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import tempfile
from typing import Any

from cases import Case
from tools import Failure, stop


class BenchRuns:
    """A side without a worker: every run loads the model, warms up by a token, and is timed alone.

    Tokens of the depth are computed anew in every run, and not timed.
    """

    def __init__(self, command: list[str]) -> None:
        self.command = command

    def measure(self, case: Case) -> tuple[float, int]:
        """Seconds of one run, and its process's peak of resident bytes."""
        output, memory = run_with_memory([*self.command, *options(case)])
        row = only_row(output)
        return row["samples_ns"][0] / 1e9, memory

    def close(self) -> None:
        """Nothing runs between the runs."""


def options(case: Case) -> list[str]:
    """What makes llama-bench time a case once, and nothing else."""
    if case.prompt and (case.generation or case.depth):
        raise Failure(f"case {case.name}: llama-bench of ik_llama.cpp has no such row")
    once = ["-r", "1", "-w", "1", "-o", "json"]
    if case.prompt:
        return ["-p", str(case.prompt), "-n", "0", *once]
    return ["-p", "0", "-n", "0", "-gp", f"{case.depth},{case.generation}", *once]


def run_with_memory(command: list[str]) -> tuple[str, int]:
    """Standard output of a process, and the most bytes that were resident."""
    with tempfile.TemporaryFile(mode="w+", encoding="utf-8") as errors:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, text=True,
            start_new_session=True,
        )  # fmt: skip
        try:
            assert process.stdout is not None
            output = process.stdout.read()
            # Popen's own wait keeps no usage.
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        finally:
            stop(process)
        if process.returncode != 0:
            errors.seek(0)
            raise Failure(f"{' '.join(command)}\nfailed: {errors.read()[-2000:].strip()}")
    return output, usage.ru_maxrss * 1024


def only_row(output: str) -> dict[str, Any]:
    """The one row of llama-bench's JSON."""
    row: dict[str, Any]
    try:
        (row,) = json.loads(output)
    except ValueError as error:
        raise Failure(f"llama-bench: expected JSON with one row, found: {output[:500]}") from error
    return row


def quantise(folder: pathlib.Path, source: pathlib.Path, target: pathlib.Path) -> list[str]:
    """The command that makes IQ2_BN_R4 of our I2_S file, with the tied head in Q6_K."""
    program = str(folder / "llama-quantize")
    head = ["--allow-requantize", "--token-embedding-type", "q6_K", "--output-tensor-type", "q6_K"]
    return [program, *head, str(source), str(target), "IQ2_BN_R4", str(os.cpu_count() or 1)]


def version(command: list[str]) -> str:
    """The commit that the program was built from, as the shortest run tells."""
    output, _ = run_with_memory(
        [*command, "-p", "1", "-n", "0", "-r", "1", "-w", "0", "-o", "json"]
    )
    return str(only_row(output)["build_commit"])


def check(folder: pathlib.Path) -> pathlib.Path:
    """The folder, if it has the two programs."""
    for name in ("llama-bench", "llama-quantize"):
        if not os.access(folder / name, os.X_OK):
            raise Failure(
                f"--ik-llama: there is no program {folder / name}; give the folder of "
                "ik_llama.cpp's programs, such as build/bin"
            )
    return folder.resolve()
