"""Accepted feed rows, notices and facts → raw.*, exactly once.

Comes in: accepted/ (Parquet by record type, contract version and file, complete when the file's receipt is there),
quarantine/, parsed/ (Parquet by parser version and capture), the event logs. Goes out: raw.* and ops.* of a build
file. Each kind is loaded in one transaction together with the note of what was loaded (ops.feed_file,
ops.parsed_file), so a load that dies is simply loaded again. Rows stand in raw as they came, versions, voids,
duplicates and all: what they mean is decided in int_ models.

Touched days: every day of every version of the keys that came in, and the days of records that refer to an
organisation, centre or posting that came in. Touched means: not yet in a published version; the tables are emptied when
a build is opened on its published base.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from scrapers import contracts
from scrapers.contracts import Contract
from scrapers.feeds.manifest import Manifest
from scrapers.records import (
    ATTACHMENT_SCHEMA,
    FACT_SCHEMA,
    NOTICE_SCHEMA,
    PLACE_SCHEMA,
    SHANGHAI,
    SHINGLE_SCHEMA,
    now,
    timestamp,
)
from scrapers.registry import Source
from warehouse import changes, events, manifests, suspects
from warehouse.database import Connection

KEY = ("source_system", "record_type", "source_record_id")  # SPEC C.5; record_type is the table
FILES_A_STATEMENT = 2000
MEMORY = "512MB"  # of DuckDB, while feed rows are loaded
PARSED = (  # raw table, ending of its files under parsed/, schema
    ("notice", "notice", NOTICE_SCHEMA),
    ("notice_fact", "facts", FACT_SCHEMA),
    ("notice_place", "places", PLACE_SCHEMA),
    ("notice_shingle", "shingles", SHINGLE_SCHEMA),
)
DOORS = 2  # files judged at once; each has a database of its own in memory

OPS_DDL = """
create table if not exists ops.feed_file (
    source_id varchar, file_sha256 varchar, filename varchar, received_at timestamp, rows_total bigint,
    rows_accepted bigint, rows_rejected bigint, file_refused varchar, contract_versions varchar, load_run varchar,
    primary key (source_id, file_sha256));
alter table ops.feed_file add column if not exists loaded_at timestamp;
create table if not exists ops.rejection (
    source_id varchar, file_sha256 varchar, filename varchar, line_no bigint, record_type varchar, field varchar,
    rule varchar, load_run varchar);
create table if not exists ops.parsed_file (
    capture_id varchar primary key, parser_version varchar, stamp varchar, load_run varchar);
create table if not exists ops.due_period (
    source_id varchar, record_type varchar, period_type varchar, period_end date, due_on date, state varchar,
    records_count bigint, not_provided_count bigint, files_count bigint, organisations_count bigint,
    organisations_due_count bigint, first_received_at timestamp);
create table if not exists ops.touched_day (record_type varchar, event_date date);
create table if not exists ops.touched_notice (notice_id varchar);
create table if not exists ops.touched_master (record_type varchar);
create table if not exists ops.home (kind varchar);
create table if not exists ops.source (
    source_id varchar primary key, kind varchar, checked_at timestamp, answer_warn_before timestamp,
    answer_error_before timestamp, change_warn_before timestamp, change_error_before timestamp);
create table if not exists ops.published_load (load_run varchar primary key);
"""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one load brought in."""

    files: int
    rows: int
    rejected: int
    notices: int
    facts: int
    events: int
    touched_days: int

    def __str__(self) -> str:
        return (
            f"{self.files} feed files ({self.rows} rows, {self.rejected} refused), {self.notices} notices "
            f"({self.facts} facts), {self.events} events; {self.touched_days} touched days"
        )


