"""Faults of the outside world, one at a time, through whole runs: the right outcome, the other addresses fetched all
the same, and no byte in the archive that the publisher did not mean to send as a document."""

from __future__ import annotations

import gzip
import itertools
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from scrapers import notices as reader
from scrapers import records, steps
from scrapers.archive import archive_path, read_captures, read_events
from scrapers.records import Capture
from scrapers.registry import Source
from tests.scrapers.publisher import Page, Publisher, in_turn, make_source, own_certificate, publisher

DAY = "2026-11-20"
NAMES = ["before", "faulty", "after"]
SENTENCE = "各紧密型城市医疗集团要建设资源共享中心\uff0c推进检查检验结果互认\uff0c引导优质医疗资源下沉。"


def html(title: str = "关于推进医联体建设的通知", more: str = "", charset: str = "utf-8") -> str:
    return (
        f"<html><head><meta charset='{charset}'><title>{title}</title></head><body><h1>{title}</h1>"
        f"<div id='xw_box'><p>{SENTENCE * 3}</p>{more}</div></body></html>"
    )


def publish(site: Publisher, faulty: Callable[[BaseHTTPRequestHandler], None]) -> None:
    items = "".join(f'<li><a href="{n}.shtml" title="{n}">{n}</a><span>2026-11-20</span></li>' for n in NAMES)
    site.pages["/list.shtml"] = Page(f"<html><body><ul class='zxxx_list'>{items}</ul></body></html>".encode())
    site.pages |= {f"/{n}.shtml": Page(html(n).encode()) for n in ("before", "after")}
    site.pages["/faulty.shtml"] = faulty


def source(tmp_path: Path, site: Publisher, **fetch: Any) -> Source:
    return make_source(tmp_path / "sources", "news", urls=[f"{site.url}/list.shtml"], fetch=fetch)


def run(home: Path, source: Source) -> steps.StepResult:
    return steps.fetch_source(home, source, DAY, None)


def of(home: Path, name: str) -> list[Capture]:
    found = [c for c in read_captures(home, "news") if c.url.endswith(f"/{name}.shtml")]
    return sorted(found, key=lambda c: c.finished_at)


def archived(home: Path) -> set[bytes]:
    return {p.read_bytes() for p in (home / "archive").rglob("*") if p.is_file()}


def check_nothing_wrong_is_kept(home: Path, site: Publisher, *more: bytes) -> None:
    sent = {site.pages[p].body for p in ("/list.shtml", "/before.shtml", "/after.shtml")}  # type: ignore[attr-defined]
    assert archived(home) <= sent | set(more)
    assert [p for p in (home / "held").rglob("*") if p.is_file() and not p.name.startswith(".")] == []
    for capture in read_captures(home, "news"):
        assert (capture.sha256 is not None) == (capture.outcome in records.CONTENT_OUTCOMES)
        assert capture.sha256 is None or archive_path(home, capture.sha256).exists()


