"""The polite session against a publisher that misbehaves in every way we know of."""

from __future__ import annotations

import gzip
import hashlib
import itertools
import socket
import time
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from datetime import time as time_of_day
from email.utils import format_datetime
from ipaddress import ip_network
from pathlib import Path

import pytest

from scrapers import records
from scrapers.fetch.http import BACK_OFF_S, BudgetSpent, PoliteSession, WindowClosed, user_agent
from scrapers.registry import PRIVATE_NETWORKS, Fetch, Window
from tests.scrapers.publisher import Page, Publisher, in_turn, own_certificate, publisher

QUICK = Fetch(
    mode="http",
    min_interval_s=0,
    timeout_s=0.4,
    deadline_s=3,
    retries=2,
    robots=False,
    plain_http=True,
    allow_private=PRIVATE_NETWORKS,
)
BODY = "<html><body><p>紧密型城市医疗集团</p></body></html>".encode()


@pytest.fixture
def held(tmp_path: Path) -> Path:
    return tmp_path / "held.html"


def session(**changes: object) -> PoliteSession:
    return PoliteSession(replace(QUICK, **changes), "test@example.org")  # type: ignore[arg-type]


def test_body_is_streamed_with_its_sha256(site: Publisher, held: Path) -> None:
    data = bytes(range(256)) * 20_000  # five chunks
    site.pages["/a/%E5%90%8D.bin"] = Page(data, headers={"Content-Type": "text/plain", "Last-Modified": "yesterday"})
    answer = session().get(f"{site.url}/a/%E5%90%8D.bin", held)
    assert (answer.outcome, answer.status, answer.attempts) == ("body", 200, 1)
    assert held.read_bytes() == data
    assert (answer.sha256, answer.size) == (hashlib.sha256(data).hexdigest(), len(data))
    assert (answer.media_type, answer.last_modified, answer.filename) == ("text/plain", "yesterday", "名.bin")


def test_condition_is_sent_and_304_understood(site: Publisher, held: Path) -> None:
    site.pages["/a"] = Page(BODY, conditional=True)
    with session() as polite:
        first = polite.get(f"{site.url}/a", held)
        held.unlink()
        second = polite.get(f"{site.url}/a", held, etag=first.etag, last_modified="then")
    assert second.outcome == "not_modified"
    assert not held.exists()
    assert site.requests[1].headers["If-Modified-Since"] == "then"
    assert len({r.connection for r in site.requests}) == 1, "one connection serves both"


def test_user_agent_says_who_asks() -> None:
    assert "Yilian/" in user_agent("数据组 data@example.org")
    assert "data@example.org" in user_agent("数据组 data@example.org")
    user_agent("数据组").encode("ascii")


