"""Two replicas behind HAProxy with the configuration of Examples/Serving."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

import soak_clients
from raw_http import exchange, request
from serving import ROOT, Server, eventually

CONFIGURATION = ROOT / "Examples" / "Serving" / "haproxy.cfg"
OPTIONS = ["--drain-delay", "2", "--drain-timeout", "30", "--parallel", "8"]

pytestmark = pytest.mark.skipif(not shutil.which("haproxy"), reason="there is no haproxy")


@dataclass
class Cluster:
    """Two replicas and the proxy in front of them; it looks like a server to clients."""

    replicas: list[Server]
    process: subprocess.Popen
    port: int
    host: str = "127.0.0.1"

    def restart(self, number: int) -> None:
        """Ends a replica in good order and starts it again at its port."""
        old = self.replicas[number]
        old.terminate()
        assert old.wait(60) == 0
        self.replicas[number] = Server(*OPTIONS, port=old.port)
        assert eventually(lambda: self.replicas[number].get("/health").status_code == 200)
        # Until the proxy has seen it.
        time.sleep(1.5)


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as handle:
        handle.bind(("127.0.0.1", 0))
        return handle.getsockname()[1]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A proxy and two replicas."""
    with contextlib.ExitStack() as stack:
        replicas = [Server(*OPTIONS) for _ in range(2)]
        port = free_port()
        addresses = {
            f"BITNET_REPLICA_{i + 1}": f"127.0.0.1:{r.port}" for i, r in enumerate(replicas)
        }
        process = subprocess.Popen(
            ["haproxy", "-db", "-f", str(CONFIGURATION)],
            env=os.environ | addresses | {"BITNET_LISTEN": f"127.0.0.1:{port}"},
            stderr=subprocess.DEVNULL,
        )
        made = Cluster(replicas, process, port)
        stack.callback(lambda: [replica.stop() for replica in made.replicas])
        stack.callback(lambda: (process.terminate(), process.wait()))
        assert eventually(lambda: answers(made))
        yield made


def answers(cluster: Cluster) -> bool:
    """Whether the proxy passes requests on."""
    with contextlib.suppress(OSError, EOFError):
        return exchange(cluster, request("GET", "/health")).status == 200
    return False


def test_the_configuration_is_valid() -> None:
    subprocess.run(["haproxy", "-c", "-f", str(CONFIGURATION)], check=True, capture_output=True)


@dataclass
class Load:
    """Clients that ask one request after the other until told to stop."""

    cluster: Cluster
    jobs: list[soak_clients.Job]
    stopped: bool = False
    done: int = 0
    failures: list[str] = field(default_factory=list)

    async def client(self, number: int) -> None:
        """One client with a session of its own; every other one streams."""
        turn = number
        while not self.stopped:
            job = self.jobs[turn % len(self.jobs)]
            turn += 1
            try:
                await asyncio.wait_for(ask(self.cluster, job, number, turn % 2 == 0), 60)
                self.done += 1
            except Exception as error:  # noqa: BLE001 - whatever it is, it is counted
                self.failures.append(f"{type(error).__name__}: {error}")


async def ask(cluster: Cluster, job: soak_clients.Job, session: int, streams: bool) -> None:
    """One request of a session; its answer must be the right one."""
    data = job.data(streams).replace(b"\r\n", b"\r\nX-Session-Id: s%d\r\n" % session, 1)
    async with soak_clients.connection(cluster) as (reader, writer):
        writer.write(data)
        status, body = await soak_clients.read_response(reader)
    assert status == 200, f"status {status}: {body[:200]!r}"
    texts = (
        soak_clients.streamed_texts(body) if streams else soak_clients.whole_texts(json.loads(body))
    )
    assert texts == job.texts


async def under_load(cluster: Cluster, jobs: list[soak_clients.Job], *steps: object) -> Load:
    """Takes steps, in a thread, while 16 clients ask; returns what the clients got."""
    load = Load(cluster, jobs)
    clients = [asyncio.create_task(load.client(number)) for number in range(16)]
    try:
        await asyncio.sleep(1)
        for step in steps:
            await asyncio.to_thread(step)
            await asyncio.sleep(1)
    finally:
        load.stopped = True
        await asyncio.gather(*clients)
    return load


@pytest.fixture(scope="module")
def jobs(cluster: Cluster) -> list[soak_clients.Job]:
    """Requests and the texts that a replica alone makes of them."""
    made = soak_clients.make_jobs(24)
    asyncio.run(soak_clients.compute_alone(cluster.replicas[0], made))
    return made


def test_a_rolling_restart_loses_nothing(cluster: Cluster, jobs: list[soak_clients.Job]) -> None:
    steps = [lambda number=number: cluster.restart(number) for number in (0, 1)]
    load = asyncio.run(under_load(cluster, jobs, *steps))
    print(f"{load.done} requests during the restarts")
    assert load.failures == []
    assert load.done > 100


def test_sessions_stay_and_spread(cluster: Cluster) -> None:
    before = [served(replica) for replica in cluster.replicas]
    sessions = 16
    for turn in range(3):
        for session in range(sessions):
            body = {"prompt": f"Session {session} " + "and the LORD said " * 8 * (turn + 1)}
            data = request(
                "POST", "/v1/completions", body | {"max_tokens": 1},
                {"X-Session-Id": f"affinity {session}"},
            )  # fmt: skip
            assert exchange(cluster, data).status == 200
    counts = [served(replica) - old for replica, old in zip(cluster.replicas, before, strict=True)]
    assert sum(counts) == 3 * sessions
    # All turns of a session went to one replica, and both had some.
    assert all(count % 3 == 0 and count > 0 for count in counts), counts


def served(replica: Server) -> float:
    """The completions that a replica has answered."""
    samples = replica.metrics().items()
    return sum(
        v for k, v in samples if k.startswith("bitnet_requests_total") and "completions" in k
    )


def test_conversations_find_their_prefix(cluster: Cluster) -> None:
    """Without any header: what a conversation begins with leads it back to its replica."""
    for number in range(8):
        first = {
            "role": "system",
            "content": f"Thou art scribe number {number}. " + "Write well. " * 20,
        }
        messages = [first, {"role": "user", "content": f"Who art thou, {number}?"}]
        for turn in range(3):
            body = {"messages": messages, "max_tokens": 8, "temperature": 0}
            answer = exchange(cluster, request("POST", "/v1/chat/completions", body)).json()
            messages.append(answer["choices"][0]["message"])
            messages.append({"role": "user", "content": "And then?"})
            if turn > 0:
                usage = answer["usage"]
                cached = usage["prompt_tokens_details"]["cached_tokens"]
                assert cached > usage["prompt_tokens"] / 2


def test_a_replica_that_dies_is_left_out(cluster: Cluster, jobs: list[soak_clients.Job]) -> None:
    old = cluster.replicas[0]
    old.kill()
    time.sleep(1.5)
    load = asyncio.run(under_load(cluster, jobs, lambda: time.sleep(1)))
    assert load.failures == [] and load.done > 20
    cluster.replicas[0] = Server(*OPTIONS, port=old.port)
    assert eventually(lambda: cluster.replicas[0].get("/health").status_code == 200)
