"""One line of a page: where it stands, and whether it is a sentence.

Comes in: lines as page.py cuts them. Goes out: `Line`, and answers about one by its shape and its letters alone. Never
here: what sites print (furniture.py) or what stands around a line (segments.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

PROSE_HAN = 25  # a line of at least so many Chinese characters with a sentence's punctuation is prose
LATIN_PROSE = 60  # letters of a sentence in English
LATIN = 20  # letters of a line without a Chinese character that is none of a Chinese article
KANA_WITHIN = 60  # characters of a sentence in Japanese of which some are kana
KANA = 8  # kana of a line that is in Japanese
_HAN = re.compile(r"[\u3400-\u9fff]+")
_MUCH_HAN = re.compile(rf"(?:[^\u3400-\u9fff]*+[\u3400-\u9fff]){{{PROSE_HAN}}}")
_STOP = re.compile(r"[。;!?]")
_KANA = re.compile(r"[\u3041-\u30ff]")
_LATIN = re.compile(r"[A-Za-z]")


@dataclass(slots=True)
class Line:
    """One line of a page, trimmed. text == page[start:end], folded is fold(text); link_share: how much is links."""

    start: int
    end: int
    text: str
    folded: str
    link_share: float = 0.0
    tag: str = ""
    cell: bool = False  # it is a cell or a row of a table
    hinted: bool | None = None  # whether a word of sites may stand in it (furniture.hint)
    # What is_furniture, is_prose, heads.is_head, is_end and heads.day said: they are asked several times.
    furniture: bool | None = None
    prose: bool | None = None
    head: bool | None = None
    ends: bool | None = None
    day: tuple[str, str | None] | Literal[False] | None = False


def cut(line: Line, begin: int, end: int) -> Line:
    """The part text[begin:end], trimmed."""
    part = line.text[begin:end]
    begin += len(part) - len(part.lstrip())
    end -= len(part) - len(part.rstrip())
    span = line.start + begin, line.start + end
    return Line(
        *span,
        line.text[begin:end],
        line.folded[begin:end],
        line.link_share,
        line.tag,
        hinted=None if line.hinted else line.hinted,
    )


def is_prose(line: Line) -> bool:
    """A sentence of an article: long enough, punctuated, not a link."""
    if line.prose is None:
        is_long = len(line.text) >= PROSE_HAN and _STOP.search(line.folded) is not None
        line.prose = is_long and _MUCH_HAN.match(line.text, 0, 200) is not None
    return line.prose and line.link_share < 0.5


def is_foreign(line: Line) -> bool:
    """A sentence in Latin letters or in kana: what sites tell readers of other languages."""
    return is_in_kana(line) or is_in_latin(line)


def is_in_latin(line: Line) -> bool:
    return len(line.text) >= LATIN and not _HAN.search(line.text) and len(_LATIN.findall(line.text)) >= LATIN


def is_latin_prose(line: Line) -> bool:
    """A sentence of an article in English."""
    return len(line.text) >= LATIN_PROSE and line.text.endswith((".", ".”", '."')) and is_in_latin(line)


def is_in_kana(line: Line) -> bool:
    return _KANA.search(line.text, 0, KANA_WITHIN) is not None and len(_KANA.findall(line.text)) >= KANA