@dataclass(frozen=True, slots=True)
class Receipt:
    """The door's word on one file, as far as loading needs it."""

    source_id: str
    file_sha256: str
    filename: str
    received_at: str
    rows_total: int
    accepted: dict[str, int]
    rejected: int
    file_refused: str | None
    contract_versions: str  # canonical JSON

    @classmethod
    def read(cls, path: Path) -> Receipt:
        document = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            source_id=document["source_id"],
            file_sha256=document["file_sha256"],
            filename=document["filename"],
            received_at=document["received_at"],
            rows_total=document["rows_total"],
            accepted=document["accepted"],
            rejected=sum(document["rejections"].values()),
            file_refused=document["file_refused"],
            contract_versions=json.dumps(document["contract_versions"], sort_keys=True),
        )


def prepare(con: Connection, home_kind: str, sources: Iterable[Source] = ()) -> None:
    """Create what is missing of the schemas raw and ops, and empty the touched tables.

    `sources` are registered with the moments before which a last answer or change counts as old: the models ask no
    clock.
    """
    for schema in ("raw", "ops"):
        con.execute(f"create schema if not exists {schema}")
    con.execute(OPS_DDL)
    con.execute(manifests.DDL)
    con.execute(suspects.DDL)
    events.prepare(con)
    for contract in contracts.load().values():
        _create_or_widen(con, contract)
    for table, _, schema in (*PARSED, ("notice_attachment", "attachment", ATTACHMENT_SCHEMA)):
        _create_or_widen_parsed(con, table, schema)
    con.register("empty_batch", changes.SCHEMA.empty_table())
    con.execute("create table if not exists raw.notice_change as from empty_batch")
    con.unregister("empty_batch")
    for table in ("touched_day", "touched_notice", "touched_master", "home"):
        con.execute(f"delete from ops.{table}")
    con.execute("insert into ops.home values (?)", [home_kind])
    con.execute("delete from ops.source")
    for source in sources:
        con.execute("insert into ops.source values (?, ?, ?, ?, ?, ?, ?)", _limits(source))
    con.execute(
        "insert or ignore into ops.published_load "
        "select distinct load_run from ops.feed_file where load_run is not null"
    )


def _limits(source: Source) -> list[Any]:
    checked, f = now().replace(tzinfo=None), source.freshness
    ages = (f.warn_after, f.error_after, f.unchanged_warn_after, f.unchanged_error_after)
    return [source.id, source.kind, checked, *(None if age is None else checked - age for age in ages)]


@dataclass(frozen=True, slots=True)
class FeedFile:
    """A feed file in the archive that this build does not hold yet, or holds under another contract version."""

    source_id: str
    file_sha256: str
    filename: str
    received_at: str
    manifest: Manifest | None = None


Judge = Callable[[FeedFile], None]


def load(
    con: Connection, home: Path, load_run: str, judge: Judge, say: Callable[[str], None] = lambda _line: None
) -> Loaded:
    """Load all that is not in this build yet. Safe to repeat: a second call with nothing new changes nothing.

    `judge` brings a file before the door, which leaves a receipt; a file without one afterwards stays for the next
    night.
    """
    read = events.project(con, home)
    manifests.project(con, home)
    receipts = _judged(home, pending_files(con), judge, say)
    files, rows, rejected = load_receipts(con, home, receipts, load_run)
    notices, facts = _load_notices(con, home, load_run)
    _load_attachments(con, home, load_run)
    touch(con)
    suspects.find(con)
    days = _one(con, "select count(*) from ops.touched_day")
    return Loaded(files, rows, rejected, notices, facts, read, days)


# ---- feeds


