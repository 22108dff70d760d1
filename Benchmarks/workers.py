"""Runs sides in turns: a process for each, which keeps its model loaded and answers requests."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import Any

from cases import Case, Programs, Side
from tools import Failure, stop

PAUSE = 0.2
"""Seconds between two runs, in which the threads of the last one come to rest."""


@dataclasses.dataclass
class Samples:
    """What one side did in one case, round by round."""

    case: Case
    side: Side
    threads: int
    seconds: list[float] = dataclasses.field(default_factory=list)
    memory: int = 0

    @property
    def speeds(self) -> list[float]:
        """Tokens per second, round by round."""
        return [self.case.tokens / seconds for seconds in self.seconds]


class Worker:
    """A process that answers requests."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self.command = command
        self.errors = tempfile.TemporaryFile(mode="w+")
        # A session of its own: Ctrl-C reaches this program alone, which then ends its workers.
        self.process: subprocess.Popen[str] = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors,
            text=True, env=os.environ | environment, start_new_session=True,
        )  # fmt: skip
        assert self.process.stdin is not None and self.process.stdout is not None
        self.input, self.output = self.process.stdin, self.process.stdout

    def receive(self) -> dict[str, Any]:
        """The next answer; fails with what the process said if it ended."""
        line = self.output.readline()
        if line:
            answer: dict[str, Any] = json.loads(line)
            return answer
        self.process.wait()
        self.errors.seek(0)
        raise Failure(f"{' '.join(self.command)}\nended: {self.errors.read()[-2000:].strip()}")

    def ask(self, request: dict[str, int]) -> dict[str, Any]:
        """The answer to a request."""
        with contextlib.suppress(BrokenPipeError):
            self.input.write(json.dumps(request) + "\n")
            self.input.flush()
        return self.receive()

    def measure(self, case: Case) -> tuple[float, int]:
        """Seconds of one run, and the process's peak of resident bytes so far."""
        answer = self.ask(case.request)
        return answer["seconds"], answer["memory"]

    def close(self) -> None:
        """Ends the process."""
        stop(self.process)
        self.errors.close()


@contextlib.contextmanager
def workers(
    programs: Programs, sides: list[Side], threads: int, positions: int
) -> Iterator[dict[Side, Worker]]:
    """One worker for each side, loaded and idle; they end with the context, however it ends."""
    with contextlib.ExitStack() as stack:
        running = {}
        for side in sides:
            command = programs.command(side, threads, positions)
            running[side] = Worker(command, programs.environment(side))
            stack.callback(running[side].close)
            running[side].receive()
        yield running


def take_turns(
    running: dict[Side, Worker], case: Case, threads: int, rounds: int,
    report: Callable[[int, Side, float], None],
) -> list[Samples]:  # fmt: skip
    """Runs a case on all sides, once to warm up and `rounds` times; every other round backwards."""
    sides = [side for side in running if side.takes_part_in(case)]
    samples = {side: Samples(case, side, threads) for side in sides}
    for number in range(rounds + 1):
        for side in sides if number % 2 else reversed(sides):
            time.sleep(PAUSE)
            seconds, samples[side].memory = running[side].measure(case)
            report(number, side, case.tokens / seconds)
            if number:
                samples[side].seconds.append(seconds)
    return list(samples.values())
