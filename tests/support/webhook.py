"""A webhook on loopback that takes messages or fails."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

SILENT_SECONDS = 30


class Webhook:
    """What has been posted; `behaviour` is how the next posts are answered.

    taken: the messages that were answered with 200; tried: how often anything was posted.
    behaviour: `take`, `500`, `silent` (no answer), or `drip` (an answer that never ends).
    """

    def __init__(self, behaviour: str = "take") -> None:
        self.behaviour = behaviour
        self.taken: list[dict[str, Any]] = []
        self.tried = 0
        self.closing = Event()
        self.url = ""

    def until(self, is_so: Any, seconds: float = 60) -> None:
        """Return when it is so; fails where that takes long."""
        deadline = time.monotonic() + seconds
        while not is_so():
            assert time.monotonic() < deadline, (self.tried, self.taken)
            time.sleep(0.05)

    @property
    def types(self) -> list[str]:
        return [message["type"] for message in self.taken]


@contextmanager
def listening(behaviour: str = "take", port: int = 0) -> Iterator[Webhook]:
    """A webhook at `http://127.0.0.1:…/secret`."""
    webhook = Webhook(behaviour)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            webhook.tried += 1
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            match webhook.behaviour:
                case "take":
                    webhook.taken.append(body)
                    self.send_response(200)
                    self.end_headers()
                case "silent":
                    webhook.closing.wait(SILENT_SECONDS)
                case "drip":
                    self.wfile.write(b"HTTP/1.1 ")
                    while not webhook.closing.wait(0.2) and webhook.behaviour == "drip":
                        self.wfile.write(b"2")
                case status:
                    self.send_response(int(status))
                    self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    webhook.url = f"http://127.0.0.1:{server.server_port}/secret"
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield webhook
    finally:
        webhook.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