def pending_files(con: Connection) -> list[FeedFile]:
    """Archived feed files not in this build yet, those judged by a contract version that is no longer ours, and those
    that `yilian replay` was asked for since they were loaded."""
    rows = con.execute(
        """
        select c.source_id, c.sha256, arg_min(c.filename, c.finished_at), min(c.finished_at)
        from ops.capture c
        left join ops.feed_file f on f.source_id = c.source_id and f.file_sha256 = c.sha256
        where c.kind = 'feed' and c.role = 'document' and c.sha256 is not null
        and (
            f.file_sha256 is null
            or f.contract_versions in (select unnest(?::varchar[]))
            or exists (
                select 1 from ops.event e
                where e.event = 'replay_asked' and json_extract_string(e.fields, '$.source_id') = c.source_id
                and c.finished_at >= cast(json_extract_string(e.fields, '$.since') as date)
                and e.event_at > coalesce(f.loaded_at, timestamp '1970-01-01')
            )
        )
        group by c.source_id, c.sha256
        order by min(c.finished_at), c.source_id, c.sha256
        """,
        [_stale_versions(con)],
    ).fetchall()
    promised = manifests.Manifests(con)
    return [
        FeedFile(s, sha, name or sha, timestamp(at.replace(tzinfo=SHANGHAI)), promised.of(s, sha, name or sha))
        for s, sha, name, at in rows
    ]


def _stale_versions(con: Connection) -> list[str]:
    current = {t: c.version for t, c in contracts.load().items()}
    seen = con.execute("select distinct contract_versions from ops.feed_file").fetchall()
    return [text for (text,) in seen if any(current.get(t) != v for t, v in json.loads(text).items())]


def _judged(home: Path, files: list[FeedFile], judge: Judge, say: Callable[[str], None]) -> list[Receipt]:
    receipts = []
    with ThreadPoolExecutor(DOORS) as doors:  # a small file costs mostly planning, on one core
        for number, file in enumerate(_in_order(files, doors.map(judge, files)), 1):
            path = receipt_path(home, file.source_id, file.file_sha256)
            if path.exists():
                receipts.append(Receipt.read(path))
            if number % 100 == 0 or number == len(files):
                say(f"door: {number} of {len(files)} files")
    return receipts


def _in_order(files: list[FeedFile], done: Iterator[None]) -> Iterator[FeedFile]:
    """The files, each when it is judged."""
    for file, _ in zip(files, done, strict=True):
        yield file


def receipt_path(home: Path, source_id: str, file_sha256: str) -> Path:
    """Where the door leaves its receipt for a file."""
    return home / "accepted" / "receipts" / source_id / f"{file_sha256}.json"


def load_receipts(con: Connection, home: Path, receipts: list[Receipt], load_run: str) -> tuple[int, int, int]:
    """Load what the door accepted and refused of these files, in one transaction: (files, rows, refused rows)."""
    if not receipts:
        return 0, 0, 0
    con.execute(f"set memory_limit = '{MEMORY}'")  # else DuckDB holds what it has written, up to most of the machine
    con.execute("set preserve_insertion_order = false")  # rows know their line; to keep the order costs a fifth
    con.execute("begin")
    try:
        _forget_files(con, receipts)
        for record_type in sorted({t for r in receipts for t in r.accepted}):
            _insert_rows(con, home, record_type, receipts, load_run)
        _insert_rejections(con, home, receipts, load_run)
        _insert_feed_files(con, receipts, load_run)
        con.execute("commit")
    except BaseException:
        con.execute("rollback")
        raise
    finally:
        con.execute("reset preserve_insertion_order")
        con.execute("reset memory_limit")
    return len(receipts), sum(sum(r.accepted.values()) for r in receipts), sum(r.rejected for r in receipts)


def _insert_rows(con: Connection, home: Path, record_type: str, receipts: Iterable[Receipt], load_run: str) -> None:
    versions = {r.file_sha256: json.loads(r.contract_versions) for r in receipts}
    paths = [
        str(
            home
            / "accepted"
            / record_type
            / f"v{versions[r.file_sha256][record_type]}"
            / r.source_id
            / f"{r.file_sha256}.parquet"
        )
        for r in receipts
        if r.accepted.get(record_type)
    ]
    for start in range(0, len(paths), FILES_A_STATEMENT):
        con.execute(
            f"insert into raw.{record_type} by name "
            f"select columns(lambda name: name not in {_listed(contracts.RAW_GONE)}), "
            "? as load_run, ?::timestamp as loaded_at from read_parquet(?, union_by_name = true)",
            [load_run, now().replace(tzinfo=None), paths[start : start + FILES_A_STATEMENT]],
        )


