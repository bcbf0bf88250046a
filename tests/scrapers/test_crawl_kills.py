"""SIGKILL while a real crawl fetches from a slow publisher: after the next run everything is whole.

`make test` kills a few times, `make chaos` many.
"""

from __future__ import annotations

import os
import random
import signal
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from scrapers import notices, steps
from scrapers.archive import read_captures
from scrapers.records import CONTENT_OUTCOMES
from tests.scrapers.archive_worker import crawl
from tests.scrapers.publisher import Page, Publisher
from tests.scrapers.test_archive import check, processes, tear
from tests.scrapers.test_steps import article, list_page
from tests.scrapers.test_steps import notices as news_source

ARTICLES = [f"a{n}" for n in range(12)]


class SlowPage(Page):
    """Sends its body in three parts, with pauses in which a reader may be killed."""

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(self.body)))
        handler.end_headers()
        third = len(self.body) // 3
        for part in (self.body[:third], self.body[third : 2 * third], self.body[2 * third :]):
            handler.wfile.write(part)
            handler.wfile.flush()
            time.sleep(0.006)


def publish(site: Publisher, edition: int) -> set[bytes]:
    """New text on every page. Returns all bodies: nothing else may ever be content."""
    site.pages["/news/list.shtml"] = list_page(ARTICLES, total=len(ARTICLES))
    bodies = {site.pages["/news/list.shtml"].body}  # type: ignore[attr-defined]
    for name in ARTICLES:
        page = SlowPage(article(name, f"第{edition}版。" * 40).body)
        site.pages[f"/news/{name}.shtml"] = page
        bodies.add(page.body)
    return bodies


@pytest.mark.parametrize("kills", [5, pytest.param(40, marks=pytest.mark.chaos)])
def test_killed_while_fetching(tmp_path: Path, site: Publisher, kills: int) -> None:
    home, chance, complete = tmp_path / "home", random.Random(20261126), set[bytes]()
    (home / "inbox").mkdir(parents=True)
    source = news_source(tmp_path, site)
    half_written = 0
    for edition in range(kills):
        complete |= publish(site, edition)
        child = processes.Process(target=crawl, args=(home, tmp_path / "sources", source.id))
        asked = len(site.requests)
        child.start()
        while len(site.requests) == asked and child.is_alive():
            time.sleep(0.001)
        time.sleep(chance.uniform(0.01, 0.45))
        assert child.pid
        os.kill(child.pid, signal.SIGKILL)
        child.join()
        rooms = [p for p in (home / "held").iterdir() if p.is_dir()]
        half_written += any(any(f.suffix == ".shtml" for f in room.iterdir()) for room in rooms)
        for room in rooms:
            tear(home, room.name)
        assert steps.crawl(home, [source], "2026-11-20", None)[0].outcome == "ok"
        check(home, complete)
    assert half_written, "no kill came while a body was on its way"
    current = {c.url: c.sha256 for c in read_captures(home) if c.role == "document" and c.outcome in CONTENT_OUTCOMES}
    assert len(current) == len(ARTICLES)
    parsed = home / "parsed" / notices.PARSER_VERSION
    read = {pq.read_table(p).column("capture_id")[0].as_py() for p in parsed.glob("*.notice.parquet")}
    news = {c.capture_id for c in read_captures(home) if c.role == "document" and c.outcome in ("new", "changed")}
    assert read == news, "what came through the kill was read, once"
