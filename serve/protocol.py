"""HTTP within bounds: a request that is too long, or takes too long to arrive, is refused and hung up on."""

import asyncio
import json
import logging
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES = 16_384  # The address, with the query, and all headers.
ARRIVAL_SECONDS = 10.0  # From the first byte of a request, or the connection, to its last one.
READ_SECONDS = 10.0  # How long a response waits for a client that reads no more of it.
KEEP_ALIVE_SECONDS = 75  # nginx, which keeps connections for 60, must not meet closed ones.

log = logging.getLogger(__name__)


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol with these bounds; whatever it refuses, it refuses with a `detail` in JSON."""

    arrival: asyncio.TimerHandle | None = None
    reading: asyncio.TimerHandle | None = None
    head_bytes = 0
    is_head = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.arrival = self.loop.call_later(ARRIVAL_SECONDS, transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        self.end_wait()
        self.end_reading()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        # The parser reports a header only once it is complete.
        if self.is_head and not self.transport.is_closing():
            self.head_bytes += len(data)
            self.require_short_head()
        # What is between two requests, such as an empty line, begins none and ends the wait for one.
        is_answered = not self.cycle or self.cycle.response_complete
        if is_answered and not self.arrival and not self.timeout_keep_alive_task:
            self.arrival = self.loop.call_later(ARRIVAL_SECONDS, self.transport.close)

    def pause_writing(self) -> None:
        super().pause_writing()
        self.wait_for_reader(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        self.end_reading()
        super().resume_writing()

    def wait_for_reader(self, unread: int) -> None:
        """Hang up on who has read nothing of an answer in READ_SECONDS, however slow others are."""

        def look() -> None:
            left = self.transport.get_write_buffer_size()
            if left < unread:
                self.wait_for_reader(left)
            else:
                self.transport.abort()

        self.end_reading()
        self.reading = self.loop.call_later(READ_SECONDS, look)

    def end_reading(self) -> None:
        if self.reading:
            self.reading.cancel()
            self.reading = None

    def on_message_begin(self) -> None:
        self.end_wait()
        self.arrival = self.loop.call_later(ARRIVAL_SECONDS, self.give_up)
        self.is_head, self.head_bytes = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self.head_bytes = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        self.is_head = False
        if self.require_short_head():
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if not self.transport.is_closing():
            super().on_body(body)

    def on_message_complete(self) -> None:
        self.end_wait()
        if not self.transport.is_closing():
            super().on_message_complete()

    def end_wait(self) -> None:
        if self.arrival:
            self.arrival.cancel()
            self.arrival = None

    def require_short_head(self) -> bool:
        """Whether the head is short enough; where it is not, it has been refused."""
        if self.head_bytes > HEAD_BYTES:
            self.refuse(
                HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                f"The address and the headers may have at most {HEAD_BYTES:,} bytes.",
            )
        return not self.transport.is_closing()

    def give_up(self) -> None:
        if self.cycle and self.cycle.response_started and not self.cycle.response_complete:
            self.transport.abort()
        else:
            self.refuse(HTTPStatus.REQUEST_TIMEOUT, "The request took too long to arrive.")

    def send_400_response(self, msg: str) -> None:
        if not self.transport.is_closing():
            self.refuse(HTTPStatus.BAD_REQUEST, msg)

    def refuse(self, status: HTTPStatus, detail: str) -> None:
        log.info("refused a request: %d %s", status, status.phrase, extra={"status": status.value})
        body = json.dumps({"detail": detail}).encode()
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()


# The settings of uvicorn for these bounds; no WebSockets, and no `Server` header.
BOUNDS: dict[str, Any] = {
    "http": BoundedProtocol,
    "ws": "none",
    "server_header": False,
    "timeout_keep_alive": KEEP_ALIVE_SECONDS,
}
