"""Whole runs of sources against publishers on loopback: what is fetched, what is content, who is left alone."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from scrapers import records, registry, steps
from scrapers.archive import Refusal, archive_path, read_captures, read_events
from scrapers.discover import list_pages
from scrapers.records import Capture
from scrapers.registry import Source
from scrapers.steps import StepResult
from tests.scrapers.publisher import Page, Publisher, make_source

DAY = "2026-11-20"
CHALLENGE = b"<html><script>document.cookie='a=1';location.reload()</script></html>"


def article(title: str, more: str = "") -> Page:
    text = "各紧密型城市医疗集团要建设资源共享中心，推进检查检验结果互认，引导优质医疗资源下沉。" * 3
    page = f"<html><head><title>{title}</title></head><body><div id='xw_box'><p>{text}{more}</p></div></body></html>"
    return Page(page.encode(), conditional=True)


def list_page(names: list[str], total: int | None = None) -> Page:
    items = "".join(f'<li><a href="{n}.shtml" title="{n}">{n}</a><span>2026-11-20</span></li>' for n in names)
    count = f'<div class="total_count"><span>{total}</span></div>' if total is not None else ""
    return Page(f"<html><ul class='zxxx_list'>{items}</ul>{count}</html>".encode(), conditional=True)


def notices(tmp_path: Path, site: Publisher, source_id: str = "news", **changes: Any) -> Source:
    return make_source(tmp_path / "sources", source_id, urls=[f"{site.url}/{source_id}/list.shtml"], **changes)


def feed(tmp_path: Path, site: Publisher, source_id: str = "platform", **changes: Any) -> Source:
    settings = {"kind": "feed", "discover": {"method": "feed_manifest"}, "urls": [f"{site.url}/feeds/index.json"]}
    return make_source(tmp_path / "sources", source_id, **(settings | changes))


def publish_news(site: Publisher, names: list[str], source_id: str = "news", per_page: int = 3) -> None:
    """A list in pages of three, whose last page comes again under every higher number, and its articles."""
    chunks = [names[i : i + per_page] for i in range(0, len(names), per_page)]
    for number in range(1, len(chunks) + 3):
        page = "list.shtml" if number == 1 else f"list_{number}.shtml"
        site.pages[f"/{source_id}/{page}"] = list_page(chunks[min(number, len(chunks)) - 1])
    for name in names:
        site.pages.setdefault(f"/{source_id}/{name}.shtml", article(name))


def publish_file(site: Publisher, name: str, data: bytes, **changes: Any) -> None:
    manifest = {"file": name, "sha256": hashlib.sha256(data).hexdigest(), "rows": 1} | changes
    site.pages[f"/feeds/{name}"] = Page(data, conditional=True)
    site.pages[f"/feeds/{name}.manifest.json"] = Page(json.dumps(manifest).encode(), conditional=True)
    index = sorted(p.removeprefix("/feeds/") for p in site.pages if p.endswith(".manifest.json"))
    site.pages["/feeds/index.json"] = Page(json.dumps({"manifests": index}).encode(), conditional=True)


def fetch(home: Path, source: Source) -> StepResult:
    return steps.fetch_source(home, source, DAY, None)


def content(home: Path, source: Source, role: str = "document") -> dict[str, bytes]:
    """The content of a source by address: what a later step would read."""
    return {
        c.url: archive_path(home, c.sha256).read_bytes()
        for c in read_captures(home, source.id)
        if c.sha256 and c.role == role
    }


def attempts(home: Path, source: Source) -> list[Capture]:
    """Every attempt at a source, in order of time."""
    return sorted(read_captures(home, source.id), key=lambda c: c.finished_at)


# -- notices


def test_a_list_is_walked_to_its_end_and_every_article_fetched_once(
    tmp_path: Path, home: Path, site: Publisher
) -> None:
    names = [f"a{n}" for n in range(8)]
    publish_news(site, names)
    source = notices(tmp_path, site)
    result = fetch(home, source)
    assert result == StepResult("news", "ok", {"new": 8}, None)
    assert site.asked() == [
        "/news/list.shtml",
        "/news/list_2.shtml",
        "/news/list_3.shtml",
        "/news/list_4.shtml",  # the last page again: nothing new, the end
        *(f"/news/{n}.shtml" for n in names),
    ]
    assert content(home, source) == {f"{site.url}/news/{n}.shtml": article(n).body for n in names}
    assert {c.role for c in attempts(home, source)} == {"discovery", "document"}
    assert {c.business_date for c in attempts(home, source)} == {DAY}
    assert len({r.connection for r in site.requests}) == 1


def test_a_second_crawl_asks_with_conditions_and_finds_what_is_new(tmp_path: Path, home: Path, site: Publisher) -> None:
    names = [f"a{n}" for n in range(5)]
    publish_news(site, names)
    source = notices(tmp_path, site)
    fetch(home, source)
    site.requests.clear()
    assert fetch(home, source) == StepResult("news", "ok", {"not_modified": 5}, None)
    assert all("If-None-Match" in r.headers for r in site.requests if r.path != "/robots.txt")
    assert site.asked()[:2] == ["/news/list.shtml", "/news/a0.shtml"], "the first page without news ends the list"
    assert {c.outcome for c in attempts(home, source)[-6:]} == {"not_modified"}

    publish_news(site, ["b0", "b1", "b2", *names])
    site.pages["/news/a1.shtml"] = article("a1", "改过")
    result = fetch(home, source)
    assert result.counts == {"new": 3, "changed": 1, "not_modified": 4}


def test_without_validators_the_same_bytes_are_unchanged(tmp_path: Path, home: Path, site: Publisher) -> None:
    publish_news(site, ["a"])
    for page in site.pages.values():
        page.conditional = False  # type: ignore[attr-defined]
    source = notices(tmp_path, site)
    fetch(home, source)
    assert fetch(home, source).counts == {"unchanged": 1}


def test_the_stated_total_ends_the_walk(tmp_path: Path, home: Path, site: Publisher) -> None:
    site.pages["/news/list.shtml"] = list_page(["a", "b"], total=2)
    site.pages |= {f"/news/{n}.shtml": article(n) for n in "ab"}
    fetch(home, notices(tmp_path, site))
    assert "/news/list_2.shtml" not in site.asked()


def test_pages_are_bounded(tmp_path: Path, home: Path, site: Publisher) -> None:
    publish_news(site, [f"a{n}" for n in range(30)])
    source = notices(tmp_path, site, discover={"method": "list_pages", "max_pages": 2})
    assert fetch(home, source).counts == {"new": 6}


def test_a_list_that_went_away_or_lost_its_markup_is_no_success(tmp_path: Path, home: Path, site: Publisher) -> None:
    source = notices(tmp_path, site)
    assert fetch(home, source).outcome == "error"
    site.pages["/news/list.shtml"] = Page(b"<html><ul class='new-markup'><li><a href=a>a</a></li></ul></html>")
    result = fetch(home, source)
    assert result.outcome == "suspect"
    assert "without a single article" in (result.error or "")
    assert content(home, source, "discovery") == {}


def test_bounds_on_what_a_discovery_finds(tmp_path: Path, home: Path, site: Publisher) -> None:
    publish_news(site, ["a", "b"])
    assert fetch(home, notices(tmp_path, site, assertions={"min": 3})).outcome == "suspect"
    assert fetch(home, notices(tmp_path, site, assertions={"min": 2, "max": 2})).outcome == "ok"


def test_an_article_that_is_missing_or_suspect_stops_no_other(tmp_path: Path, home: Path, site: Publisher) -> None:
    publish_news(site, ["a", "b", "c", "d"])
    del site.pages["/news/a.shtml"]
    site.pages["/news/b.shtml"] = Page("<html><p>首页</p></html>".encode())
    site.pages["/news/c.shtml"] = Page(b"")
    source = notices(tmp_path, site, fetch={"must_match": ["xw_box"]})
    result = fetch(home, source)
    assert result.counts == {"missing": 1, "suspect": 2, "new": 1}
    assert result.outcome == "suspect"
    assert list(content(home, source)) == [f"{site.url}/news/d.shtml"]
    assert list((home / "held").glob("*/")) == []


def test_three_errors_in_a_row_end_the_visit(tmp_path: Path, home: Path, site: Publisher) -> None:
    publish_news(site, [f"a{n}" for n in range(9)])
    for n in (1, 4, 5, 6):
        site.pages[f"/news/a{n}.shtml"] = Page(b"", 500)
    result = fetch(home, notices(tmp_path, site))
    assert (result.outcome, result.counts) == ("error", {"new": 3, "error": 4})


def test_a_budget_goes_to_what_was_never_asked_for(tmp_path: Path, home: Path, site: Publisher) -> None:
    publish_news(site, [f"a{n}" for n in range(6)], per_page=6)
    source = notices(tmp_path, site, fetch={"budget": 6, "robots": False})  # two list pages and four articles
    assert fetch(home, source).counts == {"new": 4}
    assert fetch(home, source).counts == {"new": 2, "not_modified": 3}
    finished = [e for e in read_events(home) if e["event"] == "run_finished"]
    assert all("budget" in e["note"] for e in finished)


# -- faults outside: the others go on, nothing becomes content


def test_broken_publishers_stop_nobody_else(tmp_path: Path, home: Path, site: Publisher) -> None:
    publish_news(site, ["a"], "good_1")
    publish_news(site, ["a"], "good_2")
    site.pages["/down/list.shtml"] = Page(b"broken", 500)
    site.pages["/walled/list.shtml"] = Page(CHALLENGE, 412)
    site.pages["/hanging/list.shtml"] = site.hang
    site.pages["/dripping/list.shtml"] = site.drip_body
    site.pages["/torn/list.shtml"] = site.reset
    names = ["good_1", "down", "walled", "hanging", "dripping", "torn", "good_2"]
    sources = [notices(tmp_path, site, name, fetch={"deadline_s": 1}) for name in names]
    started = time.monotonic()
    results = [fetch(home, s) for s in sources]
    assert time.monotonic() - started < 30
    assert [r.outcome for r in results] == ["ok", "error", "blocked", "error", "error", "error", "ok"]
    assert all(r.error for r in results[1:-1])
    for source in sources[1:-1]:
        assert not any(c.sha256 for c in attempts(home, source))
        assert len(attempts(home, source)) == 1, "every attempt has a line"
    finished = {e["source_id"]: e["outcome"] for e in read_events(home) if e["event"] == "run_finished"}
    assert finished == {r.source_id: r.outcome for r in results}


@pytest.mark.parametrize("page", [Page(CHALLENGE, 412), Page(CHALLENGE, 200)], ids=["412", "200"])
def test_a_challenge_is_left_alone_for_six_hours(tmp_path: Path, home: Path, site: Publisher, page: Page) -> None:
    publish_news(site, ["a", "b", "c"])
    site.pages["/news/b.shtml"] = page
    source = notices(tmp_path, site)
    begin = datetime(2026, 11, 20, 2, 30, tzinfo=records.SHANGHAI)
    records.set_clock(lambda: begin)
    result = fetch(home, source)
    assert (result.outcome, result.counts) == ("blocked", {"new": 1, "blocked": 1})
    assert "/news/c.shtml" not in site.asked(), "the run stops"
    assert list(content(home, source)) == [f"{site.url}/news/a.shtml"]

    site.requests.clear()
    for later in (timedelta(minutes=1), timedelta(hours=5, minutes=59)):
        records.set_clock(lambda later=later: begin + later)
        (home / "inbox" / "news").mkdir(exist_ok=True)
        (home / "inbox" / "news" / f"{later.seconds}.html").write_bytes(article(str(later)).body)
        result = fetch(home, source)
        assert result.outcome == "blocked"
        assert result.counts == {"new": 1}, "the drop folder is read all the same"
        assert "left alone until 2026-11-20T08:30" in (result.error or "")
    assert not site.requests

    records.set_clock(lambda: begin + timedelta(hours=6, minutes=1))
    site.pages["/news/b.shtml"] = article("b")
    assert fetch(home, source) == StepResult("news", "ok", {"new": 2, "not_modified": 1}, None)


def test_a_plea_to_wait_is_kept_over_runs(tmp_path: Path, home: Path, site: Publisher) -> None:
    site.pages["/news/list.shtml"] = Page(b"", 429, {"Retry-After": "7200"})
    source = notices(tmp_path, site)
    begin = datetime(2026, 11, 20, 2, 30, tzinfo=records.SHANGHAI)
    records.set_clock(lambda: begin)
    assert fetch(home, source).outcome == "error"
    assert fetch(home, source).outcome == "blocked"
    assert len(site.asked()) == 1
    records.set_clock(lambda: begin + timedelta(hours=2, minutes=1))
    fetch(home, source)
    assert len(site.asked()) == 2


def test_a_wall_that_breaks_down_lets_nothing_in_and_loses_nothing(tmp_path: Path, home: Path, site: Publisher) -> None:
    (home / "inbox" / "news").mkdir()
    (home / "inbox" / "news" / "dropped.html").write_bytes(article("poison").body)
    publish_news(site, ["a", "b", "c", "d", "e"])
    for name in "abcd":
        site.pages[f"/news/{name}.shtml"] = article(f"poison {name}")
    source = notices(tmp_path, site)

    def broken(path: Path, source: Source) -> Refusal | None:
        if b"poison" in path.read_bytes():
            raise RuntimeError("a value that must not be told")
        return None

    result = steps.fetch_source(home, source, DAY, broken)
    assert (result.outcome, result.counts) == ("error", {"error": 5, "new": 1})
    assert "RuntimeError" in (result.error or "")
    assert "must not be told" not in "".join(p.read_text() for p in (home / "events").rglob("*.ndjson"))
    assert list(content(home, source)) == [f"{site.url}/news/e.shtml"]
    assert fetch(home, source).counts == {"new": 5, "not_modified": 1}


def test_our_own_fault_breaks_off_one_source_only(
    tmp_path: Path, home: Path, site: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_news(site, ["a"], "good")
    publish_news(site, ["a"], "bad")
    intact = list_pages.read

    def broken(data: bytes, base: str, rules: Any, encoding: str | None) -> Any:
        if "/bad/" in base:
            raise RuntimeError("a value that must not be told")
        return intact(data, base, rules, encoding)

    monkeypatch.setattr(list_pages, "read", broken)
    results = [fetch(home, notices(tmp_path, site, name)) for name in ("bad", "good")]
    assert [r.outcome for r in results] == ["error", "ok"]
    assert results[0].error == "broke off: RuntimeError (see the log of this run)"


# -- feeds


def test_a_feed_file_is_fetched_once(tmp_path: Path, home: Path, site: Publisher) -> None:
    data = gzip.compress(b'{"a": 1}\n')
    publish_file(site, "day1.ndjson.gz", data)
    source = feed(tmp_path, site)
    assert fetch(home, source) == StepResult("platform", "ok", {"new": 1}, None)
    assert content(home, source) == {f"{site.url}/feeds/day1.ndjson.gz": data}
    (capture,) = [c for c in attempts(home, source) if c.role == "document"]
    assert (capture.filename, capture.sha256, capture.size) == (
        "day1.ndjson.gz",
        hashlib.sha256(data).hexdigest(),
        len(data),
    )

    site.requests.clear()
    assert fetch(home, source) == StepResult("platform", "ok", {}, None)
    assert site.asked() == ["/feeds/index.json", "/feeds/day1.ndjson.gz.manifest.json"]
    assert {c.outcome for c in attempts(home, source)[-2:]} == {"not_modified"}

    publish_file(site, "day2.ndjson", b'{"a": 2}\n')
    publish_file(site, "day1.ndjson.gz", gzip.compress(b'{"a": 3}\n'))
    assert fetch(home, source).counts == {"new": 1, "changed": 1}


def test_a_file_that_is_not_its_manifests_is_no_content(tmp_path: Path, home: Path, site: Publisher) -> None:
    publish_file(site, "a.ndjson", b'{"a": 1}\n', sha256="00" * 32)
    publish_file(site, "b.ndjson", b'{"b": 1}\n')
    publish_file(site, "c.ndjson", b"<html><body>session expired, please log in again</body></html>")
    publish_file(site, "d.ndjson", b'{"d": 1}\n')
    del site.pages["/feeds/d.ndjson"]
    source = feed(tmp_path, site)
    result = fetch(home, source)
    assert result.counts == {"suspect": 2, "new": 1, "missing": 1}
    assert result.outcome == "error", "a file that is promised and missing"
    assert list(content(home, source)) == [f"{site.url}/feeds/b.ndjson"]
    reasons = {c.url.rsplit("/", 1)[1]: c.error for c in attempts(home, source) if c.outcome == "suspect"}
    assert "sha256" in (reasons["a.ndjson"] or "")
    assert "HTML" in (reasons["c.ndjson"] or "")


@pytest.mark.parametrize(
    "index",
    [b"<html><script>x()</script></html>", b"{", b'{"files": []}', b""],
    ids=["challenge", "torn", "other", "empty"],
)
def test_a_listing_that_is_none(tmp_path: Path, home: Path, site: Publisher, index: bytes) -> None:
    site.pages["/feeds/index.json"] = Page(index)
    result = fetch(home, feed(tmp_path, site))
    assert result.outcome == ("blocked" if b"script" in index else "suspect")


def test_directories_are_walked(tmp_path: Path, home: Path, site: Publisher) -> None:
    for group in ("g1", "g2"):
        data = group.encode()
        manifest = {"file": "day.csv", "sha256": hashlib.sha256(data).hexdigest()}
        site.pages[f"/feeds/{group}/day.csv"] = Page(data)
        site.pages[f"/feeds/{group}/day.manifest.json"] = Page(json.dumps(manifest).encode())
        site.pages[f"/feeds/{group}/"] = Page(b"<a href='../'>up</a><a href='day.manifest.json'>m</a>")
    site.pages["/feeds/"] = Page(b"<html><a href='g1/'>g1</a><a href='g2/'>g2</a></html>")
    source = feed(tmp_path, site, urls=[f"{site.url}/feeds/"])
    assert fetch(home, source).counts == {"new": 2}


# -- the drop folder


@pytest.fixture
def packaged() -> dict[str, Source]:
    return {i: registry.read(registry.PACKAGED / i / "source.yml", {}) for i in ("drop_folder", "drop_feed")}


def test_dropped_files_become_content(home: Path, packaged: dict[str, Source]) -> None:
    page, data = article("a").body, b'{"a": 1}\n'
    (home / "inbox" / "通知.html").write_bytes(page)
    (home / "inbox" / "day.ndjson").write_bytes(data)
    (home / "inbox" / "more.html.part").write_bytes(page)
    assert fetch(home, packaged["drop_folder"]).counts == {"new": 1}
    assert fetch(home, packaged["drop_feed"]).counts == {"new": 1}
    assert content(home, packaged["drop_folder"]) == {"inbox:通知.html": page}
    (capture,) = attempts(home, packaged["drop_folder"])
    assert (capture.filename, capture.media_type, capture.size) == ("通知.html", "text/html", len(page))
    assert [p.name for p in (home / "inbox").iterdir()] == ["more.html.part"]

    (home / "inbox" / "通知.html").write_bytes(page)
    assert fetch(home, packaged["drop_folder"]).counts == {"unchanged": 1}
    assert [p.name for p in (home / "inbox").iterdir()] == ["more.html.part"], "the file is consumed"


def test_a_dropped_challenge_page_is_put_aside(home: Path, packaged: dict[str, Source]) -> None:
    (home / "inbox" / "a.html").write_bytes(CHALLENGE)
    (home / "inbox" / "b.ndjson").write_bytes(b"<html>login</html>")
    assert fetch(home, packaged["drop_folder"]).outcome == "blocked"
    assert fetch(home, packaged["drop_feed"]).outcome == "suspect"
    assert content(home, packaged["drop_folder"]) == content(home, packaged["drop_feed"]) == {}
    aside = home / "inbox" / ".rejected"
    assert {p.name: p.read_bytes() for p in aside.iterdir()} == {"a.html": CHALLENGE, "b.ndjson": b"<html>login</html>"}
    assert fetch(home, packaged["drop_folder"]) == StepResult("drop_folder", "ok", {}, None)


def test_the_wall_stands_before_the_archive(home: Path, packaged: dict[str, Source]) -> None:
    data = b'{"patient_name": "somebody"}\n'
    (home / "inbox" / "a.ndjson").write_bytes(data)
    seen: list[bytes] = []

    def wall(path: Path, source: Source) -> Refusal | None:
        seen.append(path.read_bytes())
        return Refusal("Q13", "patient_name", 1) if len(seen) > 1 else None

    result = steps.fetch_source(home, packaged["drop_feed"], DAY, wall)
    assert result.counts == {"refused": 1}
    assert seen == [b'{"name": "a.ndjson"}', data]  # the name first
    assert not [p for p in home.rglob("*") if p.is_file() and b"somebody" in p.read_bytes()]


def test_the_name_of_a_published_file_is_asked_of_the_wall_and_told_nowhere(
    tmp_path: Path, home: Path, site: Publisher
) -> None:
    """An address with such a name is not asked; where another address leads is not told."""

    def wall(path: Path, source: Source) -> Refusal | None:
        return Refusal("Q13", "name", 1) if "somebody" in path.read_text() else None

    site.pages["/feeds/somebody.ndjson"] = Page(b'{"a": 1}\n')
    site.pages["/feeds/moved.ndjson"] = Page(status=302, headers={"Location": "/feeds/somebody.ndjson"})
    settings = {"discover": {"method": "feed_query", "days": 1}}
    for number, name in enumerate(("somebody.ndjson", "s%6fmebody.ndjson")):
        source = feed(tmp_path / str(number), site, urls=[f"{site.url}/feeds/{name}"], **settings)
        assert steps.fetch_source(home, source, DAY, wall).counts == {"refused": 1}
    assert not [r for r in site.requests if r.path.endswith("body.ndjson")]
    source = feed(tmp_path / "moved", site, urls=[f"{site.url}/feeds/moved.ndjson"], **settings)
    steps.fetch_source(home, source, DAY, wall)
    told = sorted((c.url.removeprefix(site.url), c.outcome, c.filename) for c in read_captures(home, "platform"))
    unnamed = ("/feeds/?.ndjson", "refused", None)
    assert told == [unnamed, unnamed, ("/feeds/moved.ndjson", "suspect", "moved.ndjson")]
    assert {c.error for c in read_captures(home, "platform") if c.outcome == "refused"} == {"rule Q13 field filename"}
    assert not [p for p in home.rglob("*") if p.is_file() and re.search(rb"s(o|%6f)mebody", p.read_bytes())]


# -- reading notices


def test_crawl_reads_what_it_fetched_and_replay_reads_it_again(tmp_path: Path, home: Path, site: Publisher) -> None:
    from scrapers.notices import PARSER_VERSION

    publish_news(site, ["a", "b"])
    source = notices(tmp_path, site)
    (result,) = steps.crawl(home, [source], DAY, None)
    assert result.outcome == "ok"
    parsed = sorted((home / "parsed" / PARSER_VERSION).glob("*.notice.parquet"))
    assert len(parsed) == 2
    assert steps.parse_pending(home, [source]) == 0
    parsed[0].unlink()
    assert steps.parse_pending(home, [source]) == 1
    site.requests.clear()
    assert steps.replay(home, [source], date(2026, 1, 1)) == 2
    assert steps.replay(home, [source], records.now().date() + timedelta(days=1)) == 0
    assert not site.requests
    verbs = [e["verb"] for e in read_events(home) if e["event"] == "run_finished"]
    assert verbs == ["crawl", "parse", "parse", "replay"]


def test_progress_is_told(tmp_path: Path, home: Path, site: Publisher) -> None:
    class Recorder:
        told: list[tuple[str, int, int | None]]

        def __init__(self) -> None:
            self.told = []

        def advance(self, label: str, done: int, total: int | None) -> None:
            self.told.append((label, done, total))

    publish_news(site, ["a", "b"])
    recorder = Recorder()
    steps.fetch_source(home, notices(tmp_path, site), DAY, None, recorder)
    assert recorder.told == [("news list", 1, None), ("news list", 2, None), ("news", 1, 2), ("news", 2, 2)]
