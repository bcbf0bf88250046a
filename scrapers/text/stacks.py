"""Tables of which a copy left one cell a line: the heads one below the other, then each label and its figures.

Comes in: the lines of a page. Goes out: which of them are the heads, and which each row. Never here: what a cell means.

A table is told by its period: several labels, each with as many figures below it. A counter of a site below its label
has no second one, and lists of headlines have no figures alone on a line.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

FEWEST_ROWS = 2
NARROWEST = 3  # cells of a row: one figure below each label may be anything

_FIGURE = r"[-+]?\d[\d,]{0,14}(?:\.\d{1,4})?\s?(?:[%‰]|[万亿]?[人件例份次家名个张项台所天元]{0,2})"
_CELL = re.compile(rf"(?!(?:19[5-9]|20[0-4])\d$)(?:{_FIGURE}|[-—–/*]{{1,3}})")  # a year is the label of its row
_LABEL = re.compile(r"[^。;!?\n]{1,30}")
_PAIR = re.compile(rf"\n{_FIGURE}\s?\n\s?(?:{_FIGURE}|[-—–/*]{{1,3}})(?=\n|$)")


@dataclass(frozen=True, slots=True)
class Stack:
    """Numbers of lines: `heads`, and in `rows` the label and its figures."""

    heads: range
    rows: tuple[range, ...]

    @property
    def lines(self) -> range:
        """All of it, the first head to the last figure."""
        return range(self.heads.start, self.rows[-1].stop)


def may_stand_in(text: str) -> bool:
    """Whether two figures stand alone on lines one below the other."""
    return _PAIR.search(text) is not None


def is_figure(line: str) -> bool:
    """A cell of a figure, or one left empty."""
    return _CELL.fullmatch(line) is not None


def find(lines: Sequence[str]) -> Iterator[Stack]:
    """Every table among the lines, from above."""
    figures = [is_figure(line.strip()) for line in lines]
    rows: list[range] = []
    for label in range(len(lines)):
        if figures[label] or figures[label + 1 : label + 2] != [True]:
            continue
        row = range(label, next((at for at in range(label + 1, len(lines)) if not figures[at]), len(lines)))
        if rows and rows[-1].stop != label:
            yield from _stack(lines, rows)
            rows = []
        rows.append(row)
    yield from _stack(lines, rows)


def _stack(lines: Sequence[str], rows: Sequence[range]) -> Iterator[Stack]:
    """The table of these rows, if most are as wide as one another and so many heads stand above them."""
    width = Counter(map(len, rows)).most_common(1)[0][0] if rows else 0
    whole = tuple(row for row in rows if len(row) == width)
    if width < NARROWEST or len(whole) < FEWEST_ROWS or rows[0].start < width:
        return
    heads = range(rows[0].start - width, rows[0].start)
    if all(_LABEL.fullmatch(lines[at]) for row in (heads, *(row[:1] for row in whole)) for at in row):
        yield Stack(heads, whole)