def _insert_rejections(con: Connection, home: Path, receipts: Iterable[Receipt], load_run: str) -> None:
    paths = [
        str(path) for r in receipts if (path := home / "quarantine" / r.source_id / f"{r.file_sha256}.parquet").exists()
    ]
    for start in range(0, len(paths), FILES_A_STATEMENT):
        con.execute(
            "insert into ops.rejection by name "
            "select source_id, file_sha256, filename, line_no, record_type, field, rule, ? as load_run "
            "from read_parquet(?, union_by_name = true)",
            [load_run, paths[start : start + FILES_A_STATEMENT]],
        )


def _insert_feed_files(con: Connection, receipts: Iterable[Receipt], load_run: str) -> None:
    rows = [
        {
            "source_id": r.source_id,
            "file_sha256": r.file_sha256,
            "filename": r.filename,
            "received_at": r.received_at,
            "rows_total": r.rows_total,
            "rows_accepted": sum(r.accepted.values()),
            "rows_rejected": r.rejected,
            "file_refused": r.file_refused,
            "contract_versions": r.contract_versions,
            "load_run": load_run,
        }
        for r in receipts
    ]
    con.register("receipt_batch", pa.Table.from_pylist(rows, schema=_FEED_FILE_SCHEMA))
    con.execute(
        "insert into ops.feed_file by name "
        "select * replace (received_at::timestamptz::timestamp as received_at), ?::timestamp as loaded_at "
        "from receipt_batch",
        [now().replace(tzinfo=None)],
    )
    con.unregister("receipt_batch")


_FEED_FILE_SCHEMA = pa.schema(
    [
        (name, pa.int64() if name.startswith("rows_") else pa.string())
        for name in (
            "source_id",
            "file_sha256",
            "filename",
            "received_at",
            "rows_total",
            "rows_accepted",
            "rows_rejected",
            "file_refused",
            "contract_versions",
            "load_run",
        )
    ]
)


def _forget_files(con: Connection, receipts: Iterable[Receipt]) -> None:
    """Take out the rows of files that the door judged again. Their days are touched, and the days of all that counted
    otherwise while they stood: other versions of their keys, records that refer to theirs."""
    known = set(con.execute("select source_id, file_sha256 from ops.feed_file").fetchall())
    again = [r for r in receipts if (r.source_id, r.file_sha256) in known]
    if not again:
        return
    con.execute("create or replace temp table forgotten (source_id varchar, file_sha256 varchar)")
    con.executemany("insert into forgotten values (?, ?)", [[r.source_id, r.file_sha256] for r in again])
    theirs = "(source_id, file_sha256) in (select source_id, file_sha256 from forgotten)"
    touch(con, theirs)
    for table in (*(f"raw.{record_type}" for record_type in contracts.load()), "ops.rejection", "ops.feed_file"):
        con.execute(f"delete from {table} where {theirs}")


def _create_or_widen(con: Connection, contract: Contract) -> None:
    """Create raw.<record_type>; an older warehouse gets the columns that its contract has won since, and loses those
    that no contract has any more."""
    table = contract.record_type
    con.execute(contracts.ddl(contract))
    have = {
        row[0]
        for row in con.execute(
            "select column_name from information_schema.columns where table_schema = 'raw' and table_name = ?", [table]
        ).fetchall()
    }
    for column in contract.columns:
        if column.name not in have:
            con.execute(f"alter table raw.{table} add column {column.name} {column.duckdb_type}")
    for name in have & set(contracts.RAW_GONE):
        con.execute(f"alter table raw.{table} drop column {name}")


# ---- notices


