"""The packaged sources against replicas of their sites: nothing is changed but hosts and pace."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from scrapers import registry, steps
from scrapers.archive import read_captures, read_events
from scrapers.discover import Scope
from scrapers.registry import RegistryError, Source
from tests import feed
from tests.scrapers.publisher import Page, Publisher, make_source, write_source
from tests.scrapers.replicas import TEXT, localised, send

DAY = "2026-11-20"
TOKEN = "t0ken-that-nobody-may-see"


class Replica(Publisher):
    """`routes[path]` answers a path whatever its query, with what it is given of it."""

    def __init__(self) -> None:
        super().__init__()
        self.routes: dict[str, Any] = {}

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        query = {k: v[-1] for k, v in parse_qs(parts.query).items()}
        found = self.routes.get(parts.path)
        body = found(query) if found else None
        if body is None:
            send(handler, b"", status=404)
        elif isinstance(body, bytes):
            send(handler, body)
        else:
            send(handler, json.dumps(body, ensure_ascii=False).encode(), "application/json")


@pytest.fixture
def site() -> Iterator[Replica]:
    with Replica() as running:
        yield running


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home" / "inbox").mkdir(parents=True)
    return tmp_path / "home"


def run(home: Path, source: Source, scope: Scope | None = None) -> steps.StepResult:
    return steps.fetch_source(home, source, DAY, None, scope=scope)


def page(title: str, ident: str = "UCAP-CONTENT") -> bytes:
    body = f'<div id="{ident}" class="content">{TEXT}</div>'
    return f"<html><head><title>{title}</title></head><body>{body}</body></html>".encode()


# -- the policy library of gov.cn


def test_the_policy_library(tmp_path: Path, home: Path, site: Replica) -> None:
    """Two searches in two shapes, whose results overlap; 25 documents in pages of 20."""
    paths = [f"/zhengce/zhengceku/202611/content_{7000000 + n}.htm" for n in range(25)]
    items = [
        {"url": site.url + p, "title": f"<em>医疗</em>{n}", "pubtimeStr": "2026.11.18"} for n, p in enumerate(paths)
    ]

    def search(query: dict[str, str]) -> Any:
        first = (int(query["p"]) - 1) * 20
        if query["t"] == "zhengcelibrary_bm":
            return {"searchVO": {"totalCount": 25, "listVO": items[first : first + 20]}}
        several = {"gongwen": {"totalCount": 3, "listVO": items[:3]}, "otherfile": {"totalCount": 0, "listVO": None}}
        return {"searchVO": {"catMap": several}} if first == 0 else {"code": 1001, "msg": "没有找到"}

    site.routes = {"/search-gov/data": search} | {p: (lambda _, p=p: page(p)) for p in paths}
    source = localised(tmp_path / "sources", "govcn_policy", site)
    result = run(home, source)
    assert (result.outcome, result.counts) == ("ok", {"new": 25}), result.error
    assert len(set(site.asked())) == len(site.asked()), "each address once"
    assert run(home, source).counts == {"not_modified": 25}

    site.routes["/search-gov/data"] = lambda _: {"searchVO": {"list": []}}
    result = run(home, source)
    assert result.outcome == "suspect"
    assert "neither searchVO.listVO" in (result.error or "")
    assert result.counts["not_modified"] == 25, "known articles are asked for all the same"


# -- a provincial commission on JPaaS


def test_a_commission_on_jpaas(tmp_path: Path, home: Path, site: Replica) -> None:
    paths = [f"/art/2026/11/{day}/art_1202101_{59020000 + day}.html" for day in range(20, 0, -1)]

    def unit(query: dict[str, str]) -> Any:
        wish = json.loads(query["paramJson"])
        first = (wish["pageNo"] - 1) * wish["pageSize"]
        items = "".join(
            f'<li><a href="{p}" title="通知{p[-7:-5]}">通知</a><span>[2026-11-{p.split("/")[4]}]</span></li>'
            for p in paths[first : first + wish["pageSize"]]
        )
        return {"success": True, "data": {"html": f"<ul>{items}</ul><script>p({{count: {len(paths)}}})</script>"}}

    name = "/api-gateway/jpaas-publish-server/front/page/build/unit"
    site.routes = {name: unit} | {p: (lambda _, p=p: page(p, "zoom")) for p in paths}
    source = localised(tmp_path / "sources", "wjw_zhejiang", site)
    result = run(home, source, Scope("dated", since=date(2026, 11, 18)))
    assert (result.outcome, result.counts) == ("ok", {"new": 3}), result.error
    result = run(home, source)
    assert (result.outcome, result.counts) == ("ok", {"new": 17, "not_modified": 3}), result.error

    site.routes[name] = lambda _: {"success": False, "message": "无权限", "data": None}
    assert "without data.html" in (run(home, source).error or "")


# -- hospital groups and reposts


def test_a_hospital_groups_news_as_a_list_and_as_rss(tmp_path: Path, home: Path, site: Replica) -> None:
    def listed(numbers: range) -> Any:
        items = "".join(
            f"<li><a href='/news/{n}.html'><h3>集团互认{n}</h3></a><i>2026-11-{n}</i></li>" for n in numbers
        )
        return lambda _: f"<div class='news-list'>{items}<li><a href='/news/9.html'>食堂菜单</a></li></div>".encode()

    site.routes = {"/news/index.html": listed(range(15, 20)), "/news/index_1.html": listed(range(10, 15))}
    site.routes |= {f"/news/{n}.html": (lambda _, n=n: page(f"{n}")) for n in range(9, 20)}
    result = run(home, localised(tmp_path / "sources", "hospital_group_news", site))
    assert (result.outcome, result.counts) == ("ok", {"new": 10, "skipped": 1}), result.error
    assert "/news/index_2.html" in site.asked(), "asked, and missing: the end of the list"

    items = "".join(f"<item><title>互认{n}</title><link>{site.url}/news/{n}.html</link></item>" for n in (18, 19))
    site.routes["/feed.xml"] = lambda _: f"<rss version='2.0'><channel><title>t</title>{items}</channel></rss>".encode()
    result = run(home, localised(tmp_path / "sources", "hospital_group_rss", site))
    assert (result.outcome, result.counts) == ("ok", {"new": 2}), result.error


def test_a_site_of_reposts(tmp_path: Path, home: Path, site: Replica) -> None:
    def listed(query: dict[str, str]) -> bytes:
        numbers = {"1": (5, 4, 3), "2": (2, 1)}.get(query.get("page", "1"), (2, 1))
        items = "".join(f"<div class='item'><a href='/zixun/{n}.html'>医共体{n}</a></div>" for n in numbers)
        return f"<div class='article-list'>{items}</div>".encode()

    site.routes = {"/zixun/list.html": listed} | {
        f"/zixun/{n}.html": (lambda _, n=n: page(f"{n}")) for n in range(1, 6)
    }
    site.routes["/zixun/3.html"] = lambda _: (
        f"<html><body><p>{TEXT}</p></body></html>".encode()
    )  # its home page, with 200
    result = run(home, localised(tmp_path / "sources", "repost_site", site))
    assert (result.outcome, result.counts) == ("suspect", {"new": 4, "suspect": 1})
    assert "must_match" in (result.error or "")


# -- feed platforms behind a secret


def secretly(folder: Path, site: Publisher, source_id: str, secret: str) -> Source:
    return localised(folder, source_id, site, {f"secret_{source_id}": secret})


def everything_written(home: Path) -> str:
    return "".join(p.read_text(errors="replace") for p in home.rglob("*") if p.is_file())


def test_a_token_goes_to_its_host_alone_and_is_written_nowhere(tmp_path: Path, home: Path, site: Replica) -> None:
    data = "".join(json.dumps(r) + "\n" for r in feed.day("2026-11-19")).encode()
    item = {"file": "day.ndjson", "sha256": hashlib.sha256(data).hexdigest()}
    site.routes["/exchange/index.json"] = lambda _: {"manifests": [item]}
    with Publisher() as elsewhere:
        elsewhere.pages["/day.ndjson"] = Page(data)
        site.pages["/exchange/day.ndjson"] = Page(b"", 302, {"Location": f"{elsewhere.url}/day.ndjson"})
        source = secretly(tmp_path / "sources", site, "feed_platform", TOKEN)
        result = run(home, source)
        assert (result.outcome, result.counts) == ("ok", {"new": 1}), result.error
        assert {r.headers.get("Authorization") for r in site.requests} == {f"Bearer {TOKEN}"}
        assert all("Authorization" not in r.headers for r in elsewhere.requests)
    site.pages["/exchange/index.json"] = Page(b"", 401)
    result = run(home, source)
    assert result.outcome == "error"
    assert TOKEN not in everything_written(home) + repr(source) + str(result)


def test_basic_auth(tmp_path: Path) -> None:
    auth = {"scheme": "basic", "user": "yilian", "password": "{secret_x}"}
    write_source(tmp_path, "a", fetch={"auth": auth})
    source = registry.load([tmp_path], {"secret_x": "pa:ss"})["a"]
    assert source.fetch.auth is not None
    assert base64.b64decode(source.fetch.auth.value.removeprefix("Basic ")) == b"yilian:pa:ss"
    assert "pa:ss" not in repr(source)
    assert source.fetch.auth.value not in repr(source)


@pytest.mark.parametrize(
    ("auth", "variables", "fault"),
    [
        ({"scheme": "bearer", "token": TOKEN}, {}, "must be {secret_<name>}"),
        ({"scheme": "bearer", "token": "{secret_x}"}, {}, "no variable {secret_x} is given"),
        ({"scheme": "bearer", "token": "{secret_x}"}, {"secret_x": f"{TOKEN}\n"}, "what a header cannot carry"),
        ({"scheme": "bearer", "token": "{secret_x}"}, {"secret_x": ""}, "what a header cannot carry"),
        ({"scheme": "bearer", "password": TOKEN}, {}, "bearer has a token"),
        ({"scheme": "digest", "token": TOKEN}, {}, "bearer has a token"),
    ],
)
def test_wrong_auth_is_told_without_its_value(
    tmp_path: Path, auth: dict[str, str], variables: dict[str, str], fault: str
) -> None:
    write_source(tmp_path, "a", fetch={"auth": auth})
    with pytest.raises(RegistryError) as caught:
        registry.load([tmp_path], variables)
    assert fault in str(caught.value)
    assert "source.yml:" in str(caught.value)
    assert TOKEN not in str(caught.value)


def test_a_secret_does_not_stand_in_an_address(tmp_path: Path) -> None:
    write_source(tmp_path, "a", urls=["https://h.example.org/?key={secret_x}"])
    with pytest.raises(RegistryError, match="a secret belongs into"):
        registry.load([tmp_path], {"secret_x": TOKEN})


def test_what_is_switched_on_must_be_there(tmp_path: Path) -> None:
    write_source(tmp_path, "resting", status="paused", urls=["https://{host}/list.shtml"])
    assert registry.load([tmp_path])["resting"].status == "paused", "its variables may wait"
    with pytest.raises(RegistryError, match=r"no variable \{host\}"):
        registry.load([tmp_path], activate=["resting"])
    with pytest.raises(RegistryError, match="no source 'nobody'"):
        registry.load([tmp_path], activate=["nobody"])


# -- a query a day


def platform(site: Replica, per_page: int = 2) -> dict[str, list[feed.Record]]:
    """A REST platform: {day: records}, in the envelope of a vendor."""
    days: dict[str, list[feed.Record]] = {}

    def answer(query: dict[str, str]) -> Any:
        found = days.get(query["startDate"], [])
        first = (int(query["pageNum"]) - 1) * per_page
        return {"code": 0, "data": {"total": len(found), "list": found[first : first + per_page]}}

    site.routes["/exchange/v1/centre_activity"] = answer
    site.routes["/exchange/v1/recognition_activity"] = lambda _: []
    return days


def test_a_query_a_day_with_pages(tmp_path: Path, home: Path, site: Replica) -> None:
    from warehouse import door

    days = platform(site)
    days["2026-11-19"] = [feed.activity(f"ca-{n}", "2026-11-19") for n in range(5)]
    source = secretly(tmp_path / "sources", site, "feed_rest", TOKEN)
    result = run(home, source)
    assert (result.outcome, result.counts) == ("ok", {"new": 3 + 6 + 7}), result.error
    assert {r.headers.get("X-Access-Token") for r in site.requests} == {TOKEN}
    kept = [c for c in read_captures(home, source.id) if c.sha256 and "centre" in c.url and "2026-11-19" in c.url]
    files = [home / "archive" / str(c.sha256)[:2] / str(c.sha256) for c in kept]
    assert [door.check(f)["accepted"] for f in files] == [2, 2, 1]

    days["2026-11-19"][4] = feed.activity("ca-4", "2026-11-19", version=2, reported=90)
    days["2026-11-15"] = [feed.activity("ca-9", "2026-11-15")]
    result = run(home, source)
    assert (result.outcome, result.counts["changed"]) == ("ok", 2), "a late record and a correction"
    assert result.counts["not_modified"] == 14

    site.requests.clear()
    run(home, source, Scope("dated", since=date(2026, 10, 1), until=date(2026, 10, 2)))
    assert {urlsplit(p).query.split("&")[0] for p in site.asked()} == {"startDate=2026-10-01", "startDate=2026-10-02"}


@pytest.mark.parametrize(
    "answer",
    [{"code": 500, "msg": "内部错误"}, {"data": {"list": [], "more": []}}, {"data": ["a"]}, b"<html>login</html>", b""],
)
def test_a_failure_that_comes_with_200_is_no_data(tmp_path: Path, home: Path, site: Replica, answer: Any) -> None:
    platform(site)
    site.routes["/exchange/v1/centre_activity"] = lambda _: answer
    result = run(home, secretly(tmp_path / "sources", site, "feed_rest", TOKEN))
    assert result.outcome == "suspect"
    assert not [c for c in read_captures(home, "feed_rest") if c.sha256 and "centre" in c.url]


def test_a_platform_whose_last_page_comes_again(tmp_path: Path, home: Path, site: Replica) -> None:
    lines = "".join(json.dumps(feed.capacity(f"c{n}", "2026-11-19")) + "\n" for n in range(2)).encode()
    site.routes["/q"] = lambda _: lines
    source = make_source(
        tmp_path / "s",
        "again",
        kind="feed",
        urls=[f"{site.url}/q?d={{since}}&p={{page}}"],
        discover={"method": "feed_query", "days": 1, "first_page": 0},
    )
    assert run(home, source).counts == {"new": 2}
    assert site.asked() == ["/q?d=2026-11-19&p=0", "/q?d=2026-11-19&p=1"]
    assert not list(read_events(home, name="discovered"))
