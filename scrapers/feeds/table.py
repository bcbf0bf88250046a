"""A sheet of cells → canonical records, row by row, each under its row's own number.

Comes in: the rows of one sheet as its reader found them (csv.py, xlsx.py), and the source that sent it. Goes out: one
`Row` a sheet row: the record as a canonical JSON line, or why it is refused, or nothing (titles, totals, blank rows).
What a row says is never guessed: a code that Excel may have damaged, a unit inside a number, a column that no contract
knows are refused by name. Never here: reading bytes, or judging what the door judges of every record.

A heading is known by its Chinese label, its column's name, its path, or an alias of the source (headers.csv in the
source's folder: heading, record_type, field, reason; an empty field means that the column is passed over). What stands
above the headings as "label: value" holds for every row (报送机构编码, 业务日期 …).
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

from scrapers import contracts
from scrapers.contracts import Contract, Field
from scrapers.feeds import cells
from scrapers.feeds.cells import WORDS, Cell, Unusable
from scrapers.feeds.ndjson import Blamed, Unreadable
from scrapers.registry import Source

MAX_VALUES = 100_000  # cell contents remembered
HEAD_ROWS = 40  # the headings stand among the first rows
TELLABLE = re.compile(r"(?!.*\d{6})[A-Za-z_\u4e00-\u9fff][A-Za-z0-9_.\u4e00-\u9fff()/%·-]{0,40}")
NAME_LIKE = re.compile(rf"[{''.join(WORDS['surnames'].split())}][\u4e00-\u9fff]{{1,3}}")
UNIT_BRACKET = re.compile(r"^(.+?)[(\[【]([^()\[\]【】]+)[)\]】]$")
NAMED_TYPE = re.compile(r"^\d{6,8}_.+?_(?P<type>[a-z_]+?)_\d+\.")
DERIVED = ("source_record_id", "source_version", "op", "schema_version")


class HeaderError(ValueError):
    """A headers.csv names what is not there. The message names file, line and field."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows by number, from 1. `merged` are ranges (first row, first column, last row, last column), columns from 0."""

    title: str
    rows: Callable[[], Iterator[tuple[int, Sequence[Cell | None]]]]
    merged: Sequence[tuple[int, int, int, int]] = ()
    produced_at: str | None = None  # when the workbook was saved last


