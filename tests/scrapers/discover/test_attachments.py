"""The files of a notice by its markup: the right address, and none that is not the notice's."""

from __future__ import annotations

import pytest

from scrapers.discover.attachments import links

HEX = "0123456789abcdef0123456789abcdef"
NOTICE = f"https://www.nhc.gov.cn/yzygj/c100068/202611/{HEX}.shtml"


def urls(markup: str, base: str = NOTICE) -> list[str]:
    return [link.url for link in links(markup, base)]


def test_the_base_is_the_article_itself() -> None:
    markup = f'<div id="xw_box"><a href="{HEX}/files/1732871139221_41526.pdf">附件:清单.pdf</a></div>'
    (link,) = links(markup, NOTICE)
    assert link.url == f"https://www.nhc.gov.cn/yzygj/c100068/202611/{HEX}/files/1732871139221_41526.pdf"
    assert link.name == "附件:清单.pdf"


@pytest.mark.parametrize(
    ("href", "found"),
    [
        ("./P020261120.doc", "https://www.nhc.gov.cn/yzygj/c100068/202611/P020261120.doc"),
        ("/files/A.XLSX#top", "https://www.nhc.gov.cn/files/A.XLSX"),
        ("//static.nhc.gov.cn/a.zip", "https://static.nhc.gov.cn/a.zip"),
        ("a%20b.docx?v=1", "https://www.nhc.gov.cn/yzygj/c100068/202611/a%20b.docx?v=1"),
        ("/download.do?id=1&name=x.xls", "https://www.nhc.gov.cn/download.do?id=1&name=x.xls"),
        ("https://www.example.org/a.pdf", None),
        ("https://nhc.gov.cn.example.org/a.pdf", None),
        ("a.shtml", None),
        ("javascript:open('a.pdf')", None),
        ("mailto:a@b.pdf", None),
        ("", None),
        (NOTICE, None),
        ("http://[", None),
    ],
)
def test_addresses(href: str, found: str | None) -> None:
    assert urls(f'<p><a href="{href}">附件</a></p>') == ([found] if found else [])


def test_a_link_is_a_file_by_what_it_is_called_too() -> None:
    assert urls('<a href="/d?id=7">附件1 名单.docx</a><a href="/d?id=8" title="b.xls">二</a>') == [
        "https://www.nhc.gov.cn/d?id=7",
        "https://www.nhc.gov.cn/d?id=8",
    ]


def test_each_address_once_in_the_order_of_the_page_and_none_of_the_frame() -> None:
    markup = (
        "<nav><a href='help.pdf'>帮助</a></nav><div class='footer-links'><a href='map.pdf'>x</a></div>"
        "<div class='main'><a href='2.pdf'>二</a><a href='1.pdf'>一</a><a href='2.pdf'>again</a></div>"
        "</body></html><div><a href='3.pdf'>behind a stray end</a></div>"
        "<div id='related'><a href='other.pdf'>x</a></div>"
    )
    assert [url.rpartition("/")[2] for url in urls(markup)] == ["2.pdf", "1.pdf", "3.pdf"]


def test_a_base_of_the_same_host_counts() -> None:
    there = "<head><base href='https://www.nhc.gov.cn/other/'></head><a href='a.pdf'>x</a>"
    assert urls(there) == ["https://www.nhc.gov.cn/other/a.pdf"]
    foreign = there.replace("www.nhc.gov.cn", "evil.example.org")
    assert urls(foreign) == ["https://www.nhc.gov.cn/yzygj/c100068/202611/a.pdf"]
