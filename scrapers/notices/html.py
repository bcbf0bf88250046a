"""The markup of a page → its text, line by line, with what the markup says of each line.

Comes in: decoded HTML. Goes out: `Drawn`: the text as a reader without styles would see it, one block a line, and
for each line its tag, its share of links and the element it stands in; the meta fields and titles of the head.
Never here: which of the lines are the article.

A stray </html> or </body> in mid page makes the parser begin a second root and lose the rest (seen on a real
www.gov.cn page, 80 % of the text lost), so they are taken out first.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, field

from bs4 import BeautifulSoup, Comment, Tag
from bs4.element import CData, Declaration, Doctype, NavigableString, ProcessingInstruction

_STRAY_ENDS = re.compile(r"</\s*(?:html|body)\b[^>]{0,40}>", re.I)
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|meta|title|div|p|span|table|article|section|script)\b", re.I)
_SPACE = re.compile(r"\s+")
_WRAPPED = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef]) ?\n ?(?=[\u3000-\u9fff\uff00-\uffef])")

_SILENT = re.compile("script|style|noscript|template|iframe|object|svg|select|button|textarea|head|title")
_FURNITURE = re.compile("nav|footer|aside")
_BLOCK = re.compile(
    "address|article|blockquote|body|caption|center|dd|div|dl|dt|fieldset|figcaption|figure|form|h[1-6r]|header|html"
    "|legend|li|main|ol|p|pre|section|table|tbody|tfoot|thead|tr|ul"
)
_CELLS = frozenset({"td", "th"})
_INVISIBLE = (Comment, CData, Declaration, Doctype, ProcessingInstruction)
_TITLE_CLASSES = frozenset({"tit", "title", "article-title", "article_title", "arc-title", "biaoti", "post_title"})
MAX_DEPTH = 2000  # elements; deeper ones are read as if they stood at this depth


@dataclass(slots=True)
class DrawnLine:
    start: int
    end: int
    tag: str
    link_share: float
    block: int  # index of the innermost block element


@dataclass(slots=True)
class Block:
    """A block element: lines[first:last] stand in it."""

    name: str
    ident: str
    classes: tuple[str, ...]
    parent: int
    first: int
    last: int = 0


@dataclass(slots=True)
class Drawn:
    text: str
    lines: list[DrawnLine] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    meta: dict[str, str] = field(default_factory=dict)
    head_title: str | None = None
    headings: list[str] = field(default_factory=list)  # h1..h3 and elements that call themselves title, in order


def is_html(text: str, media_type: str | None = None) -> bool:
    """Markup or plain text? The type the server gave is believed only where the text agrees."""
    head = text[:4000]
    if media_type and "html" in media_type.lower():
        return "<" in head
    return head.lstrip("\ufeff \t\r\n").startswith("<") and _HTML.search(head) is not None


def draw(markup: str) -> Drawn:
    """The page as text."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # markup that looks like an address or XML is still a page
        soup = BeautifulSoup(_STRAY_ENDS.sub("", markup), "lxml")
    pen = _Pen()
    for element in soup.find_all("meta"):
        name = _attribute(element, "name") or _attribute(element, "property")
        if name and (content := _attribute(element, "content").strip()):
            pen.drawn.meta.setdefault(name, content)
    if soup.title is not None:
        pen.drawn.head_title = " ".join(soup.title.get_text().split()) or None
    _walk(soup.body or soup, pen)
    return pen.finish()


def _walk(root: Tag, pen: _Pen) -> None:
    """Depth first with a stack of its own: pages nest deeper than Python may call."""
    stack: list[tuple[Tag | NavigableString, bool]] = [(root, False)]
    while stack:
        node, leaving = stack.pop()
        if isinstance(node, NavigableString):
            if not isinstance(node, _INVISIBLE):
                pen.write(node)
            continue
        if leaving:
            pen.leave(node)
            continue
        if _SILENT.fullmatch(node.name) or _FURNITURE.fullmatch(node.name) or _is_hidden(node):
            continue
        pen.enter(node)
        stack.append((node, True))
        stack.extend((child, False) for child in reversed(node.contents) if isinstance(child, Tag | NavigableString))


