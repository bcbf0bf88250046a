"""What is due and what came, and what each sender is told of its files.

Comes in: raw.* and ops.* of a build, the sources' due days, the capture log, the door's receipts and quarantine. Goes
out: ops.due_period of the build (mart_feed_completeness shows it), and beside the door's receipts

    accepted/receipts/<source_id>/<sha256>.told.json     what the sender is told of one file
                                 /<sha256>.html          the same as a page in Chinese
                                 /index.html             the source's files, and the periods that are due or missing

Lines, fields and rules are told, and how to mend them (receipts.yml); never a value. Silence, zero, late and not
provided are four states (SPEC 0.7): a period without a record is silent, and zero only where a file says so.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import yaml

from scrapers import contracts, feeds
from scrapers.archive import read_captures
from scrapers.registry import Source
from warehouse import report
from warehouse.database import Connection
from warehouse.report import contents

LINES_TOLD = 50  # of one rule and field; the count tells the rest
FILES_TOLD = 500  # of a source, the newest
WORDS: Mapping[str, Any] = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
BY_CADENCE = {"hourly": "day", "daily": "day", "weekly": "day", "monthly": "month"}
MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
REFUSED = re.compile(r"rule (?P<rule>\S+)(?: line (?P<line>\d+))?(?: field (?P<field>.+))?$")


# ---- due periods


def expect(con: Connection, sources: Iterable[Source], as_of: str) -> None:
    """Fill ops.due_period: every period of every activity that a source owes, from its first one to `as_of`."""
    con.execute(REPORTED_DDL)
    con.execute("delete from ops.due_period")
    feeds_due = [source for source in sources if source.kind == "feed" and source.due]
    for record_type in sorted(name for name, contract in contracts.load().items() if not contract.is_master):
        _count_reported(con, record_type)
        for source in (s for s in feeds_due if record_type in (s.record_types or (record_type,))):
            for period_type in _period_types(con, source, record_type):
                if period_type in source.due:
                    _expect(con, source, record_type, period_type, as_of)


REPORTED_DDL = """
create table if not exists ops.reported (
    record_type varchar, source_id varchar, period_type varchar, period_end date, records_count bigint,
    not_provided_count bigint, files_count bigint, organisations_count bigint, first_received_at timestamp)
