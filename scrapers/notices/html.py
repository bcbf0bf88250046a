"""The markup of a page → its text, line by line, with what the markup says of each line.

Comes in: decoded HTML. Goes out: `Drawn`: the text as a reader without styles would see it, one block a line, and
for each line its tag, its share of links and the element it stands in; the meta fields and titles of the head.
Never here: which of the lines are the article.

The page is parsed as browsers parse it (lexbor: a stray </html> in mid page, seen on a real www.gov.cn page, loses
nothing), what no reader sees is taken out, and the markup that lexbor writes back, regular by then, is read tag by
tag: walking the tree node by node costs several times as much.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import unescape

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scrapers.fetch.challenge import is_left_open, without_deep_formats, without_runs

_FRAME = re.compile(r"<(?:!doctype|html|head|body|meta|title|div|table|article)\b", re.I)
_TAG = re.compile(r"<[^<>]{1,300}>")
_MARKUP = re.compile(r"<[^<>]{0,200}>")
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|meta|title|div|p|span|table|article|section|script)\b", re.I)
_SPACE = re.compile(r"\s+")
_WRAPPED = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef]) ?\n ?(?=[\u3000-\u9fff\uff00-\uffef])")
# The text before a tag, then the tag: end sign, name, attributes. Comments have no name.
_TOKEN = re.compile(r'([^<]*)<(?:!--.*?-->|(/?)([a-z][^\s/>]*)([^>"]*(?:"[^"]*"[^>"]*)*)>)', re.S)
# The same in markup as it came: bounded, since nothing is promised of it.
_RAW_TOKEN = re.compile(r"([^<]*)<(?:(/?)([a-zA-Z][^\s/<>]{0,20})([^<>]{0,2000})>)?")
_RAW_CODE = re.compile(r"<(script|style)\b[^<]*(?:<(?!/\1)[^<]*)*", re.I)
_ATTRIBUTE = re.compile(r'\s(id|class)="([^"]*)"')

_IN_SCRIPT = re.compile(
    r'"(?:(?P<schema>datePublished)|pub[tT]ime|pub[dD]ate|publish(?:ed)?_?[tT]ime|publish_?[dD]ate)"\s{0,3}:'
    r'\s{0,3}"(?P<day>20\d\d-\d\d-\d\d)(?P<clock>[^"]{0,40})'
)
_OF_AN_ACCOUNT = re.compile(r"\bvar\s(?:oriC|c)reateTime\s?=\s?['\"](?P<day>20\d\d-\d\d-\d\d)[^'\"]{0,12}['\"]")
# What the system that most newspapers publish by notes of an article, in a comment above it.
_OF_A_PAPER = re.compile(r"<!--\s?enpproperty(?P<fields>(?:(?!-->).){0,2000})", re.S)
_FIELD = re.compile(r"<(?P<name>date|title)>(?P<value>[^<>]{2,200})</(?P=name)>")
_SILENT = ["script", "style", "noscript", "template", "iframe", "object", "svg", "select", "button", "textarea", "xmp"]
_FURNITURE = ["nav", "footer", "aside"]
_HIDDEN = '[style*="display:none"], [style*="display: none"], [style*="DISPLAY: none"], [style*="display :none"]'
_BLOCK = frozenset(
    {"address", "article", "blockquote", "body", "caption", "center", "dd", "div", "dl", "dt", "fieldset", "figcaption"}
    | {"figure", "form", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "header", "html", "legend", "li", "main", "ol", "p"}
    | {"pre", "section", "table", "tbody", "tfoot", "thead", "tr", "ul"}
)
_CELLS = frozenset({"td", "th"})
_TITLES = frozenset({".tit", ".title", ".article-title", ".article_title", ".arc-title", ".biaoti", ".post_title"})
_LIKE_A_TITLE = re.compile("tit|biaoti")  # in each of them
_HEADINGS = frozenset({"h1", "h2", "h3"})
_OF_ENTRY = frozenset({"entry-date", "dt-published"})  # the classes of blogs
MOST_TIMES = 20  # elements of time; a page with more is a list
SAMPLE = 20_000  # characters that show whether a text is markup
MARKUP = 0.3  # share of tags in markup without a frame
MANY_OPEN = 20_000  # elements that are never closed: the parser takes time with their square
MAX_DEPTH = 2000  # elements; deeper ones are read as if they stood at this depth


@dataclass(slots=True)
class DrawnLine:
    text: str
    tag: str  # of the block it stands in
    link_share: float
    in_cell: bool = False  # of a table, perhaps of one that lays out the page


@dataclass(slots=True)
class Block:
    """A block element: lines[first:last] stand in it."""

    name: str
    attributes: str  # as the markup writes them
    parent: int
    first: int
    last: int = 0

    @property
    def selectors(self) -> list[str]:
        """`#id` and each `.class` by which a style sheet could call it."""
        found = dict(_ATTRIBUTE.findall(self.attributes))
        classes = [f".{name}" for name in unescape(found.get("class", "")).split()]
        return [f"#{unescape(found['id'])}", *classes] if "id" in found else classes


@dataclass(slots=True)
class Drawn:
    text: str
    lines: list[DrawnLine] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    meta: dict[str, str] = field(default_factory=dict)
    head_title: str | None = None
    headings: list[str] = field(default_factory=list)  # h1..h3 and elements that call themselves title, in order
    language: str | None = None
    address: str | None = None  # the page's own, as it states it


def is_html(text: str, media_type: str | None = None) -> bool:
    """Markup or plain text? The type the server gave is believed only where the text agrees."""
    head = text[:4000]
    if media_type and "html" in media_type.lower():
        return "<" in head
    if not head.lstrip("\ufeff \t\r\n").startswith("<") or _HTML.search(head) is None:
        return False
    if _FRAME.search(head) is not None:
        return True
    tags = sum(map(len, _TAG.findall(text[:SAMPLE])))
    # Below that share, or where none is in the second half, a text in which a copy left some tags.
    return tags >= MARKUP * len(text[:SAMPLE]) and _TAG.search(text, len(text) // 2) is not None


def without_markup(text: str) -> str:
    """What a meta field says, without the tags that some sites put into it."""
    return " ".join(_MARKUP.sub("", text).split())


def draw(markup: str) -> Drawn:
    """The page as text."""
    pen = _Pen()
    markup = without_deep_formats(without_runs(markup))
    if is_left_open(markup, MANY_OPEN):
        _read_tags(_RAW_TOKEN.findall(_RAW_CODE.sub("", markup)), pen)
        return pen.finish()
    tree = LexborHTMLParser(markup)
    _read_head(tree, pen.drawn)
    if (published := _published(markup)) is not None:
        pen.drawn.meta.setdefault("datePublished", published)
    if "enpproperty" in markup and (noted := _OF_A_PAPER.search(markup)) is not None:
        pen.drawn.meta |= {f"enpproperty:{name}": unescape(value) for name, value in _FIELD.findall(noted["fields"])}
    tree.strip_tags([*_SILENT, *_FURNITURE])
    for node in tree.css(_HIDDEN):
        node.decompose()
    body = tree.body
    if body is not None and body.html is not None:
        _read_tags(_TOKEN.findall(body.html), pen)
    return pen.finish()


def _published(markup: str) -> str | None:
    """The date that the scripts of a page give it, if they give one only: as accounts call it that publish their
    articles by scripts (createTime), as schema.org does, else as portals do.

    Those of portals have their hour: several of one day are those of other articles.
    """
    of_account = {match["day"] for match in _OF_AN_ACCOUNT.finditer(markup)} if "reateTime" in markup else set()
    if len(of_account) == 1:
        return of_account.pop()
    if '"datePublished"' not in markup and '"pub' not in markup:
        return None
    found = [*_IN_SCRIPT.finditer(markup)]
    by_schema = {match["day"] for match in found if match["schema"]}
    days = by_schema or {match["day"] for match in found}
    hours = {match["clock"] for match in found}
    return days.pop() if len(days) == 1 and (by_schema or len(hours) == 1) else None


def _read_head(tree: LexborHTMLParser, drawn: Drawn) -> None:
    """What the page says of itself outside its text."""
    for element in tree.css("meta"):
        attributes = element.attributes
        name = attributes.get("name") or attributes.get("property") or attributes.get("itemprop")
        if name and (content := (attributes.get("content") or "").strip()):
            drawn.meta.setdefault(name, content)
    nodes = tree.css("time[datetime]")
    own = (node for node in nodes if _is_of_entry(node) or not _is_beside(node)) if len(nodes) <= MOST_TIMES else ()
    times = {node.attributes.get("datetime") or "" for node in own}
    if len(times) == 1:  # several are those of other articles
        drawn.meta.setdefault("time", times.pop())
    if (title := tree.css_first("title")) is not None:
        drawn.head_title = " ".join(title.text().split()) or None
    if (root := tree.css_first("html[lang]")) is not None:
        drawn.language = root.attributes.get("lang")
    link = tree.css_first('link[rel="canonical"]')
    drawn.address = drawn.meta.get("og:url") or (link.attributes.get("href") if link is not None else None)


def _is_of_entry(node: LexborNode) -> bool:
    """Called so by a blog: the date of its article, though it stands in a footer of that."""
    return not _OF_ENTRY.isdisjoint((node.attributes.get("class") or "").split())


def _is_beside(node: LexborNode) -> bool:
    """Whether an element stands in a comment, a side bar, a menu or the foot."""
    above = node.parent
    while above is not None and above.tag != "body":
        called = f"{above.attributes.get('class')} {above.attributes.get('id')}".lower()
        if above.tag in ("aside", "footer", "nav") or "comment" in called:
            return True
        above = above.parent
    return False


def _read_tags(tokens: Iterable[tuple[str, str, str, str]], pen: _Pen) -> None:
    """Tag by tag: (text before it, end sign, name, attributes)."""
    for text, end, name, attributes in tokens:
        if text and (pen.pending or not text.isspace()):
            pen.write(text)
        if name in _BLOCK:
            if pen.pending:
                pen.end_line()
            if end:
                pen.leave()
            elif name != "hr":
                pen.enter(name, attributes)
        elif name == "a":
            pen.links += -1 if end else 1
        elif pen.pending and name == "br":
            pen.end_line()
        elif name in _CELLS:
            if pen.pending:
                pen.write(" ")
            pen.cells += -1 if end else 1


class _Pen:
    """Writes the drawn text, line by line."""

    def __init__(self) -> None:
        self.drawn = Drawn("")
        self.links = self.cells = 0  # that are open
        self.pending: list[str] = []  # of the line that is being written
        self._linked = 0  # characters of the line that are links
        self._visible = 0
        self._open: list[int] = []
        self._tag = ""
        self._heading_from: list[int] = []

    def write(self, text: str) -> None:
        if "&" in text:
            text = _unescape(text)
        length = len(text.strip())
        self._visible += length
        if self.links > 0:
            self._linked += length
        self.pending.append(text)

    def enter(self, name: str, attributes: str) -> None:
        """A block begins, the line before it ended."""
        self._tag = name
        if len(self._open) >= MAX_DEPTH:
            self._open.append(self._open[-1])
            return
        block = Block(name, attributes, self._open[-1] if self._open else -1, len(self.drawn.lines))
        self._open.append(len(self.drawn.blocks))
        self.drawn.blocks.append(block)
        if name in _HEADINGS or (_LIKE_A_TITLE.search(attributes) and not _TITLES.isdisjoint(block.selectors)):
            self._heading_from.append(len(self._open))

    def leave(self) -> None:
        """A block ends, and so has its last line."""
        if not self._open:
            return
        block = self._open.pop()
        parent = self._open[-1] if self._open else -1
        if parent != block:
            self.drawn.blocks[block].last = len(self.drawn.lines)
            if self._heading_from and self._heading_from[-1] == len(self._open) + 1:
                self._heading_from.pop()
                self._heading(self.drawn.blocks[block])
        self._tag = self.drawn.blocks[parent].name if parent >= 0 else ""

    def end_line(self) -> None:
        """End the line that is being written."""
        line = _unwrap("".join(self.pending)) if self._visible else ""
        if line:
            self.drawn.lines.append(DrawnLine(line, self._tag, self._linked / self._visible, self.cells > 0))
        self.pending = []
        self._linked = self._visible = 0

    def finish(self) -> Drawn:
        self.end_line()
        while self._open:
            self.leave()
        self.drawn.text = "\n".join([line.text for line in self.drawn.lines])
        return self.drawn

    def _heading(self, block: Block) -> None:
        if 1 <= block.last - block.first <= 3:
            heading = " ".join(line.text for line in self.drawn.lines[block.first : block.last])
            if len(heading) <= 200:
                self.drawn.headings.append(" ".join(heading.split()))


def _unescape(text: str) -> str:
    """The parser writes these four and no other."""
    return text.replace("&nbsp;", "\u00a0").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _unwrap(text: str) -> str:
    """One line: white space as a browser shows it, no space where a Chinese sentence was wrapped in the source."""
    text = text.strip()
    if "\n" not in text:
        return " ".join(text.split())
    return _SPACE.sub(" ", _WRAPPED.sub("", _SPACE.sub(_newline_or_space, text)))


def _newline_or_space(match: re.Match[str]) -> str:
    return "\n" if "\n" in match[0] else " "
