"""Question marks that a copy tool left at the ends of table cells: ??????楚雄彝族自治州 ????????.

Comes in: text in which the rows of a table are lines with | or tabs between the cells, or one cell. Goes out: the edits
that take the marks off. Never here: a mark within a cell, a cell that asks something, a cell without a Chinese
character, or running text.

A line that is nothing but the full name of a place counts as a cell: copies lose the bars, too.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from scrapers.text import gazetteer, script
from scrapers.text.trace import Edit

LONGEST_CELL = 40  # characters; a longer one is a sentence
FEWEST_BARS = 2  # in a row; a headline may have one

_HAN = re.compile(r"[\u3400-\u9fff]")
_NAME = re.compile(r"[\u3400-\u9fff]{2,20}")
_ASKS = re.compile(r"[吗嗎呢吧么麼何谁誰哪几幾]|什么|什麼|怎|是否|能否|可否|多少|[是有能会會可要]不|为啥|為啥|咋")
_BAR = re.compile(r"[|\uff5c\t]")


def trim(cell: str) -> str:
    """One cell without residue at its ends; as it is where the mark may be meant."""
    span = _kept(cell)
    return cell if span is None else cell[slice(*span)]


def trim_cells(text: str) -> list[Edit]:
    """The residue in every row, and around every line that is a place."""
    return [
        Edit(start, end, " " if "|" in text[max(0, start - 1) : end + 1] else "", "cell_residue")
        for begin, stop in _lines_with_marks(text)
        for cell_begin, cell_end in _cells(text, begin, stop)
        for start, end in _residue(text, cell_begin, cell_end)
    ]


def _lines_with_marks(text: str) -> Iterator[tuple[int, int]]:
    at = text.find("?")
    while at >= 0:
        begin = text.rfind("\n", 0, at) + 1
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        yield begin, end
        at = text.find("?", end)


def _cells(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """The cells of a row; the whole line if it is a place; nothing of running text."""
    bars = [m.start() for m in _BAR.finditer(text, begin, end)]
    if len(bars) >= FEWEST_BARS or (bars and bars[-1] == end - 1):
        edges = [begin - 1, *bars, end]
        yield from ((left + 1, right) for left, right in itertools.pairwise(edges))
    elif not bars and _is_place(text[begin:end]):
        yield begin, end


def _is_place(line: str) -> bool:
    name = line.strip("? \t\u3000")
    if not _NAME.fullmatch(name):
        return False
    return gazetteer.resolve(script.convert(name))[1] == "full_name"


def _residue(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """The spans at both ends of a cell that hold a mark."""
    span = _kept(text[begin:end])
    if span is None:
        return
    for start, stop in ((begin, begin + span[0]), (begin + span[1], end)):
        if "?" in text[start:stop]:
            yield start, stop


def _kept(cell: str) -> tuple[int, int] | None:
    """What stays of a cell; None where nothing is to go."""
    left = len(cell) - len(cell.lstrip("? \t\u3000"))
    kept = cell.strip("? \t\u3000")
    if "?" not in cell or len(kept) > LONGEST_CELL or not _HAN.search(kept) or _ASKS.search(kept):
        return None
    return left, left + len(kept)
