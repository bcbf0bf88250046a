"""Is this body the document, or a page that was sent in its place?

Comes in: the bytes of an answer and what was due (a page, a listing, a file). Goes out: None, or a `Verdict` with
the outcome `blocked` (an anti-bot or unrendered page: the source is left alone) or `suspect` (a login page, an error
sent with 200, nothing: not what the source promises). Never here: evading anything, or reading facts from the page.

First the page is asked for signs of an article: a heading that names a document, a date beside it, the element
that sites keep articles in, files to download, a document number, prose. Two of them, and nothing below counts:
real notices speak of 安全验证 and 登录 too, are as short as a line and a PDF, and stand on sites that embed the scripts
of their firewalls. Only then its words (challenge.yml) and its build are looked at. A page in traditional characters
is read in simplified ones, so the words need only one spelling.
"""

from __future__ import annotations

import html
import itertools
import re
from dataclasses import dataclass, fields
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

import orjson
import yaml
from selectolax.lexbor import LexborHTMLParser, LexborNode

from scrapers.text import doc_numbers, encoding, script
from scrapers.text.cues import cues
from scrapers.text.fold import fold
from scrapers.text.scan import AnyOf

HEAD_BYTES = 64 * 1024

# Weights are Chinese characters; LETTERS_A_HAN Latin letters weigh as much as one.
SIGNS = 2  # of an article; a challenge page of any kind seen has one at most
MUCH_PROSE = 300  # in sentences of its own; challenge pages explain themselves in up to some 200
LONG_PROSE = 800  # ... but under the title of one it may be a whole page of questions and answers
SOME_PROSE = 120
LITTLE_PROSE = 15
LITTLE_NEWS = 20
A_STATEMENT = 10  # a page of scripts that states less, and has no name of its own, is no article
LITTLE_TEXT = 40  # visible characters of any script on a page of scripts alone
LETTERS_A_HAN = 4
LIST_ITEMS = 5
MANY_ROWS = 200
MOST_CONTROLS = 0.002  # of the characters of a text; pictures and packed bytes have 5 % and more
MIN_TEMPLATES = 3  # {{ }} outside scripts
LONGEST_CHALLENGE = 1_500  # characters of the text of one
LONG_META = 80  # 瑞数 hands its key over in a meta field without a name
SHORT_SENTENCE = 28  # the weight of a message about logins and errors; reports about them are longer
LONG_SENTENCE = 120  # ... of a firewall about what it found
MANY_TAGS = 4_000  # more than most pages have; a smaller page may nest as it likes
MANY_OPEN = 8_000  # elements that are never closed: the parser takes time with their square
MANY_FORMATS = 100  # elements of style that are open at one place
HOSTILE_PART = 40_000  # characters of such a page that are looked at

Due = Literal["page", "listing", "file"]


@dataclass(frozen=True, slots=True)
class Verdict:
    outcome: Literal["blocked", "suspect"]
    reason: str


def judge(
    data: bytes, due: Due, *, must_match: tuple[str, ...] = (), encoding: str | None = None, whole: bool = False
) -> Verdict | None:
    """Why these bytes are not what was due; None where they are.

    For a file its first HEAD_BYTES are enough; a page or listing is judged whole. `whole`: a page whose end is
    missing is suspect (an answer of a server; a page saved by hand may be cut as its owner likes).
    """
    if not data.strip():
        return Verdict("suspect", "an empty body")
    text = decode(data, encoding)
    if not is_html(text):
        return (_judge_text(text) if due == "page" else None) or _mismatch(text, due, must_match)
    page = _View(_simplified(text))
    verdict = page.challenge()
    if verdict is None and due == "file":
        verdict = Verdict("suspect", "an HTML page where a data file was due")
    if verdict is None and due == "page":
        verdict = page.without_article()
    verdict = verdict or page.login_or_error()
    if verdict is None and whole and is_cut_off(text):
        verdict = Verdict("suspect", "a page whose end is missing")
    return verdict or _mismatch(text, due, must_match)


def _mismatch(text: str, due: Due, must_match: tuple[str, ...]) -> Verdict | None:
    for pattern in must_match if due == "page" else ():
        if not re.search(pattern, text, re.S):
            return Verdict("suspect", f"nothing matches must_match {pattern!r}")
    return None


def is_challenge(head: bytes) -> bool:
    """Is the body of an error answer an anti-bot page? Judges only by what such pages say of themselves."""
    text = _simplified(decode(head))
    return bool(text.strip()) and _View(text).challenge() is not None


