"""The list methods on odd, broken and foreign answers: what is there is read, what is not the list says so."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from scrapers.addresses import natural_key, parameters, with_parameters
from scrapers.discover import Entry, Scope, ShapeChanged, jpaas, json_search, list_pages, syndication
from scrapers.registry import Discover

BASE = "https://www.example.org/news/index.html"
UNIT = "https://h.example.org/api-gateway/jpaas-publish-server/front/page/build/unit?webId=1&pageId=2"


def html(items: str, **rules: Any) -> Any:
    return list_pages.read(
        f"<html><ul class='zxxx_list'>{items}</ul></html>".encode(), BASE, Discover("list_pages", **rules)
    )


# -- HTML


@pytest.mark.parametrize(
    ("item", "entry"),
    [
        ("<li><a href='a.html'>题</a><span>[2026-1-3]</span></li>", ("a.html", "题", "2026-01-03")),
        ("<li><a href='./a.html' title=' 长  题 '>短…</a>2026.01.03</li>", ("a.html", "长 题", "2026-01-03")),
        ("<li><span>2026年1月3日</span><a href='a.html'>题</a></li>", ("a.html", "题", "2026-01-03")),
        ("<li><a href='a.html'><h3>题</h3><p>2026/01/03</p></a></li>", ("a.html", "题", "2026-01-03")),
        ("<li><a href='a.html'>题<span>(2026-01-03)</span></a></li>", ("a.html", "题", "2026-01-03")),
        (
            "<li><a href='a.html'><h3>题</h3><p>文 2025-01-01 起</p></a><em>2026-01-03</em>",
            ("a.html", "题", "2026-01-03"),
        ),
        ("<li><a href='a.html'>题</a><span>发布时间:2026-01-03 08:30</span></li>", ("a.html", "题", "2026-01-03")),
        ("<li><a href='a.html'>2025-01-01 年报</a><i>2026-01-03</i></li>", ("a.html", "2025-01-01 年报", "2026-01-03")),
        ("<li><b>03</b><i>2026-01</i><a href='a.html'>题</a></li>", ("a.html", "题", "2026-01-03")),
        ("<li><a href='javascript:go(1)'>图</a><a href='a.html'>题</a></li>", ("a.html", "题", None)),
        ("<li><a href='a.html#top'>题</a></li>", ("a.html", "题", None)),
        ("<li><p><a href=a.html>题<em>字</em></a></p></li>", ("a.html", "题字", None)),
        ("<li><a href='a.html' title=''>题</a></li>", ("a.html", "题", None)),
        ("<li><a href='a.html'></a></li>", ("a.html", "", None)),
        ("<li><a href='a.html'>题<span>12-31</span></a></li>", ("a.html", "题12-31", None)),
        ("<LI><A HREF='a.html'>题</A></LI>", ("a.html", "题", None)),
    ],
)
def test_an_entry_however_it_is_marked_up(item: str, entry: tuple[str, str, str | None]) -> None:
    url, title, day = entry
    assert html(item).entries == [Entry(f"https://www.example.org/news/{url}", title, day)]


def test_what_leads_nowhere_or_elsewhere_is_left_out_with_the_reason() -> None:
    page = html(
        "<li><a href='/a.html'>1</a></li><li><a href='/a.html'>again</a></li><li><a href='mailto:a@b.c'>2</a></li>"
        "<li><a href='http://[x/'>3</a></li><li><a href='//other.example.com/a.html'>4</a></li><li>no link</li>"
        "<li><a href='http://h:port/a.html'>5</a></li>"
    )
    assert [e.url for e in page.entries] == ["https://www.example.org/a.html"]
    assert [reason.split(",")[0] for _, reason in page.left_out] == [
        "no address of the web",
        "no address of the web",
        "another host",
        "no address of the web",
    ]


def test_two_lists_on_one_page_are_both_read_and_a_selector_chooses() -> None:
    two = b"<ul class='zxxx_list'><li><a href='a.html'>1</a></li></ul>"
    two += b"<ul class='zxxx_list hot'><li><a href='b.html'>2</a></li></ul>"
    assert len(list_pages.read(two, BASE, Discover("list_pages")).entries) == 2
    chosen = list_pages.read(two, BASE, Discover("list_pages", item="ul.hot li"))
    assert [e.title for e in chosen.entries] == ["2"]


def test_items_that_lost_their_links_are_another_shape() -> None:
    with pytest.raises(ShapeChanged, match="no link in any"):
        html("<li data-href='a.html'>1</li><li data-href='b.html'>2</li>")


def test_a_total_from_the_call_that_draws_the_pager() -> None:
    assert list_pages.total("<script>createPageHTML('page_div', 63,1,'new_list','shtml', 1506);</script>") == 1506
    assert list_pages.total("<script>createPageHTML(63, 1);</script>") is None


@pytest.mark.parametrize(
    ("rules", "number", "address"),
    [
        ({}, 1, BASE),
        ({}, 2, "https://www.example.org/news/index_2.html"),
        ({"second_page": 1}, 3, "https://www.example.org/news/index_2.html"),
        ({"next_page": "?page={page}"}, 4, "https://www.example.org/news/index.html?page=4"),
        ({"next_page": "p{page}/"}, 2, "https://www.example.org/news/p2/"),
        ({"next_page": None}, 2, None),
    ],
)
def test_how_page_2_is_addressed(rules: dict[str, Any], number: int, address: str | None) -> None:
    assert list_pages.page_address(BASE, number, Discover("list_pages", **rules)) == address


# -- the search of gov.cn


SEARCH = Discover("json_search", article_pattern=r"content_\d+\.htm")


def search(answer: Any) -> Any:
    return json_search.read(json.dumps(answer, ensure_ascii=False).encode(), "https://s.example.org/data", SEARCH)


def test_titles_come_without_their_marks_and_days_from_either_field() -> None:
    url = "https://www.example.org/content_{}.htm"
    page = search(
        {
            "searchVO": {
                "totalCount": 4,
                "listVO": [
                    {
                        "url": url.format(1),
                        "title": "建设<em>医疗</em>集团&lt;em&gt;的&lt;/em&gt;通知",
                        "pubtimeStr": "2026.01.03",
                    },
                    {"url": url.format(2), "title": "A &amp; B", "pubtime": 1767369600000},
                    {"url": url.format(3), "title": None, "pubtime": 0},
                    {"url": url.format(1), "title": "again"},
                ],
            }
        }
    )
    assert [(e.title, e.date) for e in page.entries] == [
        ("建设医疗集团的通知", "2026-01-03"),
        ("A & B", "2026-01-03"),
        ("", None),
    ]


@pytest.mark.parametrize(
    "answer",
    [
        {"searchVO": {"listVO": None, "totalCount": 0}},
        {"code": 1001, "msg": "nothing found"},
        {"searchVO": {"catMap": {"gongwen": {"listVO": []}}}},
    ],
)
def test_a_search_without_a_result_is_an_empty_page(answer: Any) -> None:
    assert search(answer).entries == []


@pytest.mark.parametrize(
    "answer",
    [
        {},
        [],
        "ok",
        {"code": 500, "msg": "busy"},
        {"searchVO": None},
        {"searchVO": {"items": []}},
        {"searchVO": {"listVO": {"0": {}}}},
        {"searchVO": {"listVO": [{"title": "no url"}]}},
        {"searchVO": {"catMap": {"gongwen": {"list": []}}}},
    ],
)
def test_another_shape_is_no_empty_page(answer: Any) -> None:
    with pytest.raises(ShapeChanged):
        search(answer)


def test_pages_of_the_search() -> None:
    first = "https://s.example.org/data?t=x&q=%E5%8C%BB&p=1&n=20"
    assert json_search.page_address(first, 3, SEARCH) == "https://s.example.org/data?t=x&q=%E5%8C%BB&p=3&n=20"
    with pytest.raises(ShapeChanged, match="JSON"):
        json_search.read(b"<html>busy</html>", first, SEARCH)


# -- JPaaS


@pytest.mark.parametrize(
    "data",
    [
        b'{"success": false, "message": "no permission", "data": null}',
        b'{"success": true, "data": {"html": null}}',
        b'{"success": true, "data": "<li>"}',
        b'{"success": tr',
        b"<html><body>404</body></html>",
    ],
)
def test_a_platform_that_failed_says_so(data: bytes) -> None:
    with pytest.raises(ShapeChanged):
        jpaas.read(data, UNIT, Discover("jpaas"))


def test_pages_of_both_generations() -> None:
    second = parameters(jpaas.page_address(UNIT, 2, Discover("jpaas")) or "")
    assert json.loads(second["paramJson"]) == {"pageNo": 2, "pageSize": 15}
    stated = with_parameters(UNIT, {"paramJson": '{"pageNo": 1, "pageSize": 50, "x": "y"}'})
    third = parameters(jpaas.page_address(stated, 3, Discover("jpaas")) or "")
    assert json.loads(third["paramJson"]) == {"pageNo": 3, "pageSize": 50, "x": "y"}
    old = "https://h.example.org/module/web/jpage/dataproxy.jsp?startrecord=1&endrecord=45&perpage=15&unitid=7"
    assert jpaas.page_address(old, 3, Discover("jpaas")) == old.replace("=1&", "=91&").replace("=45&", "=135&")
    other = "https://h.example.org/module/web/jpage/dataproxy.jsp?columnid=1"
    assert jpaas.page_address(other, 2, Discover("jpaas")) == f"{other}&page=2"


# -- RSS and Atom


@pytest.mark.parametrize("data", [b"", b"<html><body>gone</body></html>", b"{}", b"<?xml version='1.0'?><a/>"])
def test_what_is_no_feed(data: bytes) -> None:
    with pytest.raises(ShapeChanged):
        syndication.read(data, BASE, Discover("syndication"))


def test_a_feed_in_gb2312_with_a_stray_ampersand() -> None:
    feed = """<?xml version="1.0" encoding="gb2312"?><rss version="2.0"><channel><title>t</title>
    <item><title>医共体 A&B</title><link>https://www.example.org/1.html?a=1&b=2</link></item></channel></rss>"""
    (entry,) = syndication.read(feed.encode("gb2312"), BASE, Discover("syndication")).entries
    assert entry.title.startswith("医共体")
    assert entry.url == "https://www.example.org/1.html?a=1&b=2"