def test_environment_has_no_say(site: Publisher, held: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    site.pages["/a"] = Page(BODY, headers={"Set-Cookie": "a=1"})
    with session() as polite:
        polite.get(f"{site.url}/a", held)
        assert polite.get(f"{site.url}/a", held).outcome == "body"
    assert "Cookie" not in site.requests[1].headers


# -- faults


def test_500_is_tried_again_and_then_an_error(site: Publisher, held: Path) -> None:
    site.pages["/a"] = Page(b"broken", 500)
    answer = session().get(f"{site.url}/a", held)
    assert (answer.outcome, answer.status, answer.attempts, answer.stop) == ("error", 500, 3, False)
    assert len(site.requests) == 3
    assert not held.exists()


def test_a_passing_fault_is_overcome(site: Publisher, held: Path) -> None:
    site.pages["/a"] = in_turn(Page(b"", 503), site.reset, Page(BODY))
    answer = session().get(f"{site.url}/a", held)
    assert (answer.outcome, answer.attempts) == ("body", 3)
    assert held.read_bytes() == BODY


def test_reset_in_mid_body_leaves_no_half_file(site: Publisher, held: Path) -> None:
    site.pages["/a"] = site.reset
    answer = session(retries=1).get(f"{site.url}/a", held)
    assert (answer.outcome, answer.attempts) == ("error", 2)
    assert not held.exists()


def test_nobody_there(held: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    answer = session(retries=1).get(f"http://127.0.0.1:{port}/", held)
    assert (answer.outcome, answer.attempts) == ("error", 2)
    assert "refused" in (answer.error or "")


@pytest.mark.parametrize("manner", ["hang", "drip_headers", "drip_body", "drip_unmeasured"])
def test_an_endless_answer_ends_with_the_deadline(site: Publisher, held: Path, manner: str) -> None:
    site.pages["/a"] = getattr(site, manner)
    started = time.monotonic()
    answer = session(deadline_s=1.0, retries=5).get(f"{site.url}/a", held)
    assert answer.outcome == "error"
    if manner != "hang":  # that one is given up for its silence, again and again
        assert answer.error == "no whole answer within 1 s"
    assert time.monotonic() - started < 10
    assert not held.exists()


@pytest.mark.parametrize("status", [403, 412])
def test_a_refusal_is_blocked_and_asked_once(site: Publisher, held: Path, status: int) -> None:
    site.pages["/a"] = Page(b"<html><script>document.cookie='x'</script></html>", status)
    answer = session().get(f"{site.url}/a", held)
    assert (answer.outcome, answer.attempts, answer.stop, answer.back_off_s) == ("blocked", 1, True, BACK_OFF_S)


def test_a_challenge_sent_with_an_error_status_is_blocked(site: Publisher, held: Path) -> None:
    site.pages["/a"] = Page(b"<script>document.cookie='__jsl_clearance=1';location.reload()</script>", 521)
    assert session().get(f"{site.url}/a", held).outcome == "blocked"
    site.pages["/b"] = Page("<html><h1>服务器内部错误</h1><p>请稍后再试,或联系管理员</p></html>".encode(), 500)
    assert session(retries=0).get(f"{site.url}/b", held).outcome == "error"


def test_404_is_missing(site: Publisher, held: Path) -> None:
    answer = session().get(f"{site.url}/nowhere", held)
    assert (answer.outcome, answer.status, answer.attempts) == ("missing", 404, 1)


def test_retry_after_is_kept(site: Publisher, held: Path) -> None:
    site.pages["/a"] = in_turn(Page(b"", 429, {"Retry-After": "1"}), Page(BODY))
    answer = session().get(f"{site.url}/a", held)
    assert answer.outcome == "body"
    assert site.requests[1].at - site.requests[0].at >= 1.0


def test_retry_after_beyond_the_deadline_ends_the_visit(site: Publisher, held: Path) -> None:
    site.pages["/a"] = Page(b"", 429, {"Retry-After": "3600"})
    answer = session().get(f"{site.url}/a", held)
    assert (answer.outcome, answer.attempts, answer.stop, answer.back_off_s) == ("error", 1, True, 3600.0)
    records.set_clock(lambda: records.datetime(2026, 11, 20, 2, 0, tzinfo=records.SHANGHAI))
    later = records.datetime(2026, 11, 20, 2, 30, tzinfo=records.SHANGHAI).astimezone(records.timezone.utc)
    site.pages["/a"] = Page(b"", 503, {"Retry-After": format_datetime(later, usegmt=True)})
    assert session().get(f"{site.url}/a", held).back_off_s == 1800.0


@pytest.mark.parametrize("is_stated", [True, False])
def test_size_cap(site: Publisher, held: Path, is_stated: bool) -> None:
    def unmeasured(handler) -> None:  # type: ignore[no-untyped-def]
        handler.close_connection = True
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"x" * 5000)

    site.pages["/a"] = Page(b"x" * 5000) if is_stated else unmeasured
    answer = session(max_bytes=4999).get(f"{site.url}/a", held)
    assert (answer.outcome, answer.attempts) == ("error", 1)
    assert "4999" in (answer.error or "")
    assert not held.exists()
    assert session(max_bytes=5000).get(f"{site.url}/a", held).outcome == "body"


def test_a_bomb_counts_as_large_as_it_grows(site: Publisher, held: Path) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    site.pages["/a"] = Page(bomb, headers={"Content-Encoding": "gzip"})
    answer = session(max_bytes=1_000_000).get(f"{site.url}/a", held)
    assert answer.outcome == "error"
    assert "1000000" in (answer.error or "")


def test_a_file_keeps_its_published_bytes(site: Publisher, held: Path) -> None:
    data = gzip.compress(b'{"a": 1}\n')
    site.pages["/day.ndjson.gz"] = Page(data, headers={"Content-Encoding": "gzip"})
    with session() as polite:
        assert polite.get(f"{site.url}/day.ndjson.gz", held, as_file=True).outcome == "body"
        assert held.read_bytes() == data
        assert polite.get(f"{site.url}/day.ndjson.gz", held).outcome == "body"
        assert held.read_bytes() == b'{"a": 1}\n'


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "raw deflate", "gzip in two members", "gzip with padding"])
def test_what_was_asked_for_is_unpacked(site: Publisher, held: Path, encoding: str) -> None:
    data = BODY * 5000
    raw = zlib.compressobj(wbits=-15)
    packed = {
        "gzip": gzip.compress(data),
        "deflate": zlib.compress(data),
        "raw deflate": raw.compress(data) + raw.flush(),
        "gzip in two members": gzip.compress(data[:1000]) + gzip.compress(data[1000:]),
        "gzip with padding": gzip.compress(data) + bytes(100),
    }[encoding]
    header = "gzip" if encoding.startswith("gzip") else "deflate"
    site.pages["/a"] = Page(packed, headers={"Content-Encoding": header})
    answer = session().get(f"{site.url}/a", held)
    assert (answer.outcome, answer.sha256) == ("body", hashlib.sha256(data).hexdigest())
    assert held.read_bytes() == data


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "compress"])
def test_an_encoding_that_was_not_asked_for_is_no_answer(site: Publisher, held: Path, encoding: str) -> None:
    """So a bomb of brotli or zstd is never opened, and their bytes are never taken for a page."""
    site.pages["/a"] = Page(gzip.compress(gzip.compress(BODY)), headers={"Content-Encoding": encoding})
    answer = session(retries=0).get(f"{site.url}/a", held)
    assert answer.outcome == "error"
    assert "not asked for" in (answer.error or "")
    assert site.requests[0].headers["Accept-Encoding"] == "gzip, deflate"
    assert not held.exists()


