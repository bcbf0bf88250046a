"""Lists as nhc.gov.cn marks them up, in our own words."""

from __future__ import annotations

import pytest

from scrapers.addresses import absolute
from scrapers.discover import list_pages
from scrapers.discover.list_pages import Entry

BASE = "http://www.example.org/yzygj/c100068/new_list.shtml"
LIST = """
<html><body><ul class="nav"><li><a href="/other.shtml">导航</a></li></ul>
<ul class="zxxx_list">
 <li><a href="202611/aaaa.shtml" title="关于资源共享中心的通知">关于资源共享…</a><span class="ml">2026-11-20</span></li>
 <li><a href="/yzygj/c100068/202611/bbbb.shtml#top">  检查检验
   结果互认  </a><span class="ml">[2026-1-3]</span></li>
 <li><a href="http://WWW.example.org/c.shtml" title="丙">丙</a><span>2026年01月02日</span></li>
 <li><a href="202611/aaaa.shtml" title="again">again</a></li>
 <li><a href="javascript:void(0)">none</a></li><li><a href="http://[broken/">none</a></li><li>no link</li>
</ul><div class="total_count">共 <span>1,500</span></div>
<div class="total_count">共<span>63</span>页</div></body></html>
"""


def test_entries_in_order_each_address_once() -> None:
    assert list_pages.entries(LIST, BASE) == [
        Entry("http://www.example.org/yzygj/c100068/202611/aaaa.shtml", "关于资源共享中心的通知", "2026-11-20"),
        Entry("http://www.example.org/yzygj/c100068/202611/bbbb.shtml", "检查检验 结果互认", "2026-01-03"),
        Entry("http://www.example.org/c.shtml", "丙", "2026-01-02"),
    ]


def test_article_pattern_leaves_out_the_rest() -> None:
    found = list_pages.entries(LIST, BASE, r"/\d{6}/\w+\.shtml$")
    assert [e.url.rsplit("/", 1)[1] for e in found] == ["aaaa.shtml", "bbbb.shtml"]


def test_no_list_no_entries() -> None:
    assert list_pages.entries("<html><a href='a.shtml'>a</a>", BASE) == []
    assert list_pages.total("<html></html>") is None


@pytest.mark.parametrize(
    ("text", "count"), [("共<b>1500</b>条", 1500), ("1,500", 1500), ("共 63 页", 63), ("none", None)]
)
def test_total(text: str, count: int | None) -> None:
    assert list_pages.total(f"<div class='total_count'><span>{text}</span></div>") == count


def test_page_2_ends_in_2() -> None:
    assert list_pages.page_address(BASE, 1) == BASE
    assert list_pages.page_address(BASE, 2) == "http://www.example.org/yzygj/c100068/new_list_2.shtml"
    assert list_pages.page_address("http://h/list.shtml?a=b.c", 3) == "http://h/list_3.shtml?a=b.c"
    with pytest.raises(ValueError, match="file name"):
        list_pages.page_address("http://h.org/list/", 2)


def test_absolute() -> None:
    assert absolute("http://H.org/a/b.html", "../c d#x") == "http://h.org/c d"
    assert absolute("https://h.org", "") == "https://h.org/"
    assert absolute("http://h.org/", "mailto:a@b") is None
