"""The kinds of clients of the soak: what each does, and what it must get."""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from raw_http import request
from serving import Server
from soak_clients import (
    Job,
    connection,
    read_answer,
    read_chunks,
    read_head,
    read_response,
    reset,
    streamed_texts,
    whole_texts,
)

ENDLESS = {"max_tokens": 400, "logit_bias": {"2044": -100, "2047": -100}, "prompt": "And"}


async def asks(server: Server, jobs: list[Job], draw: random.Random) -> None:
    """A well-behaved client that takes the whole answer."""
    job = draw.choice(jobs)
    async with connection(server) as (reader, writer):
        writer.write(job.data(stream=False))
        check(job, whole_texts(await read_answer(reader)))


async def streams(server: Server, jobs: list[Job], draw: random.Random) -> None:
    """A well-behaved client that takes the answer as it comes."""
    await stream(server, draw.choice(jobs))


async def reads_slowly(server: Server, jobs: list[Job], draw: random.Random) -> None:
    """A client with a small buffer that takes its time over each piece."""
    await stream(server, draw.choice(jobs), receive_buffer=2048, pause=draw.uniform(0, 0.05))


async def stream(
    server: Server, job: Job, receive_buffer: int | None = None, pause: float = 0
) -> None:
    """Takes a stream and checks it."""
    async with connection(server, receive_buffer) as (reader, writer):
        writer.write(job.data(stream=True))
        status, _ = await read_head(reader)
        assert status == 200, f"status {status}"
        body = b"".join([chunk async for chunk in read_chunks(reader, pause)])
        check(job, streamed_texts(body))


async def keeps_connection(server: Server, jobs: list[Job], draw: random.Random) -> None:
    """A client with several requests on one connection, some sent before the last was answered."""
    chosen = draw.choices(jobs, k=3)
    async with connection(server) as (reader, writer):
        writer.write(chosen[0].data(stream=False) + chosen[1].data(stream=False))
        for job in chosen[:2]:
            check(job, whole_texts(await read_answer(reader)))
        writer.write(chosen[2].data(stream=False))
        check(chosen[2], whole_texts(await read_answer(reader)))


async def sends_slowly(server: Server, jobs: list[Job], draw: random.Random) -> None:
    """A client whose request comes in pieces."""
    job = draw.choice(jobs)
    data = job.data(stream=False)
    async with connection(server) as (reader, writer):
        while data:
            size = draw.randrange(1, 200)
            writer.write(data[:size])
            await writer.drain()
            data = data[size:]
            await asyncio.sleep(draw.uniform(0, 0.1))
        check(job, whole_texts(await read_answer(reader)))


async def leaves(server: Server, jobs: list[Job], draw: random.Random) -> None:
    """A client that goes away: at once, while it waits, or after some pieces."""
    body = ENDLESS | {"stream": draw.random() < 0.7, "n": draw.choice([1, 4])}
    async with connection(server) as (reader, writer):
        writer.write(request("POST", "/v1/completions", body))
        await writer.drain()
        if body["stream"] and draw.random() < 0.6:
            await read_head(reader)
            count = draw.randrange(0, 30)
            async for _ in read_chunks(reader):
                count -= 1
                if count < 0:
                    break
        else:
            await asyncio.sleep(draw.uniform(0, 0.2))
        if draw.random() < 0.5:
            reset(writer)


async def leaves_early(server: Server, jobs: list[Job], draw: random.Random) -> None:
    """A client that goes away in the middle of its request."""
    data = draw.choice(jobs).data(stream=True)
    async with connection(server) as (_, writer):
        writer.write(data[: draw.randrange(0, len(data))])
        await writer.drain()
        await asyncio.sleep(draw.uniform(0, 0.1))
        if draw.random() < 0.5:
            reset(writer)


async def stalls(server: Server, jobs: list[Job], draw: random.Random) -> None:
    """A client that asks for much, reads nothing, and goes away."""
    async with connection(server, receive_buffer=2048) as (_, writer):
        writer.write(request("POST", "/v1/completions", ENDLESS | {"stream": True, "n": 8}))
        await writer.drain()
        await asyncio.sleep(draw.uniform(0.5, 2))
        reset(writer)


