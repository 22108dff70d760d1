"""Starts and stops `bitnet serve`, and asks it what it is doing."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import queue
import re
import signal
import subprocess
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator

import httpx

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BITNET = os.environ.get("BITNET", str(ROOT / ".build" / "release" / "bitnet"))
MODEL = "kjv-tiny"
KEY = "sk-test-4f1d9a"

# The bundled model has none.
CHAT_TEMPLATE = pathlib.Path(__file__).resolve().parent / "chat.jinja"


class Server:
    """A running server: where it listens, what it logged, and how to end it."""

    def __init__(self, *options: str, start_within: float = 120, port: int = 0) -> None:
        self.log = tempfile.NamedTemporaryFile(prefix="bitnet-serve-", suffix=".log")
        template = [] if "--chat-template" in options else ["--chat-template", str(CHAT_TEMPLATE)]
        command = [BITNET, "serve", "--port", str(port), "--json", *template, *options]
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log, text=True
        )
        self.lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.url = self._wait_for_url(start_within)
        address = urllib.parse.urlsplit(self.url)
        self.host, self.port = address.hostname or "", address.port or 0

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put("")

    def _wait_for_url(self, seconds: float) -> str:
        try:
            line = self.lines.get(timeout=seconds)
        except queue.Empty:
            line = ""
        if not line:
            self.kill()
            raise RuntimeError(f"`bitnet serve` did not start:\n{self.log_text()}")
        return json.loads(line)["url"].rstrip("/")

    def log_text(self) -> str:
        """All that the server wrote to standard error."""
        return pathlib.Path(self.log.name).read_text(encoding="utf-8", errors="replace")

    def get(self, path: str, **options: object) -> httpx.Response:
        """Asks for a path with a connection of its own."""
        return httpx.get(self.url + path, timeout=30, **options)

    def metrics(self, **options: object) -> dict[str, float]:
        """The samples of /metrics, by name with labels."""
        return parse_metrics(self.get("/metrics", **options).text)

    def metric(self, name: str, **options: object) -> float:
        """The sum of a metric's samples over all labels."""
        samples = self.metrics(**options)
        found = [value for key, value in samples.items() if key.split("{")[0] == name]
        assert found, f"/metrics has no {name}; it has {sorted(samples)}"
        return sum(found)

    def is_idle(self) -> bool:
        """Whether all requests have ended."""
        return self.metric(IN_FLIGHT) == 0

    def resident_bytes(self) -> int:
        """The process's resident memory now."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) * 1024

    def terminate(self) -> None:
        """Asks it to finish what runs and to end."""
        self.process.send_signal(signal.SIGTERM)

    def wait(self, seconds: float = 60) -> int:
        """Its exit status."""
        return self.process.wait(timeout=seconds)

    def kill(self) -> None:
        """Ends it at once."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """Ends it in good order, at the latest after a while by force."""
        if self.process.poll() is None:
            self.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                return self.wait()
            self.kill()
        return self.process.returncode


IN_FLIGHT = "bitnet_requests_in_flight"


@contextlib.contextmanager
def serving(*options: str, port: int = 0) -> Iterator[Server]:
    """A server of its own for a test; its log is shown if the test fails."""
    server = Server(*options, port=port)
    try:
        yield server
    except BaseException:
        print(f"--- log of {server.url}\n{server.log_text()[-20_000:]}")
        raise
    finally:
        server.stop()


def parse_metrics(text: str) -> dict[str, float]:
    """The samples of Prometheus's text format, by name with labels."""
    samples = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, value = line.rsplit(" ", 1)
            samples[name] = float(value)
    return samples


def eventually(condition: Callable[[], bool], seconds: float = 20) -> bool:
    """Whether a condition becomes true within a time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def bitnet(*arguments: str, text: str = "") -> str:
    """What a command of the program prints."""
    result = subprocess.run(
        [BITNET, *arguments], input=text, capture_output=True, text=True, check=True
    )
    return result.stdout


def run_alone(prompt: str, *options: str) -> dict:
    """The program's own answer to a prompt, without a server, as its JSON object."""
    return json.loads(bitnet("run", "--raw", "-q", "--json", *options, "-p", prompt))
