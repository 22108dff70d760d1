"""HTTP as odd clients speak it: the server answers or closes, and lives on."""

from __future__ import annotations

import json
import socket
import time

import pytest

from raw_http import Connection, exchange, request
from serving import MODEL, Server, eventually

PATH = "/v1/completions"
BODY = {"model": MODEL, "prompt": "And God said", "max_tokens": 4, "temperature": 0}


@pytest.fixture(autouse=True)
def still_well(server: Server) -> object:
    """After each test the server answers, and nothing is left running."""
    yield
    assert exchange(server, request("POST", PATH, BODY)).status == 200
    assert eventually(server.is_idle)


def test_a_chunked_body(server: Server) -> None:
    data = json.dumps(BODY).encode()
    chunks = b"".join(b"%x\r\n%s\r\n" % (1, data[i : i + 1]) for i in range(len(data)))
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\n\r\n"
    )
    answer = exchange(server, head.encode() + chunks + b"0\r\n\r\n")
    assert answer.status == 200
    assert answer.json()["usage"]["completion_tokens"] == 4


def test_a_body_that_waits_for_leave(server: Server) -> None:
    data = json.dumps(BODY).encode()
    with Connection(server, timeout=5) as connection:
        connection.send(
            f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(data)}\r\nExpect: 100-continue\r\n\r\n"
        )
        # A client that gets no answer sends after a second, as curl does.
        connection.socket.settimeout(1)
        try:
            assert connection.head()[0] == 100
        except TimeoutError:
            pass
        connection.socket.settimeout(20)
        connection.send(data)
        assert connection.answer().status == 200


def test_requests_in_a_row_without_waiting(server: Server) -> None:
    with Connection(server) as connection:
        bodies = [BODY | {"max_tokens": count} for count in (1, 5, 2, 4, 3)]
        connection.send(b"".join(request("POST", PATH, body) for body in bodies))
        counts = [connection.answer().json()["usage"]["completion_tokens"] for _ in bodies]
        assert counts == [1, 5, 2, 4, 3]


def test_many_requests_on_one_connection(server: Server) -> None:
    with Connection(server) as connection:
        for _ in range(50):
            connection.send(request("GET", "/health"))
            assert connection.answer().status == 200


def test_http_1_0(server: Server) -> None:
    with Connection(server) as connection:
        connection.send(request("POST", PATH, BODY, {"Connection": "close"}, version="1.0"))
        answer = connection.answer()
        assert answer.status == 200
        assert answer.json()["choices"]
        assert connection.is_closed()


def test_a_stream_over_http_1_0(server: Server) -> None:
    with Connection(server) as connection:
        connection.send(request("POST", PATH, BODY | {"stream": True}, version="1.0"))
        answer = connection.answer()
        assert answer.status == 200
        assert answer.body.rstrip().endswith(b"data: [DONE]")


def test_close_is_obeyed(server: Server) -> None:
    with Connection(server) as connection:
        connection.send(request("POST", PATH, BODY, {"Connection": "close"}))
        assert connection.answer().status == 200
        assert connection.is_closed()


def test_a_client_that_ends_its_side(server: Server) -> None:
    """A client that sends no more counts as gone, as it does for most servers; it never hangs."""
    with Connection(server) as connection:
        connection.send(request("POST", PATH, BODY))
        connection.socket.shutdown(socket.SHUT_WR)
        try:
            assert connection.answer().status in (200, 499)
        except EOFError:
            pass


@pytest.mark.parametrize(
    "data",
    [
        b"\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64),
        b"\x00" * 1000,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost x\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: x\r\nBad Name: 1\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: x\r\nA: b\x00c\r\n\r\n",
        b"GET /he\x00alth HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 1x\r\n\r\n{",
        b"POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
        b"POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        b"POST /v1/completions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
        b"Content-Length: 4\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n",
        b"POST /v1/completions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
        b"POST /v1/completions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n{}",
        b"GET /health HTTP/1.1\r\nHost: x\r\n" + b"X-A: " + b"a" * 200_000 + b"\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: x\r\n" + b"X-A: a\r\n" * 20_000 + b"\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
    ids=[
        "empty lines", "one word", "version 9.9", "a TLS hello", "zeros", "HTTP/2", "no colon",
        "space in a name", "NUL in a value", "NUL in the path", "negative length",
        "length not a number", "huge length", "two lengths", "two framings", "bad chunk size",
        "unknown coding", "a long header", "many headers", "a long path",
    ],
)  # fmt: skip
def test_what_is_not_http(server: Server, data: bytes) -> None:
    """A 4xx status or a closed connection; nothing is answered with 200 or 500."""
    with Connection(server, timeout=8) as connection:
        try:
            connection.send(data)
            connection.socket.shutdown(socket.SHUT_WR)
            status, _ = connection.head()
        except (EOFError, BrokenPipeError, ConnectionResetError):
            return
        assert 400 <= status < 500 or status in (501, 505)
        assert b"smuggled" not in connection.buffer


def test_a_body_beyond_the_limit(server: Server) -> None:
    length = 1 << 40
    with Connection(server) as connection:
        connection.send(
            f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            f"Content-Length: {length}\r\n\r\n{{"
        )
        assert connection.answer().status == 413


def test_an_endless_chunked_body(server: Server) -> None:
    """It is refused at once; what still comes is thrown away, and only for a moment."""
    before, end = server.resident_bytes(), time.monotonic() + 15
    with Connection(server) as connection:
        connection.send(
            f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            "Transfer-Encoding: chunked\r\n\r\n"
        )
        chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
        try:
            while time.monotonic() < end:
                connection.send(chunk)
        except (BrokenPipeError, ConnectionResetError):
            pass
        else:
            pytest.fail("the connection was kept open")
    assert server.resident_bytes() - before < 64 << 20


def test_json_that_is_not(server: Server) -> None:
    deep = b'{"prompt":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    bodies = [
        b"", b"{", b"null", b"[]", b'"text"', b"{}x", b'{"prompt": "a\xff"}', deep,
        b'{"prompt": "\\ud800"}', b'{"prompt": nan}', b'{"max_tokens": 1e999, "prompt": "a"}',
        b'{"max_tokens": 123456789012345678901234567890, "prompt": "a"}',
    ]  # fmt: skip
    for body in bodies:
        answer = exchange(server, request("POST", PATH, body))
        assert answer.status in (400, 200 if b"ud800" in body else 400), body[:60]
        if answer.status == 400:
            assert answer.json()["error"]["message"]


def test_other_methods_and_paths(server: Server) -> None:
    for method, path, status in [
        ("GET", "/nothing", 404),
        ("GET", "/v1", 404),
        ("POST", "/v1/nothing", 404),
        ("GET", PATH, 405),
        ("DELETE", "/v1/models", 405),
        ("POST", "/health", 405),
    ]:
        answer = exchange(server, request(method, path))
        assert answer.status in (404, status), (method, path)
        assert answer.json()["error"]["message"]


def test_head(server: Server) -> None:
    with Connection(server) as connection:
        connection.send(request("HEAD", "/health") + request("GET", "/health"))
        assert connection.answer(has_body=False).status in (200, 404, 405)
        assert connection.answer().status == 200


def test_an_idle_connection_costs_no_request(server: Server) -> None:
    """Connections that say nothing, or half of a request, hold up nobody."""
    idle = [Connection(server) for _ in range(100)]
    for connection in idle[::2]:
        connection.send(b"POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-")
    start = time.monotonic()
    assert exchange(server, request("POST", PATH, BODY)).status == 200
    assert time.monotonic() - start < 5
    for connection in idle:
        connection.socket.close()
