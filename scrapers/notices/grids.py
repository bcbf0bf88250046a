"""Tables in the markup of a page → grids of cells, rowspan and colspan resolved.

Comes in: decoded HTML. Goes out: `Grid`: rows of `Cell`s, every row as wide as the table; a cell that spans several
places stands in each of them, `is_carried` in all but the first. Never here: what a cell means.

A span is believed up to the size of a real table, so a hostile colspan costs nothing. A table inside a cell is a
table of its own, and its text is not the outer cell's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scrapers.fetch.challenge import without_deep_formats

WIDEST = 60  # columns that are read
LONGEST = 5000  # rows
LONGEST_CELL = 4000  # characters

_SILENT = frozenset({"script", "style", "noscript", "template", "table"})
_BREAKS = frozenset({"br", "p", "div", "li", "ul", "ol"})


@dataclass(frozen=True, slots=True)
class Cell:
    """`text`: white space as one blank, a line end where the markup breaks the line. `order`: number in the table."""

    text: str
    order: int
    is_carried: bool = False


Grid = list[list[Cell]]


def read(markup: str) -> list[Grid]:
    """The tables of a page in their order, those without two rows and two columns left out (layout)."""
    if "<table" not in markup and "<TABLE" not in markup:
        return []
    grids = []
    for table in LexborHTMLParser(without_deep_formats(markup)).css("table"):
        grid = _grid(table)
        if len(grid) > 1 and max(map(len, grid)) > 1:
            grids.append(grid)
    return grids


def _grid(table: LexborNode) -> Grid:
    """Each row takes the columns that no cell from above still holds, as HTML lays tables out."""
    grid: Grid = []
    held: dict[int, tuple[Cell, int]] = {}  # column → the cell from above and the rows it still fills
    order = 0
    for row in _rows(table):
        if len(grid) == LONGEST:
            break
        cells: dict[int, Cell] = {}
        for column, (cell, rows) in list(held.items()):
            cells[column] = replace(cell, is_carried=True)
            if rows == 1:
                del held[column]
            else:
                held[column] = (cell, rows - 1)
        column = 0
        for node in _cells(row):
            while column in cells:
                column += 1
            if column >= WIDEST:
                break
            cell = Cell(_text(node), order)
            order += 1
            for place in range(column, min(column + _span(node, "colspan"), WIDEST)):
                cells.setdefault(place, cell if place == column else replace(cell, is_carried=True))
                if (down := _span(node, "rowspan")) > 1:
                    held[place] = (cell, down - 1)
        if cells:
            empty = Cell("", -1)
            grid.append([cells.get(place, empty) for place in range(max(cells) + 1)])
    return grid


def _rows(table: LexborNode) -> Iterator[LexborNode]:
    for child in table.iter():
        if child.tag == "tr":
            yield child
        elif child.tag in ("thead", "tbody", "tfoot"):
            yield from (row for row in child.iter() if row.tag == "tr")


def _cells(row: LexborNode) -> Iterator[LexborNode]:
    return (cell for cell in row.iter() if cell.tag in ("td", "th"))


def _span(cell: LexborNode, name: str) -> int:
    """0 means to the end of its group; it is read as 1, as a span that nobody can follow."""
    said = (cell.attributes.get(name) or "").strip()
    return max(1, min(int(said), LONGEST)) if said.isascii() and said.isdigit() and len(said) < 6 else 1


def _text(cell: LexborNode) -> str:
    """Without the tables inside it."""
    parts: list[str] = []
    length = 0
    stack = [cell]
    while stack and length < LONGEST_CELL:
        node = stack.pop()
        if node.tag == "-text":
            parts.append(node.text(deep=False) or "")
            length += len(parts[-1])
        elif node is cell or node.tag not in _SILENT:
            if node.tag in _BREAKS:
                parts.append("\v")
            stack.extend(reversed(list(node.iter(include_text=True))))
    return "\n".join(filter(None, (" ".join(line.split()) for line in "".join(parts).split("\v"))))
