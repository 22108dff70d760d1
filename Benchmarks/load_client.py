"""Streams of one run: sends all requests at once and notes when each piece arrives."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import time
import urllib.parse
from typing import Any


@dataclasses.dataclass
class Stream:
    """What came of one request."""

    first: float
    """Seconds from the request to its first token."""
    gaps: list[float]
    """Seconds between the tokens' arrivals."""
    end: float
    """When the last token came, on the run's clock."""


@dataclasses.dataclass
class Run:
    """What a number of streams at once got."""

    streams: list[Stream]
    tokens: int

    @property
    def seconds(self) -> float:
        """From the first request to the last token."""
        return max(stream.end for stream in self.streams)

    @property
    def speed(self) -> float:
        """Generated tokens a second, all streams together; prompts are part of the time."""
        return self.tokens * len(self.streams) / self.seconds


class Receiver(asyncio.Protocol):
    """Keeps what arrives and when. It takes no time to understand it: the server's processors are
    the client's, too."""

    def __init__(self, request: bytes) -> None:
        self.request = request
        self.data = bytearray()
        self.arrivals: list[tuple[float, int]] = []
        self.closed = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Sends the request."""
        assert isinstance(transport, asyncio.Transport)
        self.started = time.perf_counter()
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        """Notes the time and how much there is now."""
        self.data += data
        self.arrivals.append((time.perf_counter(), len(self.data)))

    def connection_lost(self, error: Exception | None) -> None:
        """The server ends the connection behind the answer."""
        self.closed.set_result(error)


def request(url: str, body: dict[str, Any]) -> bytes:
    """A request whose connection ends with the answer."""
    host = urllib.parse.urlsplit(url).netloc
    data = json.dumps(body | {"stream": True}).encode()
    head = (
        f"POST /v1/completions HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        f"Connection: close\r\nContent-Length: {len(data)}\r\n\r\n"
    )
    return head.encode() + data


async def receive(url: str, body: dict[str, Any]) -> Receiver:
    """One stream, from the request to the end of the connection."""
    address = urllib.parse.urlsplit(url)
    _, receiver = await asyncio.get_running_loop().create_connection(
        lambda: Receiver(request(url, body)), address.hostname, address.port
    )
    await receiver.closed
    return receiver


async def measure(url: str, bodies: list[dict[str, Any]]) -> Run:
    """Sends all requests at once; each must give as many tokens as it asks for."""
    start = time.perf_counter()
    receivers = await asyncio.gather(*(receive(url, body) for body in bodies))
    tokens = bodies[0]["max_tokens"]
    return Run([stream(receiver, start, tokens) for receiver in receivers], tokens)


def stream(receiver: Receiver, start: float, tokens: int) -> Stream:
    """The times of an answer's pieces, found when everything has arrived."""
    body = bytes(receiver.data)
    times: list[float] = []
    reason = None
    arrivals = iter(receiver.arrivals)
    time_now, reached = next(arrivals)
    position = 0
    while (position := body.find(b"data: {", position)) >= 0:
        end = body.find(b"\n", position)
        while reached < end:
            time_now, reached = next(arrivals)
        choices = json.loads(body[position + 6 : end])["choices"]
        position = end
        if choices and choices[0]["text"]:
            times.append(time_now)
        if choices and choices[0]["finish_reason"]:
            reason = choices[0]["finish_reason"]
    if reason != "length" or not times:
        raise RuntimeError(f"a stream of {tokens} tokens ended with {reason}: {body[-400:]!r}")
    gaps = [after - before for before, after in zip(times, times[1:], strict=False)]
    return Stream(times[0] - receiver.started, gaps, times[-1] - start)
