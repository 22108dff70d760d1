"""The servers that take turns: ours and llama.cpp's two, each with a model of the same shape."""

from __future__ import annotations

import contextlib
import dataclasses
import pathlib
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

from tools import Failure, stop

STREAMS = 64
POSITIONS = 256
"""Positions of a stream: about 100 of the prompt, and what is generated."""

BUNDLED = "kjv-tiny"


@dataclasses.dataclass(frozen=True)
class Side:
    """A server."""

    name: str
    label: str


OURS = Side("bitnet", "bitnet serve")
PEERS = {
    "llama-server": Side("llama-server", "llama-server"),
    "llama-cpp-python": Side("llama-cpp-python", "llama-cpp-python"),
}


@dataclasses.dataclass(frozen=True)
class Programs:
    """What is run, with which models and how many threads."""

    bitnet: pathlib.Path
    peer_python: pathlib.Path
    llama_server: pathlib.Path | None
    models: pathlib.Path
    threads: int

    def command(self, side: Side, shape: str, port: int) -> list[str]:
        """A server that lets as many streams run at once as it can."""
        ours = BUNDLED if shape == BUNDLED else str(self.models / f"bitnet-{shape}.gguf")
        peers = str(self.models / f"peer-{shape}-tokens.gguf")
        threads, context = str(self.threads), str(STREAMS * POSITIONS)
        if side == OURS:
            return [
                str(self.bitnet), "serve", ours, "--port", str(port), "-t", threads,
                "--parallel", str(STREAMS), "--log-level", "error",
                # Texts of random weights repeat themselves: guessing them ahead would flatter.
                "--draft-max", "0",
            ]  # fmt: skip
        if side.name == "llama-server":
            return [
                str(self.llama_server), "-m", peers, "--port", str(port), "-t", threads,
                "-tb", threads, "-np", str(STREAMS), "-c", context, "--log-disable",
            ]  # fmt: skip
        return [
            str(self.peer_python), "-m", "llama_cpp.server", "--model", peers, "--port", str(port),
            "--n_threads", threads, "--n_threads_batch", threads, "--n_ctx", str(POSITIONS),
            "--verbose", "False", "--interrupt_requests", "False",
        ]  # fmt: skip


@dataclasses.dataclass
class Running:
    """A server that answers."""

    side: Side
    url: str
    process: subprocess.Popen[bytes]

    def peak_memory(self) -> int:
        """The most bytes that were resident at once; zero where there is no /proc."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status")
        if not status.exists():
            return 0
        lines = status.read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


@contextlib.contextmanager
def running(programs: Programs, side: Side, shape: str) -> Iterator[Running]:
    """A server, started and ended."""
    port = free_port()
    command = programs.command(side, shape, port)
    with tempfile.TemporaryFile(mode="w+b") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
        try:
            wait_for(process, f"http://127.0.0.1:{port}/v1/models", 300)
            yield Running(side, f"http://127.0.0.1:{port}", process)
        except Exception:
            log.seek(0)
            print(log.read()[-4000:].decode(errors="replace"))
            raise
        finally:
            stop(process)


def wait_for(process: subprocess.Popen[bytes], url: str, seconds: float) -> None:
    """Returns when a server answers."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(urllib.error.URLError, OSError):
            if urllib.request.urlopen(url, timeout=5).status == 200:
                return
        if process.poll() is not None:
            raise Failure(f"{process.args} ended with status {process.returncode}")
        time.sleep(0.2)
    raise Failure(f"{process.args} did not answer within {seconds} s")


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as handle:
        handle.bind(("127.0.0.1", 0))
        port: int = handle.getsockname()[1]
        return port