def body(*parts: bytes, headers: bytes = b"", close: bool = True) -> Callable[[BaseHTTPRequestHandler], None]:
    """An answer written byte by byte as given."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = close
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n" + headers + b"\r\n")
        for part in parts:
            handler.wfile.write(part)
        handler.wfile.flush()

    return answer


WHOLE = html().encode()
BOMB = gzip.compress(html().encode() + b" " * 40_000_000, 9)
LOGIN = (
    "<html><head><title>用户登录</title></head><body><form>账号<input>密码<input type=password></form></body></html>"
)
PASSING: dict[str, tuple[Callable[[BaseHTTPRequestHandler], None], str, str]] = {
    "reset in mid body": (
        body(WHOLE[:200], headers=b"Content-Length: 2000\r\n"),
        "error",
        "broken off after 200 bytes",
    ),
    "longer than stated": (body(WHOLE, headers=b"Content-Length: %d\r\n" % (len(WHOLE) - 80)), "error", "broken off"),
    "shorter than stated": (body(WHOLE, headers=b"Content-Length: %d\r\n" % (len(WHOLE) + 80)), "error", "broken off"),
    "chunks that end early": (
        body(b"100\r\n" + WHOLE[:256] + b"\r\n80\r\n" + WHOLE[256:300], headers=b"Transfer-Encoding: chunked\r\n"),
        "error",
        "broken off",
    ),
    "gzip bomb": (Page(BOMB, headers={"Content-Encoding": "gzip"}), "error", "bomb"),
    "gzip that ends early": (Page(gzip.compress(WHOLE)[:-9], headers={"Content-Encoding": "gzip"}), "error", "early"),
    "redirect loop": (Page(b"", 302, {"Location": "/faulty.shtml"}), "error", "redirects"),
    "redirect to the inside": (Page(b"", 302, {"Location": "http://169.254.169.254/latest/"}), "error", "not public"),
    "redirect to a file": (Page(b"", 302, {"Location": "file:///etc/passwd"}), "error", "not an address of the web"),
    "login page": (Page(LOGIN.encode()), "suspect", "login"),
    "error page": (Page("<html><body><h1>页面不存在</h1></body></html>".encode()), "suspect", "error in place"),
    "truncated HTML": (Page(WHOLE[:-60]), "suspect", "end is missing"),
    "truncated within a character": (Page(WHOLE[: WHOLE.index("资源".encode()) + 1]), "suspect", "end is missing"),
    "0 bytes": (Page(b""), "suspect", "empty body"),
    "white space": (Page(b" \r\n \r\n"), "suspect", "empty body"),
    "500": (Page(b"<html><h1>500</h1></html>", 500), "error", "HTTP 500"),
    "404": (Page(b"<html><h1>404</h1></html>", 404), "missing", "HTTP 404"),
    "206 that was not asked for": (Page(WHOLE[:100], 206), "error", "HTTP 206"),
    "a picture": (Page(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4), "suspect", "no text"),
    "packed bytes that are called a page": (Page(gzip.compress(WHOLE)), "suspect", "no text"),
    "half a PDF": (Page(b"%PDF-1.4\n" + b"1 0 obj " * 50), "suspect", "a PDF without its end"),
    "no HTTP at all": (
        lambda handler: handler.wfile.write(WHOLE + b"\r\n\r\n") and None,
        "error",
        "does not begin as HTTP does",
    ),
    "brotli": (Page(WHOLE, headers={"Content-Encoding": "br"}), "error", "not asked for"),
}


@pytest.mark.parametrize("fault", PASSING)
def test_a_fault_of_one_address_stops_no_other(tmp_path: Path, home: Path, site: Publisher, fault: str) -> None:
    faulty, outcome, why = PASSING[fault]
    publish(site, faulty)
    result = run(home, source(tmp_path, site))
    (capture,) = of(home, "faulty")
    assert (capture.outcome, capture.sha256) == (outcome, None)
    assert why in (capture.error or "")
    assert result.counts == {"new": 2, outcome: 1}
    assert result.outcome == ("ok" if outcome == "missing" else outcome)
    check_nothing_wrong_is_kept(home, site)

    site.pages["/faulty.shtml"] = Page(WHOLE)  # the fault passes, and nothing of it is left
    assert run(home, source(tmp_path, site)).outcome == "ok"
    assert of(home, "faulty")[-1].outcome == "new"
    check_nothing_wrong_is_kept(home, site, WHOLE)


@pytest.mark.parametrize("manner", ["hang", "drip_body", "drip_headers"])
def test_a_stall(tmp_path: Path, home: Path, site: Publisher, manner: str) -> None:
    publish(site, getattr(site, manner))
    result = run(home, source(tmp_path, site, deadline_s=1))
    assert result.counts == {"new": 2, "error": 1}
    check_nothing_wrong_is_kept(home, site)


def test_a_redirect_loop_is_kept_in_the_capture(tmp_path: Path, home: Path, site: Publisher) -> None:
    publish(site, Page(b"", 302, {"Location": "/there.shtml"}))
    site.pages["/there.shtml"] = in_turn(Page(b"", 301, {"Location": "/whole.shtml"}))
    site.pages["/whole.shtml"] = Page(WHOLE)
    assert run(home, source(tmp_path, site)).counts == {"new": 3}
    (capture,) = of(home, "faulty")
    assert capture.redirects == f"302 {site.url}/there.shtml 301 {site.url}/whole.shtml"
    site.pages["/whole.shtml"] = Page(b"", 302, {"Location": "/there.shtml"})
    assert run(home, source(tmp_path, site)).outcome == "error"
    assert (of(home, "faulty")[-1].redirects or "").count("/there.shtml") == 3


def test_a_certificate_that_nobody_signed(tmp_path: Path, home: Path, site: Publisher) -> None:
    with publisher(own_certificate(tmp_path / "own.pem")) as secure:
        publish(site, Page(b"", 302, {"Location": f"{secure.url}/faulty.shtml"}))
        secure.pages["/faulty.shtml"] = Page(WHOLE)
        result = run(home, source(tmp_path, site))
    assert result.counts == {"new": 2, "error": 1}
    assert "TLS" in (of(home, "faulty")[0].error or "")
    assert secure.requests == []
    check_nothing_wrong_is_kept(home, site)


def test_a_list_may_lead_to_a_file(tmp_path: Path, home: Path, site: Publisher) -> None:
    pdf = b"%PDF-1.4\n1 0 obj\nstartxref\n0\n%%EOF\n"
    publish(site, Page(pdf, headers={"Content-Type": "application/pdf", "ETag": '"1"'}))
    news = source(tmp_path, site, must_match=["xw_box"])
    assert run(home, news).counts == {"new": 2, "attachments": 1}
    assert [(c.role, c.outcome, c.filename) for c in of(home, "faulty")] == [("attachment", "new", "faulty.shtml")]
    check_nothing_wrong_is_kept(home, site, pdf)
    assert run(home, news).outcome == "ok"
    assert len(of(home, "faulty")) == 2


def test_a_busy_server_that_asks_for_patience_gets_it(tmp_path: Path, home: Path, site: Publisher) -> None:
    publish(site, Page(b"", 503, {"Retry-After": "9" * 400}))
    news = source(tmp_path, site)
    assert run(home, news).counts == {"new": 1, "error": 1}
    assert of(home, "after") == []
    assert run(home, news).outcome == "blocked", "left alone, but no longer than 31 days"


def test_a_plea_to_wait_ends_the_visit_and_is_kept(tmp_path: Path, home: Path, site: Publisher) -> None:
    begin = datetime(2026, 11, 20, 2, 30, tzinfo=records.SHANGHAI)
    records.set_clock(lambda: begin)
    publish(site, in_turn(Page(b"", 429, {"Retry-After": "3600"}), Page(WHOLE)))
    news = source(tmp_path, site)
    assert run(home, news).counts == {"new": 1, "error": 1}
    assert (of(home, "faulty")[0].http_status, of(home, "after")) == (429, [])
    asked = len(site.requests)
    records.set_clock(lambda: begin + timedelta(minutes=59))
    assert run(home, news).outcome == "blocked"
    assert len(site.requests) == asked
    records.set_clock(lambda: begin + timedelta(minutes=61))
    assert run(home, news).outcome == "ok"
    assert of(home, "faulty")[-1].outcome == of(home, "after")[-1].outcome == "new"


@pytest.mark.parametrize("status", [412, 403, 200, 521])
def test_a_challenge_ends_the_visit_for_six_hours(tmp_path: Path, home: Path, site: Publisher, status: int) -> None:
    begin = datetime(2026, 11, 20, 2, 30, tzinfo=records.SHANGHAI)
    records.set_clock(lambda: begin)
    challenge = b"<html><script>document.cookie='__jsl_clearance=1';location.reload()</script></html>"
    publish(site, in_turn(Page(challenge, status), Page(WHOLE)))
    news = source(tmp_path, site)
    assert run(home, news).counts == {"new": 1, "blocked": 1}
    assert (of(home, "faulty")[0].outcome, of(home, "after")) == ("blocked", [])
    check_nothing_wrong_is_kept(home, site)
    asked = len(site.requests)
    for later in (timedelta(minutes=1), timedelta(hours=3), timedelta(hours=5, minutes=59)):
        records.set_clock(lambda later=later: begin + later)  # type: ignore[misc]
        assert run(home, news).outcome == "blocked"
        assert len(site.requests) == asked, "nobody is asked before six hours are over"
    records.set_clock(lambda: begin + timedelta(hours=6, seconds=1))
    assert run(home, news).outcome == "ok"
    assert of(home, "faulty")[-1].outcome == "new"


# -- bodies that are odd and whole


def test_gbk_that_is_declared_as_utf_8_is_read_by_its_bytes(tmp_path: Path, home: Path, site: Publisher) -> None:
    data = html().encode("gbk")
    publish(site, Page(data, headers={"Content-Type": "text/html; charset=utf-8"}))
    assert run(home, source(tmp_path, site, must_match=["资源共享中心"])).counts == {"new": 3}
    (capture,) = of(home, "faulty")
    notice = reader.parse_page(archive_path(home, capture.sha256 or "").read_bytes(), media_type=capture.media_type)
    assert (notice.title, notice.body) == ("关于推进医联体建设的通知", SENTENCE * 3)
    check_nothing_wrong_is_kept(home, site, data)


def test_a_stray_end_in_mid_page_cuts_nothing(tmp_path: Path, home: Path, site: Publisher) -> None:
    last = "市级医院年底前牵头组建五个资源共享中心。"
    data = html(more=f"</body></html><p>{SENTENCE}</p><p>{last}</p>").encode()
    publish(site, Page(data))
    assert run(home, source(tmp_path, site)).counts == {"new": 3}
    (capture,) = of(home, "faulty")
    kept = archive_path(home, capture.sha256 or "").read_bytes()
    assert kept == data
    assert reader.parse_page(kept).body.endswith(last)


# -- streaks and hours


def alerts(home: Path) -> list[dict[str, Any]]:
    return sorted(read_events(home, name="alert"), key=lambda e: str(e["at"]))


def test_a_streak_raises_an_alert(tmp_path: Path, home: Path, site: Publisher) -> None:
    begin = datetime(2026, 11, 20, 2, 30, tzinfo=records.SHANGHAI)
    publish(site, Page(WHOLE))
    whole_list = site.pages["/list.shtml"]
    news = source(tmp_path, site, alert_after=3)

    def night(number: int, answer: Callable[[BaseHTTPRequestHandler], None]) -> steps.StepResult:
        records.set_clock(lambda: begin + timedelta(days=number))
        site.pages["/list.shtml"] = answer
        return run(home, news)

    blocked, broken = Page(b"<script>$_ts=1</script>", 412), Page(b"", 500)
    for number, answer in enumerate([blocked, broken, whole_list, blocked, broken]):
        night(number, answer)
    assert alerts(home) == [], "two in a row, twice, with a good night between them"
    result = night(5, blocked)
    (alert,) = alerts(home)
    assert alert["source_id"] == "news"
    assert alert["reason"].startswith("3 runs in a row without success, this one blocked")
    assert "(3 runs in a row)" in (result.error or "")
    for number in (6, 7):
        night(number, blocked)
    assert len(alerts(home)) == 1, "not every night again"
    night(8, blocked)
    assert alerts(home)[-1]["reason"].startswith("6 runs in a row")
    assert night(9, whole_list).outcome == "ok"
    night(10, blocked)
    assert len(alerts(home)) == 2
    lines = [json.loads(line) for p in (home / "events").rglob("*.ndjson") for line in p.read_text().splitlines()]
    assert sum(line["event"] == "run_finished" for line in lines) == 11


def test_another_source_has_a_streak_of_its_own(tmp_path: Path, home: Path, site: Publisher) -> None:
    site.pages["/list.shtml"] = Page(b"", 500)
    one = source(tmp_path, site, alert_after=2)
    other = make_source(tmp_path / "sources", "other", urls=[f"{site.url}/list.shtml"], fetch={"alert_after": 2})
    run(home, one)
    run(home, other)
    assert alerts(home) == []
    run(home, other)
    assert [a["source_id"] for a in alerts(home)] == ["other"]


def test_outside_the_window_only_the_inbox_is_read(tmp_path: Path, home: Path, site: Publisher) -> None:
    publish(site, Page(WHOLE))
    (home / "inbox" / "news").mkdir()
    (home / "inbox" / "news" / "saved.html").write_bytes(WHOLE)
    news = source(tmp_path, site, window="22:00-06:00")
    records.set_clock(lambda: datetime(2026, 11, 20, 12, 0, tzinfo=records.SHANGHAI))
    assert run(home, news) == steps.StepResult("news", "ok", {"new": 1}, None)
    assert site.requests == []
    (note,) = [e["note"] for e in read_events(home, name="run_finished")]
    assert "22:00-06:00" in note
    records.set_clock(lambda: datetime(2026, 11, 20, 22, 0, tzinfo=records.SHANGHAI))
    assert run(home, news).counts == {"new": 3}


def test_two_runs_keep_the_interval_between_them(tmp_path: Path, home: Path, site: Publisher) -> None:
    publish(site, Page(WHOLE))
    news = source(tmp_path, site, min_interval_s=0.15)
    run(home, news)
    run(home, news)
    moments = [r.at for r in site.requests]
    assert len(moments) > 8
    assert min(later - earlier for earlier, later in itertools.pairwise(moments)) >= 0.15