"""


def _count_reported(con: Connection, record_type: str) -> None:
    """Count what came of the touched days anew, and of every day where nothing of this type was counted before."""
    is_new = con.execute("select 1 from ops.reported where record_type = ? limit 1", [record_type]).fetchone() is None
    touched = f"select event_date from ops.touched_day where record_type = '{record_type}'"
    con.execute(f"delete from ops.reported where record_type = '{record_type}' and period_end in ({touched})")
    con.execute(
        f"""
        insert into ops.reported by name
        select
            '{record_type}' as record_type,
            r.source_id,
            r.period_type,
            r.event_date as period_end,
            count(*) as records_count,
            count(*) filter (r.not_provided is not null and r.not_provided <> '[]') as not_provided_count,
            count(distinct r.file_sha256) as files_count,
            count(distinct r.reporter_org_code) as organisations_count,
            min(f.received_at) as first_received_at
        from raw.{record_type} as r
        left join ops.feed_file as f on r.source_id = f.source_id and r.file_sha256 = f.file_sha256
        where r.op = 'upsert' and {"true" if is_new else f"r.event_date in ({touched})"}
        group by all
        """
    )


def _period_types(con: Connection, source: Source, record_type: str) -> list[str]:
    """The periods in which a source reports this type, as its records show; before the first, as its cadence says.

    A source without record types of its own owes what it has sent.
    """
    rows = con.execute(
        "select distinct period_type from ops.reported where source_id = ? and record_type = ? order by 1",
        [source.id, record_type],
    ).fetchall()
    if rows or not source.record_types:
        return [period for (period,) in rows]
    return [BY_CADENCE[source.cadence]] if source.cadence in BY_CADENCE else []


def _expect(con: Connection, source: Source, record_type: str, period_type: str, as_of: str) -> None:
    con.execute(
        f"""
        insert into ops.due_period by name
        with own as (
            select * from ops.reported
            where source_id = $source and record_type = $type and period_type = $period
        ),
        zero as (
            select m.period_to as period_end, min(m.received_at) as first_received_at
            from ops.manifest as m
            inner join ops.feed_file as f on m.source_id = f.source_id and m.sha256 = f.file_sha256
            where m.source_id = $source and m.rows = 0 and f.rows_total = 0 and f.file_refused is null
            and m.period_to is not null and contains(m.file, $marked)
            group by all
        ),
        bounds as (
            select coalesce(
                (select min(period_end) from own),
                (select min(period_end) from zero),
                (select min(cast(received_at as date)) from ops.feed_file where source_id = $source)) as first_end
        ),
        period as ({_periods(period_type)})
        select
            $source as source_id,
            $type as record_type,
            $period as period_type,
            p.period_end,
            p.period_end + cast($due as integer) as due_on,
            case
                when r.records_count > 0 and r.not_provided_count = r.records_count then 'not_provided'
                when cast(coalesce(r.first_received_at, z.first_received_at) as date)
                    > p.period_end + cast($due as integer) then 'late'
                when r.records_count > 0 then 'reported'
                when z.period_end is not null then 'zero'
                when p.period_end + cast($due as integer) >= cast($as_of as date) then 'not_due'
                else 'silent'
            end as state,
            coalesce(r.records_count, 0) as records_count,
            coalesce(r.not_provided_count, 0) as not_provided_count,
            coalesce(r.files_count, 0) as files_count,
            coalesce(r.organisations_count, 0) as organisations_count,
            nullif((
                select count(distinct own.code)
                from (
                    select
                        unnest(cast($codes as varchar[])) as code,
                        unnest(cast($firsts as date[])) as first,
                        unnest(cast($lasts as date[])) as last
                ) as own
                where own.first <= p.period_end and p.period_end < own.last
            ), 0) as organisations_due_count,
            coalesce(r.first_received_at, z.first_received_at) as first_received_at
        from period as p
        left join own as r on p.period_end = r.period_end
        left join zero as z on p.period_end = z.period_end
        where p.period_end is not null
        order by p.period_end
        """,
        {
            "source": source.id,
            "type": record_type,
            "period": period_type,
            "due": source.due[period_type],
            "marked": f"_{record_type}_",
            "codes": [reporter.org_code for reporter in source.may_report],
            "firsts": [reporter.valid_from or date.min for reporter in source.may_report],
            "lasts": [reporter.valid_to or date.max for reporter in source.may_report],
            "as_of": as_of,
        },
    )


def _periods(period_type: str) -> str:
    """Ends of all periods from the first one to the day asked, and of those that were told off the calendar."""
    told_ = "select period_end from own union select period_end from zero"
    if period_type == "day":
        days = "generate_series(first_end, cast($as_of as date), interval 1 day)"
        return f"select cast(unnest({days}) as date) as period_end from bounds union {told_}"
    months = MONTHS[period_type]
    first = f"(date_trunc('year', first_end) + to_months({months} * ((month(first_end) - 1) // {months} + 1)))"
    ends = f"generate_series({first}, cast($as_of as timestamp) + interval 1 day, interval {months} month)"
    return f"select cast(unnest({ends}) - interval 1 day as date) as period_end from bounds union {told_}"


# ---- receipts


@dataclass(slots=True)
class Finding:
    """One rule on one field of one file: how often, on which lines (the first LINES_TOLD), and how to mend it."""

    rule: str
    field: str | None
    what: str
    mend: str
    count: int
    lines: list[str]


@dataclass(slots=True)
class Told:
    """What a sender is told of one file."""

    source_id: str
    file: str
    sha256: str | None
    received_at: str
    accepted: int
    accepted_by_type: dict[str, int]
    rejected: int
    file_refused: Finding | None
    rejections: list[Finding]
    warnings: list[Finding]
    unknown_headings: list[str]
    skipped_sheets: list[int]
    drift: list[dict[str, Any]]
    manifest: dict[str, Any] | None


def told(home: Path, source_id: str, fresh: Collection[str] | None = None) -> list[Told]:
    """The newest receipts of one source, newest first: what the door judged, and what the wall refused.

    `fresh`: only of these files (by sha256) the lines are read; None: of all.
    """
    folder = home / "accepted" / "receipts" / source_id
    paths = sorted((p for p in folder.glob("*.json") if _is_receipt(p)), key=lambda p: p.stat().st_mtime_ns)
    judged = [json.loads(path.read_text(encoding="utf-8")) for path in paths[-FILES_TOLD:]]
    judged.sort(key=lambda receipt: (receipt["received_at"], receipt["file_sha256"]))
    found, last = [], dict[str, list[str]]()
    for receipt in judged:
        found.append(_told(home, receipt, last, fresh))
    found += _walled(home, source_id)
    return sorted(found, key=lambda receipt: (receipt.received_at, receipt.sha256 or ""), reverse=True)


def write(home: Path, source: Source, due: list[dict[str, Any]], fresh: set[str]) -> int:
    """Write the pages of a source's files whose sha256 is in `fresh`, and its index. Returns how many files."""
    folder = home / "accepted" / "receipts" / source.id
    receipts = told(home, source.id, fresh)
    owed = _owing(due)
    new = [receipt for receipt in receipts if receipt.sha256 in fresh]
    for receipt in new:
        document = {**asdict(receipt), "due": owed["due"], "missing": owed["missing"]}
        _write_json(folder / f"{receipt.sha256}.told.json", document)
        report.write(
            folder / f"{receipt.sha256}.html", "receipt.html.j2", source=source, receipt=receipt, words=WORDS, **owed
        )
    pages = {receipt.sha256 for receipt in receipts if (folder / f"{receipt.sha256}.html").exists()}
    report.write(
        folder / "index.html",
        "receipts.html.j2",
        source=source,
        receipts=receipts,
        pages=pages,
        words=WORDS,
        states=_states(due),
        **owed,
    )
    return len(new)