@dataclass(frozen=True, slots=True)
class Row:
    """What one sheet row became. `seen` is what the wall searches: every cell, under its field where it has one."""

    number: int
    line: bytes = b""
    blamed: Blamed | None = None
    seen: bytes = b""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading as it stands, its field (None: nobody knows it), whether it is passed over."""

    heading: str
    told: str  # as it may be repeated
    field: Field | None
    is_ignored: bool = False
    unit_fault: bool = False  # its heading names another unit than the contract


@dataclass(slots=True)
class Layout:
    """What the headings of a sheet say."""

    contract: Contract
    last_row: int  # of the headings
    columns: list[Column]
    defaults: dict[str, Cell]  # field path → the value above the headings

    @property
    def unknown(self) -> list[str]:
        return [c.told for c in self.columns if c.field is None and not c.is_ignored and c.heading]


@dataclass(slots=True)
class Notes:
    """What is told of a sheet beside its rows; names are headings, never values."""

    record_type: str | None = None
    headings: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    warnings: Counter[str] = field(default_factory=Counter)
    unreconciled: list[tuple[int, str]] = field(default_factory=list)  # (row of the total, field)


def read(sheet: Sheet, source: Source | None, name: str, notes: Notes) -> Iterator[Row]:
    """Every row of a sheet. Raises Unreadable where its headings cannot be told."""
    rows = sheet.rows()
    head = list(islice(rows, HEAD_ROWS))
    layout = find_layout(head, sheet, source, name)
    notes.record_type = layout.contract.record_type
    notes.headings = [c.told for c in layout.columns if c.heading]
    notes.unknown = layout.unknown
    reader = _Reader(layout, sheet, source, notes)
    for number, row in head:
        yield reader.title(number, row) if number <= layout.last_row else reader.row(number, row)
    for number, row in rows:
        yield reader.row(number, row)
    reader.finish()


def seen_only(sheet: Sheet) -> Iterator[Row]:
    """The rows of a sheet without headings that anybody knows, for the wall."""
    for number, row in sheet.rows():
        yield Row(number, seen=_dump(_loose(row)))


# ---- headings


def find_layout(
    head: Sequence[tuple[int, Sequence[Cell | None]]], sheet: Sheet, source: Source | None, name: str
) -> Layout:
    """The row of headings is the one with most known cells, in the type that it fits best. Raises Unreadable."""
    if all(cell is None or _is_blank(cell) for _, row in head for cell in row):
        raise Unreadable("TABLE-empty")
    best: tuple[int, int, Contract] | None = None
    is_even = False
    for contract in _candidates(source, name, sheet.title):
        known = _known(contract, source)
        required = {leaf.path for f in contract.fields for leaf in f.leaves() if f.required and leaf.required}
        for place, (_, row) in enumerate(head):
            named = _named(head, place, known)
            paths = {leaf.path for h in named if (leaf := known[h]) is not None}
            filled = sum(cell is not None and not _is_blank(cell) for cell in row)
            payload = sum(path.startswith("payload.") for path in paths)
            if payload < 2 or 2 * len(named) < filled:
                continue
            score = 2 * payload - 3 * len(required - paths)
            if best is None or score > best[0]:
                best, is_even = (score, place, contract), False
            elif score == best[0] and contract is not best[2]:
                is_even = True
    if best is None:
        raise Unreadable("TABLE-no-headings")
    if is_even:
        raise Unreadable("TABLE-record-type")
    return _layout(head, best[1], best[2], source)


def _candidates(source: Source | None, name: str, title: str) -> list[Contract]:
    every = contracts.load()
    names = [n for n in every if source is None or not source.record_types or n in source.record_types]
    called = NAMED_TYPE.match(name)
    if called and called["type"] in every:
        return [every[called["type"]]]
    titled = [n for n in names if _plain(title) in (n, _plain(every[n].zh))]
    return [every[n] for n in titled or names]


def _named(head: Sequence[tuple[int, Sequence[Cell | None]]], place: int, known: Mapping[str, Any]) -> list[str]:
    """The headings of this row that are known, with those of a second line of headings below it."""
    found = [h for cell in head[place][1] if (h := _heading(cell, known))]
    if _is_second_line(head, place, known):
        found += [h for cell in head[place + 1][1] if (h := _heading(cell, known))]
    return found


def _is_second_line(head: Sequence[tuple[int, Sequence[Cell | None]]], place: int, known: Mapping[str, Any]) -> bool:
    if place + 1 >= len(head) or not any(_heading(cell, known) for cell in head[place][1]):
        return False
    below = [cell for cell in head[place + 1][1] if cell is not None and not _is_blank(cell)]
    return bool(below) and all(_heading(cell, known) for cell in below)


def _layout(
    head: Sequence[tuple[int, Sequence[Cell | None]]], place: int, contract: Contract, source: Source | None
) -> Layout:
    known = _known(contract, source)
    lines = [head[place][1]]
    last = head[place][0]
    if _is_second_line(head, place, known):
        lines.insert(0, head[place + 1][1])  # the lower line tells more
        last = head[place + 1][0]
    columns = [_column([_cell(line, n) for line in lines], known, n) for n in range(max(map(len, lines)))]
    fields = [c.field.path for c in columns if c.field]
    if len(set(fields)) < len(fields):
        raise Unreadable("TABLE-heading-twice")
    return Layout(contract, last, columns, _above(head[:place], known))


def _column(stack: Sequence[Cell | None], known: Mapping[str, Field | None], place: int) -> Column:
    for cell in stack:
        heading = _heading(cell, known)
        if heading and cell:
            field_ = known[heading]
            return Column(
                cell.text.strip(), _plain(cell.text), field_, field_ is None, _is_other_unit(cell.text, field_)
            )
    texts = [cell.text.strip() for cell in stack if cell is not None and not _is_blank(cell)]
    ignored = bool(texts) and _plain(texts[0]) in WORDS["ignored_headings"]
    heading = texts[0] if texts else ""
    return Column(heading, told(heading, place), None, ignored)


def _heading(cell: Cell | None, known: Mapping[str, Any]) -> str:
    """The key under which a heading is known, or ""."""
    if cell is None or cell.kind != "text":
        return ""
    plain = _plain(cell.text)
    if plain in known:
        return plain
    bracket = UNIT_BRACKET.match(plain)
    is_unit = bracket and (bracket[2] in WORDS["units"] or bracket[2] in ("必填", "选填"))
    return bracket[1] if bracket and is_unit and bracket[1] in known else ""


def _is_other_unit(text: str, field_: Field | None) -> bool:
    bracket = UNIT_BRACKET.match(_plain(text))
    if field_ is None or not bracket or bracket[2] not in WORDS["units"] or _plain(text) in _spellings(field_):
        return False
    same = WORDS["same_units"]
    declared = {same.get(unit, unit) for unit in re.split("[或/]", field_.unit or "")}
    if not field_.unit or field_.unit.startswith("按"):
        return bracket[2] in ("万", "万元", "亿", "亿元")
    return same.get(bracket[2], bracket[2]) not in declared


def _known(contract: Contract, source: Source | None) -> Mapping[str, Field | None]:
    """Field by plain heading; None where a column is passed over."""
    return {**_labels(contract.record_type), **_aliases(source.folder if source else None, contract.record_type)}


@cache
def _labels(record_type: str) -> Mapping[str, Field | None]:
    leaves = _leaves(contracts.load()[record_type])
    found: dict[str, Field | None] = {}
    taken: Counter[str] = Counter(leaf.name.lower() for leaf in leaves)
    for leaf in leaves:
        for spelling in _spellings(leaf):
            found.setdefault(spelling, leaf)
        if taken[leaf.name.lower()] == 1:
            found.setdefault(leaf.name.lower(), leaf)
    return found


def _spellings(leaf: Field) -> set[str]:
    tail = leaf.path.removeprefix("payload.")
    return {_plain(text) for text in (leaf.label, leaf.zh, leaf.path, tail, leaf.column)}


@cache
def _aliases(folder: Path | None, record_type: str) -> Mapping[str, Field | None]:
    """The source's own headings. Raises HeaderError."""
    file = folder / "headers.csv" if folder else None
    if file is None or not file.exists():
        return {}
    leaves = {leaf.path: leaf for leaf in _leaves(contracts.load()[record_type])}
    found: dict[str, Field | None] = {}
    with file.open(encoding="utf-8-sig", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines), 2):
            if row["record_type"] not in ("", record_type):
                continue
            path = row["field"] if not row["field"] or row["field"] in leaves else f"payload.{row['field']}"
            if path and path not in leaves:
                if row["record_type"]:
                    raise HeaderError(f"{file}:{number}: {record_type} has no field {row['field']}")
                continue
            found[_plain(row["heading"])] = leaves[path] if path else None
    return found