def _simplified(text: str) -> str:
    return script.convert(text) if script.traditional_share(text) > script.SHARE else text


def is_html(text: str) -> bool:
    return _HTML.match(text) is not None


def is_cut_off(text: str) -> bool:
    """Does a page break off? It begins as a document and never ends as one, or it ends within a tag."""
    lower = text.lower()
    if "</html" in lower or "</body" in lower:
        return False
    return "<html" in lower or "<body" in lower or lower.rfind("<") > lower.rfind(">")


def decode(data: bytes, declared: str | None = None) -> str:
    """The characters of a page by its bytes; as told only where they are neither marked nor UTF-8."""
    found = encoding.decode(data)
    if declared and found.encoding in ("gb18030", "big5"):
        return data.decode(declared, "replace")
    return found.text


# ---------------------------------------------------------------- what is no HTML


def _judge_text(text: str) -> Verdict | None:
    """Plain text is a document unless it is an error in few words, or another format."""
    bare = text.strip().lstrip("\ufeff")
    if len(_CONTROLS.findall(bare)) > len(bare) * MOST_CONTROLS:
        return Verdict("suspect", "bytes that are no text where a page was due")
    if bare.startswith(("<?xml", "<Error")):
        return Verdict("suspect", "XML where a page was due")
    if bare[:1] in "{[" and _is_json(bare):
        return Verdict("suspect", "JSON where a page was due")
    words = _words()
    if len(bare) < 200 and _count(_HAN, bare) < LITTLE_PROSE * 2:
        folded = _squeeze(_simplified(bare)).lower()
        if words.challenge_phrases.search(folded) or words.challenge_titles.fullmatch(folded):
            return Verdict("blocked", "the words of a challenge page")
        if words.error_phrases.search(folded) or words.error_titles.fullmatch(folded):
            return Verdict("suspect", "an error in place of the document")
        if words.login_phrases.search(folded):
            return Verdict("suspect", "a plea to log in")
    if len(bare) < LONGEST_CHALLENGE and _OF_CHALLENGES.search(bare):
        page = _View(_simplified(_as_page(bare)))
        return page.challenge() or page.without_article()
    return None


def _as_page(text: str) -> str:
    """A text as the page that it was drawn from: its first line the title and the heading."""
    first, *lines = (html.escape(line.strip()) for line in text.split("\n") if line.strip())
    body = "".join(f"<p>{line}</p>" for line in lines)
    heading = _TITLE_END.split(first)[0]
    return f"<html><head><title>{first}</title></head><body><h1>{heading}</h1>{body}</body></html>"


def _is_json(text: str) -> bool:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


# ---------------------------------------------------------------- the words


@dataclass(frozen=True, slots=True)
class _Words:
    challenge_titles: re.Pattern[str]
    challenge_names: re.Pattern[str]
    challenge_phrases: AnyOf
    challenge_markers: AnyOf
    login_titles: re.Pattern[str]
    login_phrases: AnyOf
    error_titles: re.Pattern[str]
    error_phrases: AnyOf
    document_titles: re.Pattern[str]
    document_words: re.Pattern[str]
    to_visitor: re.Pattern[str]
    furniture: re.Pattern[str]


@cache
def _words() -> _Words:
    content = yaml.safe_load((Path(__file__).parent / "challenge.yml").read_text(encoding="utf-8"))
    of_all = {field.name for field in fields(_Words) if field.type == "AnyOf"}
    joined = {name: re.compile("|".join(f"(?:{p})" for p in ps), re.I) for name, ps in content.items()}
    words: dict[str, Any] = {name: AnyOf(content[name]) if name in of_all else joined[name] for name in content}
    return _Words(**words)


# ---------------------------------------------------------------- a page as a visitor without scripts would see it