@pytest.mark.parametrize("header", ["gzip", "deflate"])
def test_a_bomb_within_the_size_cap_is_known_by_its_growth(site: Publisher, held: Path, header: str) -> None:
    zeros = bytes(60_000_000)
    bomb = gzip.compress(zeros, 9) if header == "gzip" else zlib.compress(zeros, 9)
    site.pages["/a"] = Page(bomb, headers={"Content-Encoding": header})
    answer = session().get(f"{site.url}/a", held)
    assert (answer.outcome, answer.attempts) == ("error", 1)
    assert "bomb" in (answer.error or "")
    assert not held.exists()
    site.pages["/a"] = Page(gzip.compress(bytes(4_000_000)), headers={"Content-Encoding": "gzip"})
    assert session().get(f"{site.url}/a", held).outcome == "body", "small things may be as empty as they like"


@pytest.mark.parametrize("cut", [5, -1, -12])
def test_a_compressed_body_that_ends_too_early_is_an_error(site: Publisher, held: Path, cut: int) -> None:
    site.pages["/a"] = Page(gzip.compress(BODY)[:cut], headers={"Content-Encoding": "gzip"})
    answer = session(retries=0).get(f"{site.url}/a", held)
    assert answer.outcome == "error"
    assert not held.exists()


def test_bytes_that_are_not_compressed_as_said_are_an_error(site: Publisher, held: Path) -> None:
    site.pages["/a"] = Page(BODY, headers={"Content-Encoding": "gzip"})
    assert session(retries=0).get(f"{site.url}/a", held).outcome == "error"
    site.pages["/a"] = Page(b"", headers={"Content-Encoding": "gzip"})
    assert session(retries=0).get(f"{site.url}/a", held).size == 0


