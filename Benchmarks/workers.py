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

from cases import IK_LLAMA, Case, Programs, Side
from ik_bench import BenchRuns
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


@dataclasses.dataclass(frozen=True)
class Turn:
    """Who is measured: a side with a number of threads."""

    side: Side
    threads: int


Running = dict[Turn, Worker | BenchRuns]


@contextlib.contextmanager
def workers(programs: Programs, turns: list[Turn], positions: int) -> Iterator[Running]:
    """One worker for each turn, loaded and idle; they end with the context, however it ends."""
    with contextlib.ExitStack() as stack:
        running: Running = {}
        for turn in turns:
            command = programs.command(turn.side, turn.threads, positions)
            if turn.side.program == IK_LLAMA:
                running[turn] = BenchRuns(command)
                continue
            worker = Worker(command, programs.environment(turn.side))
            stack.callback(worker.close)
            worker.receive()
            running[turn] = worker
        yield running


def take_turns(
    running: Running, case: Case, rounds: int, report: Callable[[int, Turn, float], None]
) -> list[Samples]:
    """Runs a case on all sides, once to warm up and `rounds` times; every other round backwards."""
    turns = [turn for turn in running if turn.side.takes_part_in(case)]
    samples = {turn: Samples(case, turn.side, turn.threads) for turn in turns}
    for number in range(rounds + 1):
        for turn in turns if number % 2 else reversed(turns):
            time.sleep(PAUSE)
            seconds, samples[turn].memory = running[turn].measure(case)
            report(number, turn, case.tokens / seconds)
            if number:
                samples[turn].seconds.append(seconds)
    return list(samples.values())