def due_periods(con: Connection, source_id: str | None = None) -> list[dict[str, Any]]:
    """ops.due_period as rows, the newest period first."""
    return _periods_of(con, "ops.due_period", source_id)


def published_periods(con: Connection, source_id: str | None = None) -> list[dict[str, Any]]:
    """The same rows of a published version."""
    return _periods_of(con, "operations.mart_feed_completeness", source_id)


def _periods_of(con: Connection, table: str, source_id: str | None) -> list[dict[str, Any]]:
    cursor = con.execute(
        "select source_id, record_type, period_type, cast(period_end as varchar) as period_end, "
        "cast(due_on as varchar) as due_on, state, records_count, not_provided_count, organisations_count, "
        f"organisations_due_count from {table} where ? is null or source_id = ? "
        "order by period_end desc, source_id, record_type, period_type",
        [source_id, source_id],
    )
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _is_receipt(path: Path) -> bool:
    return re.fullmatch(r"[0-9a-f]{64}\.json", path.name) is not None


def _told(home: Path, receipt: Mapping[str, Any], last: dict[str, list[str]], fresh: Collection[str] | None) -> Told:
    refused = receipt["file_refused"]
    found = Told(
        source_id=receipt["source_id"],
        file=receipt["filename"],
        sha256=receipt["file_sha256"],
        received_at=receipt["received_at"],
        accepted=sum(receipt["accepted"].values()),
        accepted_by_type=receipt["accepted"],
        rejected=sum(receipt["rejections"].values()),
        file_refused=_finding(refused, None, 1) if refused else None,
        rejections=_rejections(home, receipt) if fresh is None or receipt["file_sha256"] in fresh else [],
        warnings=[_finding(rule, None, count) for rule, count in receipt["warnings"].items()],
        unknown_headings=[name for sheet in receipt.get("sheets", ()) for name in sheet["unknown"]],
        skipped_sheets=receipt.get("skipped_sheets", []),
        drift=[],
        manifest=receipt.get("manifest"),
    )
    for warning in found.warnings:
        if warning.rule == "Q17":
            told_ = [(s["sheet"], u) for s in receipt.get("sheets", ()) for u in s["unreconciled"]]
            warning.lines = [f"{u['line']} ({u['field']})" for _, u in told_[:LINES_TOLD]]
    for sheet in receipt.get("sheets", ()):
        before = last.get(sheet["record_type"])
        if before is not None and set(before) != set(sheet["headings"]):
            gone, new = sorted(set(before) - set(sheet["headings"])), sorted(set(sheet["headings"]) - set(before))
            found.drift.append({"record_type": sheet["record_type"], "new": new, "gone": gone})
        if found.accepted:
            last[sheet["record_type"]] = sheet["headings"]
    return found


