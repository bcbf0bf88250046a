"""Feed files of every format → numbered lines of canonical NDJSON.

Comes in: a file, the name under which it was sent, its source. Goes out: slices of lines, each under the number by
which its sender finds it: the line of an NDJSON file, the row of a sheet. Never here: judging a record.

A format is told by the bytes, and by the name only where the bytes do not tell. A workbook's sheets follow one another:
row r of the nth sheet that holds records is line (n - 1) * SHEET + r, so a workbook with one such sheet has its rows'
own numbers.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from scrapers.feeds import csv, json_page, ndjson, table, xlsx
from scrapers.feeds.ndjson import Blamed, Slice, Unreadable
from scrapers.feeds.table import Notes, Row, Sheet
from scrapers.registry import Source

__all__ = ["SHEET", "Blamed", "Notes", "Reading", "Slice", "Unreadable", "place_of", "read", "searched", "slices"]

SHEET = 10_000_000  # more than the rows of any sheet
ROWS_A_SLICE = 20_000
LINES = (".ndjson", ".jsonl", ".json")
TABLES = (".csv", ".tsv", ".txt")
Format = Literal["ndjson", "csv", "xlsx"]


@dataclass(slots=True)
class Reading:
    """What is known of a file when its slices are read to the end.

    `sheets`: of each sheet with records, its number in the workbook (1 for CSV) and the notes on it. `skipped`: the
    numbers of sheets that hold something and no headings that anybody knows.
    """

    format: Format
    sheets: list[tuple[int, Notes]] = field(default_factory=list)
    skipped: list[int] = field(default_factory=list)


def slices(path: Path, name: str | None = None, source: Source | None = None) -> Iterator[Slice]:
    """The lines of a file. Raises Unreadable; slices given out before that are void."""
    return read(path, name, source)[1]


def read(path: Path, name: str | None = None, source: Source | None = None) -> tuple[Reading, Iterator[Slice]]:
    """The same, with the reading that fills while the slices are read. Raises Unreadable, then or later."""
    name = name or path.name
    reading = Reading(format_of(path, name))
    if reading.format == "ndjson":
        return reading, _lines(path)
    return reading, _sliced(_tables(reading, path, source, name))


def searched(path: Path, name: str | None = None, source: Source | None = None) -> Iterator[Slice]:
    """What the wall searches: the lines, or of a table every cell; as line 0 every other text of a workbook, and what a
    packed file says beside its lines."""
    name = name or path.name
    if beside := ndjson.beside_lines(path):
        yield Slice(0, [beside])
    match format_of(path, name):
        case "ndjson":
            yield from _lines(path)
        case "csv":
            yield from _seen(csv.sheet(path), source, name, 0)
        case "xlsx":
            with xlsx.opened(path) as book:
                for number, part in enumerate(book.parts):
                    yield from _seen(book.sheet(part), source, name, number * SHEET)
                yield Slice(0, [json.dumps({"?": list(dict.fromkeys(book.texts()))}, ensure_ascii=False).encode()])


def _lines(path: Path) -> Iterator[Slice]:
    """The lines of NDJSON, or the records of one page of a REST answer."""
    page = json_page.lines(path)
    if page is None:
        yield from ndjson.slices(path)
    elif page:
        yield Slice(1, page)


def place_of(line: int) -> tuple[int, int]:
    """(which sheet with records, from 0; its row) of a line of a table."""
    return divmod(line, SHEET)


def format_of(path: Path, name: str) -> Format:
    """Bytes first: a container, then whatever opens as JSON does. Raises Unreadable."""
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith(b"PK\x03\x04") and xlsx.is_workbook(path):
        return "xlsx"
    plain = name.lower().removesuffix(".gz").removesuffix(".zst")
    if plain.endswith(LINES) or head.startswith(ndjson.CONTAINERS):
        return "ndjson"
    with ndjson.opened(path) as opened, ndjson.damage_told():
        start = opened.read(4096)
    first = start.removeprefix(ndjson.BOM).lstrip()[:1]
    if first in (b"", b"{", b"["):
        return "ndjson"
    return "csv" if plain.endswith(TABLES) else _guessed(path, name)


def _guessed(path: Path, name: str) -> Format:
    """A file whose name says nothing is a table where it has headings."""
    try:
        for _ in table.read(csv.sheet(path), None, name, Notes()):
            return "csv"
    except Unreadable:
        pass
    return "ndjson"


# ---- tables


def _tables(reading: Reading, path: Path, source: Source | None, name: str) -> Iterator[tuple[Row, Notes]]:
    """The rows of every sheet that holds records, under the file's own numbering."""
    if reading.format == "csv":
        notes = Notes()
        reading.sheets.append((1, notes))
        yield from ((row, notes) for row in table.read(csv.sheet(path), source, name, notes))
        return
    with xlsx.opened(path) as book:
        fault: Unreadable | None = None
        for number, part in enumerate(book.parts, 1):
            if part.is_hidden:
                continue
            notes, start = Notes(), len(reading.sheets) * SHEET
            rows = table.read(book.sheet(part), source, name, notes)
            try:
                first = next(rows)
            except Unreadable as unreadable:
                if not unreadable.rule.startswith("TABLE-"):
                    raise
                if unreadable.rule != "TABLE-empty":
                    reading.skipped.append(number)
                    fault = unreadable
                continue
            reading.sheets.append((number, notes))
            yield _moved(first, start), notes
            yield from ((_moved(row, start), notes) for row in rows)
        if not reading.sheets:
            raise fault or Unreadable("TABLE-empty")


def _moved(row: Row, start: int) -> Row:
    return Row(start + row.number, row.line, row.blamed, row.seen) if start else row


def _sliced(rows: Iterator[tuple[Row, Notes]]) -> Iterator[Slice]:
    first, lines, blamed = 1, list[bytes](), dict[int, Blamed]()
    told: Counter[str] = Counter()
    notes: Notes | None = None
    for row, notes in rows:
        if lines and (row.number != first + len(lines) or len(lines) >= ROWS_A_SLICE):
            yield Slice(first, lines, blamed, _news(notes, told))
            lines, blamed = [], {}
        first = first if lines else row.number
        lines.append(row.line)
        if row.blamed:
            blamed[row.number] = row.blamed
    if notes is not None:
        yield Slice(first, lines, blamed, _news(notes, told))


def _news(notes: Notes, told: Counter[str]) -> Counter[str]:
    """The warnings that came since the last slice."""
    fresh = notes.warnings - told
    told.clear()
    told.update(notes.warnings)
    return fresh


def _seen(sheet: Sheet, source: Source | None, name: str, start: int) -> Iterator[Slice]:
    rows = table.read(sheet, source, name, Notes())
    try:
        first = next(rows, None)
    except Unreadable as unreadable:
        if not unreadable.rule.startswith("TABLE-"):
            raise
        rows, first = table.seen_only(sheet), None
    lines = [] if first is None else [first.seen]
    begin = start + 1
    for row in rows:
        lines.append(row.seen)
        if len(lines) >= ROWS_A_SLICE:
            yield Slice(begin, lines)
            begin, lines = begin + len(lines), []
    if lines:
        yield Slice(begin, lines)