def _create_or_widen_parsed(con: Connection, table: str, schema: pa.Schema) -> None:
    """Create raw.<table> of a Parquet schema; an older warehouse gets the columns that the schema has won since."""
    con.register("empty_batch", schema.empty_table())
    con.execute(
        f"create table if not exists raw.{table} as "
        "select *, null::varchar as load_run, null::timestamp as loaded_at from empty_batch limit 0"
    )
    for name, kind, *_ in con.execute("describe empty_batch").fetchall():
        con.execute(f"alter table raw.{table} add column if not exists {name} {kind}")
    con.unregister("empty_batch")


def _load_notices(con: Connection, home: Path, load_run: str) -> tuple[int, int]:
    pending = _pending_parsed(con, home, "notice")
    if not pending:
        return 0, 0
    con.execute("begin")
    try:
        con.execute("create or replace temp table batch_capture (capture_id varchar)")
        con.executemany("insert into batch_capture values (?)", [[capture_id] for capture_id, _, _ in pending])
        _touch_notices(con)
        for table, ending, _ in PARSED:
            con.execute(f"delete from raw.{table} where capture_id in (from batch_capture)")
            files = [p.with_name(p.name.replace(".notice.", f".{ending}.")) for _, p, _ in pending]
            old = ("notice", "facts")  # older parsers wrote no others
            paths = [str(file) for file in files if ending in old or file.exists()]
            for start in range(0, len(paths), FILES_A_STATEMENT):
                con.execute(
                    f"insert into raw.{table} by name select *, ? as load_run, ?::timestamp as loaded_at "
                    "from read_parquet(?, union_by_name = true)",
                    [load_run, now().replace(tzinfo=None), paths[start : start + FILES_A_STATEMENT]],
                )
        _touch_notices(con)
        changes.remake(con)
        con.executemany(
            "insert or replace into ops.parsed_file values (?, ?, ?, ?)",
            [[capture_id, path.parent.name, stamp, load_run] for capture_id, path, stamp in pending],
        )
        con.execute("commit")
    except BaseException:
        con.execute("rollback")
        raise
    facts = _one(con, "select count(*) from raw.notice_fact where capture_id in (from batch_capture)")
    return len(pending), facts


def _pending_parsed(con: Connection, home: Path, ending: str) -> list[tuple[str, Path, str]]:
    """(capture_id, newest file, its stamp) of what was parsed or parsed again since it was loaded."""
    known = dict(con.execute("select capture_id, stamp from ops.parsed_file").fetchall())
    newest: dict[str, tuple[int, Path]] = {}
    for path in (home / "parsed").glob(f"*/*.{ending}.parquet"):
        capture_id, written = path.name.removesuffix(f".{ending}.parquet"), path.stat().st_mtime_ns
        if capture_id not in newest or newest[capture_id][0] < written:
            newest[capture_id] = (written, path)
    return [
        (capture_id, path, f"{path.parent.name}:{written}:{path.stat().st_size}")
        for capture_id, (written, path) in sorted(newest.items())
        if known.get(capture_id) != f"{path.parent.name}:{written}:{path.stat().st_size}"
    ]


def _load_attachments(con: Connection, home: Path, load_run: str) -> None:
    """The files of notices, in one transaction with the note of what was loaded."""
    pending = _pending_parsed(con, home, "attachment")
    if not pending:
        return
    con.execute("begin")
    try:
        for start in range(0, len(pending), FILES_A_STATEMENT):
            part = pending[start : start + FILES_A_STATEMENT]
            con.execute(
                "delete from raw.notice_attachment where capture_id in (select unnest(?))", [[i for i, _, _ in part]]
            )
            con.execute(
                "insert into raw.notice_attachment by name select *, ? as load_run, ?::timestamp as loaded_at "
                "from read_parquet(?, union_by_name = true)",
                [load_run, now().replace(tzinfo=None), [str(path) for _, path, _ in part]],
            )
        con.executemany(
            "insert or replace into ops.parsed_file values (?, ?, ?, ?)",
            [[capture_id, path.parent.name, stamp, load_run] for capture_id, path, stamp in pending],
        )
        con.execute("commit")
    except BaseException:
        con.execute("rollback")
        raise


