"""A CSV file → its one sheet.

Comes in: a file, plain or compressed, in UTF-8, UTF-16 or GB18030, parted by commas, semicolons or tabs. Goes out: a
`Sheet` whose rows are counted as a spreadsheet program counts them (a quoted line end is within its row). Never here:
what a cell means.

The encoding is proven: a mark at the beginning, else strict UTF-8, else strict GB18030; a replacement or private
character refuses the file (Q15), because what it was is lost. A quotation mark that is never closed would swallow rows:
the file is refused whole (TABLE-quotes).
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, TextIO

from scrapers.feeds import ndjson
from scrapers.feeds.cells import Cell
from scrapers.feeds.ndjson import Unreadable
from scrapers.feeds.table import HEAD_ROWS, Sheet

SEPARATORS = ",\t;|"
SAMPLE_CHARS = 200_000
LOST = re.compile("[\ufffd\ue000-\uf8ff\U000f0000-\U0010fffd]")
MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
csv.field_size_limit(ndjson.MAX_LINE)


def sheet(path: Path) -> Sheet:
    """The sheet of a file. Raises Unreadable, here or while its rows are read."""
    encoding = encoding_of(path)
    separator = _separator(_sample(path, encoding))
    return Sheet("", lambda: _rows(path, encoding, separator))


def encoding_of(path: Path) -> str:
    """The encoding that the whole file keeps to. Raises Unreadable(Q15)."""
    with ndjson.opened(path) as file:
        head = file.read(4096)
    for mark, name in MARKS:
        if head.startswith(mark):
            return _proven(path, name)
    for name, place in (("utf-16-le", 1), ("utf-16-be", 0)):
        if head[place::2] and head[place::2].count(0) > 0.3 * len(head[place::2]):
            return _proven(path, name)
    try:
        return _proven(path, "utf-8")
    except Unreadable:
        return _proven(path, "gb18030")


def _proven(path: Path, encoding: str) -> str:
    decoder = codecs.getincrementaldecoder(encoding)()
    size = 0
    with ndjson.opened(path) as file, ndjson.damage_told():
        try:
            while chunk := file.read(ndjson.CHUNK):
                size += len(chunk)
                if size > ndjson.MAX_BYTES:
                    raise Unreadable("FILE-too-large")
                if LOST.search(decoder.decode(chunk)):
                    raise Unreadable("Q15")
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            raise Unreadable("Q15") from None
    return encoding


def _sample(path: Path, encoding: str) -> str:
    with ndjson.opened(path) as file, ndjson.damage_told():
        return file.read(SAMPLE_CHARS).decode(encoding, "ignore").removeprefix("\ufeff")


def _separator(sample: str) -> str:
    """The separator that parts most of the first rows alike into most cells."""
    lines = [line for line in sample.splitlines() if line.strip()][:HEAD_ROWS]

    def weight(separator: str) -> tuple[int, int]:
        counts = [line.count(separator) for line in lines]
        widest = max(counts, default=0)
        return sum(count == widest for count in counts) if widest else 0, widest

    return max(SEPARATORS, key=weight)


def _rows(path: Path, encoding: str, separator: str) -> Iterator[tuple[int, Sequence[Cell | None]]]:
    with ndjson.opened(path) as file, ndjson.damage_told():
        text: TextIO = io.TextIOWrapper(io.BufferedReader(_Raw(file)), encoding=encoding, newline="")
        try:
            for number, row in enumerate(csv.reader(text, delimiter=separator, strict=True), 1):
                if number == 1 and row:
                    row[0] = row[0].removeprefix("\ufeff")
                yield number, [Cell(value) if value else None for value in row]
        except csv.Error:
            raise Unreadable("TABLE-quotes") from None


class _Raw(io.RawIOBase):
    """What only reads, as something that a buffer can stand on."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)
