"""Many clients at once: each gets its own text, and those that leave free their place."""

from __future__ import annotations

import asyncio
import json
import random

import openai
import pytest

from raw_http import Connection, request
from serving import IN_FLIGHT, MODEL, Server, eventually, run_alone

OPENINGS = [
    "In the beginning", "And God said", "The LORD is", "Blessed are", "And it came to pass",
    "Thou shalt not", "Now these are the names", "Verily I say unto you",
]  # fmt: skip


def jobs(count: int) -> list[dict]:
    """Requests that differ in prompt, length, temperature and seed."""
    draw = random.Random(5)
    return [
        {
            "model": MODEL,
            "prompt": f"{draw.choice(OPENINGS)} {number}",
            "max_tokens": draw.randrange(1, 60),
            "temperature": draw.choice([0, 0.7, 1.3]),
            "seed": number,
            "extra_body": {"top_k": 0, "min_p": 0},
            "top_p": 1,
        }
        for number in range(count)
    ]


def alone(job: dict) -> str:
    """The text that the program makes of a request when there is no server."""
    options = ["--temp", str(job["temperature"]), "-n", str(job["max_tokens"])]
    options += ["-s", str(job["seed"]), "--top-k", "0", "--top-p", "1", "--min-p", "0"]
    return run_alone(job["prompt"], *options)["text"]


async def answers(server: Server, requests: list[dict]) -> list[str]:
    """The texts of all requests, sent at once; every other one streams."""
    async with openai.AsyncOpenAI(
        base_url=f"{server.url}/v1", api_key="none", max_retries=0, timeout=120
    ) as client:
        return await asyncio.gather(
            *(answer(client, job, number % 2 == 1) for number, job in enumerate(requests))
        )


async def answer(client: openai.AsyncOpenAI, job: dict, streams: bool) -> str:
    """The text of one request."""
    if not streams:
        return (await client.completions.create(**job)).choices[0].text
    pieces = []
    async for chunk in await client.completions.create(**job, stream=True):
        pieces.append(chunk.choices[0].text)
    return "".join(pieces)


def test_32_at_once_get_what_each_gets_alone(server: Server) -> None:
    requests = jobs(32)
    together = asyncio.run(answers(server, requests))
    one_by_one = [asyncio.run(answers(server, [job]))[0] for job in requests]
    assert together == one_by_one
    assert eventually(server.is_idle)


def test_the_server_says_what_the_program_says(server: Server) -> None:
    requests = jobs(12)
    assert asyncio.run(answers(server, requests)) == [alone(job) for job in requests]


@pytest.mark.parametrize("streams", [True, False])
def test_a_client_that_leaves_frees_its_place(server: Server, streams: bool) -> None:
    # Without its end-of-text tokens the model would go on to the end of the context.
    body = {
        "prompt": "And God said", "max_tokens": 500, "stream": streams, "n": 8,
        "logit_bias": {"2044": -100, "2047": -100},
    }  # fmt: skip
    connections = [Connection(server) for _ in range(4)]
    for connection in connections:
        connection.send(request("POST", "/v1/completions", body))
    if streams:
        for connection in connections[:1]:
            assert connection.head()[0] == 200
            json.loads(connection.event())
    assert eventually(lambda: server.metric(IN_FLIGHT) > 0 or server.is_idle(), 5)
    for connection in connections:
        connection.socket.close()
    assert eventually(server.is_idle, 10)


def test_growing_conversations_reuse_their_prefix(server: Server) -> None:
    client = openai.OpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=0)
    messages = [{"role": "system", "content": "Thou art a scribe of the king. " * 8}]
    for question in ("Who art thou?", "Whence comest thou?", "Whither goest thou?"):
        messages.append({"role": "user", "content": question})
        answer = client.chat.completions.create(
            model=MODEL, messages=messages, max_tokens=8, temperature=0
        )
        messages.append({"role": "assistant", "content": answer.choices[0].message.content})
    cached = answer.usage.prompt_tokens_details.cached_tokens
    assert cached > answer.usage.prompt_tokens / 2