@pytest.mark.parametrize("stated", [len(BODY) - 10, len(BODY) + 10, 1, 0])
def test_a_body_of_another_length_than_stated_is_no_content(site: Publisher, held: Path, stated: int) -> None:
    """Too long a body would else be cut in silence, and too short a one would hang or look whole."""

    def wrong(handler) -> None:  # type: ignore[no-untyped-def]
        handler.close_connection = True
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % stated + BODY)
        handler.wfile.flush()

    site.pages["/a"] = wrong
    answer = session(retries=1).get(f"{site.url}/a", held)
    assert (answer.outcome, answer.attempts) == ("error", 2)
    assert not held.exists()


def test_a_line_end_behind_the_body_is_harmless(site: Publisher, held: Path) -> None:
    def sloppy(handler) -> None:  # type: ignore[no-untyped-def]
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY + b"\r\n")
        handler.close_connection = True

    site.pages["/a"] = sloppy
    answer = session(retries=0).get(f"{site.url}/a", held)
    assert (answer.outcome, answer.size) == ("body", len(BODY))


# -- TLS


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[Publisher]:
    with publisher(own_certificate(tmp_path / "own.pem")) as running:
        yield running


def test_a_certificate_that_nobody_signed_is_an_error(secure: Publisher, held: Path) -> None:
    secure.pages["/a"] = Page(BODY)
    answer = session().get(f"{secure.url}/a", held)
    assert (answer.outcome, answer.attempts, secure.requests) == ("error", 1, [])
    assert "TLS" in (answer.error or "")
    assert not held.exists()


def test_tls_is_never_left_for_plain_http(secure: Publisher, site: Publisher, held: Path, tmp_path: Path) -> None:
    site.pages["/a"] = Page(BODY)
    secure.pages["/a"] = Page(b"", 302, {"Location": f"{site.url}/a"})
    site.pages["/up"] = Page(b"", 301, {"Location": f"{secure.url}/b"})
    secure.pages["/b"] = Page(BODY)
    for plain_http in (False, True):
        with session(plain_http=plain_http) as polite:
            polite._session.verify = str(tmp_path / "own.pem")
            answer = polite.get(f"{secure.url}/a", held)
            assert (answer.outcome, answer.redirects) == ("error", f"302 {site.url}/a")
            assert "from TLS to plain HTTP" in (answer.error or "")
            assert site.asked() == []
            assert polite.get(f"{secure.url}/b", held).outcome == "body"
    with session() as polite:
        polite._session.verify = str(tmp_path / "own.pem")
        assert polite.get(f"{site.url}/up", held).outcome == "body", "the other way is welcome"


def test_plain_http_needs_its_switch(site: Publisher, held: Path) -> None:
    site.pages["/a"] = Page(BODY)
    answer = session(plain_http=False).get(f"{site.url}/a", held)
    assert (answer.outcome, site.requests) == ("error", [])
    assert "plain_http" in (answer.error or "")


def test_a_link_to_port_80_is_asked_for_with_tls(held: Path) -> None:
    answer = session(plain_http=False, allow_private=(), retries=0).get("http://127.0.0.1/a", held)
    assert "not public" in (answer.error or ""), "it came as far as to connect"


# -- redirects and addresses


def test_redirects_are_followed_a_few_times(site: Publisher, held: Path) -> None:
    for i in range(5):
        site.pages[f"/{i}"] = Page(b"", 302, {"Location": f"/{i + 1}"})
    site.pages["/5"] = Page(BODY)
    answer = session().get(f"{site.url}/0", held)
    assert (answer.outcome, answer.final_url) == ("body", f"{site.url}/5")
    assert answer.redirects == " ".join(f"302 {site.url}/{i}" for i in range(1, 6))


def test_odd_headers_are_survived(site: Publisher, held: Path) -> None:
    site.pages["/a"] = Page(b"", 302, {"Location": "/通知".encode().decode("latin-1")})
    site.pages["/%E9%80%9A%E7%9F%A5"] = Page(BODY, headers={"Content-Length": "many", "Connection": "close"})
    answer = session(retries=0).get(f"{site.url}/a", held)
    assert answer.outcome in ("body", "error")
    assert site.asked()[1] == "/%E9%80%9A%E7%9F%A5"