def _leaves(contract: Contract) -> list[Field]:
    fields = (*contracts.envelope().fields, *contract.fields)
    return [leaf for f in fields for leaf in f.leaves() if leaf.type != "object"]


def _above(rows: Iterable[tuple[int, Sequence[Cell | None]]], known: Mapping[str, Field | None]) -> dict[str, Cell]:
    """「报送机构编码:1211…」 above the headings, in one cell or in two."""
    found: dict[str, Cell] = {}
    for _, row in rows:
        there = [cell for cell in row if cell is not None and not _is_blank(cell)]
        for place, cell in enumerate(there):
            label, colon, rest = cells.narrow(cell.text).partition(":")
            field_ = known.get(_plain(label)) if cell.kind == "text" else None
            if field_ is None or field_.path.startswith("payload."):
                continue
            if colon and rest.strip():
                found[field_.path] = Cell(rest.strip())
            elif place + 1 < len(there):
                found[field_.path] = there[place + 1]
    return found


def told(heading: str, place: int) -> str:
    """An unknown heading as it may be repeated, else its column's letter: where a heading should stand there could be a
    person's name or number."""
    text = re.sub(r"\s+", "", cells.narrow(heading))
    return text if TELLABLE.fullmatch(text) and not NAME_LIKE.fullmatch(text) else f"column {letter(place)}"


