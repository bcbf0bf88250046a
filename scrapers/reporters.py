"""Who may report through which source: the operator's `reporters.csv`.

Comes in: a CSV beside the source folders of `YILIAN_SOURCES`, in UTF-8, one row an organisation and period:

    source_id,org_code,valid_from,valid_to,reason
    city_platform,12110105400500001E,2026-01-01,,joined the platform

Goes out: `Reporter` by source. valid_from is the first day of which the organisation may report, valid_to the day
after the last; empty means without end. The days are those of the records (event_date), not of their coming in.
Never here: what a record says.

Everything that is wrong is reported at once, each as `file:line: column: what`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from scrapers.contracts.checks import org_code_fault

FILE = "reporters.csv"
COLUMNS = ("source_id", "org_code", "valid_from", "valid_to", "reason")


@dataclass(frozen=True, slots=True)
class Reporter:
    """An organisation that may report, and of which days: valid_from <= event_date < valid_to, None without end."""

    org_code: str
    valid_from: date | None = None
    valid_to: date | None = None

    def overlaps(self, other: Reporter) -> bool:
        """Do both speak of one organisation and a common day?"""
        return (
            self.org_code == other.org_code
            and (self.valid_from or date.min) < (other.valid_to or date.max)
            and (other.valid_from or date.min) < (self.valid_to or date.max)
        )


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the file as it was read; `place` is file:line."""

    place: str
    source_id: str
    reporter: Reporter


def read(folder: Path) -> tuple[list[Row], list[str]]:
    """The rows of a folder's reporters.csv, and every fault in it. No file is no row."""
    file = folder / FILE
    rows: list[Row] = []
    faults: list[str] = []
    for number, cells in _lines(file, faults):
        place = f"{file}:{number}"
        found = [f"{place}: {column}: {what}" for column, what in _faults(cells)]
        if not found:
            reporter = Reporter(cells["org_code"], _day(cells["valid_from"]), _day(cells["valid_to"]))
            found = [
                f"{place}: org_code: {reporter.org_code} stands for these days in {row.place} already"
                for row in rows
                if row.source_id == cells["source_id"] and row.reporter.overlaps(reporter)
            ]
            rows.append(Row(place, cells["source_id"], reporter))
        faults += found
    return rows, faults


def _lines(file: Path, faults: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, cells by column) of each row that holds anything."""
    if not file.exists():
        return
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        faults.append(f"{file}:1: is not UTF-8; save it as CSV UTF-8")
        return
    lines = csv.reader(text.splitlines())
    if tuple(next(lines, ())) != COLUMNS:
        faults.append(f"{file}:1: the columns are {','.join(COLUMNS)}")
        return
    for row in lines:
        if not any(cell.strip() for cell in row):
            continue
        if len(row) == len(COLUMNS):
            yield lines.line_num, dict(zip(COLUMNS, (cell.strip() for cell in row), strict=True))
        else:
            faults.append(f"{file}:{lines.line_num}: has {len(row)} cells where {len(COLUMNS)} are due")


def _faults(cells: dict[str, str]) -> Iterator[tuple[str, str]]:
    if not cells["source_id"]:
        yield "source_id", "is empty"
    if fault := org_code_fault(cells["org_code"]):
        yield "org_code", fault
    days = {}
    for column in ("valid_from", "valid_to"):
        try:
            days[column] = _day(cells[column])
        except ValueError:
            yield column, f"{cells[column]!r} is no day like 2026-01-31"
    first, last = days.get("valid_from"), days.get("valid_to")
    if first and last and last <= first:
        yield "valid_to", "is not after valid_from"


def _day(text: str) -> date | None:
    day = date.fromisoformat(text) if text else None
    if day and day.isoformat() != text:
        raise ValueError(text)
    return day