def test_a_redirect_loop_ends(site: Publisher, held: Path) -> None:
    site.pages["/a"] = Page(b"", 302, {"Location": "/a"})
    answer = session().get(f"{site.url}/a", held)
    assert (answer.outcome, answer.attempts) == ("error", 1)
    assert answer.redirects == " ".join([f"302 {site.url}/a"] * 6)
    assert len(site.requests) == 6


def test_robots_have_a_way_of_their_own(site: Publisher, held: Path) -> None:
    site.pages["/robots.txt"] = Page(b"", 302, {"Location": "/rules.txt"})
    site.pages["/a"] = Page(BODY)
    answer = session(robots=True).get(f"{site.url}/a", held)
    assert (answer.outcome, answer.redirects) == ("body", None)


def test_private_addresses_are_refused_unless_listed(site: Publisher, held: Path) -> None:
    site.pages["/a"] = Page(BODY)
    answer = session(allow_private=()).get(f"{site.url}/a", held)
    assert (answer.outcome, answer.attempts) == ("error", 1)
    assert "not public" in (answer.error or "")
    assert not site.requests
    assert session(allow_private=(ip_network("127.0.0.1/32"),)).get(f"{site.url}/a", held).outcome == "body"


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.2/",
        "http://2130706434/",  # 127.0.0.2 as a number
        "http://[::ffff:127.0.0.2]/",
        "http://[fe80::1]/",
        "http://10.1.2.3/",
        "http://0.0.0.0/",
    ],
)
def test_a_redirect_cannot_lead_inside(site: Publisher, held: Path, target: str) -> None:
    site.pages["/a"] = Page(b"", 302, {"Location": target})
    answer = session(allow_private=(ip_network("127.0.0.1/32"),)).get(f"{site.url}/a", held)
    assert answer.outcome == "error"
    assert "not public" in (answer.error or "")