def _touch_notices(con: Connection) -> None:
    con.execute(
        "insert into ops.touched_notice select distinct notice_id from raw.notice "
        "where capture_id in (from batch_capture) and notice_id not in (from ops.touched_notice)"
    )


# ---- touched days


def touch(con: Connection, runs: str = "load_run not in (from ops.published_load)") -> None:
    """Fill ops.touched_day and ops.touched_master from the rows that no published version holds yet.

    The batch is found by load_run: the runs of this build, which the base does not know; or by what `runs` says.
    """
    all_contracts = contracts.load()
    for contract in all_contracts.values():
        _touch_masters(con, contract, runs)
    changed = _changed_codes(con, all_contracts, runs)
    for contract in all_contracts.values():
        table = f"raw.{contract.record_type}"
        day = f"select distinct '{contract.record_type}', event_date from {table}"
        con.execute(f"insert into ops.touched_day {day} where {runs}")
        if con.execute(f"select 1 from {table} where ({runs}) is not true limit 1").fetchone():
            con.execute(
                f"insert into ops.touched_day {day} semi join "
                f"(select distinct source_system, source_record_id from {table} where {runs}) k "
                f"using (source_system, source_record_id) where ({runs}) is not true"
            )
        for column, target in _references(contract):
            if target in changed:
                con.execute(
                    f"insert into ops.touched_day select distinct '{contract.record_type}', event_date from {table} "
                    f"where {column} in (from {changed[target]})"
                )
    con.execute("create or replace temp table distinct_days as select distinct * from ops.touched_day")
    con.execute("delete from ops.touched_day")
    con.execute("insert into ops.touched_day from distinct_days order by record_type, event_date")
    con.execute("drop table distinct_days")


def _touch_masters(con: Connection, contract: Contract, where: str) -> None:
    if contract.is_master:
        con.execute(
            f"insert into ops.touched_master select '{contract.record_type}' "
            f"where exists (select 1 from raw.{contract.record_type} where {where}) "
            f"and '{contract.record_type}' not in (from ops.touched_master)",
        )


def _references(contract: Contract) -> list[tuple[str, str]]:
    """Columns that name another record: (column, record type). The reporter is an organisation too."""
    return [("reporter_org_code", "organization"), *contract.references.items()]


def _changed_codes(con: Connection, all_contracts: Mapping[str, Contract], runs: str) -> dict[str, str]:
    """Temp tables of the codes that came in of what others refer to, and of what refers to an organisation that did.

    All versions of a key that came in count: a new version may drop the code that an old one bore.
    """
    changed: dict[str, str] = {}
    own_codes = {"organization": "org_code", "shared_centre": "centre_code", "dispatch_assignment": "assignment_key"}
    for record_type, code in own_codes.items():
        table, temp = f"raw.{record_type}", f"changed_{record_type}"
        con.execute(
            f"create or replace temp table {temp} as select distinct {code} as code from {table} semi join "
            f"(select distinct source_system, source_record_id from {table} where {runs}) k "
            f"using (source_system, source_record_id) where {code} is not null"
        )
        for column, target in _references(all_contracts[record_type]):
            if target in changed:
                con.execute(
                    f"insert into {temp} select distinct {code} from {table} where {code} is not null "
                    f"and {column} in (from {changed[target]})"
                )
        changed[record_type] = temp
    return changed


def _listed(names: Iterable[str]) -> str:
    return f"({', '.join(repr(name) for name in names)})"


def _one(con: Connection, query: str) -> int:
    row = con.execute(query).fetchone()
    return int(row[0]) if row else 0