async def is_killed(server: Server, jobs: list[Job], draw: random.Random) -> None:
    """A process of its own, killed in the middle of its streams."""
    code = (
        "import socket, sys\n"
        "data = sys.stdin.buffer.read()\n"
        "open = [socket.create_connection((sys.argv[1], int(sys.argv[2]))) for _ in range(3)]\n"
        "for s in open: s.sendall(data)\n"
        "print('sent', flush=True)\n"
        "while True: [s.recv(100) for s in open]\n"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-ISc", code, server.host, str(server.port),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    process.stdin.write(request("POST", "/v1/completions", ENDLESS | {"stream": True}))
    process.stdin.close()
    await process.stdout.readline()
    await asyncio.sleep(draw.uniform(0, 0.1))
    process.kill()
    await process.wait()


async def sends_too_much(server: Server, jobs: list[Job], draw: random.Random) -> None:
    """A body beyond the limit: announced, or in chunks without end."""
    head = "POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    async with connection(server) as (reader, writer):
        try:
            if draw.random() < 0.5:
                writer.write(f"{head}Content-Length: {3 << 20}\r\n\r\n".encode() + b" " * 65536)
            else:
                writer.write(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
                for _ in range(48):
                    writer.write(b"10000\r\n" + b" " * 65536 + b"\r\n")
                    await writer.drain()
            status, _ = await read_response(reader)
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        assert status == 413, f"status {status} for a body that is too large"


async def sends_garbage(server: Server, jobs: list[Job], draw: random.Random) -> None:
    """A right head and a body that is not a request, or bytes that are not HTTP."""
    garbage = draw.randbytes(draw.randrange(1, 4096))
    job = draw.choice(jobs)
    text = bytearray(job.data(stream=False).split(b"\r\n\r\n", 1)[1])
    bodies = [
        b"{" + garbage, b"[" * 50_000, b"{}", b"null", bytes(text[: len(text) // 2]),
        b'{"prompt": 1}', b'{"prompt": "a", "temperature": "x"}',
        b'{"prompt": "%s"}' % (b"and " * 2000), b'{"messages": [], "prompt": []}',
    ]  # fmt: skip
    choice = draw.randrange(len(bodies) + 1)
    async with connection(server) as (reader, writer):
        try:
            if choice == len(bodies):
                writer.write(garbage + b"\r\n\r\n")
                writer.write_eof()
            else:
                writer.write(request("POST", job.path, bodies[choice]))
            status, _ = await read_response(reader)
        except (ConnectionError, asyncio.IncompleteReadError):
            assert choice == len(bodies), "the connection was closed without an answer"
            return
        assert 400 <= status < 500, f"status {status} for {bodies[choice][:100]!r}"


def check(job: Job, texts: list[str]) -> None:
    """An answer must be the one that the request gets alone."""
    assert texts == job.texts, f"{texts} instead of {job.texts} for {job.body}"


@dataclass
class Kind:
    """A kind of client: its share of the mix, and what it does."""

    share: float
    act: Callable[[Server, list[Job], random.Random], Awaitable[None]]
    what: str


KINDS = {
    "asks": Kind(28, asks, "well-behaved, whole answers (verified)"),
    "streams": Kind(28, streams, "well-behaved, streams (verified)"),
    "keeps": Kind(5, keeps_connection, "three on one connection (verified)"),
    "reads slowly": Kind(5, reads_slowly, "read slowly (verified)"),
    "sends slowly": Kind(5, sends_slowly, "sent slowly (verified)"),
    "leaves": Kind(10, leaves, "left while they were served"),
    "leaves early": Kind(5, leaves_early, "left in the middle of their request"),
    "stalls": Kind(1, stalls, "read nothing of a long stream, then left"),
    "killed": Kind(2, is_killed, "processes killed in the middle of three streams"),
    "too much": Kind(3, sends_too_much, "bodies beyond the limit"),
    "garbage": Kind(8, sends_garbage, "malformed bodies and bytes that are not HTTP"),
}
