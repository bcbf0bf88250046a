"""Lines of which tables are made in a text: rows between bars, rows of nothing but figures, and cells one a line.

Comes in: the lines of a page. Goes out: which of them are cells and rows, so that they are taken for no counters of the
site; and the heads and rows of a table that stands one cell a line. Never here: what a cell means (fact_tables.py).

Such a table is told by its period: several labels, each with as many figures below it. A counter of a site below its
label has no second one, and lists of headlines have no figures alone on a line.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scrapers.text.furniture import MANY_BARS
from scrapers.text.lines import Line

FEWEST_FIGURES = 4  # alone in cells of a table that holds figures
FEWEST_ROWS = 2
NARROWEST = 3  # cells of a row: one figure below each label may be anything

_NUMBER = r"[-+]?(?:\d{1,3}(?: \d{3}){1,3}|\d[\d,]{0,14})(?:\.\d{1,4})?"
_FIGURE = rf"{_NUMBER}\s?(?:[%‰]|分钟|小时|个月|[万亿]?[人件例份次家名个张项台所天元]{{0,2}})"
_CELL = re.compile(rf"(?!(?:19[5-9]|20[0-4])\d$)(?:{_FIGURE}|[-—–/*]{{1,3}})")  # a year is the label of its row
_LABEL = re.compile(r"[^。;!?\n]{1,30}")
_FIGURE_CELL = re.compile(r"\|\s*\d[\d.,]*%?\s*\|")
_ROW_OF_FIGURES = re.compile(r"\d[\d.,]*+%?(?:\s{1,4}+(?:\d[\d.,]*+%?|[-—/]{1,2})){2,20}")
_TWO_LINES = re.compile(r"\n[-+ ]?\d[^\n\u3400-\u9fff]{0,120}+[\u4e00-\u9fff]{0,3}\n[-+ ]?[\d—–/*-]")


@dataclass(frozen=True, slots=True)
class Stack:
    """Numbers of lines: `heads`, and in `rows` the label, or two of them, and its figures."""

    heads: range
    rows: tuple[range, ...]

    @property
    def lines(self) -> range:
        """All of it, the first head to the last figure."""
        return range(self.heads.start, self.rows[-1].stop)


def may_stand_in(text: str) -> bool:
    """Whether figures stand alone on two lines, one below the other."""
    return _TWO_LINES.search(text) is not None


def is_figure(line: str) -> bool:
    """A cell of a figure, or one left empty."""
    return _CELL.fullmatch(line) is not None


def find(lines: Sequence[str]) -> Iterator[Stack]:
    """Every table among the lines, each without blanks around it, from above."""
    figures = [*map(is_figure, lines)]
    rows: list[range] = []
    gap = 0  # lines between the rows: what each belongs to, above its label
    for label in range(len(lines)):
        if figures[label] or figures[label + 1 : label + 2] != [True]:
            continue
        row = range(label, next((at for at in range(label + 1, len(lines)) if not figures[at]), len(lines)))
        between = label - rows[-1].stop if rows else 0
        if len(rows) == 1 and between == 1:
            gap = 1
        if rows and between != gap:
            yield from _stack(lines, rows, gap)
            rows, gap = rows[-1:] if not between else [], 0
        rows.append(row)
    yield from _stack(lines, rows, gap)


def _stack(lines: Sequence[str], rows: Sequence[range], gap: int) -> Iterator[Stack]:
    """The table of these rows, if most are as wide as one another and so many heads stand above them."""
    rows = [range(row.start - gap, row.stop) for row in rows]
    width = Counter(map(len, rows)).most_common(1)[0][0] if rows else 0
    whole = tuple(row for row in rows if len(row) == width)
    if width - gap < NARROWEST or len(whole) < FEWEST_ROWS + gap or rows[0].start < width:
        return
    heads = range(rows[0].start - width, rows[0].start)
    if all(_LABEL.fullmatch(lines[at]) for row in (heads, *(row[: gap + 1] for row in whole)) for at in row):
        yield Stack(heads, whole)


def tell(lines: Sequence[Line], folded: str) -> None:
    """Mark what is a cell or a row of a table. `folded`: the text of all the lines."""
    if "|" in folded:
        _tell_bars(lines)
    if may_stand_in(folded):
        _tell_rows(lines)
        _tell_stacks(lines)


def tell_cells(lines: Sequence[Line]) -> None:
    """Of lines in cells of tables: figures alone, if they are several, are no counters of the site."""
    figures = [line for line in lines if line.link_share < 0.5 and is_figure(line.folded)]
    if len(figures) >= FEWEST_FIGURES:
        for line in figures:
            line.furniture, line.cell = False, True


def _tell_bars(lines: Sequence[Line]) -> None:
    """Lines one below the other with as many bars, figures between them in two or more, are a table, heads and all: no
    links side by side."""
    barred = [line.folded.count("|") for line in lines]
    if max(barred, default=0) < MANY_BARS:
        return
    for bars, run in itertools.groupby(zip(lines, barred, strict=True), key=lambda each: each[1]):
        rows = [line for line, _ in run]
        if bars >= MANY_BARS and sum(_FIGURE_CELL.search(line.folded) is not None for line in rows) >= 2:
            for row in rows:
                row.furniture = False


def _tell_rows(lines: Sequence[Line]) -> None:
    """Lines of nothing but figures, one below the other, are rows of a table whose labels are years or numbers; above
    them stand as many heads."""
    for is_row, run in itertools.groupby(enumerate(lines), key=_is_row_of_figures):
        rows = [at for at, _ in run]
        if not is_row or len(rows) < 2:
            continue
        above = max(0, rows[0] - 1)
        has_heads = len(lines[above].folded.split()) == len(lines[rows[0]].folded.split())
        for at in (above, *rows) if has_heads else rows:
            lines[at].furniture, lines[at].cell = False, True


def _is_row_of_figures(numbered: tuple[int, Line]) -> bool:
    """Also that of a calendar is one, but it is of the site."""
    line = numbered[1].folded
    if _ROW_OF_FIGURES.fullmatch(line) is None:
        return False
    days = [int(cell) if cell.isdecimal() and len(cell) <= 2 else 0 for cell in line.split()]
    return any(b - a != 1 for a, b in itertools.pairwise(days))


def _tell_stacks(lines: Sequence[Line]) -> None:
    """The cells of a table one below the other are no counters of the site."""
    for stack in find([line.folded for line in lines]):
        for at in stack.lines:
            lines[at].furniture, lines[at].cell = False, True
