"""Pages that stand before the document, and real-looking documents that mention the same words."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from scrapers.fetch import challenge
from scrapers.fetch.challenge import Due, decode, is_challenge, is_cut_off, judge

ARTICLE = (
    "<html><head><title>关于开展医疗安全检查的通知</title><script>var pager = 1;</script></head><body>"
    "<div class='tit'>关于开展医疗安全检查的通知</div><div id='xw_box'><p>"
    + "各紧密型城市医疗集团要建设影像、检验、心电等资源共享中心，推进检查检验结果互认，引导优质医疗资源下沉。" * 3
    + "</p></div></body></html>"
)

BLOCKED = {
    "script only": "<html><head></head><body><script>document.cookie='a=1';location.reload()</script></body></html>",
    "script never closed": "<script>eval(atob('...'))" + "文" * 100,
    "cookie of 瑞数": "<html><meta content='x'><script>$_ts=window['$_ts'];</script><body>正在加载</body></html>",
    "加速乐": "<html><script>document.cookie=('__jsl_clearance=1|0|abc');location.href=location</script></html>",
    "Aliyun": "<html><body><script>setCookie('acw_sc__v2', x);</script>loading the page now</body></html>",
    "Cloudflare": "<html><head><title>Just a moment...</title></head><body><p>Enable JavaScript and cookies to "
    "continue, this takes a few seconds.</p><script>window._cf_chl_opt={}</script></body></html>",
    "slider": "<html><head><title>滑动验证</title></head><body><p>请按住滑块，拖动到最右边以完成验证</p>"
    "<script src='/captcha.js'></script></body></html>",
    "firewall": "<html><head><title>网站防火墙</title></head><body>"
    + "<p>您的请求带有不合法的参数，已被管理员设置拦截！</p>" * 4 + "</body></html>",
    "browser check": "<html><title>访问验证</title><body><p>为了您的账户安全，请点击按钮继续访问</p></body></html>",
    "unrendered": "<html><script src=vue.js></script><body><nav>" + "首页机构新闻公开服务互动专题" * 7
    + "</nav><h1>{{ title }}</h1><span>{{ date }}</span><div>{{ body }}</div></body></html>",
    "empty frame": "<html><body><div id=app></div><script src=app.js></script><noscript>" + "请启用脚本" * 30
    + "</noscript><footer>某某市卫生健康委员会 版权所有 网站地图 联系我们 无障碍浏览</footer></body></html>",
}  # fmt: skip


def _own_pages() -> dict[str, dict[str, str]]:
    content: dict[str, dict[str, str]] = yaml.safe_load(
        (Path(__file__).parent / "challenge_pages.yml").read_text(encoding="utf-8")
    )
    parts = content.pop("parts")
    for pages in content.values():
        for name, page in pages.items():
            for part, text in parts.items():
                page = page.replace(f"%{part}%", text)
            pages[name] = page
    return content


PAGES = _own_pages()


@pytest.mark.parametrize("name", PAGES["blocked"])
def test_a_challenge_of_any_vendor_is_blocked(name: str) -> None:
    for codec in ("utf-8", "gb18030"):
        data = PAGES["blocked"][name].encode(codec, "xmlcharrefreplace")
        verdict = judge(data, "page")
        assert verdict, name
        assert verdict.outcome == "blocked", verdict
        if b"<" in data:
            assert judge(data, "file") is not None, "and it is no file either"


@pytest.mark.parametrize("name", PAGES["suspect"])
def test_a_login_an_error_or_nothing_is_suspect(name: str) -> None:
    for codec in ("utf-8", "gb18030"):
        verdict = judge(PAGES["suspect"][name].encode(codec, "xmlcharrefreplace"), "page")
        assert verdict, name
        assert verdict.outcome == "suspect", verdict


@pytest.mark.parametrize("name", PAGES["documents"])
def test_a_document_that_looks_like_one_of_them_is_none(name: str) -> None:
    for codec in ("utf-8", "gb18030", "utf-16"):
        assert judge(PAGES["documents"][name].encode(codec, "xmlcharrefreplace"), "page") is None


def test_a_challenge_is_known_in_any_case_and_width() -> None:
    page = "<HTML><TITLE>JUST A MOMENT...</TITLE><BODY><P>x</P></BODY></HTML>"
    assert judge(page.encode(), "page") == judge(page.lower().encode(), "page")
    for comma in (",", "\uff0c"):
        verdict = judge(f"<html><p>您的访问过于频繁{comma}请稍后再试</p></html>".encode(), "page")
        assert verdict
        assert verdict.outcome == "blocked"


@pytest.mark.parametrize(
    ("page", "is_cut"),
    [
        (ARTICLE, False),
        (ARTICLE[:-20], True),
        (ARTICLE[:-7], False),  # </body> is there
        ("<p>a fragment</p>", False),
        ("<p>a fragment</p", True),
        ("<html></html><p>goes on behind a stray end", False),
    ],
)
def test_a_page_that_breaks_off(page: str, is_cut: bool) -> None:
    assert is_cut_off(page) == is_cut
    if "互认" in page:
        verdict = judge(page.encode(), "page", whole=True)
        assert (verdict.outcome if verdict else None) == ("suspect" if is_cut else None)
        assert judge(page.encode(), "page") is None, "a saved page may be cut"


@pytest.mark.parametrize("kind", BLOCKED)
def test_a_page_before_the_document_is_blocked(kind: str) -> None:
    verdict = judge(BLOCKED[kind].encode(), "page")
    assert verdict, kind
    assert verdict.outcome == "blocked"


@pytest.mark.parametrize(
    "page",
    [
        ARTICLE,
        ARTICLE.replace("<script>", "<script src='/wzws.js'></script><script>"),  # a site that embeds its firewall
        ARTICLE.replace("影像", "{{影像}}", 1),
        ARTICLE.replace("</head>", "<script>never closed</head>", 1).replace("<script>never", "<!-- never -->"),
        "国卫医函〔2023〕27号",  # a short text is a text
        "<html><body><p>附件下载</p></body></html>",  # short, without scripts
        "%PDF-1.7 ...",
    ],
)
def test_a_document_is_not_blocked(page: str) -> None:
    assert judge(page.encode(), "page") is None
    assert judge(page.encode("gb18030"), "page", encoding="gb18030") is None


def test_must_match() -> None:
    assert judge(ARTICLE.encode(), "page", must_match=("xw_box", r"互认.*下沉")) is None
    verdict = judge(ARTICLE.encode("gbk"), "page", must_match=("UCAP-CONTENT",))
    assert verdict
    assert verdict.outcome == "suspect"
    assert "UCAP-CONTENT" in verdict.reason
    assert judge(b"<ul><li><a href=1>x</a></li></ul>", "listing", must_match=("xw_box",)) is None, "for documents only"


@pytest.mark.parametrize("due", ["page", "listing", "file"])
def test_an_empty_body_is_suspect(due: Due) -> None:
    for body in (b"", b" \r\n\t"):
        verdict = judge(body, due)
        assert verdict
        assert verdict.outcome == "suspect"


@pytest.mark.parametrize(
    "body", ["<html><body><h1>登录</h1></body></html>", "\ufeff<!DOCTYPE HTML><p>", "\n<!-- x --><head>"]
)
def test_html_is_no_data_file(body: str) -> None:
    verdict = judge(body.encode(), "file")
    assert verdict
    assert verdict.outcome == "suspect"


def test_data_files_are_files() -> None:
    for body in (
        b'{"a": 1}\n',
        b"code,name\n1,<b>\n",
        b"\x1f\x8b\x08\x00",
        b"PK\x03\x04",
        b"<?xml version='1.0'?><r/>",
    ):
        assert judge(body, "file") is None


def test_a_directory_index_is_a_listing_but_no_article() -> None:
    index = b"<html><script>sort()</script><body><a href='a.manifest.json'>a.manifest.json</a></body></html>"
    assert judge(index, "listing") is None
    assert judge(index, "page") is not None
    assert judge(BLOCKED["script only"].encode(), "listing") is not None


def test_an_error_page_is_a_challenge_only_if_it_says_so() -> None:
    assert is_challenge(BLOCKED["加速乐"].encode())
    assert not is_challenge(
        b"<html><script src=a.js></script><h1>500</h1><p>Internal server error, please try later</p></html>"
    )
    assert not is_challenge(b"")


def test_hostile_markup_is_judged_quickly() -> None:
    judge(b"<html>" + b"<script>" * 50_000, "page")
    judge(b"<html>" + b"<" * 100_000, "page")
    judge(b"<!--" * 200_000, "page")
    judge(b"<html>" + b"{{" * 50_000, "page")
    judge(b"<html>" + b"<div><p>" * 60_000 + "您的".encode() * 60_000, "page")
    judge(b"<html><p>" + "访问".encode() * 100_000 + b"</p>", "page")
    judge(b"<html>" + b"<a href=x>" * 30_000, "page")
    judge(b"{" * 300_000, "page")


@pytest.mark.shared
def test_real_pages_that_are_labelled(shared: Path) -> None:
    import json

    for page in sorted((shared / "real_pages" / "html").glob("*.html")):
        assert "\ufffd" not in decode(page.read_bytes()), page.name
        label = json.loads(page.with_suffix(".expected.json").read_text(encoding="utf-8"))
        verdict = judge(page.read_bytes(), "page")
        assert bool(verdict and verdict.outcome == "blocked") == bool(label.get("must_be_flagged_blocked")), page.name


def _drawn(markup: str) -> str:
    """The text of a page as copies keep it: the title, then its lines."""
    view = challenge._View(markup)
    return "\n".join(dict.fromkeys([view.title, *view.lines])).strip()


def test_the_text_of_a_challenge_page_is_blocked_and_that_of_a_document_is_not() -> None:
    """Most challenges say in words what they are; a page of scripts leaves no text that tells."""
    texts = {kind: {name: _drawn(page) for name, page in pages.items()} for kind, pages in PAGES.items()}
    found = {kind: {name for name, text in of.items() if _is_blocked(text)} for kind, of in texts.items()}
    assert len(found["blocked"]) >= 0.6 * len(PAGES["blocked"])
    assert not found["documents"]
    assert not found["suspect"]


def _is_blocked(text: str) -> bool:
    verdict = judge(text.encode(), "page") if text else None
    return verdict is not None and verdict.outcome == "blocked"


def test_a_slider_and_an_unrendered_page_as_texts() -> None:
    assert _is_blocked("安全校验\n为保障访问安全,请先通过下方校验\n拖动滑块完成拼图\n加载中\n有疑问请联系管理员")
    assert _is_blocked("数字报\n{{ paper.name }}\nPlease enable JavaScript to continue.\n{{ paper.date }}\n加载中")
    assert not _is_blocked("医保码这样用\n窗口验证身份后即可转诊,家属也能代办。\n来源:示例网 2024-03-05")
