"""May this build be published? Bounds, drift against the published version, reconciliation raw → fact.

Comes in: a build file whose models are built, the base it was copied from, the bounds of gate.yml. Goes out: one
Check a rule, ok or not, each with what was found and what was allowed. The gate decides nothing else: refresh.py
refuses the build on a failed check of severity error.

The reconciliation is written apart from the models on purpose: it finds each key's highest version in raw by itself.
It looks at tonight's touched days, and at everything after a full refresh.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from scrapers import contracts
from warehouse import database
from warehouse.database import Connection

BOUNDS = Path(__file__).with_name("gate.yml")


@dataclass(frozen=True, slots=True)
class Check:
    """One rule's verdict. `found` and `allowed` are texts for people."""

    name: str
    subject: str
    severity: str
    is_ok: bool
    found: str
    allowed: str

    def __str__(self) -> str:
        return f"{self.name} of {self.subject}: found {self.found}, allowed {self.allowed}"


def run(con: Connection, base: Path | None, *, is_full: bool, bounds: Path = BOUNDS) -> list[Check]:
    """Every check of gate.yml on the build behind `con`."""
    rules: dict[str, Any] = yaml.safe_load(bounds.read_text(encoding="utf-8"))
    checks = _rows(con, rules["rows"])
    checks += _reconciliation(con, rules["reconciliation"], is_full)
    checks += _quarantine(con, rules["quarantine_share"])
    if base is not None:
        database.attach_read_only(con, base, "base")
        try:
            checks += _raw_never_shrinks(con, rules["raw_never_shrinks"])
            checks += _fact_drop(con, rules["fact_drop"], rules["reconciliation"]["facts"])
        finally:
            con.execute("detach base")
    return checks


def _rows(con: Connection, rules: list[dict[str, Any]]) -> list[Check]:
    checks = []
    for rule in rules:
        found = _number(con, f"select count(*) from {rule['table']}")
        if "exactly" in rule:
            is_ok, allowed = found == rule["exactly"], f"exactly {rule['exactly']}"
        else:
            is_ok, allowed = found >= rule["at_least"], f"at least {rule['at_least']}"
        checks.append(Check("rows", rule["table"], rule["severity"], is_ok, str(found), allowed))
    return checks


def _reconciliation(con: Connection, rule: dict[str, Any], is_full: bool) -> list[Check]:
    checks = []
    for record_type, fact in rule["facts"].items():
        measures = contracts.load()[record_type].measures
        days = (
            "true"
            if is_full
            else (f"event_date in (select event_date from ops.touched_day where record_type = '{record_type}')")
        )
        expected = con.execute(_current_sums(record_type, measures, days, rule["set_aside"])).fetchone()
        columns = _fact_columns(con, fact)
        sums = ", ".join(f"coalesce(sum({_fact_column(columns, m, fact)}), 0)" for m in measures)
        found = con.execute(f"select count(*), {sums} from {fact} where {days}").fetchone()
        assert expected is not None
        assert found is not None
        for name, want, have in zip(("rows", *measures), expected, found, strict=True):
            checks.append(
                Check("reconciliation", f"{fact}.{name}", rule["severity"], want == have, str(have), str(want))
            )
    return checks


def _current_sums(record_type: str, measures: Sequence[str], days: str, set_aside: str) -> str:
    """Rows and sums over the current records of these days that are not set aside, from raw alone."""
    largest = ", ".join(f"max({m}) as {m}" for m in measures)
    sums = ", ".join(f"coalesce(sum({m}), 0)" for m in measures)
    return f"""
        with touched_key as (select distinct source_system, source_record_id from raw.{record_type} where {days}),
        version as (
            select r.*, rank() over (
                partition by source_system, source_record_id order by source_version desc) as version_rank
            from raw.{record_type} r semi join touched_key using (source_system, source_record_id)),
        head as (
            select source_system, source_record_id, max(event_date) as event_date, bool_or(op = 'void') as is_void,
                {largest}
            from version where version_rank = 1 group by all)
        select count(*), {sums}
        from head anti join (from {set_aside} where record_type = '{record_type}') aside
        using (source_system, source_record_id)
        where not is_void and {days}
    """.replace("group by all", "group by source_system, source_record_id")


def _fact_columns(con: Connection, fact: str) -> set[str]:
    query = "select column_name from information_schema.columns where table_name = ? and table_schema = 'main'"
    return {row[0] for row in con.execute(query, [fact]).fetchall()}


def _fact_column(columns: set[str], measure: str, fact: str) -> str:
    """A measure's column: the contract's name, or that name with a suffix of DESIGN §4.10."""
    for name in (measure, f"{measure}_count", f"{measure}_minutes"):
        if name in columns:
            return name
    raise LookupError(f"{fact} has no column for the measure {measure}")


def _quarantine(con: Connection, rule: dict[str, Any]) -> list[Check]:
    rows = con.execute(
        "select source_id, sum(rows_total), sum(rows_rejected) from ops.feed_file "
        "where load_run not in (from ops.published_load) group by source_id order by source_id"
    ).fetchall()
    return [
        Check(
            "quarantine_share",
            source_id,
            rule["severity"],
            rejected <= rule["share"] * total or total < rule["from_rows"],
            f"{rejected} of {total} lines",
            f"{rule['share']:.0%}",
        )
        for source_id, total, rejected in rows
    ]


def _raw_never_shrinks(con: Connection, rule: dict[str, Any]) -> list[Check]:
    query = "select table_name from duckdb_tables() where database_name = 'base' and schema_name = 'raw'"
    checks = []
    for table in sorted(row[0] for row in con.execute(query).fetchall()):
        before, now = (_number(con, f"select count(*) from {schema}.{table}") for schema in ("base.raw", "raw"))
        # What the door or the parser made anew in this build may have become fewer rows.
        is_ok = now >= before or _number(con, _remade(table)) > 0
        checks.append(
            Check("raw_never_shrinks", f"raw.{table}", rule["severity"], is_ok, str(now), f"at least {before}")
        )
    return checks


def _remade(table: str) -> str:
    """Counts base rows whose file or capture was judged or parsed again in this build."""
    key, loaded = ("capture_id", "ops.parsed_file") if table.startswith("notice") else ("file_sha256", "ops.feed_file")
    return (
        f"select count(*) from base.raw.{table} where {key} in "
        f"(select {key} from {loaded} where load_run not in (from ops.published_load))"
    )


def _fact_drop(con: Connection, rule: dict[str, Any], facts: dict[str, str]) -> list[Check]:
    checks = []
    for fact in facts.values():
        before, now = (
            _number(con, f"select count(*) from base.main.{fact}"),
            _number(con, f"select count(*) from {fact}"),
        )
        is_ok = before < rule["from_rows"] or now >= (1 - rule["share"]) * before
        allowed = f"at least {1 - rule['share']:.0%} of the published {before}"
        checks.append(Check("fact_drop", fact, rule["severity"], is_ok, str(now), allowed))
    return checks


def _number(con: Connection, query: str) -> int:
    row = con.execute(query).fetchone()
    assert row is not None
    return int(row[0])
