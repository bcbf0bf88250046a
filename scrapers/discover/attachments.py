"""The files that a notice links to: pdf, doc, docx, xls, xlsx, zip.

Comes in: the markup of a notice and its own address. Goes out: `Link`s in the order of the page, each address once.
Never here: fetching, or judging what a file is (fetch/documents.py does).

The base is the address of the article itself, as a browser has it: nhc.gov.cn writes `<hex>/files/<name>.pdf` in the
page `…/202211/<hex>.shtml`, which is `…/202211/<hex>/files/<name>.pdf` (SPEC E: joining it to the list, or behind
the page's own name, is the usual mistake). A page's <base> counts where it names the same host.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scrapers.addresses import absolute
from scrapers.fetch.challenge import without_deep_formats

ENDINGS = ("pdf", "doc", "docx", "xls", "xlsx", "zip")

_NAMED = re.compile(rf"\.({'|'.join(ENDINGS)})\s*$", re.I)
_MENTIONED = re.compile(rf"\.({'|'.join(ENDINGS)})\b", re.I)
_STRAY_ENDS = re.compile(r"</\s*(?:html|body)\b[^>]{0,40}>", re.I)
_FURNITURE_TAGS = frozenset({"nav", "footer", "aside"})
_FURNITURE_NAMES = re.compile(
    r"(?:^|[-_\s])(?:nav|navbar|menu|foot|footer|sidebar|side|related|recommend|friendlink)", re.I
)
_SECOND_LEVEL = re.compile(r"(?:gov|com|org|net|edu|ac)\.cn$|\.(?:com|org|gov|edu)\.(?:hk|tw|mo)$")


@dataclass(frozen=True, slots=True)
class Link:
    """One file. `name` is what the page calls it where that is a file's name, else the last part of its address."""

    url: str
    name: str


def links(markup: str, base: str) -> list[Link]:
    """The files of a notice. A link that leads to another site is a reference, not an attachment."""
    if not _MENTIONED.search(markup):
        return []  # most notices: the parser is not needed, and takes long over hostile markup
    tree = LexborHTMLParser(_STRAY_ENDS.sub("", without_deep_formats(markup)))
    found: dict[str, Link] = {}
    here = _base(tree, base)
    for node in tree.css("a[href]"):
        url = absolute(here, node.attributes.get("href") or "")
        if url is None or not _is_same_site(url, base) or url == absolute(base, ""):
            continue
        name = next((n for n in _names(node, url) if _NAMED.search(n)), None)
        if name and not _in_furniture(node):
            found.setdefault(url, Link(url, " ".join(name.split())[-200:]))
    return list(found.values())


def _base(tree: LexborHTMLParser, base: str) -> str:
    stated = tree.css_first("base[href]")
    here = absolute(base, stated.attributes.get("href") or "") if stated else None
    return here if here and urlsplit(here).netloc == urlsplit(absolute(base, "") or base).netloc else base


def _names(node: LexborNode, url: str) -> Iterator[str]:
    """What might be the file's name: the text of the link, its attributes, its path, the values in its query."""
    yield node.text()
    yield from (node.attributes.get(a) or "" for a in ("download", "title"))
    parts = urlsplit(url)
    yield unquote(parts.path).rpartition("/")[2]
    yield from (value for _, value in parse_qsl(parts.query))


def _in_furniture(node: LexborNode) -> bool:
    """Does the link stand in the page's frame rather than in the notice?"""
    parent = node.parent
    while parent is not None and parent.tag not in ("body", "html"):
        names = f"{parent.attributes.get('class') or ''} {parent.attributes.get('id') or ''}"
        if parent.tag in _FURNITURE_TAGS or _FURNITURE_NAMES.search(names):
            return True
        parent = parent.parent
    return False


def _is_same_site(url: str, base: str) -> bool:
    """One host, or two of one owner: www.nhc.gov.cn and static.nhc.gov.cn."""
    return _site(urlsplit(url).hostname or "") == _site(urlsplit(base).hostname or "")


def _site(host: str) -> str:
    labels = host.lower().rstrip(".").split(".")
    if labels[-1].isdigit() or ":" in host:
        return host  # an address of numbers has no owner's part
    return ".".join(labels[-3 if _SECOND_LEVEL.search(host.lower()) else -2 :])