@pytest.mark.parametrize("carrier", ["64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "::ffff:169.254.169.254"])
def test_an_address_that_carries_another_is_judged_by_it(held: Path, carrier: str) -> None:
    answer = session(retries=0).get(f"http://[{carrier}]/latest/", held)
    assert answer.outcome == "error"
    assert "not public" in (answer.error or "")


def test_link_local_is_refused_even_where_private_is_allowed(site: Publisher, held: Path) -> None:
    site.pages["/a"] = Page(b"", 302, {"Location": "http://169.254.169.254/"})
    assert "not public" in (session().get(f"{site.url}/a", held).error or "")


@pytest.mark.parametrize("target", ["file:///etc/passwd", "http://[", "http://", "//a..b/", "javascript:alert(1)"])
def test_a_redirect_to_no_web_address_ends(site: Publisher, held: Path, target: str) -> None:
    site.pages["/a"] = Page(b"", 302, {"Location": target})
    assert session().get(f"{site.url}/a", held).outcome == "error"


# -- politeness


def test_the_interval_is_kept_over_everything(site: Publisher, held: Path) -> None:
    site.pages["/a"] = Page(b"", 302, {"Location": "/b"})
    site.pages["/b"] = in_turn(Page(b"", 500), Page(BODY))
    with session(min_interval_s=0.05, robots=True) as polite:
        polite.get(f"{site.url}/a", held)
        polite.get(f"{site.url}/b", held)
        polite.get(f"{site.url}/missing", held)
    moments = [r.at for r in site.requests]
    assert len(moments) == 7  # robots.txt, a, b (500), a, b, b, missing
    assert min(later - earlier for earlier, later in itertools.pairwise(moments)) >= 0.05


def test_pauses_do_not_count_against_the_deadline(site: Publisher, held: Path) -> None:
    site.pages["/a"] = Page(BODY)
    with session(min_interval_s=0.6, deadline_s=0.4) as polite:
        assert [polite.get(f"{site.url}/a", held).outcome for _ in range(3)] == ["body"] * 3


def test_the_budget_counts_every_request(site: Publisher, held: Path) -> None:
    site.pages["/a"] = Page(BODY)
    with session(budget=3, robots=True) as polite:
        polite.get(f"{site.url}/a", held)
        polite.get(f"{site.url}/a", held)
        with pytest.raises(BudgetSpent):
            polite.get(f"{site.url}/a", held)
    assert len(site.requests) == 3


def test_a_budget_that_ends_on_the_way_is_an_error(site: Publisher, held: Path) -> None:
    site.pages["/a"] = Page(b"", 302, {"Location": "/b"})
    answer = session(budget=1).get(f"{site.url}/a", held)
    assert (answer.outcome, answer.stop) == ("error", True)


def test_outside_the_window_nobody_is_asked(site: Publisher, held: Path) -> None:
    site.pages["/a"] = Page(b"", 302, {"Location": "/b"})
    site.pages["/b"] = Page(BODY)
    night = Window(time_of_day(22, 0), time_of_day(6, 0))
    clock = datetime(2026, 11, 20, 5, 59, tzinfo=records.SHANGHAI)
    records.set_clock(lambda: clock)
    with session(window=night, robots=True) as polite:
        assert polite.get(f"{site.url}/a", held).outcome == "body"
        clock = datetime(2026, 11, 20, 6, 0, tzinfo=records.SHANGHAI)
        with pytest.raises(WindowClosed, match="22:00-06:00"):
            polite.get(f"{site.url}/a", held)
    assert site.asked() == ["/a", "/b"]


def test_a_window_that_closes_on_the_way_ends_the_visit(site: Publisher, held: Path) -> None:
    clock = datetime(2026, 11, 20, 5, 59, tzinfo=records.SHANGHAI)
    records.set_clock(lambda: clock)

    def closing(handler) -> None:  # type: ignore[no-untyped-def]
        nonlocal clock
        clock = datetime(2026, 11, 20, 6, 1, tzinfo=records.SHANGHAI)
        Page(b"", 302, {"Location": "/b"})(handler)

    site.pages["/a"] = closing
    answer = session(window=Window(time_of_day(22, 0), time_of_day(6, 0))).get(f"{site.url}/a", held)
    assert (answer.outcome, answer.stop, site.asked()) == ("error", True, ["/a"])
    assert not held.exists()


def test_another_sessions_pause_is_kept(site: Publisher, held: Path) -> None:
    site.pages["/a"] = Page(BODY)
    started = time.monotonic()
    with PoliteSession(QUICK, "test@example.org", rest_s=0.3) as polite:
        polite.get(f"{site.url}/a", held)
    assert site.requests[0].at - started >= 0.3


def test_robots_are_heeded_and_asked_for_once(site: Publisher, held: Path) -> None:
    site.pages["/robots.txt"] = Page(b"User-agent: *\nDisallow: /private/\nDisallow: /*.doc$\n")
    site.pages["/private/a"] = site.pages["/a"] = Page(BODY)
    site.pages["/redirect"] = Page(b"", 302, {"Location": "/private/a"})
    with session(robots=True) as polite:
        answers = [polite.get(site.url + p, held) for p in ("/a", "/private/a", "/x.doc", "/redirect")]
    assert [a.outcome for a in answers] == ["body", "blocked", "blocked", "blocked"]
    assert not answers[1].stop
    assert answers[1].back_off_s is None
    assert [r.path for r in site.requests] == ["/robots.txt", "/a", "/redirect"]


def test_robots_that_cannot_be_had_forbid_everything(site: Publisher, held: Path) -> None:
    site.pages["/a"] = Page(BODY)
    site.pages["/robots.txt"] = Page(b"", 500)
    answer = session(robots=True).get(f"{site.url}/a", held)
    assert (answer.outcome, answer.stop) == ("error", True)
    assert [r.path for r in site.requests] == ["/robots.txt"]
    assert session(robots=False).get(f"{site.url}/a", held).outcome == "body"


def test_crawl_delay_lengthens_the_interval(site: Publisher, held: Path) -> None:
    site.pages["/robots.txt"] = Page(b"User-agent: *\nCrawl-delay: 0.2\n")
    site.pages["/a"] = Page(BODY)
    with session(robots=True) as polite:
        polite.get(f"{site.url}/a", held)
        polite.get(f"{site.url}/a", held)
    assert site.requests[2].at - site.requests[1].at >= 0.2
