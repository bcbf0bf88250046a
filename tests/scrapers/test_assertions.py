"""What a run must show (source.yml: assertions), and the two clocks of `yilian status`, under an injected clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from scrapers import records, steps
from scrapers.archive import read_captures
from scrapers.registry import RegistryError
from scrapers.steps import Scope, StepResult
from tests.scrapers.publisher import Page, Publisher, make_source
from tests.scrapers.test_steps import article, feed, list_page, notices, publish_file, publish_news
from warehouse import settings, status

BEGIN = datetime(2026, 11, 20, 2, 30, tzinfo=records.SHANGHAI)


def dated(title: str, date: str | None, text: str = "") -> Page:
    """An article whose page states its date, or has lost it."""
    head = f"<meta name='PubDate' content='{date}'>" if date else ""
    body = f"<div id='xw_box'><p>{'各紧密型城市医疗集团要建设资源共享中心，推进检查检验结果互认。' * 3}{text}</p></div>"
    return Page(f"<html><head><title>{title}</title>{head}</head><body><h1>{title}</h1>{body}</body></html>".encode())


def crawled(home: Path, source: Any, scope: Scope | None = None, day: int = 0) -> StepResult:
    records.set_clock(lambda: BEGIN + timedelta(days=day))
    return steps.crawl(home, [source], "2026-11-20", None, scope=scope)[0]


# -- drift


def test_a_list_that_shrinks_is_suspect_until_it_is_whole_again(tmp_path: Path, site: Publisher, home: Path) -> None:
    names = [f"a{n}" for n in range(9)]
    source = notices(tmp_path, site, assertions={"drift": 0.4})
    publish_news(site, names)
    assert crawled(home, source, Scope("full")).outcome == "ok"
    for day, kept in ((1, 5), (2, 4)):  # of 9: 44 % fewer, then 56 %
        site.pages = {p: a for p, a in site.pages.items() if "list" not in p}
        publish_news(site, names[:kept])
        result = crawled(home, source, Scope("full"), day)
        assert result.outcome == "suspect"
        assert f"found {kept} (whole)" in (result.error or "")
        assert "the 9 of the last good run; assertions.drift allows 40%" in (result.error or "")
    site.pages = {p: a for p, a in site.pages.items() if "list" not in p}
    publish_news(site, names[:6])
    assert crawled(home, source, Scope("full"), 3).outcome == "ok", "a third fewer is allowed"
    publish_news(site, names[:4])
    assert crawled(home, source, Scope("full"), 4).outcome == "ok", "measured against the last good run"


def test_half_a_first_page_is_suspect_in_an_incremental_run_too(tmp_path: Path, site: Publisher, home: Path) -> None:
    names = [f"a{n}" for n in range(6)]
    source = notices(tmp_path, site, assertions={"drift": 0.4})
    publish_news(site, names, per_page=6)
    crawled(home, source)
    site.pages["/news/list.shtml"] = list_page(names[:2])
    result = crawled(home, source, day=1)
    assert (result.outcome, "(first_page)" in (result.error or "")) == ("suspect", True)


def test_a_feed_that_lists_less_is_suspect_and_a_failed_listing_is_no_measure(
    tmp_path: Path, site: Publisher, home: Path
) -> None:
    source = feed(tmp_path, site, assertions={"drift": 0.5})
    for number in range(4):
        publish_file(site, f"{number}.ndjson", b'{"a": %d}\n' % number)
    assert steps.collect(home, [source], "2026-11-20", None)[0].outcome == "ok"
    whole = site.pages["/feeds/index.json"]
    site.pages["/feeds/index.json"] = Page(b"", 500)
    assert steps.collect(home, [source], "2026-11-20", None)[0].outcome == "error"
    site.pages["/feeds/index.json"] = Page(b'{"manifests": ["0.ndjson.manifest.json"]}')
    assert steps.collect(home, [source], "2026-11-20", None)[0].outcome == "suspect"
    site.pages["/feeds/index.json"] = whole
    assert steps.collect(home, [source], "2026-11-20", None)[0].outcome == "ok"


# -- fill rates


def test_pages_that_lose_their_date_make_the_source_suspect(tmp_path: Path, site: Publisher, home: Path) -> None:
    source = notices(
        tmp_path,
        site,
        assertions={"fill_rate": {"publish_date": 0.75, "title": 0.75, "body": 0.75}, "fill_rate_over": 4},
    )
    publish_news(site, [f"a{n}" for n in range(4)])
    for n in range(4):
        site.pages[f"/news/a{n}.shtml"] = dated(f"关于分级诊疗的通知第{n}号", "2026-11-01" if n else None)
    assert crawled(home, source).outcome == "ok", "three of four have a date"
    site.pages["/news/a1.shtml"] = dated("关于分级诊疗的通知第一号", None)
    result = crawled(home, source, day=1)
    assert result.outcome == "suspect"
    assert result.error == (
        "of the latest notices (at most 4) too few state publish_date in 50% (assertions.fill_rate asks for 75%)"
    )
    found = told(home, tmp_path, source.id)
    assert (found["outcome"], found["error"]) == ("suspect", result.error)
    for n in range(2):
        site.pages[f"/news/a{n}.shtml"] = dated(f"关于分级诊疗的通知第{n}号", "2026-11-02")
    assert crawled(home, source, day=2).outcome == "ok"
    assert told(home, tmp_path, source.id)["outcome"] == "ok"


def told(home: Path, tmp_path: Path, source_id: str) -> dict[str, Any]:
    s = replace(settings.load({"YILIAN_HOME": str(home)}), source_folders=(tmp_path / "sources",))
    return next(source for source in status.read(s)["sources"] if source["source"] == source_id)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"assertions": {"fill_rate": {"date": 0.5}}}, "assertions.fill_rate.date: unknown key"),
        ({"assertions": {"fill_rate": {"title": 2}}}, "assertions.fill_rate.title"),
        ({"assertions": {"drift": 1}}, "assertions.drift"),
        (
            {"kind": "feed", "discover": {"method": "feed_manifest"}, "assertions": {"fill_rate": {"title": 0.5}}},
            "assertions.fill_rate: is for notices",
        ),
        (
            {"freshness": {"warn_after": "1d", "error_after": "2d", "unchanged_warn_after": "9d",
                           "unchanged_error_after": "8d"}},
            "freshness.unchanged_warn_after: is longer than unchanged_error_after",
        ),
    ],
)  # fmt: skip
def test_thresholds_that_mean_nothing_are_refused(tmp_path: Path, changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(RegistryError, match=reason):
        make_source(tmp_path / "sources", "news", **changes)


# -- two clocks


def test_two_clocks_tick_apart(tmp_path: Path, site: Publisher, home: Path) -> None:
    source = notices(
        tmp_path,
        site,
        freshness={
            "warn_after": "2d",
            "error_after": "4d",
            "unchanged_warn_after": "5d",
            "unchanged_error_after": "10d",
        },
    )
    publish_news(site, ["a"])
    page = dated("关于分级诊疗的通知", "2026-11-01")
    site.pages["/news/a.shtml"] = page
    assert told(home, tmp_path, source.id)["fresh"] == told(home, tmp_path, source.id)["fresh_change"] == "never"

    def clocks(day: int) -> tuple[str, str]:
        records.set_clock(lambda: BEGIN + timedelta(days=day))
        found = told(home, tmp_path, source.id)
        return found["fresh"], found["fresh_change"]

    crawled(home, source)
    assert [clocks(day) for day in (1, 3, 5, 6, 11)] == [
        ("ok", "ok"),
        ("warn", "ok"),
        ("error", "ok"),
        ("error", "warn"),
        ("error", "error"),
    ]
    crawled(home, source, day=6)
    assert clocks(6) == ("ok", "warn"), "the same page again"
    around = page.body.replace(b"<body>", "<body><div class='nav'>今日访问 7 人</div>".encode())
    site.pages["/news/a.shtml"] = Page(around)
    assert crawled(home, source, day=7).counts == {"changed": 1}
    assert clocks(7) == ("ok", "warn"), "another page around the same text is no news"
    site.pages["/news/a.shtml"] = dated("关于分级诊疗的通知", "2026-11-01", "改过。")
    crawled(home, source, day=8)
    assert clocks(8) == ("ok", "ok")


def test_without_limits_of_its_own_the_second_clock_judges_nothing(tmp_path: Path, site: Publisher, home: Path) -> None:
    source = notices(tmp_path, site)
    assert told(home, tmp_path, source.id)["fresh_change"] == "not set"


def test_an_article_that_left_its_list_is_still_asked_for_and_its_absence_logged_by_day(
    tmp_path: Path, site: Publisher, home: Path
) -> None:
    """What the two-day rule of the warehouse counts (tests/dbt_project/test_notice_models.py)."""
    source = notices(tmp_path, site)
    publish_news(site, ["a", "b"])
    crawled(home, source)
    del site.pages["/news/a.shtml"]
    site.pages |= {path: list_page(["b"]) for path in list(site.pages) if "list" in path}
    for day in (1, 1, 2):
        assert crawled(home, source, day=day).counts["missing"] == 1
    site.pages["/news/a.shtml"] = article("a")
    crawled(home, source, day=3)
    of_a = [c for c in read_captures(home, source.id) if c.url.endswith("/a.shtml")]
    told = sorted((c.finished_at[:10], c.outcome) for c in of_a)
    assert told == [
        ("2026-11-20", "new"),
        ("2026-11-21", "missing"),
        ("2026-11-21", "missing"),
        ("2026-11-22", "missing"),
        ("2026-11-23", "not_modified"),
    ]
