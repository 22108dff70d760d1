"""SIGTERM under load: what runs is finished, what comes is sent away, the exit status is 0."""

from __future__ import annotations

import json
import threading
import time

from raw_http import Answer, Connection, exchange, request
from serving import IN_FLIGHT, Server, eventually, serving

ENDLESS = {"2044": -100, "2047": -100}
LONG = {"prompt": "And God said", "max_tokens": 400, "temperature": 0, "logit_bias": ENDLESS}


class Client(threading.Thread):
    """Sends one request and keeps what came of it."""

    def __init__(self, server: Server, body: dict) -> None:
        super().__init__(daemon=True)
        self.server, self.body = server, body
        self.answer: Answer | None = None
        self.error: Exception | None = None
        self.start()

    def run(self) -> None:
        """Fills `answer` or `error`."""
        try:
            with Connection(self.server, timeout=60) as connection:
                connection.send(request("POST", "/v1/completions", self.body))
                self.answer = connection.answer()
        except (OSError, EOFError) as error:
            self.error = error


def load(server: Server, count: int, body: dict) -> list[Client]:
    """Clients whose requests run or wait; every other one streams."""
    clients = [Client(server, body | {"stream": i % 2 == 1, "seed": i}) for i in range(count)]
    assert eventually(lambda: server.metric(IN_FLIGHT) >= count, 15)
    return clients


def events(answer: Answer) -> list[str]:
    """The data of a stream's events."""
    text = answer.body.decode()
    return [part.removeprefix("data: ") for part in text.split("\n\n") if part.startswith("data: ")]


def test_running_requests_are_finished() -> None:
    with serving("--drain-timeout", "60", "--drain-delay", "0", "--parallel", "4") as server:
        clients = load(server, 12, LONG | {"prompt": "And Moses said", "n": 8})
        kept = Connection(server)
        kept.send(request("GET", "/health"))
        assert kept.answer().status == 200
        server.terminate()
        assert eventually(lambda: health(server) == (503, "draining"), 5)
        # On a connection that is new, and on one that was open before.
        assert_refused(exchange(server, request("POST", "/v1/completions", LONG)))
        kept.send(request("POST", "/v1/completions", LONG))
        assert_refused(kept.answer())
        for client in clients:
            client.join(60)
            assert client.error is None and client.answer.status == 200
            assert_complete(client.answer, client.body)
        assert server.wait(20) == 0


def assert_refused(answer: Answer) -> None:
    """A request that came too late is told when to come back."""
    assert answer.status == 503
    assert int(answer.headers["retry-after"]) >= 1
    assert answer.headers["connection"] == "close"
    assert answer.json()["error"]["message"]


def assert_complete(answer: Answer, body: dict) -> None:
    """A whole answer: all tokens, and the protocol's end."""
    if body["stream"]:
        assert events(answer)[-1] == "[DONE]"
        chunks = [json.loads(event) for event in events(answer)[:-1]]
        reasons = [c["finish_reason"] for chunk in chunks for c in chunk["choices"]]
        assert reasons.count("length") == body.get("n", 1)
    else:
        choices = answer.json()["choices"]
        assert [choice["finish_reason"] for choice in choices] == ["length"] * body.get("n", 1)


def test_requests_are_served_while_the_proxy_takes_the_server_out() -> None:
    with serving("--drain-timeout", "30", "--drain-delay", "2") as server:
        assert health(server) == (200, "ok")
        server.terminate()
        assert eventually(lambda: health(server) == (503, "draining"), 1)
        answer = exchange(server, request("POST", "/v1/completions", LONG))
        assert answer.status == 200
        assert answer.headers["connection"] == "close"
        assert server.wait(20) == 0


def health(server: Server) -> tuple[int, str]:
    """Status and word of /health."""
    answer = exchange(server, request("GET", "/health"))
    return answer.status, answer.json()["status"]


def test_requests_that_outlast_the_drain_are_told() -> None:
    with serving(
        "--drain-timeout", "1", "--drain-delay", "0", "--parallel", "64", "--queue", "900"
    ) as server:
        clients = load(server, 40, LONG | {"n": 16, "max_tokens": 500})
        start = time.monotonic()
        server.terminate()
        status = server.wait(20)
        assert time.monotonic() - start < 10
        for client in clients:
            client.join(20)
        cut = [client for client in clients if not is_whole(client)]
        assert cut, "the machine was too fast for this test"
        for client in cut:
            assert_told(client)
        assert status == 0


def is_whole(client: Client) -> bool:
    """Whether a client got its whole answer."""
    try:
        assert client.answer and client.answer.status == 200
        assert_complete(client.answer, client.body)
    except (AssertionError, ValueError, KeyError, IndexError):
        return False
    return True


def assert_told(client: Client) -> None:
    """A cut request ends with an error object, not as if it were whole."""
    assert client.error is None, f"{client.body}: {client.error!r}"
    if client.answer.status == 200:
        assert client.body["stream"]
        assert events(client.answer)[-1] != "[DONE]" or "error" in events(client.answer)[-2]
        assert any("error" in json.loads(e) for e in events(client.answer) if e != "[DONE]")
    else:
        assert client.answer.status == 503
        assert client.answer.json()["error"]["message"]


def test_a_second_signal_ends_at_once() -> None:
    with serving(
        "--drain-timeout", "60", "--drain-delay", "0", "--parallel", "64", "--queue", "900"
    ) as server:
        load(server, 20, LONG | {"n": 16, "max_tokens": 500})
        server.terminate()
        assert eventually(lambda: health(server) == (503, "draining"), 5)
        server.terminate()
        assert server.wait(5) != 0


def test_an_idle_server_ends_quickly() -> None:
    with serving("--drain-delay", "0") as server:
        with Connection(server) as connection:
            connection.send(request("GET", "/health"))
            assert connection.answer().status == 200
            start = time.monotonic()
            server.terminate()
            assert server.wait(10) == 0
            assert time.monotonic() - start < 5
