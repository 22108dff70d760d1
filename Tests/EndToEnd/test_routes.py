"""Keys, and paths that name files."""

from __future__ import annotations

import pathlib

import pytest

from raw_http import exchange, request
from serving import KEY, Server

ROUTES = [
    ("GET", "/"),
    ("GET", "/v1/models"),
    ("GET", "/v1/models/kjv-tiny"),
    ("POST", "/v1/chat/completions"),
    ("POST", "/v1/completions"),
    ("GET", "/metrics"),
    ("POST", "/tokenize"),
    ("POST", "/detokenize"),
    ("POST", "/apply-template"),
    ("GET", "/openapi.json"),
    ("GET", "/nothing/here"),
]

ATTEMPTS = [
    "/../../../../etc/passwd",
    "/..%2f..%2f..%2f..%2fetc%2fpasswd",
    "/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "/....//....//etc/passwd",
    "/..\\..\\etc\\passwd",
    "/%c0%ae%c0%ae/etc/passwd",
    "//etc/passwd",
    "/etc/passwd",
    "/etc/passwd%00.html",
    "/file:///etc/passwd",
    "/proc/self/environ",
    "/proc/self/cmdline",
    "/.git/config",
    "/?file=/etc/passwd",
    "/index.html/../../etc/passwd",
    "/assets/../../../etc/passwd",
    "/static/%2e%2e%2f%2e%2e%2fetc/passwd",
    "/v1/models/..%2f..%2f..%2fetc%2fpasswd",
    "/v1/models//etc/passwd",
    "/v1/models/%2Fetc%2Fpasswd",
    "/v1/../../../etc/passwd",
    "/openapi.json/../../etc/passwd",
    "http://localhost/etc/passwd",
    "file:///etc/passwd",
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_route_asks_for_a_key(protected: Server, method: str, path: str) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": KEY},
                    {"Authorization": f"Basic {KEY}"}, {"Authorization": "Bearer "},
                    {"Authorization": f"Bearer {KEY}x"}, {"X-Api-Key": "wrong"}):  # fmt: skip
        answer = exchange(protected, request(method, path, {"prompt": "a"}, headers))
        assert answer.status == 401, headers
        assert KEY.encode() not in answer.body
    answer = exchange(
        protected, request(method, path, {"prompt": "a"}, {"Authorization": f"Bearer {KEY}"})
    )
    assert answer.status != 401


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "TRACE"])
def test_every_method_asks_for_a_key(protected: Server, method: str) -> None:
    answer_head = exchange_head(protected, request(method, "/v1/models"))
    assert answer_head == 401


def exchange_head(server: Server, data: bytes) -> int:
    """The status of a response, whatever its body."""
    from raw_http import Connection

    with Connection(server) as connection:
        connection.send(data)
        return connection.head()[0]


def test_health_needs_no_key(protected: Server) -> None:
    answer = exchange(protected, request("GET", "/health"))
    assert answer.status == 200
    assert answer.json()["status"]


def test_keys_are_not_logged(protected: Server) -> None:
    exchange(protected, request("GET", "/v1/models", headers={"Authorization": f"Bearer {KEY}"}))
    exchange(protected, request("GET", "/v1/models", headers={"Authorization": "Bearer secret7"}))
    assert KEY not in protected.log_text()
    assert "secret7" not in protected.log_text()


@pytest.mark.parametrize("path", ATTEMPTS)
def test_no_path_reads_a_file(server: Server, path: str) -> None:
    for method in ("GET", "POST"):
        answer = exchange(server, request(method, path, {"prompt": "a", "max_tokens": 1}))
        assert_nothing_read(answer.body)
        assert answer.status in (400, 404, 405) or path.startswith("/?"), (method, answer.status)


@pytest.mark.parametrize("name", ["/etc/passwd", "../../../etc/passwd", "file:///etc/passwd"])
def test_no_field_reads_a_file(server: Server, name: str) -> None:
    image = {"type": "image_url", "image_url": {"url": f"file://{name}"}}
    bodies = [
        ("/v1/completions", {"model": name, "prompt": "a", "max_tokens": 1}),
        ("/v1/completions", {"prompt": f"@{name}", "max_tokens": 1}),
        ("/v1/chat/completions", {"messages": [{"role": "user", "content": [image]}]}),
        ("/v1/chat/completions", {
            "messages": [{"role": "user", "content": "a"}], "max_tokens": 1,
            "chat_template": "{% include '" + name + "' %}",
            "chat_template_kwargs": {"file": name},
        }),
        ("/apply-template", {"messages": [{"role": "user", "content": "a"}], "file": name}),
        ("/tokenize", {"content": "a", "file": name}),
        ("/detokenize", {"tokens": [1], "file": name}),
    ]  # fmt: skip
    for path, body in bodies:
        assert_nothing_read(exchange(server, request("POST", path, body)).body)


def assert_nothing_read(body: bytes) -> None:
    """No line of a file that the attempts name is in a body."""
    assert b"root:" not in body
    assert pathlib.Path("/etc/passwd").read_bytes()[:20] not in body
    assert b"SHELL=" not in body and b"PATH=" not in body and b"serve\0--" not in body
