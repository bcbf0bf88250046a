"""The packaged source of nhc.gov.cn against a replica of its lists: complete, polite, and only news the next night."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from scrapers import steps
from scrapers.archive import archive_path, read_captures, read_events
from scrapers.discover import Scope
from scrapers.registry import Source
from tests.scrapers.publisher import Page
from tests.scrapers.replicas import Article, Nhc, articles, localised

DAY = "2026-11-20"
COLUMN = "/yzygj/c100068"
LIST = f"{COLUMN}/new_list"
OFF_TOPIC = "各地要做好冬季呼吸道疾病的防治工作,加强监测预警和健康教育。" * 3


@pytest.fixture
def site() -> Iterator[Nhc]:
    with Nhc() as running:
        yield running


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home" / "inbox").mkdir(parents=True)
    return tmp_path / "home"


def nhc(tmp_path: Path, site: Nhc, **changes: object) -> Source:
    """The packaged source with one list, so that what is published is counted easily."""
    whole = localised(tmp_path / "whole", "nhc", site)
    return localised(tmp_path / "sources", "nhc", site, urls=[list(whole.lists[0])], **changes)


def crawl(home: Path, source: Source, scope: Scope | None = None) -> steps.StepResult:
    (result,) = steps.crawl(home, [source], DAY, None, scope=scope)
    return result


def asked_articles(site: Nhc) -> Counter[str]:
    return Counter(p.rpartition("/")[2] for p in site.asked() if "list" not in p)


def gaps(site: Nhc) -> list[float]:
    moments = [r.at for r in site.requests]
    return [later - earlier for earlier, later in pairwise(moments)]


def check_three_nights(tmp_path: Path, home: Path, site: Nhc, count: int, interval: float) -> None:
    """A full crawl, one of the next night, and one after three articles were added and one edited."""
    site.lists[LIST] = articles(count)
    source = nhc(tmp_path, site, fetch={"min_interval_s": interval, "budget": 10_000})
    result = crawl(home, source, Scope("full"))
    assert (result.outcome, result.counts) == ("ok", {"new": count}), result.error
    assert asked_articles(site) == Counter({a.path.rpartition("/")[2]: 1 for a in site.lists[LIST]})
    assert len({r.connection for r in site.requests}) == 1
    assert min(gaps(site)) >= interval
    kept = {c.url: archive_path(home, c.sha256).read_bytes() for c in read_captures(home, source.id) if c.sha256}
    assert all(kept[f"{site.url}{a.path}"] == a.markup for a in site.lists[LIST])

    site.requests.clear()
    result = crawl(home, source)
    assert (result.outcome, result.counts) == ("ok", {"not_modified": count}), result.error
    assert all(
        {"If-None-Match", "If-Modified-Since"} <= set(r.headers) for r in site.requests if "robots" not in r.path
    )
    assert [p for p in site.asked() if "list" in p] == [f"{LIST}.shtml"]
    assert set(asked_articles(site).values()) == {1}
    assert len({r.connection for r in site.requests}) == 1
    assert min(gaps(site)) >= interval

    published = site.lists[LIST]
    old = published[-7]  # on the last page, which this night does not read
    published[-7] = Article(old.path, old.title, old.day, old.text + "本通知自印发之日起施行。")
    site.lists[LIST] = [*articles(3, first=count), *published]
    result = crawl(home, source)
    assert (result.outcome, result.counts) == ("ok", {"new": 3, "changed": 1, "not_modified": count - 1})
    assert sum(1 for _ in (home / "parsed").rglob("*.notice.parquet")) == count + 4


def test_three_nights(tmp_path: Path, home: Path, site: Nhc) -> None:
    check_three_nights(tmp_path, home, site, count=4 * Nhc.PER_PAGE + 9, interval=0.01)


@pytest.mark.chaos
def test_three_nights_with_63_pages(tmp_path: Path, home: Path, site: Nhc) -> None:
    site.states_total = False  # then only the looping last page ends the walk
    check_three_nights(tmp_path, home, site, count=62 * Nhc.PER_PAGE + 12, interval=0.02)


@pytest.mark.parametrize("states_total", [True, False])
def test_a_last_page_that_comes_again_ends_the_walk(tmp_path: Path, home: Path, site: Nhc, states_total: bool) -> None:
    site.states_total = states_total
    site.lists[LIST] = articles(30)
    crawl(home, nhc(tmp_path, site))
    pages = [p for p in site.asked() if "list" in p]
    assert pages == [f"{LIST}.shtml", f"{LIST}_2.shtml"] + ([] if states_total else [f"{LIST}_3.shtml"])


def test_old_and_new_codes_are_one_list_and_http_and_https_one_article(tmp_path: Path, home: Path, site: Nhc) -> None:
    site.lists["/yzygj/s7659/new_list"] = articles(5, "/yzygj/s7659")  # the new code is not there
    source = nhc(tmp_path, site)
    assert crawl(home, source).counts == {"new": 5}
    moved = [Article(a.path.replace("s7659", "c100068"), a.title, a.day, a.text) for a in site.lists.popitem()[1]]
    site.lists[LIST] = moved
    site.requests.clear()
    assert crawl(home, source).counts == {"not_modified": 5}, "the same hex is the same article, asked once"
    assert all("/c100068/" in p for p in site.asked()), "under the address that the list gives now"


def test_one_document_in_two_columns_is_asked_twice_and_names_itself(tmp_path: Path, home: Path, site: Nhc) -> None:
    site.lists[LIST] = articles(2)
    site.lists["/wjw/c100175/list"] = articles(2, "/wjw/c100175")
    source = localised(
        tmp_path / "sources", "nhc", site, urls=[f"{site.url}{LIST}.shtml", f"{site.url}/wjw/c100175/list.shtml"]
    )
    assert crawl(home, source).counts == {"new": 4}


# -- what ends a run early, and what the next one does


def test_a_budget_that_ends_in_the_lists_is_taken_up_where_it_ended(tmp_path: Path, home: Path, site: Nhc) -> None:
    site.lists[LIST] = articles(6 * Nhc.PER_PAGE)
    source = nhc(tmp_path, site, fetch={"budget": 8})
    fetched = 0
    for _night in range(60):
        result = crawl(home, source)
        assert result.outcome == "ok", result.error
        fetched += result.counts.get("new", 0)
        if fetched == 6 * Nhc.PER_PAGE:
            break
    assert fetched == 6 * Nhc.PER_PAGE
    assert set(asked_articles(site)) == {a.path.rpartition("/")[2] for a in site.lists[LIST]}


def test_articles_listed_by_a_run_that_was_cut_are_not_lost(tmp_path: Path, home: Path, site: Nhc) -> None:
    site.lists[LIST] = articles(40)
    source = nhc(tmp_path, site, fetch={"budget": 10})
    assert crawl(home, source).counts == {"new": 7}, "robots.txt, two lists and seven articles"
    site.lists[LIST] = [*articles(24, first=40), *site.lists[LIST]]
    rest = nhc(tmp_path / "more", site, fetch={"budget": 500})
    assert crawl(home, rest).counts == {"new": 57, "not_modified": 7}


def test_a_page_that_fails_is_read_by_the_next_run(tmp_path: Path, home: Path, site: Nhc) -> None:
    site.lists[LIST] = articles(70)
    source = nhc(tmp_path, site, fetch={"retries": 0})
    site.pages[f"{LIST}_2.shtml"] = Page(b"", 500)
    result = crawl(home, source)
    assert (result.outcome, result.counts["new"]) == ("error", 24)
    del site.pages[f"{LIST}_2.shtml"]
    result = crawl(home, source)
    assert (result.outcome, result.counts) == ("ok", {"new": 46, "not_modified": 24})


# -- by dates


def test_dates_bound_what_is_asked(tmp_path: Path, home: Path, site: Nhc) -> None:
    site.lists[LIST] = articles(100)  # one a day, to 2026-11-20
    source = nhc(tmp_path, site)
    scope = Scope("dated", since=date(2026, 10, 1), until=date(2026, 10, 10))
    assert crawl(home, source, scope).counts == {"new": 10}
    assert [p for p in site.asked() if "list" in p][-1] == f"{LIST}_4.shtml", "the first page that is too old"
    assert crawl(home, source).counts == {"new": 90, "not_modified": 10}, "and the rest is still news"


@pytest.mark.parametrize(
    ("mode", "since", "until"),
    [("dated", None, None), ("full", date(2026, 1, 1), None), ("dated", date(2026, 2, 1), date(2026, 1, 1))],
)
def test_a_scope_that_says_nothing_or_too_much(mode: str, since: date | None, until: date | None) -> None:
    with pytest.raises(ValueError, match=r"date|after"):
        Scope(mode, since, until)  # type: ignore[arg-type]


# -- what is not wanted is recorded with its reason


def test_titles_and_bodies_that_are_not_wanted(tmp_path: Path, home: Path, site: Nhc) -> None:
    wanted, by_title, by_body = articles(3)
    by_title = Article(by_title.path, "2026年公开招聘公告", by_title.day)
    by_body = Article(by_body.path, "冬季健康提示", by_body.day, OFF_TOPIC)
    site.lists[LIST] = [wanted, by_title, by_body]
    source = nhc(tmp_path, site, relevance={"title_not": ["招聘"], "body": ["资源共享", "互认"]})
    assert crawl(home, source).counts == {"new": 2, "skipped": 2}
    (listed,) = read_events(home, name="discovered")
    assert [(s[1], s[3]) for s in listed["skipped"]] == [(by_title.title, "title matches title_not '招聘'")]
    (unread,) = read_events(home, name="skipped")
    assert (unread["url"], unread["reason"]) == (f"{site.url}{by_body.path}", "body matches no pattern of body")
    assert sum(1 for _ in (home / "parsed").rglob("*.notice.parquet")) == 1

    site.requests.clear()
    assert crawl(home, source).counts == {"not_modified": 1}, "neither asked for again nor counted again"
    assert len(list(read_events(home, name="skipped"))) == 1

    loose = nhc(tmp_path / "loose", site)
    loose = localised(tmp_path / "loose2", "nhc", site, urls=[list(loose.lists[0])], relevance={"title": ["."]})
    assert crawl(home, loose).counts == {"new": 1, "not_modified": 2}, "a loosened pattern brings them back"
    assert sum(1 for _ in (home / "parsed").rglob("*.notice.parquet")) == 3
