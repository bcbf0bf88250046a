"""The door: feed file → accepted rows (Parquet) or quarantine. Each record is judged alone, set-based in SQL.

Comes in: an archived feed file and its source. Goes out:

    accepted/<record_type>/v<contract version>/<source_id>/<sha256>.parquet    raw columns of what was accepted
    quarantine/<source_id>/<sha256>.parquet                                    line, field and rule of what was not
    accepted/receipts/<source_id>/<sha256>.json                                written last: the commit mark

How: of each slice of numbered lines most are proven clean by the shapes in which their sender writes
(scrapers.contracts.shape, warehouse.shaped), most of the others by a proof that knows no shape
(scrapers.contracts.checks), both set-based. Only what is left is read again in Python by the contract's schema
(scrapers.contracts.blame), which names rule and field; lines that are good after all go through the same SQL. Rules
over a record's columns (Q04, Q08 ...) are SQL. Memory holds one slice, whatever the size of the file.

What needs other records (unknown organisations, ties, two ids for one grain) is not judged here, and never a value
stands in what is written about a refused line.
"""

from __future__ import annotations

import json
import os
import secrets
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from scrapers import contracts, feeds
from scrapers.archive import digest
from scrapers.contracts import BACKFILL_DAYS, Contract, blame, checks, shape
from scrapers.contracts.blame import Fault, Record
from scrapers.contracts.shape import Shape
from scrapers.feeds import ndjson
from scrapers.feeds.manifest import Manifest, beside
from scrapers.records import SHANGHAI, now
from scrapers.registry import Reporter, Source
from warehouse import database, privacy, shaped
from warehouse.database import Connection

MAX_HITS = 1000  # of personal data that `check` lists
FEW_LINES = 5000  # for so few, planning a statement well takes longer than running it badly
SAMPLES = 64  # lines from which shapes are learned
LEAST_SHARE = 100  # shapes that prove fewer than one line of so many are not tried again
QUARANTINE_SCHEMA = pa.schema(
    [
        ("source_id", pa.string()),
        ("file_sha256", pa.string()),
        ("filename", pa.string()),
        ("line_no", pa.int64()),
        ("record_type", pa.string()),
        ("field", pa.string()),
        ("rule", pa.string()),
        ("contract_versions", pa.string()),
    ]
)


@dataclass(slots=True)
class Receipt:
    """What the door says about one file. Counts are of lines that hold something: total = accepted + rejections.

    `warnings` are accepted lines that a rule of severity warn or flag speaks of. `sheets` tell of a table, in the
    order of its line numbers, what its headings were read as; `manifest` is what its sender promised.
    """

    source_id: str
    file_sha256: str
    filename: str
    received_at: str
    rows_total: int = 0
    accepted: dict[str, int] = field(default_factory=dict)
    rejections: dict[str, int] = field(default_factory=dict)
    warnings: dict[str, int] = field(default_factory=dict)
    file_refused: str | None = None
    contract_versions: dict[str, str] = field(default_factory=dict)
    format: str = "ndjson"
    sheets: list[dict[str, Any]] = field(default_factory=list)
    skipped_sheets: list[int] = field(default_factory=list)
    manifest: dict[str, Any] | None = None


def receipt_path(home: Path, source_id: str, file_sha256: str) -> Path:
    """Where the receipt of a file stands once it is judged."""
    return home / "accepted" / "receipts" / source_id / f"{file_sha256}.json"


def judge(
    home: Path,
    path: Path,
    *,
    source: Source,
    file_sha256: str,
    filename: str,
    received_at: str,
    manifest: Manifest | None = None,
) -> Receipt:
    """Judge one archived file and leave its rows, its quarantine and, last, its receipt. Safe to repeat."""
    receipt = Receipt(source.id, file_sha256, filename, received_at)
    receipt.manifest = asdict(manifest) if manifest else None
    with ExitStack() as stack:
        files = stack.enter_context(_Files(home, receipt))
        judged = _Judged(source, source.id, file_sha256, files.accept, files.refuse, manifest, received_at)
        try:
            judged.read(stack.enter_context(_connection()), path, filename)
        except ndjson.Unreadable as unreadable:
            files.discard()
            receipt.file_refused = unreadable.rule
        else:
            judged.sum_up(receipt)
            files.publish()
        judged.tell(receipt)
    target = receipt_path(home, source.id, file_sha256)
    _write(
        target, lambda part: part.write_text(json.dumps(asdict(receipt), ensure_ascii=False, indent=2) + "\n", "utf-8")
    )
    return receipt