def _rejections(home: Path, receipt: Mapping[str, Any]) -> list[Finding]:
    path = home / "quarantine" / receipt["source_id"] / f"{receipt['file_sha256']}.parquet"
    if receipt["file_refused"] or not path.exists():
        return []
    table = pq.read_table(path, columns=["rule", "field", "line_no"])
    lines: dict[tuple[str, str | None], list[str]] = {}
    counts: Counter[tuple[str, str | None]] = Counter()
    for rule, name, number in zip(*(table[column].to_pylist() for column in table.column_names), strict=True):
        counts[rule, name] += 1
        if counts[rule, name] <= LINES_TOLD:
            lines.setdefault((rule, name), []).append(_line(receipt, number))
    return [
        _finding(rule, name, count, lines[rule, name])
        for (rule, name), count in sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))
    ]


def _line(receipt: Mapping[str, Any], number: int) -> str:
    """A line as its sender counts it: of a workbook the row, with its sheet where there are several."""
    if receipt.get("format") != "xlsx":
        return str(number)
    nth, row = feeds.place_of(number)
    sheets = receipt["sheets"]
    return f"{row}(第 {sheets[nth]['sheet']} 张表)" if len(sheets) > 1 and nth < len(sheets) else str(row)


def _walled(home: Path, source_id: str) -> Iterator[Told]:
    """Files that never entered: the wall keeps their rule, field and line."""
    for capture in read_captures(home, source_id):
        match = REFUSED.match(capture.error or "") if capture.outcome == "refused" and capture.kind == "feed" else None
        if match:
            lines = [match["line"]] if match["line"] else []
            name = capture.filename or capture.url.rpartition("/")[2]
            refused = _finding(match["rule"], match["field"], 1, lines)
            yield Told(source_id, name, None, capture.finished_at, 0, {}, 0, refused, [], [], [], [], [], None)


def _finding(rule: str, name: str | None, count: int, lines: list[str] | None = None) -> Finding:
    return Finding(rule, name, _rules().get(rule, rule), contracts.mend(rule), count, lines or [])


@cache
def _rules() -> Mapping[str, str]:
    return contents.rules()


def _owing(due: list[dict[str, Any]]) -> dict[str, Any]:
    """What is missing, and what is due next, with the names of the record types."""
    return {
        "names": {name: contract.zh for name, contract in contracts.load().items()},
        "missing": [row for row in due if row["state"] == "silent"],
        "due": [row for row in due if row["state"] == "not_due"],
    }


def _states(due: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Periods by record type and state, 应报 and 实报."""
    rows: dict[tuple[str, str], Counter[str]] = {}
    for row in due:
        rows.setdefault((row["record_type"], row["period_type"]), Counter())[row["state"]] += 1
    made: list[dict[str, Any]] = []
    for (record_type, period_type), counts in sorted(rows.items()):
        counts = Counter(dict.fromkeys(WORDS["state"], 0) | counts)
        owed = counts.total() - counts["not_due"]
        came = owed - counts["silent"]
        zh = contracts.load()[record_type].zh
        made.append(
            {"record_type": record_type, "zh": zh, "period_type": period_type, "owed": owed, "came": came, **counts}
        )
    return made


def _write_json(path: Path, document: Mapping[str, Any]) -> None:
    part = path.with_name(f".{path.name}.part")
    part.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    part.replace(path)
