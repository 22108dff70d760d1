"""HTTP by hand, for what well-behaved clients never send."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass

from serving import Server


@dataclass
class Answer:
    """A response: status, headers with names in lower case, and the whole body."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> dict:
        """The body as JSON."""
        return json.loads(self.body)


class Connection:
    """A socket to a server, and what was read of its next response."""

    def __init__(self, server: Server, timeout: float = 20) -> None:
        self.socket = socket.create_connection((server.host, server.port), timeout=timeout)
        self.buffer = b""

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes | str) -> None:
        """Sends bytes as they are."""
        self.socket.sendall(data.encode() if isinstance(data, str) else data)

    def _more(self) -> bool:
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            return False
        self.buffer += data
        return bool(data)

    def _until(self, mark: bytes) -> bytes:
        while mark not in self.buffer:
            if not self._more():
                raise EOFError(f"the server closed the connection after {self.buffer[:300]!r}")
        taken, self.buffer = self.buffer.split(mark, 1)
        return taken

    def _exactly(self, count: int) -> bytes:
        while len(self.buffer) < count:
            if not self._more():
                raise EOFError(f"{len(self.buffer)} of {count} bytes came")
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def head(self) -> tuple[int, dict[str, str]]:
        """Status and headers of the next response."""
        lines = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        headers = dict(line.split(":", 1) for line in lines[1:])
        return int(lines[0].split()[1]), {
            name.lower(): value.strip() for name, value in headers.items()
        }

    def answer(self, has_body: bool = True) -> Answer:
        """The next response, whole."""
        status, headers = self.head()
        if not has_body or status in (204, 304):
            return Answer(status, headers, b"")
        if headers.get("transfer-encoding") == "chunked":
            return Answer(status, headers, b"".join(self._chunks()))
        if "content-length" in headers:
            return Answer(status, headers, self._exactly(int(headers["content-length"])))
        while self._more():
            pass
        return Answer(status, headers, self.buffer)

    def _chunks(self) -> list[bytes]:
        chunks = []
        while size := int(self._until(b"\r\n"), 16):
            chunks.append(self._exactly(size))
            assert self._exactly(2) == b"\r\n"
        assert self._until(b"\r\n") == b""
        return chunks

    def event(self) -> bytes:
        """The data of the next server-sent event of a chunked response."""
        return self._until(b"data: ") and self._until(b"\n\n")

    def is_closed(self) -> bool:
        """Whether the server closes the connection, now or after what it still sends."""
        try:
            while self._more():
                pass
        except TimeoutError:
            return False
        return True


def request(
    method: str, path: str, body: object = None, headers: dict[str, str] | None = None,
    version: str = "1.1",
) -> bytes:  # fmt: skip
    """A request's bytes."""
    data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"{method} {path} HTTP/{version}", "Host: localhost"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(data)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + data


def exchange(server: Server, data: bytes) -> Answer:
    """Sends bytes on a connection of their own, and reads one response."""
    with Connection(server) as connection:
        connection.send(data)
        return connection.answer()