class _Pen:
    """Writes the drawn text, line by line."""

    def __init__(self) -> None:
        self.drawn = Drawn("")
        self._parts: list[str] = []
        self._length = 0
        self._pending: list[tuple[str, bool]] = []
        self._open: list[int] = []
        self._links = 0
        self._tag = ""
        self._heading_from: list[tuple[str, int]] = []

    def enter(self, node: Tag) -> None:
        name = node.name
        if name == "a":
            self._links += 1
        elif name == "br":
            self._break()
        elif name in _CELLS:
            self._pending.append((" ", False))
        elif _BLOCK.fullmatch(name):
            self._break()
            self._tag = name
            if len(self._open) < MAX_DEPTH:
                parent = self._open[-1] if self._open else -1
                classes = tuple(str(c) for c in node.get_attribute_list("class") if c)
                self.drawn.blocks.append(Block(name, _attribute(node, "id"), classes, parent, len(self.drawn.lines)))
                self._open.append(len(self.drawn.blocks) - 1)
                if name in ("h1", "h2", "h3") or not _TITLE_CLASSES.isdisjoint(classes):
                    self._heading_from.append((name, len(self._open)))
            else:
                self._open.append(self._open[-1])

    def leave(self, node: Tag) -> None:
        name = node.name
        if name == "a":
            self._links -= 1
        elif _BLOCK.fullmatch(name):
            self._break()
            block = self._open.pop()
            if not self._open or self._open[-1] != block:
                self.drawn.blocks[block].last = len(self.drawn.lines)
                if self._heading_from and self._heading_from[-1][1] == len(self._open) + 1:
                    self._heading_from.pop()
                    self._heading(self.drawn.blocks[block])
            self._tag = self.drawn.blocks[self._open[-1]].name if self._open else ""

    def write(self, text: str) -> None:
        self._pending.append((text, self._links > 0))

    def finish(self) -> Drawn:
        self._break()
        self.drawn.text = "".join(self._parts)
        return self.drawn

    def _heading(self, block: Block) -> None:
        lines = self.drawn.lines[block.first : block.last]
        if 1 <= len(lines) <= 3:
            begin, end = lines[0].start, lines[-1].end
            if end - begin <= 200:
                self.drawn.headings.append(self._tail(begin, end))

    def _tail(self, begin: int, end: int) -> str:
        """The text of the last lines, without joining the whole page again."""
        needed = self._length - begin
        tail: list[str] = []
        got = 0
        for part in reversed(self._parts):
            tail.append(part)
            got += len(part)
            if got >= needed:
                break
        text = "".join(reversed(tail))
        return " ".join(text[got - needed : got - needed + end - begin].split())

    def _break(self) -> None:
        """End the line that is being written, if anything is on it."""
        if not self._pending:
            return
        line = _unwrap("".join(text for text, _ in self._pending))
        if line:
            linked = sum(len(text.strip()) for text, is_link in self._pending if is_link)
            visible = sum(len(text.strip()) for text, _ in self._pending)
            if self._parts:
                self._parts.append("\n")
                self._length += 1
            block = self._open[-1] if self._open else -1
            share = linked / visible if visible else 0.0
            self.drawn.lines.append(DrawnLine(self._length, self._length + len(line), self._tag, share, block))
            self._parts.append(line)
            self._length += len(line)
        self._pending = []


def _unwrap(text: str) -> str:
    """One line: white space as a browser shows it, no space where a Chinese sentence was wrapped in the source."""
    return _SPACE.sub(" ", _WRAPPED.sub("", _SPACE.sub(_newline_or_space, text))).strip()


def _newline_or_space(match: re.Match[str]) -> str:
    return "\n" if "\n" in match[0] else " "


def _is_hidden(node: Tag) -> bool:
    style = _attribute(node, "style")
    return bool(style) and "display:none" in style.replace(" ", "").lower()


def _attribute(node: Tag, name: str) -> str:
    value = node.get(name)
    return value if isinstance(value, str) else " ".join(value or ())