def check(path: Path, source: Source | None = None) -> dict[str, Any]:
    """The same verdicts, nothing written: {file, accepted, rejections: [{line, rule, field}], file_refused, warnings}.

    Personal data refuses the file; its lines (the first MAX_HITS) stand among the rejections. Of a workbook the line is
    the sheet's row, and `sheet` says which sheet where it is not the first. A manifest beside the file is held to.
    """
    blamed: list[dict[str, Any]] = []
    found: dict[str, Any] = {"file": str(path), "accepted": 0, "rejections": blamed, "file_refused": None}
    promised = beside(path)

    def refuse(line: int, fault: Fault) -> None:
        blamed.append({"line": line, "rule": fault.rule, "field": fault.field})

    judged = _Judged(source, "", digest(path)[0] if promised else "", lambda _type, _rows: None, refuse, promised)
    try:
        hits = privacy.search(path, source)
        personal = [hit for hit, _ in zip(hits, range(MAX_HITS), strict=False)]
        with _connection() as con:
            judged.read(con, path, path.name)
    except ndjson.Unreadable as unreadable:
        return {**found, "rejections": [], "file_refused": unreadable.rule, "warnings": {}}
    found["rejections"] = [
        *(judged.placed(r, [number for number, _ in judged.sheets]) for r in blamed),
        *(judged.placed({"line": h.line, "rule": h.rule, "field": h.field}, None) for h in personal),
    ]
    found["rejections"].sort(key=lambda rejection: (rejection.get("sheet", 1), rejection["line"]))
    found["accepted"] = 0 if personal else sum(judged.accepted.values())
    found["file_refused"] = personal[0].rule if personal else None
    found["warnings"] = dict(sorted(judged.warnings.items()))
    return found


# ---- one file, slice by slice

_kept = threading.local()


@contextmanager
def _connection() -> Iterator[Connection]:
    """This thread's database in memory, empty: kept, because a new one costs as much as judging a small file."""
    if not hasattr(_kept, "con"):
        _kept.con = database.memory()
    try:
        yield _kept.con
    except BaseException:
        _kept.__dict__.clear()  # whatever state it is in
        raise
    _kept.con.execute("drop table if exists reading")


