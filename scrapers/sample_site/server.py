"""HTTP on loopback for the sample site: documents with ETag and Last-Modified, faults on purpose, a request log.

Comes in: a function from path to document. Goes out: a running server. Never here: what the documents say.

Below /faults/ every path behaves badly in the way of its first part, so each can be the address of a list:
500 (an error), 412 (a page of scripts alone), hang (accepts and never answers), drip (one byte at a time, no end).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol
from urllib.parse import unquote, urlsplit

from scrapers.records import timestamp

DRIP_S = 0.2
NO_STATUS = 0  # in the request log: no answer was sent

CHALLENGE = (
    '<!DOCTYPE html><html><head><meta charset="utf-8"><title></title></head><body><script>'
    "/* 示例数据 */var t=new Date().getTime();document.cookie='sample_challenge='+t+';path=/';"
    "setTimeout(function(){location.reload()},1500);</script></body></html>"
)


class Document(Protocol):
    @property
    def data(self) -> bytes: ...
    @property
    def media_type(self) -> str: ...
    @property
    def modified(self) -> datetime: ...
    @property
    def etag(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Request:
    """One question to the site, and the status of its answer."""

    method: str
    path: str
    status: int
    at: str


Publish = Callable[[str], Document | None]


@contextmanager
def running(publish: Publish, log: list[Request], host: str, port: int) -> Iterator[str]:
    """A server in a thread of its own; the block's end stops it, and whoever still hangs in it."""
    http = _Server((host, port), publish, log)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{http.server_address[1]}"
    finally:
        http.stopped.set()
        http.shutdown()
        http.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # kept-alive connections end with their clients
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], publish: Publish, log: list[Request]) -> None:
        super().__init__(address, _Handler)
        self.publish, self.log = publish, log
        self.stopped = threading.Event()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "YilianSampleSite"
    wbufsize = -1  # one packet for head and body
    disable_nagle_algorithm = True
    timeout = 60
    server: _Server

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        if path.startswith("/faults/"):
            self._misbehave(path.split("/")[2])
            return
        document = self.server.publish(path)
        if document is None:
            self._answer(HTTPStatus.NOT_FOUND, "示例数据:没有这个页面".encode(), "text/plain; charset=utf-8")
        elif self._is_known(document):
            self._answer(HTTPStatus.NOT_MODIFIED, None, None, document)
        else:
            self._answer(HTTPStatus.OK, document.data, document.media_type, document)

    do_HEAD = do_GET

    def _is_known(self, document: Document) -> bool:
        """Does the client hold this document already? Its tag goes before its date (RFC 9110, 13.2.2)."""
        tags = self.headers.get("If-None-Match")
        if tags is not None:
            held = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
            return document.etag in held or "*" in held
        since = self.headers.get("If-Modified-Since")
        with suppress(TypeError, ValueError):
            return since is not None and document.modified <= parsedate_to_datetime(since)
        return False

    def _answer(
        self, status: HTTPStatus, body: bytes | None, media_type: str | None, document: Document | None = None
    ) -> None:
        self._log(status)
        self.send_response(status)
        if document:
            self.send_header("ETag", document.etag)
            self.send_header("Last-Modified", format_datetime(document.modified.astimezone(UTC), usegmt=True))
        if body is not None and media_type:
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if body is not None and self.command != "HEAD":
            self.wfile.write(body)

    def _misbehave(self, how: str) -> None:
        if how == "500":
            self._answer(HTTPStatus.INTERNAL_SERVER_ERROR, "示例数据:出错了".encode(), "text/plain; charset=utf-8")
        elif how == "412":
            self._answer(HTTPStatus.PRECONDITION_FAILED, CHALLENGE.encode(), "text/html; charset=utf-8")
        elif how == "hang":
            self._log(NO_STATUS)
            self.server.stopped.wait()
            self.close_connection = True
        elif how == "drip":
            self._drip()
        else:
            self._answer(HTTPStatus.NOT_FOUND, "示例数据:没有这个页面".encode(), "text/plain; charset=utf-8")

    def _drip(self) -> None:
        """A page that goes on for as long as anybody listens."""
        self._log(HTTPStatus.OK)
        self.close_connection = True
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Connection", "close")
        self.end_headers()
        with suppress(OSError):
            while not self.server.stopped.wait(DRIP_S):
                self.wfile.write(b" ")
                self.wfile.flush()

    def _log(self, status: int) -> None:
        self.server.log.append(Request(self.command, self.path, int(status), timestamp()))

    def log_message(self, format: str, *args: object) -> None:
        """The log is `SampleSite.requests`; standard error stays free for faults."""