# -- keys and dates


def test_natural_keys() -> None:
    name = "0123456789abcdef0123456789ABCDEF"
    same = [
        f"http://www.nhc.gov.cn/yzygj/s7659/202611/{name}.shtml",
        f"https://www.nhc.gov.cn/yzygj/c100068/202611/{name.lower()}.shtml",
    ]
    assert {natural_key(url) for url in same} == {f"nhc:{name.lower()}"}
    assert natural_key(f"https://www.nhc.gov.cn/a/{name}/files/a.pdf").startswith("url:")
    assert natural_key(f"https://www.nhc.gov.cn/a/{name[:31]}.shtml").startswith("url:")


def test_a_scope_takes_what_has_no_date() -> None:
    scope = Scope("dated", since=date(2026, 1, 2), until=date(2026, 1, 3))
    assert [scope.holds(d) for d in (None, "2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04")] == [
        True,
        False,
        True,
        True,
        False,
    ]
    assert not scope.is_before(["2020-01-01", "2026-01-02"]), "one pinned to the top does not end the walk"
    assert not scope.is_before([])


def test_parameters_keep_what_they_do_not_change(tmp_path: Path) -> None:
    assert (
        with_parameters("http://h/a?x=%E4%B8%AD+b&p=1&y", {"p": "2", "z": "a b"})
        == "http://h/a?x=%E4%B8%AD+b&p=2&y&z=a%20b"
    )
