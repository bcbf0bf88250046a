"""The tables of a page, each cell led to its characters in the article.

Comes in: a `Page`, the grids of its markup (grids.py), lines with | or tabs. Goes out: `Cell`s. Never here: what a cell
means (place_tables.py, fact_tables.py).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from scrapers.notices import grids
from scrapers.notices.page import Page

RESIDUE = "? \u3000\t\n"  # around the text of a cell


@dataclass(eq=False)
class Cell:
    """page.text[start:end], and the span of the whole cell in the page as it came."""

    text: str  # folded, of the same length as the span
    start: int
    raw: tuple[int, int]
    is_carried: bool = False

    @property
    def end(self) -> int:
        return self.start + len(self.text)


C = TypeVar("C", bound=Cell)


def pieces(text: str, start: int, mark: re.Pattern[str], around: str | None = None) -> Iterator[tuple[str, int]]:
    """What stands between the marks of a text that begins at `start`, and where; without what is `around` (blanks)."""
    at = 0
    for cut in [*mark.finditer(text), None]:
        end = cut.start() if cut else len(text)
        piece = text[at:end]
        yield piece.strip(around), start + at + len(piece) - len(piece.lstrip(around))
        at = cut.end() if cut else end


class Body(Generic[C]):
    """The article's text as lines and cells, with the way back to the page as it came. `cell`: what they are made."""

    def __init__(self, page: Page, cell: type[C]) -> None:
        self.page, self.make = page, cell
        self.text = page.folded[: page.body_length]

    def lines(self) -> list[C]:
        cells = []
        at = 0
        for line in self.text.split("\n"):
            if line.strip():
                cells.append(self.make(line, at, (at, at + len(line))))
            at += len(line) + 1
        return cells

    def above(self, start: int, reach: int) -> list[str]:
        """The lines above a place, as far as so many characters reach."""
        return [line for line in self.text[max(0, start - reach) : start].split("\n") if line.strip()]

    def cut(self, line: Cell, mark: str) -> list[C]:
        """The cells of a line between marks; the raw span of each reaches from mark to mark, residue and all."""
        origin = self.page.traced.origin
        raw_first, raw_last = origin(line.start, line.start + 1)[0], origin(line.end - 1, line.end)[1]
        marks = [line.start + at for at, character in enumerate(line.text) if character == mark]
        ends = [at for at in range(raw_first, raw_last) if self.page.raw[at] == mark]
        if len(ends) != len(marks):  # else each is found again where it was
            ends = [origin(at, at + 1)[0] for at in marks]
        begins = [raw_first, *(at + 1 for at in ends)]
        cells = []
        for before, after, begin, end in zip(
            (line.start - 1, *marks), (*marks, line.end), begins, (*ends, raw_last), strict=True
        ):
            text = self.text[before + 1 : after]
            start = before + 1 + len(text) - len(text.lstrip(RESIDUE))
            cells.append(self.make(text.strip(RESIDUE), start, (begin, max(begin, end))))
        if len(cells) > 1 and not cells[0].text and not self.page.raw[slice(*cells[0].raw)].strip():
            del cells[0]
        if len(cells) > 1 and not cells[-1].text and not self.page.raw[slice(*cells[-1].raw)].strip():
            del cells[-1]
        return cells

    def tables(self, found: Sequence[grids.Grid]) -> Iterator[list[list[C]]]:
        """Tables of the markup, each cell led to its characters in the article; cells that are not there are empty."""
        if not found:
            return
        raw = self.page.raw
        kept = [at for at, character in enumerate(raw) if not character.isspace() and character != "|"]
        squeezed = "".join(raw[at] for at in kept)
        cursor = 0
        for grid in found:
            own = [cell for row in grid for cell in row if not cell.is_carried and cell.order >= 0]
            words = ["".join(cell.text.replace("|", "").split()) for cell in own]
            begin = squeezed.find("".join(words), cursor)
            if begin < 0 or not any(words):
                continue
            spans: dict[int, tuple[int, int]] = {}
            at = begin
            for cell, word in zip(own, words, strict=True):
                spans[cell.order] = (kept[at], kept[at + len(word) - 1] + 1) if word else (0, 0)
                at += len(word)
            cursor = begin  # a table inside a cell comes next, and stands within this one
            there = self._forward(kept[begin], kept[at - 1] + 1)
            yield [[self._placed(cell, spans, there) for cell in row] for row in grid]

    def _forward(self, raw_start: int, raw_end: int) -> list[tuple[int, int]]:
        """(place in the raw page, place in the text) of the article's characters from this part of the raw page."""
        origin = self.page.traced.origin
        pairs = []
        for line in self.lines():
            if origin(line.start, line.start + 1)[0] < raw_end and origin(line.end - 1, line.end)[1] > raw_start:
                pairs += [(origin(at, at + 1)[0], at) for at in range(line.start, line.end)]
        return sorted(pairs)

    def _placed(self, cell: grids.Cell, spans: dict[int, tuple[int, int]], there: list[tuple[int, int]]) -> C:
        raw = spans.get(cell.order, (0, 0))
        first, last = bisect_left(there, (raw[0], -1)), bisect_left(there, (raw[1], -1))
        if first == last:
            return self.make("", 0, raw, cell.is_carried)
        start, end = there[first][1], there[last - 1][1] + 1
        text = self.text[start:end]
        start += len(text) - len(text.lstrip(RESIDUE))
        return self.make(text.strip(RESIDUE), start, raw, cell.is_carried)
