"""Requests whose right answer is known, and an asynchronous client that can misbehave."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import socket
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from raw_http import request
from serving import MODEL, Server

WORDS = (
    "and the LORD said unto Moses king Israel of Judah went up to his house people saying "
    "thou shalt not bread water mountain son daughter father hand heart spirit God"
).split()


@dataclass
class Job:
    """A request, and the texts of its choices when nobody else is served."""

    path: str
    body: dict
    texts: list[str] = field(default_factory=list)

    def data(self, stream: bool) -> bytes:
        """The request's bytes."""
        return request("POST", self.path, self.body | {"stream": stream})


def make_jobs(count: int) -> list[Job]:
    """Chats and completions of many lengths, temperatures and numbers of choices."""
    return [make_job(random.Random(f"job {number}"), number) for number in range(count)]


def make_job(draw: random.Random, seed: int) -> Job:
    """One request; a fifth of them have a long prompt, whose start they share."""
    shared = "Thou art a scribe of the king of Israel. " * 12 if draw.random() < 0.2 else ""
    prompt = shared + " ".join(draw.choices(WORDS, k=draw.randrange(1, 40)))
    body = {
        "model": MODEL, "seed": seed, "temperature": draw.choice([0, 0.6, 1.2]),
        "max_tokens": draw.choice([1, 4, 16, 48]), "n": draw.choice([1, 1, 1, 2]),
    }  # fmt: skip
    if draw.random() < 0.3:
        body["stop"] = [draw.choice(WORDS), "\n"]
    if draw.random() < 0.5:
        return Job("/v1/completions", body | {"prompt": prompt})
    return Job("/v1/chat/completions", body | {"messages": [{"role": "user", "content": prompt}]})


async def compute_alone(server: Server, jobs: list[Job]) -> None:
    """Fills in the right texts, one request after the other."""
    for job in jobs:
        async with connection(server) as (reader, writer):
            writer.write(job.data(stream=False))
            job.texts = whole_texts(await read_answer(reader))


@contextlib.asynccontextmanager
async def connection(
    server: Server, receive_buffer: int | None = None
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection, closed at the end."""
    handle = socket.socket()
    handle.setblocking(False)
    if receive_buffer:
        handle.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    await asyncio.get_running_loop().sock_connect(handle, (server.host, server.port))
    reader, writer = await asyncio.open_connection(sock=handle, limit=receive_buffer or 1 << 16)
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


def reset(writer: asyncio.StreamWriter) -> None:
    """Makes the close an abrupt one: a reset instead of a good-bye."""
    handle = writer.get_extra_info("socket")
    handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


async def read_head(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    """Status and headers of a response."""
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    pairs = (line.split(":", 1) for line in lines[1:] if line)
    return int(lines[0].split()[1]), {name.lower(): value.strip() for name, value in pairs}


async def read_answer(reader: asyncio.StreamReader) -> dict:
    """The JSON body of a response that must be a success."""
    status, body = await read_response(reader)
    assert status == 200, f"status {status}: {body[:300]!r}"
    return json.loads(body)


async def read_response(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Status and body of a response."""
    status, headers = await read_head(reader)
    if "content-length" in headers:
        return status, await reader.readexactly(int(headers["content-length"]))
    return status, b"".join([chunk async for chunk in read_chunks(reader)])


async def read_chunks(reader: asyncio.StreamReader, pause: float = 0) -> AsyncIterator[bytes]:
    """The chunks of a chunked body, with a pause before each."""
    while size := int(await reader.readuntil(b"\r\n"), 16):
        if pause:
            await asyncio.sleep(pause)
        yield await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readexactly(2)


def whole_texts(answer: dict) -> list[str]:
    """The texts of the choices of an answer."""
    choices = sorted(answer["choices"], key=lambda choice: choice["index"])
    return [
        choice["text"] if "text" in choice else choice["message"]["content"] for choice in choices
    ]


def streamed_texts(body: bytes) -> list[str]:
    """The texts of the choices of a stream, which must be whole."""
    events = [part.removeprefix("data: ") for part in body.decode().split("\n\n") if part]
    assert events[-1] == "[DONE]", f"the stream ended with {events[-1][:200]}"
    texts: dict[int, str] = {}
    reasons: dict[int, str] = {}
    for event in events[:-1]:
        for choice in json.loads(event)["choices"]:
            delta = choice["delta"].get("content") if "delta" in choice else choice["text"]
            texts[choice["index"]] = texts.get(choice["index"], "") + (delta or "")
            if choice["finish_reason"]:
                reasons[choice["index"]] = choice["finish_reason"]
    assert set(reasons) == set(texts), "a choice has no reason to end"
    return [texts[index] for index in sorted(texts)]