def letter(place: int) -> str:
    """A, B … Z, AA …"""
    return (letter(place // 26 - 1) if place >= 26 else "") + chr(ord("A") + place % 26)


@lru_cache(maxsize=1 << 16)
def _plain(text: str) -> str:
    return re.sub(r"[\s*]+", "", cells.narrow(text)).strip(":").lower()


def _is_blank(cell: Cell) -> bool:
    return cell.kind != "error" and _plain(cell.text) in WORDS["blank"]


def _cell(row: Sequence[Cell | None], place: int) -> Cell | None:
    return row[place] if place < len(row) else None


# ---- rows


class _Reader:
    """Rows below the headings, one after another; sums are kept for the totals among them."""

    def __init__(self, layout: Layout, sheet: Sheet, source: Source | None, notes: Notes) -> None:
        self.layout = layout
        self.contract = layout.contract
        self.notes = notes
        self.defaults = dict(layout.defaults)
        self.fixed = _fixed(layout.contract, source, sheet)
        self.unit_place = next((n for n, c in enumerate(layout.columns) if c.field and c.field.name == "unit"), None)
        self._fill = _Fill(sheet.merged, layout.last_row)
        self._sums = _Sums(layout)
        self._early: list[tuple[int, dict[str, float]]] = []
        self._values: dict[tuple[str, Cell, str | None], tuple[Any, str | None, str | None]] = {}

    def title(self, number: int, row: Sequence[Cell | None]) -> Row:
        return Row(number, seen=_dump(_loose(row)))

    def row(self, number: int, given: Sequence[Cell | None]) -> Row:
        row = self._fill.filled(number, given)
        if self._says_nothing(given):
            return Row(number, seen=_dump(_loose(given)))
        if kind := self._total(row):
            self._reconcile(number, kind, row)
            return Row(number, seen=_dump(_loose(row)))
        record, seen, fault = self._record(row)
        self._sums.add(record.get("payload", {}))
        self._derive(record)
        blamed = Blamed(*fault, self.contract.record_type) if fault else None
        return Row(number, b"?" if blamed else _dump(record), blamed, _dump(seen))

    def _says_nothing(self, row: Sequence[Cell | None]) -> bool:
        """A blank row, the headings once more (as printed pages have them), or a remark below the records."""
        there = [(n, cell) for n, cell in enumerate(row) if cell is not None and not _is_blank(cell)]
        if not there:
            return True
        columns = self.layout.columns
        if all(n < len(columns) and cell.text.strip() == columns[n].heading for n, cell in there):
            return True
        is_remark = _plain(there[0][1].text).startswith(tuple(WORDS["footers"]))
        counts = [
            n for n, _ in there if n < len(columns) and (f := columns[n].field) and f.type in ("integer", "number")
        ]
        return is_remark and not counts

    def finish(self) -> None:
        """A total that stood above its rows is compared when they are read."""
        for number, told_ in self._early:
            self._compare(number, "total", told_)

    def _record(self, row: Sequence[Cell | None]) -> tuple[dict[str, Any], dict[str, Any], tuple[str, str] | None]:
        record: dict[str, Any] = {"record_type": self.contract.record_type, "payload": {}}
        seen: dict[str, Any] = {"record_type": self.contract.record_type, "payload": {}}
        unit = _cell(row, self.unit_place) if self.unit_place is not None else None
        fault: tuple[str, str] | None = None
        is_month = False
        width = len(self.layout.columns)
        there = [(c, _cell(row, n)) for n, c in enumerate(self.layout.columns)]
        there += [(Column("", f"column {letter(n)}", None), cell) for n, cell in enumerate(row[width:], width)]
        for path, default in self.defaults.items():
            self._put_default(record, seen, path, default)
        for column, cell in there:
            if cell is None or _is_blank(cell):
                continue
            if column.field is None:
                seen.setdefault(column.heading or "?", []).append(cell.text)
                if not column.is_ignored:
                    fault = fault if fault and fault[0] == "SCHEMA-unknown" else ("SCHEMA-unknown", column.told)
                continue
            if column.unit_fault:
                fault = fault or ("Q14", column.field.path)
            value, remark, rule = self._value(column.field, cell, unit.text if unit else None)
            if rule:
                fault = fault or (rule, column.field.path)
                _put(seen, column.field.path, cell.text)
                continue
            if remark:
                self.notes.warnings[remark] += 1
            self._put_value(record, column.field, value)
            _put(seen, column.field.path, value)
            is_month = is_month or isinstance(value, cells.Month)
        if is_month and record.get("period_type") == "day":
            fault = fault or ("SCHEMA-format", "event_date")  # a month is no day
        return record, seen, fault

    def _value(self, field_: Field, cell: Cell, unit: str | None) -> tuple[Any, str | None, str | None]:
        """(value, remark, rule that refuses it). Cells repeat: each content is read once."""
        key = (field_.path, cell, unit)
        if key not in self._values:
            if len(self._values) >= MAX_VALUES:
                self._values.clear()
            try:
                self._values[key] = (*cells.value(field_, cell, unit), None)
            except Unusable as unusable:
                self._values[key] = (None, None, unusable.rule)
        return self._values[key]

    def _put_default(self, record: dict[str, Any], seen: dict[str, Any], path: str, cell: Cell) -> None:
        field_ = next(f for f in contracts.envelope().fields if f.path == path)
        try:
            value, _ = cells.value(field_, cell, None)
        except Unusable:
            value = cell.text  # the door says what is wrong with it
        self._put_value(record, field_, value)
        _put(seen, path, value)

    def _put_value(self, record: dict[str, Any], field_: Field, value: Any) -> None:
        """A month as the business day is its last day, and says that the period is a month."""
        if field_.path == "event_date" and isinstance(value, cells.Month):
            record.setdefault("period_type", "month")
            value = value.last_day
        _put(record, field_.path, str(value) if isinstance(value, cells.Month) else value)

    def _derive(self, record: dict[str, Any]) -> None:
        """What a spreadsheet need not say: an id, made of the grain; a version, that grows with the time of making."""
        for name, value in self.fixed.items():
            record.setdefault(name, value)
        if "source_record_id" not in record:
            grain = [_at(record, self._paths()[column]) for column in self.contract.grain]
            digest = hashlib.md5(json.dumps(grain, ensure_ascii=False).encode(), usedforsecurity=False).hexdigest()
            record["source_record_id"] = f"{self.contract.record_type}-{digest}"
        if "source_version" not in record and (version := cells.seconds(record.get("produced_at"))):
            record["source_version"] = version

    def _paths(self) -> Mapping[str, str]:
        return _column_paths(self.contract.record_type)

    # -- totals (Q17)

    def _total(self, row: Sequence[Cell | None]) -> str | None:
        """Is this row a total? Where a text that is no number stands, and says so."""
        for place, cell in enumerate(row):
            if cell is None or cell.kind != "text" or _is_blank(cell):
                continue
            column = self.layout.columns[place] if place < len(self.layout.columns) else None
            if column and column.field and column.field.type in ("integer", "number"):
                continue
            text = _plain(cell.text)
            if text in WORDS["totals"]:
                return "total"
            if text in WORDS["subtotals"]:
                return "subtotal"
        return None

    def _reconcile(self, number: int, kind: str, row: Sequence[Cell | None]) -> None:
        told_: dict[str, float] = {}
        for place, column in enumerate(self.layout.columns):
            cell = _cell(row, place)
            if column.field is None or column.field.kind != "count" or cell is None or _is_blank(cell):
                continue
            try:
                value, _ = cells.value(column.field, cell, None)
            except Unusable:
                value = None
            told_[column.field.path] = value if isinstance(value, int | float) else float("nan")
        if kind == "total" and not self._sums.rows:
            self._early.append((number, told_))
        else:
            self._compare(number, kind, told_)

    def _compare(self, number: int, kind: str, told_: Mapping[str, float]) -> None:
        for path in self._sums.differing(kind, told_):
            self.notes.warnings["Q17"] += 1
            self.notes.unreconciled.append((number, path))


class _Sums:
    """What the data rows add up to: since the last subtotal, and since the last total."""

    def __init__(self, layout: Layout) -> None:
        self.paths = [c.field.path for c in layout.columns if c.field and c.field.kind == "count"]
        self.rows = 0
        self._since: dict[str, Counter[str]] = {"subtotal": Counter(), "total": Counter()}

    def add(self, payload: Mapping[str, Any]) -> None:
        self.rows += 1
        for path in self.paths:
            value = _at({"payload": payload}, path)
            if isinstance(value, int | float) and not isinstance(value, bool):
                for sums in self._since.values():
                    sums[path] += value  # type: ignore[assignment]

    def differing(self, kind: str, told_: Mapping[str, float]) -> list[str]:
        sums = self._since[kind]
        found = [path for path, value in told_.items() if value != sums[path]]
        self._since["subtotal"] = Counter()
        if kind == "total":
            self._since["total"] = Counter()
        return found


class _Fill:
    """Merged cells: what stands in their first cell holds for each of their rows, and for no row below (Q18)."""

    def __init__(self, merged: Sequence[tuple[int, int, int, int]], last_heading: int) -> None:
        self._ranges = sorted(r for r in merged if r[0] > last_heading and r[2] > r[0])
        self._open: list[tuple[tuple[int, int, int, int], Cell | None]] = []

    def filled(self, number: int, row: Sequence[Cell | None]) -> Sequence[Cell | None]:
        while self._ranges and self._ranges[0][0] <= number:
            begins = self._ranges.pop(0)
            self._open.append((begins, _cell(row, begins[1]) if begins[0] == number else None))
        self._open = [(r, cell) for r, cell in self._open if r[2] >= number]
        if not self._open:
            return row
        made = list(row)
        for (_, place, _, _), cell in self._open:
            made += [None] * (place + 1 - len(made))
            made[place] = made[place] if made[place] is not None else cell
        return made


def _fixed(contract: Contract, source: Source | None, sheet: Sheet) -> dict[str, Any]:
    """What holds where no cell says it. A source with one system, or for one organisation, need not name it."""
    found: dict[str, Any] = {"schema_version": contracts.envelope().schema_versions[-1], "op": "upsert"}
    if source and len(source.source_systems) == 1:
        found["source_system"] = source.source_systems[0]
    if source and len(own := {reporter.org_code for reporter in source.may_report}) == 1:
        found["reporter_org_code"] = own.pop()
    if sheet.produced_at:
        found["produced_at"] = sheet.produced_at
    return found


@cache
def _column_paths(record_type: str) -> Mapping[str, str]:
    return {leaf.column: leaf.path for leaf in _leaves(contracts.load()[record_type])}


def _put(record: dict[str, Any], path: str, value: Any) -> None:
    *parents, name = path.split(".")
    place = record
    for parent in parents:
        place = place.setdefault(parent, {})
    place[name] = str(value) if isinstance(value, cells.Month) else value


def _at(record: Mapping[str, Any], path: str) -> Any:
    value: Any = record
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _loose(row: Sequence[Cell | None]) -> dict[str, Any]:
    """Cells that are no record's, for the wall alone; a label and what stands beside it are read together too."""
    texts = [cell.text for cell in row if cell is not None and cell.text.strip()]
    pairs = [f"{a} {b}" for a, b in pairwise(texts) if not re.search(r"\d", a)]
    return {"?": texts + pairs}


def _dump(made: Mapping[str, Any]) -> bytes:
    return json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