class _Judged:
    """The judgement of one file. Rows and faults are handed on as they come; counts stay."""

    def __init__(
        self,
        source: Source | None,
        source_id: str,
        file_sha256: str,
        accept: Callable[[str, pa.Table], None],
        refuse: Callable[[int, Fault], None],
        manifest: Manifest | None = None,
        received_at: str | None = None,
    ) -> None:
        self.source = source
        self.source_id = source_id
        self.file_sha256 = file_sha256
        self._accept = accept
        self._refuse = refuse
        self.manifest = manifest
        self.received_at = received_at
        self.days: list[date] = []  # the first and the last of what was accepted of each slice, masters aside
        self.reading: feeds.Reading | None = None
        self.accepted: Counter[str] = Counter()
        self.rejections: Counter[str] = Counter()
        self.warnings: Counter[str] = Counter()
        self.seen: set[str] = set()
        self._shapes: list[list[Shape]] = []  # as far as they are learned, the last ones first
        self._ask_from = 0  # the line from which lines may teach shapes
        self._readers: dict[str, shaped.Reader] = {}  # by record type
        self._blamed: dict[int, ndjson.Blamed] = {}  # lines that their reader refuses
        every = set(contracts.load())
        self.record_types = every & set(source.record_types) if source and source.record_types else every

    def read(self, con: Connection, path: Path, name: str) -> None:
        """Judge every line of a file. Raises Unreadable; what was handed on before is then void.

        Lines that no shape proves are gathered from slice to slice, as many as one of them holds: judging few costs
        nearly what judging many does.
        """
        if self.manifest and self.manifest.sha256 != self.file_sha256:
            raise ndjson.Unreadable("MANIFEST-sha256")
        self.reading, parts = feeds.read(path, name, self.source)
        left: dict[int, bytes] = {}
        for part in parts:
            self.warnings.update(part.warnings)
            self._blamed.update(part.blamed)
            left |= {number: part.line(number) for number in self._read_shaped(con, part)}
            if len(left) >= FEW_LINES or sum(map(len, left.values())) >= ndjson.SLICE_BYTES:
                self._read_rest(con, left)
                left = {}
        self._read_rest(con, left)
        if self.manifest:
            self._hold_to(self.manifest)

    def _hold_to(self, manifest: Manifest) -> None:
        """A file that is not what its manifest says is refused whole."""
        if manifest.rows is not None and manifest.rows != self.accepted.total() + self.rejections.total():
            raise ndjson.Unreadable("MANIFEST-rows")
        first, last = manifest.period_from or "0000", manifest.period_to or "9999"
        if any(not first <= day.isoformat() <= last for day in self.days):
            raise ndjson.Unreadable("MANIFEST-period")

    def tell(self, receipt: Receipt) -> None:
        """Write what is known of the file itself into a receipt, refused or not: names of headings, never values."""
        if self.reading is None:
            return
        receipt.format = self.reading.format
        receipt.skipped_sheets = self.reading.skipped
        receipt.sheets = [
            {
                "sheet": number,
                "record_type": notes.record_type,
                "headings": notes.headings,
                "unknown": notes.unknown,
                "unreconciled": [{"line": row, "field": path} for row, path in notes.unreconciled],
            }
            for number, notes in self.sheets
        ]

    @property
    def sheets(self) -> list[tuple[int, feeds.Notes]]:
        return self.reading.sheets if self.reading else []

    def placed(self, rejection: dict[str, Any], numbers: list[int] | None) -> dict[str, Any]:
        """A rejection with the row of its sheet as its line, and the sheet's number where it is not the first.

        `numbers`: of the sheets that lines count; None where they count every sheet of the workbook.
        """
        if self.reading is None or self.reading.format != "xlsx":
            return rejection
        nth, row = feeds.place_of(rejection["line"])
        number = numbers[nth] if numbers else nth + 1
        return {**rejection, "line": row} | ({"sheet": number} if number > 1 else {})

    def sum_up(self, receipt: Receipt) -> None:
        """Write the counts into a receipt. Contract versions: of the types that the file holds, also where refused."""
        receipt.rows_total = self.accepted.total() + self.rejections.total()
        receipt.accepted = dict(sorted(self.accepted.items()))
        receipt.rejections = dict(sorted(self.rejections.items()))
        receipt.warnings = dict(sorted(self.warnings.items()))
        receipt.contract_versions = {t: contracts.load()[t].version for t in sorted(self.seen)}

    def _read_shaped(self, con: Connection, part: ndjson.Slice) -> list[int]:
        """Hand on the lines that a shape proves good; give the numbers of the others that hold anything.

        Shapes are kept as long as they prove a share of the lines. Where they leave many, those teach others; but a
        sender who knows no shape is not asked again until twice as much was read.
        """
        batch, self._shapes = self._unproven(con, part.table(), self._shapes)
        if batch.num_rows > FEW_LINES and part.first >= self._ask_from:
            numbers = batch["line_no"].to_pylist()[:: max(1, batch.num_rows // SAMPLES)]
            learned = shape.learn(map(part.line, numbers), self.record_types)
            batch, fresh = self._unproven(con, batch, [shapes for shapes in learned if shapes not in self._shapes])
            self._shapes = [*fresh, *self._shapes]
            self._ask_from = 0 if fresh else 2 * part.first + len(part.lines)
        holds = pc.fill_null(pc.greater(pc.binary_length(pc.utf8_trim(batch["text"], " \t\r")), 0), True)
        return cast(list[int], batch["line_no"].filter(holds).to_pylist())

    def _unproven(
        self, con: Connection, batch: pa.Table, known: list[list[Shape]]
    ) -> tuple[pa.Table, list[list[Shape]]]:
        """(what is left of {line_no, text} when the lines that shapes prove good are handed on, the shapes of use)."""
        con.execute("pragma enable_optimizer")
        least, of_use = batch.num_rows / LEAST_SHARE, []
        for shapes in known:
            con.register("batch", batch)
            kept = self._read_shape(con, contracts.load()[shapes[0].record_type], shapes)
            con.unregister("batch")
            batch = batch.filter(pc.invert(pc.is_in(batch["line_no"], value_set=kept)))
            if len(kept) > least:
                of_use.append(shapes)
        return batch, of_use

    def _read_rest(self, con: Connection, left: Mapping[int, bytes]) -> None:
        """Type by type what a proof without shapes finds clean, then one by one what is still left."""
        if not left:
            return
        con.execute(f"pragma {'disable' if len(left) <= FEW_LINES else 'enable'}_optimizer")
        con.register("batch", ndjson.table(list(left), list(left.values())))
        hints = {hint for (hint,) in con.execute(f"select distinct {checks.HINT} from batch").fetchall()}
        types = sorted(self.record_types & hints)
        unproven: list[int] = []
        if not hints <= set(types):  # lines that name no type, or one that this source does not send
            listed = ", ".join(map(_quoted, types)) or "'-'"
            unread = f"select line_no from batch where text is null or {checks.HINT} not in ({listed})"
            unproven += [line for (line,) in con.execute(unread).fetchall()]
        for record_type in types:
            unproven += self._read_typed(con, contracts.load()[record_type], is_trusted=False)
        con.unregister("batch")
        self._read_again(con, left, sorted(unproven))

    def _rules(self, contract: Contract) -> Iterator[_Rule]:
        """Every rule over a record's columns that holds for this file, whichever way its lines are read."""
        yield from _rules(contract)
        yield from _source_rules(self.source)
        yield from _time_rules(contract, self.manifest, self.received_at)

    def _read_shape(self, con: Connection, contract: Contract, shapes: list[Shape]) -> pa.Array:
        """Hand on the good lines of a type's shapes; give their numbers."""
        if contract.record_type not in self._readers:
            self._readers[contract.record_type] = shaped.Reader(contract)
        reader = self._readers[contract.record_type]
        rows = con.sql(shape.splitting(shapes)).to_arrow_table()
        kept = pa.array([], pa.int64())
        for form in shapes:
            if len(kept):
                rows = rows.filter(pc.invert(pc.is_in(rows["line_no"], value_set=kept)))
            made, is_good = reader.read(con, rows, form)
            kept = pa.concat_arrays([kept, self._keep_unbroken(con, contract, made, is_good)])
        return kept

    def _keep_unbroken(self, con: Connection, contract: Contract, rows: pa.Table, is_good: pa.BooleanArray) -> pa.Array:
        """Hand on what keeps every rule of the rows that are of a shape; give the line numbers."""
        rules = list(self._rules(contract))
        broken = (f"coalesce({rule.broken_when}, false)" for rule in rules if rule.refuses)
        refusing = " or ".join(["produced_at is null", *broken])
        remarks = {f"remark_{n}": rule for n, rule in enumerate(rules) if not rule.refuses}
        remarked = "".join(f", {rule.broken_when} as {name}" for name, rule in remarks.items())
        con.register("shaped", rows)
        found: pa.Table = con.sql(
            f"select line_no, {refusing} as broken, produced_at{remarked} from (select * replace ({checks.TIME_SAID} "
            f"as produced_at), {checks.TIME_ASSUMED} as is_time_assumed from shaped)"
        ).to_arrow_table()
        con.unregister("shaped")
        if not found["line_no"].equals(rows["line_no"]):
            raise RuntimeError("the rules were not answered line by line")
        for name in ("produced_at", *remarks):
            rows = _with(rows, name, found[name])
        is_kept = pc.and_(is_good, pc.invert(found["broken"]))
        if not pc.all(is_kept, min_count=0).as_py():
            rows = _trimmed(rows.filter(is_kept))
        self._keep(contract, rows, remarks)
        return rows["line_no"].combine_chunks()

    def _read_again(self, con: Connection, left: Mapping[int, bytes], lines: list[int]) -> None:
        good: dict[str, list[tuple[int, str]]] = {}
        for line_no in lines:
            blamed = self._blamed.pop(line_no, None)
            found = (
                Fault(blamed.rule, blamed.field, blamed.record_type)
                if blamed
                else blame.read_again(left[line_no], self.record_types)
            )
            if isinstance(found, Fault):
                self._reject(line_no, found)
            elif isinstance(found, Record):
                good.setdefault(found.record_type, []).append((line_no, found.text))
        for record_type, records in sorted(good.items()):
            numbers, texts = zip(*records, strict=True)
            batch = pa.table({"line_no": pa.array(numbers, pa.int64()), "text": pa.array(texts, pa.string())})
            con.register("batch", batch)
            self._read_typed(con, contracts.load()[record_type], is_trusted=True)
            con.unregister("batch")

    def _reject(self, line_no: int, fault: Fault) -> None:
        self.rejections[fault.rule] += 1
        if fault.record_type:
            self.seen.add(fault.record_type)
        self._refuse(line_no, fault)

    def _read_typed(self, con: Connection, contract: Contract, *, is_trusted: bool) -> list[int]:
        """Type the batch's lines of one contract, hand on the good ones, give the numbers of the others.

        Trusted lines that break a rule are refused here; others are left to be read again.
        """
        con.execute(f"create or replace temp table reading as {_reading(contract.record_type, is_trusted)}")
        unclean, code_rules = _wrong_values(con, contract, is_trusted)
        rules = [*code_rules, *self._rules(contract)]
        refusing = " ".join(f"when {rule.broken_when} then {n}" for n, rule in enumerate(rules) if rule.refuses)
        remarks = {f"remark_{n}": rule for n, rule in enumerate(rules) if not rule.refuses}
        remarked = "".join(
            f", case when is_unclean then null else {rule.broken_when} end as {name}" for name, rule in remarks.items()
        )  # only of clean values is it known that their sum is no overflow
        rows: pa.Table = con.sql(
            f"select *, case when is_unclean then -1 {refusing} end as broken{remarked} "
            f"from (select {_typed(contract.record_type)}, {unclean} as is_unclean from reading)"
        ).to_arrow_table()
        is_kept = pc.is_null(rows["broken"])
        self._keep(contract, rows.filter(is_kept) if rows["broken"].null_count < len(rows) else rows, remarks)
        others = rows.select(["line_no", "broken"]).filter(pc.invert(is_kept)).to_pydict()
        if is_trusted:
            for line_no, number in sorted(zip(others["line_no"], others["broken"], strict=True)):
                self._reject(line_no, Fault(rules[number].code, rules[number].field, contract.record_type))
        return list(others["line_no"])

    def _keep(self, contract: Contract, rows: pa.Table, remarks: Mapping[str, _Rule]) -> None:
        if not rows.num_rows:
            return
        self.accepted[contract.record_type] += rows.num_rows
        self.seen.add(contract.record_type)
        if self.manifest and not contract.is_master:
            self.days += [day for day in pc.min_max(rows["event_date"]).as_py().values() if day]
        self._accept(contract.record_type, self._whole(contract, rows))
        for name, rule in remarks.items():
            if count := pc.sum(rows[name]).as_py():
                self.warnings[rule.code] += count

    def _whole(self, contract: Contract, rows: pa.Table) -> pa.Table:
        """The rows with what is the same in each of them, every column in its place."""
        same = {"source_id": self.source_id, "file_sha256": self.file_sha256, "contract_version": contract.version}
        zeros = pa.repeat(pa.scalar(0, pa.int32()), rows.num_rows)
        made = {name: pa.DictionaryArray.from_arrays(zeros, pa.array([value])) for name, value in same.items()}
        names = [name for name, _ in contracts.raw_columns(contract)[: -len(contracts.RAW_TAIL)]]
        return _encoded(pa.table({name: made[name] if name in made else rows[name] for name in names}))


# ---- rules over typed columns


@dataclass(frozen=True, slots=True)
class _Rule:
    code: str
    severity: str
    field: str
    broken_when: str

    @property
    def refuses(self) -> bool:
        return self.severity == "refuse"


def _rules(contract: Contract) -> Iterator[_Rule]:
    paths = {column.name: column.json_path for column in contract.columns}
    for rule in (*contracts.envelope().rules, *contract.rules):
        blamed = rule.fields[0]
        yield _Rule(rule.code, rule.severity, paths.get(blamed, blamed), f"({rule.broken_when})")
    yield _Rule("Q05", "flag", "produced_at", "is_time_assumed")


def _wrong_values(con: Connection, contract: Contract, is_trusted: bool) -> tuple[str, list[_Rule]]:
    """Values of `reading` that repeat, each tested once: when a row is not clean, and rules for wrong USCCs."""
    tests = _value_tests(contract.record_type, is_trusted)
    wrong: dict[int, list[str]] = {}
    if tests:
        query = " union all ".join(_in_distinct(number, column, test) for number, (column, _, test) in enumerate(tests))
        for number, value in con.execute(query).fetchall():
            wrong.setdefault(number, []).append(value)
    unclean = ["not is_clean"]
    rules = []
    for number, values in wrong.items():
        column, code_path, _ = tests[number]
        con.execute(f"create or replace temp table wrong_{number} as select unnest(?::varchar[]) as value", [values])
        is_wrong = f"({column} in (select value from wrong_{number}))"
        if code_path is None:
            unclean.append(is_wrong)
        else:
            rules.append(_Rule("USCC-check-digit", "refuse", code_path, is_wrong))
    return " or ".join(unclean), rules


def _with(rows: pa.Table, name: str, column: pa.ChunkedArray) -> pa.Table:
    """The rows with a column more, or another one in its place."""
    at = rows.schema.get_field_index(name)
    return rows.append_column(name, column) if at < 0 else rows.set_column(at, name, column)


def _encoded(rows: pa.Table) -> pa.Table:
    """The rows with texts that repeat as dictionaries, as which they are written."""
    for name, column in zip(rows.column_names, rows.columns, strict=True):
        if pa.types.is_string(column.type) and name not in shape.UNREPEATED:
            rows = _with(rows, name, column.dictionary_encode())
    return rows


def _trimmed(rows: pa.Table) -> pa.Table:
    """Without the values that only rows taken out had, which a file would hold on to."""
    for name, column in zip(rows.column_names, rows.columns, strict=True):
        if pa.types.is_dictionary(column.type):
            column = column.combine_chunks()
            if len(pc.unique(column.indices)) < len(column.dictionary):
                rows = _with(rows, name, pa.chunked_array([column.dictionary_decode().dictionary_encode()]))
    return rows


def _in_distinct(number: int, column: str, test: str) -> str:
    """The test asks for the count, or it would be pushed below the grouping and made for every row."""
    return (
        f"select {number} as number, value from (select {column} as value, count(*) as n from reading "
        f"where is_clean and {column} is not null group by 1) where case when n > 0 then {test} end"
    )


@cache
def _value_tests(record_type: str, is_trusted: bool) -> list[tuple[str, str | None, str]]:
    """(column, path where it is a code whose check digit is tested, SQL over `value`)."""
    contract = contracts.load()[record_type]
    forms = [] if is_trusted else [(f.column, None, test) for f, test in checks.wrong_values(contract)]
    return forms + [(f.column, f.path, checks.wrong_uscc("value")) for f in checks.uscc_fields(contract)]


@cache
def _reading(record_type: str, is_trusted: bool) -> str:
    return checks.reading(contracts.load()[record_type], is_trusted=is_trusted)


@cache
def _typed(record_type: str) -> str:
    return checks.typed(contracts.load()[record_type])


def _source_rules(source: Source | None) -> Iterator[_Rule]:
    """A source reports only from its systems and for its organisations."""
    if source and source.source_systems:
        yield _Rule(
            "SOURCE-system", "refuse", "source_system", f"not {_one_of('source_system', source.source_systems)}"
        )
    if source and source.may_report:
        yield _Rule("Q24", "refuse", "reporter_org_code", f"not ({_own(source.may_report)})")


def _own(reporters: Sequence[Reporter]) -> str:
    """True for a record of an organisation that may report, of a day of which it may."""
    by_days: dict[tuple[date | None, date | None], list[str]] = {}
    for reporter in reporters:
        by_days.setdefault((reporter.valid_from, reporter.valid_to), []).append(reporter.org_code)
    return " or ".join(
        " and ".join(
            [_one_of("reporter_org_code", codes)]
            + ([f"event_date >= date '{first}'"] if first else [])
            + ([f"event_date < date '{last}'"] if last else [])
        )
        for (first, last), codes in by_days.items()
    )


def _time_rules(contract: Contract, manifest: Manifest | None, received_at: str | None) -> Iterator[_Rule]:
    """Q06: a record made more than a day after it came in tells of a wrong clock.

    Q03: a record much older than its making belongs into a file whose manifest says `backfill`.

    Without a manifest nobody could say so: there it is told, and accepted.
    """
    if not contract.is_master and not (manifest and manifest.backfill):
        severity = "refuse" if manifest else "flag"
        old = f"op = 'upsert' and event_date < cast(produced_at as date) - interval {BACKFILL_DAYS} days"
        yield _Rule("Q03", severity, "event_date", f"({old})")
    moment = datetime.fromisoformat(received_at) if received_at else now()
    latest = (moment.astimezone(SHANGHAI) + timedelta(hours=24)).replace(tzinfo=None).isoformat(sep=" ")
    yield _Rule("Q06", "flag", "produced_at", f"(produced_at > timestamp '{latest}')")


def _one_of(column: str, values: Any) -> str:
    return f"({column} in ({', '.join(_quoted(str(value)) for value in values)}))"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


# ---- files


class _Files:
    """What one judgement writes: parts beside their targets, renamed all together at the end, or removed."""

    def __init__(self, home: Path, receipt: Receipt) -> None:
        self.home = home
        self.receipt = receipt
        self._writers: dict[Path, tuple[Path, pq.ParquetWriter]] = {}
        self._faults: list[tuple[int, Fault]] = []

    def __enter__(self) -> _Files:
        return self

    def __exit__(self, *_: object) -> None:
        self.discard()

    def accept(self, record_type: str, rows: pa.Table) -> None:
        version = contracts.load()[record_type].version
        name = f"{self.receipt.file_sha256}.parquet"
        self._write(self.home / "accepted" / record_type / f"v{version}" / self.receipt.source_id / name, rows)

    def refuse(self, line_no: int, fault: Fault) -> None:
        self._faults.append((line_no, fault))

    def publish(self) -> None:
        """Rename every part to its place. Nothing counts before the receipt does."""
        quarantine = self.home / "quarantine" / self.receipt.source_id / f"{self.receipt.file_sha256}.parquet"
        if self._faults:
            self._write(quarantine, self._quarantine())
        else:
            quarantine.unlink(missing_ok=True)  # of a judgement before this one
        for target, (part, writer) in self._writers.items():
            writer.close()
            _settle(part, target)
        self._writers.clear()

    def discard(self) -> None:
        for part, writer in self._writers.values():
            writer.close()
            part.unlink(missing_ok=True)
        self._writers.clear()

    def _quarantine(self) -> pa.Table:
        faults = sorted(self._faults, key=lambda fault: fault[0])
        versions = json.dumps(self.receipt.contract_versions, sort_keys=True)
        same = {
            "source_id": self.receipt.source_id,
            "file_sha256": self.receipt.file_sha256,
            "filename": self.receipt.filename,
            "contract_versions": versions,
        }
        columns = {name: pa.repeat(pa.scalar(value, pa.string()), len(faults)) for name, value in same.items()}
        columns["line_no"] = pa.array([line for line, _ in faults], pa.int64())
        for name in ("record_type", "field", "rule"):
            columns[name] = pa.array([getattr(fault, name) for _, fault in faults], pa.string())
        return pa.table(columns, schema=QUARANTINE_SCHEMA)

    def _write(self, target: Path, rows: pa.Table) -> None:
        if target not in self._writers:
            part = _part(target)
            repeating = [f.name for f in rows.schema if pa.types.is_dictionary(f.type)]
            options = {"compression": "lz4", "use_dictionary": repeating, "write_statistics": False}
            self._writers[target] = part, pq.ParquetWriter(part, rows.schema, **options)
        self._writers[target][1].write_table(rows)


def _write(target: Path, write: Callable[[Path], object]) -> None:
    part = _part(target)
    write(part)
    _settle(part, target)


def _part(target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    return target.with_name(f".{target.name}.{secrets.token_hex(4)}")


def _settle(part: Path, target: Path) -> None:
    """Rename, with the content on disk before its name is, so that a receipt never outlives the rows it speaks of."""
    for path in (part, target.parent):
        if path == part or path.is_dir():
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        if path == part:
            part.replace(target)