_TAGS = (
    "html|head|body|script|meta|title|div|p|span|table|center|form|iframe|frameset|h[1-6]|a|style|link|noscript|main"
    "|section|article|font|b|br|img|input|ul|ol|base|header|nav|svg|template"
)
_HTML = re.compile(
    rf"\ufeff?\s*(?:<\?xml[^>]{{0,200}}>\s*|<!--.{{0,4000}}?-->\s*)*<(?:!doctype html|(?:{_TAGS})\b)", re.I | re.S
)
# Words of which the text of a challenge page has one; most notices have none.
_OF_CHALLENGES = re.compile(  # a set first: it is fast
    r"[验驗滑频頻拦攔阻封存爬请CcJj{](?:(?<=[验驗])[证證]|(?<=滑)块|(?<=[频頻])繁|(?<=[拦攔])截|(?<=阻)[断擋]|(?<=封)禁|(?<=存)取"
    r"|(?<=爬)虫|(?<=请)稍|(?<=[Cc])(?:ookie|aptcha|loudflare)|(?<=[Jj])ava[Ss]cript|(?<=J)AVASCRIPT|(?<=\{)\{)"
)
_STRAY_ENDS = re.compile(r"</\s*(?:html|body)\b[^>]{0,40}>", re.I)
_BLOCK = re.compile(
    r"</?(?:address|article|aside|blockquote|body|br|center|dd|div|dl|dt|fieldset|footer|form|h[1-6]|header|hr|li|main"
    r"|nav|ol|p|pre|section|table|tbody|td|tfoot|th|thead|title|tr|ul|option|label|button)\b[^<>]*>",
    re.I,
)
_TAG = re.compile(r"<[^<>]*>")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.S)
_SILENT = ["script", "style", "noscript", "template", "object", "svg"]
_TITLE_CLASSES = ".tit,.title,.article-title,.arc-title,.biaoti,.artTitle,.bt"
_REFRESH_META = 'meta[http-equiv="refresh" i]'
_REFRESH = re.compile(r"url\s*=", re.I)

