"""A build file as the load leaves it, for tests of the models: raw.* and ops.*, filled record by record.

Comes in: feed records as small dicts. Goes out: a DuckDB file, and dbt runs on it. The touched tables are filled by
the load's own `touch`, so what is tested is the pair of load and models. Never here: the door, the scrapers.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from scrapers import contracts
from warehouse import database, load, settings

LEAD = "12110105400500001E"
MEMBER = "12110105400500002H"
NIGHT = datetime(2026, 11, 20)  # noqa: DTZ001 - raw times are wall clock of Asia/Shanghai


class Build:
    """One build file: `feed` brings a batch of records, `dbt` builds the layers on it."""

    keeps_log = False  # dbt's own log of every statement, a tenth of a run's time

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / database.DATABASE_NAME
        self._batches = 0
        database.create(self.path)
        self._prepare()

    def feed(self, records: Iterable[Mapping[str, Any]], *, source_id: str = "test_source") -> None:
        """Load one file of records as tonight's batch: what earlier batches touched counts as published."""
        self._batches += 1
        run, sha = f"run-{self._batches}", hashlib.sha256(f"{self.folder}{self._batches}".encode()).hexdigest()
        rows: dict[str, list[dict[str, Any]]] = {}
        for line_no, record in enumerate(records, 1):
            row = raw_row(record) | {"source_id": record.get("source_id", source_id), "file_sha256": sha}
            rows.setdefault(record["record_type"], []).append(
                row | {"line_no": record.get("line_no", line_no), "load_run": run}
            )
        self._prepare()
        con = database.build(self.path)
        try:
            for record_type, batch in rows.items():
                columns = [name for name, _ in contracts.raw_columns(contracts.load()[record_type])]
                con.executemany(
                    f"insert into raw.{record_type} values ({', '.join('?' * len(columns))})",
                    [[row.get(name) for name in columns] for row in batch],
                )
            con.execute(
                "insert into ops.feed_file (source_id, file_sha256, filename, received_at, rows_total, rows_accepted, "
                "rows_rejected, load_run) values (?, ?, ?, ?, ?, ?, 0, ?)",
                [source_id, sha, f"{run}.ndjson", NIGHT, n := sum(map(len, rows.values())), n, run],
            )
            load.touch(con)
        finally:
            con.close()

    def notice(self, notice_id: str, body: str, evidence: str, *, fetched_at: str, blocked: bool = False) -> None:
        """Load one capture of a notice with one fact into tonight's batch."""
        sha, capture = hashlib.sha256(body.encode()).hexdigest(), f"capture-{fetched_at}-{notice_id}"
        start = body.find(evidence)
        con = database.build(self.path)
        try:
            con.execute(
                "insert into raw.notice (capture_id, parser_version, source_id, notice_id, url, content_sha256, "
                "norm_sha256, fetched_at, is_blocked, is_relevant, title, body, page_text) "
                "values (?, '1', 'test_source', ?, ?, ?, ?, ?, ?, true, ?, ?, ?)",
                [
                    capture,
                    notice_id,
                    f"https://example.org/{notice_id}",
                    sha,
                    sha,
                    fetched_at,
                    blocked,
                    notice_id,
                    body,
                    body,
                ],
            )
            con.execute(
                "insert into raw.notice_fact (capture_id, parser_version, notice_id, content_sha256, fact_no, "
                "is_statement, indicator, comparator, evidence, start_offset, end_offset, segment) "
                "values (?, '1', ?, ?, 1, false, '试点', '=', ?, ?, ?, 'main')",
                [capture, notice_id, sha, evidence, start, start + len(evidence)],
            )
            con.execute("insert into ops.touched_notice values (?)", [notice_id])
        finally:
            con.close()

    def dbt(self, *arguments: str, full_refresh: bool = False) -> None:
        """`dbt build` of every layer at once, or with the arguments given. Raises with dbt's own output."""
        self.run("build", "--quiet", *arguments, *(["--full-refresh"] if full_refresh else []))

    def run(self, *arguments: str) -> str:
        """Any dbt command on this build; its output."""
        done = subprocess.run(
            [str(Path(sys.executable).with_name("dbt")), "--no-use-colors", *arguments],
            env=self.environment(),
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise AssertionError(f"dbt {' '.join(arguments)}:\n{done.stdout[-6000:]}\n{done.stderr[-2000:]}")
        return done.stdout

    def copy(self, folder: Path) -> Build:
        """This build's file in another folder."""
        other = object.__new__(Build)
        other.folder, other.path, other._batches = folder, folder / database.DATABASE_NAME, self._batches
        folder.mkdir(parents=True)
        shutil.copyfile(self.path, other.path)
        return other

    def environment(self) -> dict[str, str]:
        target = self.folder.parent / "dbt_target"
        return {
            **{k: v for k, v in os.environ.items() if k != "YILIAN_BUILD_FILE"},
            "YILIAN_THREADS": "2",
            "DBT_PROJECT_DIR": str(settings.DBT_PROJECT),
            "DBT_PROFILES_DIR": str(settings.DBT_PROJECT),
            "DBT_TARGET_PATH": str(target),
            "DBT_LOG_PATH": str(target / "logs"),
            "DBT_LOG_LEVEL_FILE": "debug" if self.keeps_log else "none",
            "DO_NOT_TRACK": "1",
        }

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        con = database.build(self.path)
        try:
            return con.execute(sql).fetchall()
        finally:
            con.close()

    def snapshot(self, without: frozenset[str] = frozenset()) -> dict[str, list[str]]:
        """Every table of schema main as sorted texts, for comparing two builds; columns in `without` left out."""
        con = database.build(self.path)
        try:
            columns: dict[str, list[str]] = {}
            for table, column in con.execute(
                "select table_name, column_name from information_schema.columns where table_schema = 'main' "
                "order by table_name, ordinal_position"
            ).fetchall():
                if column not in without:
                    columns.setdefault(table, []).append(column)
            return {
                table: sorted(
                    str(row) for row in con.execute(f"select {', '.join(names)} from main.{table}").fetchall()
                )
                for table, names in columns.items()
            }
        finally:
            con.close()

    def _prepare(self) -> None:
        con = database.build(self.path)
        try:
            load.prepare(con, "sample")
        finally:
            con.close()


def raw_row(record: Mapping[str, Any]) -> dict[str, Any]:
    """The raw columns of one record, payload flattened by its contract."""
    contract = contracts.load()[record["record_type"]]
    payload = record.get("payload", {})
    unknown = set(payload) - {column.name for column in contract.columns}
    assert not unknown, f"no raw columns {sorted(unknown)} in {contract.record_type}"
    return {
        "contract_version": contract.version,
        "source_system": record.get("source_system", "demo-platform"),
        "source_record_id": record["source_record_id"],
        "source_version": record.get("source_version", 1),
        "op": record.get("op", "upsert"),
        "reporter_org_code": record.get("reporter_org_code", LEAD),
        "event_date": date.fromisoformat(record["event_date"]),
        "period_type": record.get("period_type", "day"),
        "produced_at": NIGHT,
        "loaded_at": NIGHT,
        **payload,
    }


# ---- records


def organisation(code: str = LEAD, **fields: Any) -> dict[str, Any]:
    return _record("organization", f"org-{code[-5:]}", "2026-01-01", fields) | {
        "payload": {
            "org_code": code,
            "name": f"示例医院{code[-2:]}",
            "org_class": "A1",
            "level": "tertiary",
            "tier": "city",
            "adcode": "410102",
            "valid_from": date(2026, 1, 1),
            **fields.get("payload", {}),
        }
    }


def membership(code: str = LEAD, role: str = "lead", group: str = "G-410100-01", **fields: Any) -> dict[str, Any]:
    return _record("group_membership", f"gm-{group}-{code[-5:]}", "2026-01-01", fields) | {
        "payload": {
            "group_code": group,
            "group_name": "示例紧密型城市医疗集团",
            "group_type": "city_group",
            "pilot_adcode": "410100",
            "org_code": code,
            "role": role,
            "valid_from": date(2026, 1, 1),
            **fields.get("payload", {}),
        }
    }


def centre(code: str = "C-LAB-01", kind: str = "lab", **fields: Any) -> dict[str, Any]:
    return _record("shared_centre", f"sc-{code}", "2026-01-01", fields) | {
        "payload": {
            "centre_code": code,
            "centre_type": kind,
            "name": "示例中心",
            "group_code": "G-410100-01",
            "host_org_code": LEAD,
            "status": "operating",
            "valid_from": date(2026, 1, 1),
            **fields.get("payload", {}),
        }
    }


def centre_activity(record_id: str, day: str, reported: int = 10, **fields: Any) -> dict[str, Any]:
    return _record("centre_activity", record_id, day, fields) | {
        "payload": {
            "centre_code": "C-LAB-01",
            "requester_org_code": MEMBER,
            "service_category": "clinical",
            "unit": "specimen",
            "requested": reported + 2,
            "received": reported + 1,
            "rejected": 1,
            "reported": reported,
            "reported_on_time": reported - 1,
            "cancelled": 0,
            **fields.get("payload", {}),
        }
    }


def recognition(record_id: str, day: str, recognised: int = 28, **fields: Any) -> dict[str, Any]:
    return _record("recognition_activity", record_id, day, fields) | {
        "payload": {
            "receiver_org_code": LEAD,
            "source_org_code": MEMBER,
            "item_system": "urn:hr-catalogue:410000",
            "item_code": "LAB-0001",
            "eligible_results": recognised + 12,
            "reminded": recognised + 5,
            "recognised": recognised,
            "not_recognised": 5,
            "saved_amount_fen": recognised * 2000,
            **fields.get("payload", {}),
        }
    }


def capacity(record_id: str, day: str, total: int = 300, **fields: Any) -> dict[str, Any]:
    return _record("capacity", record_id, day, fields) | {
        "payload": {
            "lead_org_code": LEAD,
            "resource_type": "outpatient_slot",
            "clinic_class": "all",
            "capacity_total": total,
            **fields.get("payload", {}),
        }
    }


def release(record_id: str, day: str, released: int = 100, **fields: Any) -> dict[str, Any]:
    return _record("capacity_release", record_id, day, fields) | {
        "payload": {
            "lead_org_code": LEAD,
            "target_type": "all",
            "resource_type": "outpatient_slot",
            "clinic_class": "all",
            "capacity_released": released,
            "capacity_used": released - 10,
            **fields.get("payload", {}),
        }
    }


def record(record_type: str, record_id: str, day: str, payload: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    """A record of any type, its payload in raw columns."""
    return _record(record_type, record_id, day, fields) | {"payload": dict(payload)}


def void(record: Mapping[str, Any]) -> dict[str, Any]:
    """The withdrawal of a record, one version on."""
    return {k: v for k, v in record.items() if k != "payload"} | {
        "op": "void",
        "source_version": record.get("source_version", 1) + 1,
    }


def masters() -> list[dict[str, Any]]:
    """Two organisations in one group with one laboratory."""
    return [
        organisation(),
        organisation(MEMBER, payload={"tier": "community"}),
        membership(),
        membership(MEMBER, "member"),
        centre(),
    ]


def _record(record_type: str, record_id: str, day: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    envelope = {k: v for k, v in fields.items() if k != "payload"}
    return {"record_type": record_type, "source_record_id": record_id, "event_date": day, **envelope}
