"""Is this body the document, or a page that was sent in its place?

Comes in: the bytes of an answer and what was due (a page, a listing, a file). Goes out: None, or a `Verdict` with
the outcome `blocked` (an anti-bot or unrendered page: the source is left alone) or `suspect` (not what the source
promises). Never here: evading anything, or reading facts from the page.

Every rule has a second condition beside its cue (little Chinese text is left once scripts are taken away), since
real notices speak of 安全检查 too and real sites embed the scripts of their firewalls.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

HEAD_BYTES = 64 * 1024

MIN_HAN = 60  # a script-heavy page with less is no article; the shortest real page seen has 301
LITTLE_HAN = 300  # titles and templates count only on pages with less: challenge pages explain in up to some 200
MARKED_HAN = 120  # scripts of a firewall count only on pages with less: sites embed them in short notices too
LITTLE_TEXT = 40  # visible characters of any script on a script-only error page
MIN_TEMPLATES = 3  # {{ }} outside scripts

# Titles of challenge pages, as public crawlers and the vendors describe them. Matched whole, or by a phrase that
# no notice would have in its title.
_TITLES = re.compile(
    r"^\W*(安全验证|访问验证|人机验证|滑动验证|请稍候|请稍等|正在验证.{0,10}|安全检查中|页面跳转中?|验证码|访问受限|访问被?拒绝"
    r"|just a moment|attention required|access denied|security check|please wait|403 forbidden|robot check"
    r"|checking your browser)\W*(\||-|$)"
    r"|浏览器安全检查|网站防火墙|云防御|云防护|安全狗|创宇盾|ddos[ -]protection|verify (that )?you are (a )?human",
    re.I,
)

# What the scripts of such pages name: WZWS, 瑞数 ($_ts), 加速乐 (jsl), Aliyun (acw_sc), Cloudflare, 云锁, Baidu.
_MARKERS = re.compile(
    r"wzws|\$_ts\s*=|__jsl_clearance|__jsluid|acw_sc__v\d|_cf_chl_opt|cdn-cgi/challenge-platform|yunsuo_session"
    r"|security_session_verify|yjs_js_security|_waf_bd8ce2ce37|aliyun_waf|tencentcaptcha|initgeetest",
    re.I,
)

_CODE = re.compile(r"<(script|style|noscript|template)\b.*?(?:</\1\s*>|\Z)", re.I | re.S)
_SCRIPT = re.compile(r"<script\b", re.I)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.S)
_TAG = re.compile(r"<[^<>]*>")
_TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.I | re.S)
_TEMPLATE = re.compile(r"\{\{.{0,200}?\}\}", re.S)
_HAN = re.compile(r"[\u3400-\u9fff]")
_HTML = re.compile(r"\s*(<!--.{0,2000}?-->\s*)*<(!doctype html|html|head|body|script|meta|title)\b", re.I | re.S)

Due = Literal["page", "listing", "file"]


@dataclass(frozen=True, slots=True)
class Verdict:
    outcome: Literal["blocked", "suspect"]
    reason: str


def judge(data: bytes, due: Due, *, must_match: tuple[str, ...] = (), encoding: str | None = None) -> Verdict | None:
    """Why these bytes are not what was due; None where they are.

    For a file its first HEAD_BYTES are enough; a page or listing is judged whole.
    """
    if not data.strip():
        return Verdict("suspect", "an empty body")
    text = decode(data, encoding)
    if is_html(text):
        view = _View(text)
        if reason := view.challenge():
            return Verdict("blocked", reason)
        if due == "file":
            return Verdict("suspect", "an HTML page where a data file was due")
        if due == "page" and (reason := view.without_article()):
            return Verdict("blocked", reason)
    for pattern in must_match if due == "page" else ():
        if not re.search(pattern, text, re.S):
            return Verdict("suspect", f"nothing matches must_match {pattern!r}")
    return None


def is_challenge(head: bytes) -> bool:
    """Is the body of an error answer an anti-bot page? Judges only by what such pages say of themselves."""
    return _View(decode(head)).challenge() is not None


def is_html(text: str) -> bool:
    return _HTML.match(text) is not None


def decode(data: bytes, encoding: str | None = None) -> str:
    """Good enough to look for cues: UTF-8 where the bytes are that, else as told, else GB18030."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode(encoding or "gb18030", "replace")


class _View:
    """An HTML page as a visitor without scripts would see it."""

    def __init__(self, text: str) -> None:
        title = _TITLE.search(text)
        self.markup = text
        self.title = " ".join(title[1].split()) if title else ""
        self.has_script = _SCRIPT.search(text) is not None
        self.visible = _TAG.sub("", _COMMENT.sub("", _CODE.sub("", _TITLE.sub("", text))))
        self.han = len(_HAN.findall(self.visible))

    def challenge(self) -> str | None:
        """A page that says, by its title or its scripts, that it stands before the document."""
        if self.han < LITTLE_HAN and _TITLES.search(self.title):
            return "the title of a challenge page"
        if self.han < MARKED_HAN and self.has_script and (marker := _MARKERS.search(self.markup)):
            return f"the script of a challenge page ({marker[0].lower()})"
        if self.has_script and len(self.visible.strip()) < LITTLE_TEXT and "<a " not in self.markup.lower():
            return "a page of scripts alone"
        return None

    def without_article(self) -> str | None:
        """A page that a browser would still have to fill."""
        if self.has_script and self.han < MIN_HAN:
            return f"a page of scripts with {self.han} Chinese characters"
        if self.han < LITTLE_HAN and len(_TEMPLATE.findall(self.visible)) >= MIN_TEMPLATES:
            return "templates that were not rendered"
        return None
