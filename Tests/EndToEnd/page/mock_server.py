"""A server that speaks as much of OpenAI's API as the page needs, and says what a test wants.

It serves the page's files as `bitnet serve` does, with the same policy.
"""

import dataclasses
import http.server
import json
import pathlib
import re
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
WEB = ROOT / "Sources/CBitNetPage/web"
MODEL = "bitnet-b1.58-2B-4T"
TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}


def content_security_policy():
    source = (ROOT / "Sources/BitNetServer/Page/ChatPage.swift").read_text()
    text = re.search(r'contentSecurityPolicy = """\n(.*?)\n\s*"""', source, re.DOTALL).group(1)
    return re.sub(r"\s*\\\n\s*", " ", text).strip()


@dataclasses.dataclass
class Reply:
    """What the mock answers: pieces of text with a pause before each, or an error."""

    text: str | list = "Hello."
    pause: float = 0.0
    status: int = 200
    error: str = ""
    headers: dict = dataclasses.field(default_factory=dict)
    finish: str | None = "stop"
    # Sent in the stream after the text, as a server does that fails midway.
    late_error: str = ""

    def pieces(self):
        return re.findall(r"\S*\s*", self.text) if isinstance(self.text, str) else self.text


class MockServer(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.replies = []
        self.default = Reply()
        self.requests = []
        self.paths = []
        self.disconnected = threading.Event()
        self.key = None
        self.health = "ok"
        self.address = f"http://127.0.0.1:{self.server_port}/"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        """Browsers end connections as they like."""


class Handler(http.server.BaseHTTPRequestHandler):
    server: MockServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.server.paths.append(self.path)
        if self.path == "/health":
            self.send_json({"status": self.server.health})
        elif not self.is_allowed():
            self.send_error_object(401, "This server needs an API key.")
        elif self.path == "/v1/models":
            meta = {"sampling": {"temperature": 0.6, "max_tokens": None}}
            self.send_json({"object": "list", "data": [{"id": MODEL, "meta": meta}]})
        else:
            self.send_file()

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self.is_allowed():
            return self.send_error_object(401, "This server needs an API key.")
        self.server.requests.append(body)
        reply = self.server.replies.pop(0) if self.server.replies else self.server.default
        if reply.status != 200:
            return self.send_error_object(reply.status, reply.error, reply.headers)
        try:
            self.stream(reply)
        except (BrokenPipeError, ConnectionResetError):
            self.server.disconnected.set()
        self.close_connection = True

    def is_allowed(self):
        key = self.server.key
        # The page itself is open here; the real server asks for HTTP Basic instead.
        is_api = self.path.startswith("/v1/")
        return key is None or not is_api or self.headers["Authorization"] == f"Bearer {key}"

    def send_file(self):
        name = "index.html" if self.path == "/" else self.path.removeprefix("/page/")
        file = WEB / name
        if "/" in name or not file.is_file():
            return self.send_error_object(404, "no such page")
        content = file.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", f"{TYPES[file.suffix]}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Security-Policy", content_security_policy())
        self.end_headers()
        self.wfile.write(content)

    def send_json(self, value, status=200, headers=None):
        content = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        for name, text in (headers or {}).items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(content)

    def send_error_object(self, status, message, headers=None):
        self.send_json({"error": {"message": message, "type": "error"}}, status, headers)

    def stream(self, reply):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.send_chunk(delta={"role": "assistant", "content": ""})
        pieces = reply.pieces()
        for piece in pieces:
            time.sleep(reply.pause)
            self.send_chunk(delta={"content": piece})
        if reply.late_error:
            return self.send_event({"error": {"message": reply.late_error}})
        if reply.finish is None:
            return
        self.send_chunk(delta={}, finish=reply.finish)
        usage = {"prompt_tokens": 21, "completion_tokens": len(pieces), "total_tokens": 21}
        self.send_event({"choices": [], "usage": usage})
        self.wfile.write(b"data: [DONE]\n\n")

    def send_chunk(self, delta, finish=None):
        self.send_event({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})

    def send_event(self, value):
        self.wfile.write(f"data: {json.dumps(value)}\n\n".encode())
        self.wfile.flush()


if __name__ == "__main__":
    server = MockServer()
    server.default = Reply("A *small* answer with `code`. " * 20, pause=0.02)
    print(server.address, flush=True)
    threading.Event().wait()