_HAN = re.compile(r"[\u3400-\u9fff]+")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_LATIN = re.compile(r"[A-Za-z]+")
_TEMPLATE = re.compile(r"\{\{.{0,200}?\}\}|<%=.{0,200}?%>|\$\{[\w.]{1,60}\}", re.S)
_TITLE_END = re.compile(r"\s[-|—–]\s?|[_|]|—{1,2}|--|\s*[-–]\s*(?=[^-]*$)")
_SENTENCE = re.compile(r"[。;!?]|[、,:].*[、,]|\w\.(?:\s|$)")
_ENDS = re.compile(r"[。;!?]|\.\s")
_DATE = re.compile(r"(?:19|20)\d{2}\s?[-年/.]\s?\d{1,2}\s?[-月/.]\s?\d{1,2}")
_LOG_LINE = re.compile(r"\bip\b|(?:拦截|访问|请求|当前|系统|服务器|事件|发生)(?:时间|日期)|\bid\b|uuid|error|gmt", re.I)
_FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|zip|rar|ofd|wps|et)(?:$|[?#])", re.I)
_SITE = re.compile(
    r"(?:委员会|委|局|厅|医院|政府|网|网站|平台|中心|系统|门户|集团|查询)$"
)  # how the names of sites end
_COLUMN = re.compile(r"^(?:政府|政务)?(?:信息公开|政务公开|通知|公告|公示|政策|文件).{0,4}$")  # how columns are called
_SPEAKER = re.compile(r"(问|答|q|a)\d{0,2}\s*[::]", re.I)
_ORNAMENT = re.compile(r"logo|icon|banner|qrcode|ewm|captcha|code|verify|loading|weixin|wechat|/bg|arrow|data:", re.I)
_LEADS_TO = re.compile(
    r"(?:window\.|self\.|top\.|document\.|parent\.)*location(?:\.href|\.replace\s*\()?\s*[=(]?\s*[\"']([^\"']+)[\"']\s*\)?\s*;?"
)
_DOCUMENT_ADDRESS = re.compile(r"[^?#]*\.(?:s?html?|pdf|docx?)")
_FORMATS = r"(?:b|big|code|em|font|i|s|small|strike|strong|tt|u)(?=[\s/>])"
_OPENS_FORMAT = re.compile(rf"<(?=[bceistufBCEISTUF]){_FORMATS}", re.I)  # a set first: it is fast
_FORMAT = re.compile(rf"<(/?){_FORMATS}", re.I)
_FORMAT_TAG = re.compile(rf"{_FORMAT.pattern}[^<>]*>?", re.I)
_RUN_OF_TAGS = re.compile(r"((?:</?[A-Za-z][^<>]{0,40}>){1,3}?)\1{64,}")


def without_runs(markup: str) -> str:
    """The markup with <div><div><div>… written once: depth says nothing, and parsers take time with its square."""
    return _RUN_OF_TAGS.sub(r"\1", markup) if markup.count("<") > MANY_TAGS else markup


def is_left_open(markup: str, many: int) -> bool:
    """Are so many elements never closed?"""
    tags = markup.count("<")
    return tags > many and tags - 2 * markup.count("</") > many


def without_deep_formats(markup: str) -> str:
    """The markup without <b> and <font> if they nest deep: a paragraph repeats each that is open where it begins."""
    if len(_OPENS_FORMAT.findall(markup)) <= MANY_FORMATS:
        return markup
    steps = (-1 if closes else 1 for closes in _FORMAT.findall(markup))
    deep = max(itertools.accumulate(steps), default=0) > MANY_FORMATS
    return _FORMAT_TAG.sub("", markup) if deep else markup


class _View:
    """An HTML page as a visitor without scripts would see it."""

    def __init__(self, markup: str) -> None:
        self.markup = markup
        markup = without_deep_formats(without_runs(markup))
        if is_left_open(markup, MANY_OPEN):
            markup = markup[:HOSTILE_PART]
        self._tree = LexborHTMLParser(_STRAY_ENDS.sub("", markup))
        self.scripts = [node.text() for node in self._tree.css("script")]
        title = self._tree.css_first("title")
        self.title = _squeeze(title.text()) if title else ""
        self.has_meta = _names_document(self._tree)
        self.refreshes = any(_REFRESH.search(_attribute(n, "content")) for n in self._tree.css(_REFRESH_META))
        self.has_nameless_meta = any(_is_nameless(node) for node in self._tree.css("meta"))
        self.has_frames = self._tree.css_first("frameset, frame") is not None
        self._tree.strip_tags(_SILENT)
        body = self._tree.body
        self.lines = _lines((body.html or "") if body else markup)

    # -- what the page holds

    @cached_property
    def visible(self) -> str:
        return "\n".join(self.lines)

    @cached_property
    def weight(self) -> int:
        return _weight(self.visible)

    @cached_property
    def headings(self) -> list[str]:
        found = (_squeeze(node.text()) for node in self._tree.css(f"h1, h2, h3, h4, {_TITLE_CLASSES}"))
        return [heading for heading in found if 0 < len(heading) <= 200][:40]

    @cached_property
    def links(self) -> list[str]:
        return [_squeeze(node.text()) for node in self._tree.css("a[href]")]

    @cached_property
    def own_lines(self) -> list[str]:
        """Lines that are no links."""
        linked = set(self.links)
        return [line for line in self.lines if line not in linked]

    @cached_property
    def prose(self) -> int:
        """How much is said in sentences, other than what a challenge, a login or an error would say."""
        return self._prose(MUCH_PROSE)

    def _prose(self, enough: int) -> int:
        """The same, counted no further than is asked for."""
        said = 0
        for line in self.lines:
            if said >= enough:
                break
            if _is_prose(line) and not _speaks_to_visitor(line):
                said += _weight(line)
        return said

    @cached_property
    def statements(self) -> int:
        """How much of that is not said to a visitor at all: no 您, no 刷新, no 浏览器."""
        own = (line for line in self.lines if _is_prose(line) and not _speaks_to_visitor(line))
        return sum(_weight(line) for line in own if not _words().to_visitor.search(line.lower()))

    @cached_property
    def has_file(self) -> bool:
        return any(_FILE.search(_attribute(node, "href")) for node in self._tree.css("a[href]"))

    @cached_property
    def has_number(self) -> bool:
        return bool(doc_numbers.find(fold(self.visible[:20_000])))

    @cached_property
    def has_picture(self) -> bool:
        """Something to look at that could be the document: a scan, a PDF in a frame, a film."""
        if self._tree.css_first("embed, video, iframe[src*='.pdf' i]") is not None:
            return True
        return any(not _ORNAMENT.search(_attribute(node, "src")) for node in self._tree.css("img[src]"))

    @cached_property
    def is_list(self) -> bool:
        """Links with the length of headlines, or rows of a table: a list of articles, a digest, a list of names."""
        told = (node for node in self._tree.css("tr")[:MANY_ROWS] if _weight(node.text()) >= 4)  # they may be nested
        rows = sum(1 for _ in itertools.islice(told, 2 * LIST_ITEMS))
        return sum(_weight(text) >= 8 for text in set(self.links)) >= LIST_ITEMS or rows >= 2 * LIST_ITEMS

    # -- signs of an article

    @cached_property
    def signs(self) -> int:
        """How many signs there are that this is an article. A line of its own that ends in 的通知 says it alone."""
        return SIGNS * (self._is_titled() or self._is_dialogue()) + sum(
            (
                self._is_headed(),
                any(_DATE.search(line) and len(line) < 120 and not _LOG_LINE.search(line) for line in self.lines),
                self._has_container(),
                self.has_file,
                self.has_number,
                self.has_meta,
            )
        )

    @property
    def is_article(self) -> bool:
        return self.prose >= MUCH_PROSE or self.signs + (self.prose >= SOME_PROSE) >= SIGNS

    @cached_property
    def names_itself(self) -> bool:
        """Has it a heading, a number, a file or an element that documents have, or a title over a picture?"""
        called = [*_TITLE_END.split(self.title), *(h for h in self.headings if h in self.title and h != self.title)]
        is_scan = self.has_picture and any(_names(each, least=3) for each in called)
        is_titled = self._is_titled() or self._is_headed()
        return is_titled or self.has_number or self.has_file or self._has_container() or is_scan

    def _is_titled(self) -> bool:
        titles = _words().document_titles
        for line in self.own_lines:
            if len(line) > 100 or not titles.search(line) or _COLUMN.match(line) or _is_said(line):
                continue
            if _weight(line) >= 8 or (_weight(line) >= 5 and line in self.headings and line in self.title):
                return True
        return False

    def _is_dialogue(self) -> bool:
        """Questions and answers: what they say of refusals and logins, they report."""
        speakers = {match[1] for line in self.lines if (match := _SPEAKER.match(line))}
        return len(speakers) > 1

    def _is_headed(self) -> bool:
        return any(
            _names(heading) and (_words().document_words.search(heading) or heading in self.title)
            for heading in self.headings
        )

    def _has_container(self) -> bool:
        for node in self._tree.css(", ".join(cues().content_elements)):
            text = " ".join(line for line in _lines(node.html or "") if not _speaks_to_visitor(line))
            if _weight(text) >= 8 and not _TEMPLATE.search(text):
                return True
        return False

    # -- verdicts

    def challenge(self) -> Verdict | None:
        """A page that says, by its title, its text or its scripts, that it stands before the document."""
        words = _words()
        is_named = words.challenge_names.search(self.title) or self._is_called(words.challenge_titles)
        if is_named and self.signs < SIGNS and self._prose(LONG_PROSE) < LONG_PROSE:
            return Verdict("blocked", "the title of a challenge page")
        if self.is_article:
            return None
        marker = words.challenge_markers.search(self.markup)
        if marker and not self.is_list and not (self.names_itself and self.prose >= LITTLE_PROSE):
            return Verdict("blocked", f"the script of a challenge page ({marker[0].lower()[:40]})")
        if self._says(words.challenge_phrases, LONG_SENTENCE):
            return Verdict("blocked", "the words of a challenge page")
        if self.scripts and not self.names_itself and not self.links and self.statements < A_STATEMENT:
            if self.has_nameless_meta and self.weight < LITTLE_TEXT:
                return Verdict("blocked", "a key in a nameless meta field and a script")
            if len(self.visible.strip()) < LITTLE_TEXT:
                return self._leads_away() or Verdict("blocked", "a page of scripts alone")
        return None

    def without_article(self) -> Verdict | None:
        """A page that a browser would still have to fill, or to follow."""
        if self.is_article:
            return None
        if len(_TEMPLATE.findall(self.visible)) >= MIN_TEMPLATES or any(
            _TEMPLATE.search(heading) for heading in [self.title, *self.headings]
        ):
            return Verdict("blocked", "templates that were not rendered")
        if said := self.login_or_error():
            return said
        if self.is_list or self.names_itself:
            return None
        if self.prose < LITTLE_PROSE and (self.refreshes or self.has_frames):
            return Verdict(
                "suspect", "a page that only leads elsewhere" if self.refreshes else "a page of frames alone"
            )
        if self.scripts and self.statements < A_STATEMENT:
            return Verdict("blocked", f"a page of scripts that says {self.prose} characters in sentences")
        return self._without_text()

    def _without_text(self) -> Verdict | None:
        if self.weight < LITTLE_PROSE and self._tree.css_first("form, iframe") is not None:
            return Verdict("suspect", "a form or a frame alone")
        if self.prose < LITTLE_PROSE and len(self.links) >= LIST_ITEMS:
            return Verdict("suspect", "nothing but the frame of a page")
        if not self.weight and not self.has_picture and not self.links:
            return Verdict("suspect", "a page without a text")
        return None

    def login_or_error(self) -> Verdict | None:
        """A page that wants a password, or that says that there is nothing."""
        if self.is_article:
            return None
        words = _words()
        has_password = self._tree.css_first('input[type="password" i]') is not None
        is_news = self._is_headed() and self.statements >= LITTLE_NEWS  # below which a site hides its visitors' login
        if has_password and self.prose < SOME_PROSE and not self.is_list and not is_news:
            return Verdict("suspect", "a login page")
        if self._is_called(words.login_titles) or self._says(words.login_phrases, SHORT_SENTENCE):
            return Verdict("suspect", "a login page")
        if self._is_called(words.error_titles) or self._says(words.error_phrases, SHORT_SENTENCE):
            return Verdict("suspect", "an error in place of the document")
        return None

    def _is_called(self, titles: re.Pattern[str]) -> bool:
        """Is the title or one of the first headings one of these? Many headings are those of a portal."""
        headings = self.headings[:3] if len(self.headings) <= 10 else []
        return any(_is_title(titles, title) for title in [self.title, *headings])

    def _says(self, phrases: AnyOf, longest: int) -> bool:
        """Is the visitor told so, in a sentence as short as such pages make them, and is little else said?"""
        if self.prose >= SOME_PROSE:
            return False
        sentences = (s for line in self.own_lines for s in _ENDS.split(line.lower()))
        return any(_weight(sentence) <= longest and phrases.search(sentence) for sentence in sentences)

    def _leads_away(self) -> Verdict | None:
        """A script that does nothing but open another document is a moved article, no challenge."""
        target = _LEADS_TO.fullmatch(" ".join(self.scripts).strip())
        if target and _DOCUMENT_ADDRESS.fullmatch(target[1]):
            return Verdict("suspect", "a page that only leads elsewhere")
        return None


def _squeeze(text: str) -> str:
    """One line, its full-width signs as narrow ones: so the words need only one spelling."""
    return " ".join(fold(text).split())


def _weight(text: str) -> int:
    """Chinese characters; Latin letters count for less."""
    return _count(_HAN, text) + _count(_LATIN, text) // LETTERS_A_HAN


def _count(runs: re.Pattern[str], text: str) -> int:
    return sum(map(len, runs.findall(text)))


def _attribute(node: LexborNode, name: str) -> str:
    return node.attributes.get(name) or ""


def _lines(markup: str) -> list[str]:
    """The text of some markup, a block a line."""
    text = _TAG.sub("", _BLOCK.sub("\n", _COMMENT.sub("", markup)))
    squeezed = (" ".join(line.split()) for line in fold(html.unescape(text)).split("\n"))
    return [line for line in squeezed if line]


def _is_prose(line: str) -> bool:
    return (
        len(line) >= 8
        and _weight(line) >= 8
        and _SENTENCE.search(line) is not None
        and not _words().furniture.search(line)
    )


def _speaks_to_visitor(line: str) -> bool:
    words = _words()
    phrases = (words.challenge_phrases, words.login_phrases, words.error_phrases)
    return any(phrase.search(sentence) for sentence in _ENDS.split(line.lower()) for phrase in phrases)


def _is_title(pattern: re.Pattern[str], title: str) -> bool:
    """Is the title, or its first part, one of these as a whole?"""
    bare = title.strip(" .。!…·~*#【】[]《》<>:").lower()
    first = _TITLE_END.split(bare, maxsplit=1)[0].strip(" .。!…")
    return any(part and pattern.fullmatch(part) for part in (bare, first))


def _is_said(heading: str) -> bool:
    """Is a heading one of a challenge, a login or an error?"""
    words = _words()
    titles = (words.challenge_titles, words.login_titles, words.error_titles)
    return any(_is_title(t, heading) for t in titles) or _speaks_to_visitor(heading)


def _names(heading: str, least: int = 6) -> bool:
    """Could this be the title of a document: long enough, rendered, not the name of a site, no challenge or error?"""
    is_site = _SITE.search(heading) and not re.search(r"[\d的]", heading) and len(heading) <= 24
    return _weight(heading) >= least and not is_site and not _TEMPLATE.search(heading) and not _is_said(heading)


def _is_nameless(node: LexborNode) -> bool:
    names = node.attributes.keys() & {"name", "http-equiv", "property", "itemprop", "charset"}
    return not names and len(_attribute(node, "content")) >= LONG_META


def _names_document(tree: LexborHTMLParser) -> bool:
    """Does the head name an article, as publishing systems write it?"""
    wanted = {name.lower() for name in [*cues().title_meta, *cues().date_meta]} - {"og:title"}
    for node in tree.css("meta"):
        content = _attribute(node, "content").strip()
        if (_attribute(node, "name") or _attribute(node, "property")).lower() in wanted and content:
            return not _TEMPLATE.search(content)
    return False
