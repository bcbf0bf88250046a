"""The sample site as a local HTTP server: pages, feeds, and addresses that fail on purpose.

    /nhc/yzygj/s7659/new_list.shtml, new_list_2.shtml …   the list, 24 articles a page
    /nhc/yzygj/s9999/<yyyymm>/<32 hex>.shtml              the articles
    /feeds/<source_id>/index.json                         manifests of a platform's files
    /feeds/<source_id>/<file>                             the files, and <file>.manifest.json beside each
    /faults/{500,412,hang,drip}/…                         an error, a challenge page, silence, a byte a second
    /robots.txt                                           everything is allowed

Everything but the faults has an ETag and Last-Modified and answers conditional requests with 304.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

from scrapers.sample_site import feeds, pages
from scrapers.sample_site.feeds import Dirt, FeedFile
from scrapers.sample_site.pages import Article, Expected

LAST_MODIFIED = "Mon, 14 Sep 2026 16:00:00 GMT"
CHALLENGE = (
    "<!DOCTYPE html><html><head><meta charset='utf-8'></head><body><script>"
    "var _0x={a:1};document.cookie='k='+_0x.a;location.reload();</script></body></html>"
)
PATIENCE_S = 600.0


@dataclass(frozen=True, slots=True)
class Request:
    """One line of the server's log. at: time.monotonic()."""

    method: str
    path: str
    status: int
    at: float


class SampleSite:
    """The site of one seed. Content is made at first use and kept."""

    def __init__(self, seed: int = 20260901, days: int = 14, pilots: int = 81, articles: int = 60) -> None:
        self.seed = seed
        self.days = days
        self.pilots = pilots
        self.article_count = articles
        self.requests: list[Request] = []
        self._making = threading.Lock()
        self._stopping = threading.Event()

    # -- what there is

    def feed_files(self) -> list[FeedFile]:
        """Every feed file: source_id, filename, day, rows, data (bytes as served)."""
        with self._making:
            return self._feeds[0]

    def dirt(self) -> list[Dirt]:
        """Every deliberate fault in the feeds."""
        with self._making:
            return self._feeds[1]

    def articles(self) -> list[Article]:
        return self._articles

    def expected_facts(self) -> list[Expected]:
        """Every fact that an article states."""
        return [fact for article in self._articles for fact in article.facts]

    @cached_property
    def _feeds(self) -> tuple[list[FeedFile], list[Dirt]]:
        return feeds.build(self.seed, self.days, self.pilots)

    @cached_property
    def _articles(self) -> list[Article]:
        return pages.articles(self.seed, self.article_count)

    @cached_property
    def _by_path(self) -> dict[str, Article]:
        return {article.path: article for article in self._articles}

    # -- serving

    @contextmanager
    def serve(self, port: int = 0) -> Iterator[str]:
        """Serve on 127.0.0.1 (port 0: a free one) for a block; gives the address."""
        handler = type("Handler", (_Handler,), {"site": self})
        server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            self._stopping.set()
            server.shutdown()
            server.server_close()

    def content(self, path: str) -> tuple[bytes, str] | None:
        """Bytes and media type of an address, None where there is nothing."""
        if path == "/robots.txt":
            return b"User-agent: *\nAllow: /\n", "text/plain"
        if match := re.fullmatch(r"/nhc/yzygj/s7659/new_list(?:_(\d+))?\.shtml", path):
            page = pages.list_page(self._articles, int(match[1] or 1))
            return (page.encode(), "text/html; charset=utf-8") if page else None
        if article := self._by_path.get(path):
            return article.page().encode(), "text/html; charset=utf-8"
        if match := re.fullmatch(r"/feeds/([a-z_]+)/([\w.-]+)", path):
            return self._feed(match[1], match[2])
        return None

    def _feed(self, source_id: str, name: str) -> tuple[bytes, str] | None:
        mine = {f.filename: f for f in self.feed_files() if f.source_id == source_id}
        if name == "index.json":
            body = {"title": "示例数据", "manifests": [_manifest(f) for f in mine.values()]}
            return json.dumps(body, ensure_ascii=False).encode(), "application/json"
        if name.endswith(".manifest.json") and (file := mine.get(name.removesuffix(".manifest.json"))):
            return json.dumps(_manifest(file)).encode(), "application/json"
        return (mine[name].data, "application/gzip") if name in mine else None


def _manifest(file: FeedFile) -> dict[str, object]:
    return {
        "file": file.filename,
        "sha256": hashlib.sha256(file.data).hexdigest(),
        "rows": file.rows,
        "produced_at": f"{file.day}T23:30:00+08:00",
        "period_from": file.day,
        "period_to": file.day,
    }


class _Handler(BaseHTTPRequestHandler):
    site: ClassVar[SampleSite]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path.startswith("/faults/"):
            self._fail(self.path.split("/")[2])
            return
        found = self.site.content(self.path)
        if found is None:
            self._answer(404, "找不到(示例数据)".encode(), "text/plain; charset=utf-8")
            return
        body, media_type = found
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        if self.headers.get("If-None-Match") == etag:
            self._answer(304, b"", media_type, {"ETag": etag})
            return
        self._answer(200, body, media_type, {"ETag": etag, "Last-Modified": LAST_MODIFIED})

    def _fail(self, kind: str) -> None:
        if kind == "500":
            self._answer(500, b"internal error", "text/plain")
        elif kind == "412":
            self._answer(412, CHALLENGE.encode(), "text/html; charset=utf-8")
        elif kind == "hang":
            self._log(0)
            self.site._stopping.wait(PATIENCE_S)
            self.close_connection = True
        elif kind == "drip":
            self._log(200)
            self._drip()
        else:
            self._answer(404, b"", "text/plain")

    def _drip(self) -> None:
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        try:
            while not self.site._stopping.wait(1.0):
                self.wfile.write(b"<")
                self.wfile.flush()
        except OSError:
            return

    def _answer(self, status: int, body: bytes, media_type: str, more: dict[str, str] | None = None) -> None:
        self._log(status)
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        for name, value in (more or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if body:
            self.wfile.write(body)

    def _log(self, status: int) -> None:
        self.site.requests.append(Request(self.command, self.path, status, time.monotonic()))

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on stderr: the log is `SampleSite.requests`."""
