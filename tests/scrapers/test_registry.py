"""source.yml: what is right is read, what is wrong is named with file and line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from scrapers import registry
from scrapers.registry import PRIVATE_NETWORKS, RegistryError
from tests.scrapers.publisher import make_source, write_source

RIGHT = """\
id: city_news
title: {zh: 某市卫生健康委员会, en: Health Commission of a City}
publisher: {name: 某市卫生健康委员会, level: city, adcode: "330100"}
kind: notices
status: active
urls:
  - "{site}/list.shtml"
discover:
  method: list_pages
  max_pages: 5
fetch:
  mode: http
  must_match: ['<div class="con"']
  allow_private: [10.0.0.0/8]
cadence: daily
freshness: {warn_after: 36h, error_after: 14d}
due: {day: 1, month: 10}
assertions: {min: 1, fill_rate: {title: 0.9}}
contains_personal_data: false
licence: 政府信息公开
owner: data@example.org
"""


def write(folder: Path, text: str, name: str = "city_news") -> Path:
    path = folder / name / "source.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def faults(folder: Path, **variables: str) -> list[str]:
    with pytest.raises(RegistryError) as caught:
        registry.load([folder], variables)
    return str(caught.value).splitlines()


def test_a_source_is_read(tmp_path: Path) -> None:
    write(tmp_path, RIGHT)
    source = registry.load([tmp_path], {"site": "https://www.example.org"})["city_news"]
    assert source.urls == ("https://www.example.org/list.shtml",)
    assert (source.title, source.title_en) == ("某市卫生健康委员会", "Health Commission of a City")
    assert source.publisher.adcode == "330100"
    assert source.discover.max_pages == 5
    assert source.fetch.must_match == ('<div class="con"',)
    assert source.fetch.allow_private == (ip_network("10.0.0.0/8"),)
    assert source.fetch.min_interval_s == 4.0, "polite where nothing is said"
    assert source.freshness.warn_after == timedelta(hours=36)
    assert source.due == {"day": 1, "month": 10}
    assert source.assertions.fill_rate == {"title": 0.9}
    assert source.record_types == ()
    assert source.folder == tmp_path / "city_news"


def test_packaged_sources_are_right() -> None:
    sources = registry.load(variables={"sample_site": "http://127.0.0.1:18765"})
    assert {"drop_folder", "drop_feed"} <= set(sources)
    assert all(s.status in ("active", "sample", "paused") for s in sources.values())


def test_allow_private(tmp_path: Path) -> None:
    assert make_source(tmp_path / "1", "a").fetch.allow_private == PRIVATE_NETWORKS
    assert make_source(tmp_path / "2", "a", fetch={"allow_private": False}).fetch.allow_private == ()
    link_local = ip_network("169.254.169.254")
    assert not any(link_local.subnet_of(n) for n in PRIVATE_NETWORKS if n.version == 4)


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("kind: notices", "kind: page", 4, "kind"),
        ("kind: notices", "kind: page", 4, "is none of notices, feed"),
        ("method: list_pages", "method: lists", 9, "list_pages, json_search, jpaas, syndication"),
        ("{site}/", "ftp://h/", 7, "does not match"),
        ("warn_after: 36h", "warn_after: soon", 16, "(90m, 36h, 14d)"),
        ("  max_pages: 5", "  max_page: 5", 10, "discover.max_page: unknown key"),
        ("licence: 政府信息公开\n", "", 1, "licence"),
        ("owner:", "ownr: x\nowner:", 21, "ownr: unknown key"),
        ("id: city_news", "id: city_new", 1, "not the name of its folder"),
        ('adcode: "330100"', "adcode: 330100", 3, "publisher.adcode"),
        ("'<div class=\"con\"'", "'(unclosed'", 13, "fetch.must_match.0"),
        ("10.0.0.0/8", "10.0.0.1/8", 14, "fetch.allow_private.0"),
        ("warn_after: 36h", "warn_after: 36 hours", 16, "freshness.warn_after"),
        ("warn_after: 36h", "warn_after: 15d", 16, "longer than error_after"),
        ("{site}", "{sight}", 7, "no variable {sight}"),
        ("{site}/", "http://h/", 7, "plain HTTP"),
        ("{site}/", "HTTP://h/", 7, "urls"),
        ("mode: http", "mode: http\n  window: 22-6", 13, "fetch.window"),
        ("mode: http", "mode: http\n  window: 24:00-06:00", 13, "fetch.window"),
        ("mode: http", "mode: http\n  window: 06:00-06:00", 13, "begins when it ends"),
        ("mode: http", "mode: drop_folder", 12, "drop_folder has no urls"),
        ("method: list_pages", "method: none", 12, "http needs"),
        ("kind: notices", "kind: feed", 9, "does not find sources of kind feed"),
        ("status: active", "status: active\nstatus: paused", 6, "written twice"),
        ("status: active", "status: [active", 6, "not YAML"),
        ("contains_personal_data: false", "contains_personal_data: no idea", 19, "contains_personal_data"),
    ],
)
def test_a_fault_is_named_with_file_and_line(tmp_path: Path, old: str, new: str, line: int, what: str) -> None:
    assert old in RIGHT
    path = write(tmp_path, RIGHT.replace(old, new))
    (fault, *_) = faults(tmp_path, site="https://h")
    assert fault.startswith(f"{path}:{line}: "), fault
    assert what in fault


def test_plain_http_needs_its_switch_whatever_a_variable_holds(tmp_path: Path) -> None:
    path = write(tmp_path, RIGHT)
    assert faults(tmp_path, site="http://h")[0].startswith(f"{path}:7: urls.0: is plain HTTP")
    write(tmp_path, RIGHT.replace("  mode: http\n", "  mode: http\n  plain_http: true\n"))
    assert registry.load([tmp_path], {"site": "http://h"})["city_news"].urls == ("http://h/list.shtml",)


@pytest.mark.parametrize(
    ("window", "inside", "outside"),
    [
        ("01:00-06:30", ["01:00", "06:29"], ["00:59", "06:30", "23:00"]),
        ("22:00-06:00", ["22:00", "23:59", "00:00", "05:59"], ["06:00", "12:00", "21:59"]),
    ],
)
def test_the_window_is_read_by_the_clock_of_shanghai(
    tmp_path: Path, window: str, inside: list[str], outside: list[str]
) -> None:
    hours = make_source(tmp_path, "a", fetch={"window": window}).fetch.window
    assert hours
    assert str(hours) == window
    for clock in inside + outside:
        moment = datetime.fromisoformat(f"2026-11-20T{clock}:00+08:00")
        for same in (moment, moment.astimezone(UTC)):
            assert hours.holds(same) == (clock in inside), clock


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just words\n"])
def test_what_is_no_source(tmp_path: Path, text: str) -> None:
    path = write(tmp_path, text)
    assert faults(tmp_path)[0].startswith(f"{path}:1: ")


def test_every_fault_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    write(tmp_path, RIGHT.replace("kind: notices", "kind: x").replace("status: active", "status: x"))
    write(tmp_path, RIGHT, "other")
    assert len(faults(tmp_path, site="https://h")) == 3


def test_an_id_belongs_to_one_folder(tmp_path: Path) -> None:
    write_source(tmp_path / "a", "city")
    write_source(tmp_path / "b", "city")
    with pytest.raises(RegistryError, match=r"b/city/source.yml:1: id: city is already defined in .*a/city"):
        registry.load([tmp_path / "a", tmp_path / "b"])


# -- which may run where


@pytest.fixture
def sources(tmp_path: Path) -> dict[str, registry.Source]:
    feed: dict[str, Any] = {"kind": "feed", "discover": {"method": "feed_manifest"}}
    write_source(tmp_path, "real_news")
    write_source(tmp_path, "real_feed", **feed)
    write_source(tmp_path, "resting", status="paused")
    write_source(tmp_path, "sample_news", status="sample")
    write_source(tmp_path, "sample_feed", status="sample", **feed)
    return registry.load([tmp_path])


def test_a_home_runs_its_own_kind(sources: dict[str, registry.Source]) -> None:
    assert [s.id for s in registry.select(sources, "real")] == ["real_feed", "real_news"]
    assert [s.id for s in registry.select(sources, "real", "feed")] == ["real_feed"]
    assert [s.id for s in registry.select(sources, "sample", "notices")] == ["sample_news"]
    assert [s.id for s in registry.select(sources, "sample", ids=["sample_news", "sample_news"])] == ["sample_news"]


@pytest.mark.parametrize(
    ("home", "kind", "source_id", "what"),
    [
        ("sample", None, "real_news", "active and this home holds sample data"),
        ("real", None, "sample_news", "sample and this home holds real data"),
        ("real", None, "resting", "paused"),
        ("real", "feed", "real_news", "of kind notices, not feed"),
        ("real", None, "nobody", "no source 'nobody'"),
    ],
)
def test_a_named_source_that_does_not_fit_is_refused(
    sources: dict[str, registry.Source], home: registry.HomeKind, kind: Any, source_id: str, what: str
) -> None:
    with pytest.raises(RegistryError, match=what):
        registry.select(sources, home, kind, [source_id])
