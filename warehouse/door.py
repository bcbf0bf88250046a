"""The door: feed file → accepted rows (Parquet) or quarantine. Each record is judged alone, set-based in SQL.

Comes in: an archived feed file and its source. Goes out:

    accepted/<record_type>/v<contract version>/<source_id>/<sha256>.parquet    raw columns of what was accepted
    quarantine/<source_id>/<sha256>.parquet                                    line, field and rule of what was not
    accepted/receipts/<source_id>/<sha256>.json                                written last: the commit mark

How: the lines are numbered once, each is wrapped with its number, and DuckDB reads them typed; SQL that only has to be
careful finds suspects (a count of keys that differs from the fields found shows unknown keys, duplicates and failed
casts at once), and only suspects are read again, in Python, by the contract's JSON Schema, which names path and rule.
Rules over a record's columns (Q04, Q08 …) run as SQL over the typed rows. What needs other records (unknown
organisations, ties, two ids for one grain) is not judged here. Never a value in what is written about a refused line.
"""

from __future__ import annotations

import json
import re
import secrets
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pyarrow as pa

from scrapers import contracts
from scrapers.contracts import Contract, Field
from scrapers.feeds import ndjson
from scrapers.registry import Source
from warehouse import database, privacy
from warehouse.database import Connection, identifier

USCC_CHARS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
EXACT = 2**53  # counts are read as DOUBLE, so that 1.5 cannot hide; beyond this they would not be exact
KNOWN_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,60}")


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why one line was refused. `field` is a path such as payload.requested, None where no field is to blame."""

    line: int
    rule: str
    field: str | None
    record_type: str | None


@dataclass(slots=True)
class Receipt:
    """What the door says about one file. Counts are of lines that hold something."""

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


@dataclass(slots=True)
class Verdicts:
    """The judgement of one file: typed tables by record type (in `con`), and what was refused."""

    total: int
    rejections: list[Rejection]
    warnings: Counter[str]
    accepted: dict[str, int]
    versions: dict[str, str]


def judge(
    home: Path, path: Path, *, source: Source, file_sha256: str, filename: str, received_at: str
) -> Receipt:
    """Judge one archived file and leave its rows, its quarantine and, last, its receipt. Safe to repeat."""
    receipt = Receipt(source.id, file_sha256, filename, received_at)
    con = database.memory()
    try:
        verdicts = _verdicts(con, path, source, file_sha256)
        receipt.rows_total = verdicts.total
        receipt.accepted, receipt.contract_versions = verdicts.accepted, verdicts.versions
        receipt.rejections = dict(Counter(r.rule for r in verdicts.rejections))
        receipt.warnings = dict(verdicts.warnings)
        for record_type, count in verdicts.accepted.items():
            version = verdicts.versions[record_type]
            target = home / "accepted" / record_type / f"v{version}" / source.id / f"{file_sha256}.parquet"
            if count:
                _write_parquet(con.sql(f"from accepted_{record_type} order by line_no").to_arrow_table(), target)
        _write_quarantine(home, receipt, verdicts)
    except ndjson.Unreadable as unreadable:
        receipt.file_refused = unreadable.rule
    finally:
        con.close()
    _write_text(
        home / "accepted" / "receipts" / source.id / f"{file_sha256}.json",
        json.dumps(asdict(receipt), ensure_ascii=False, indent=2),
    )
    return receipt


def check(path: Path, source: Source | None = None) -> dict[str, Any]:
    """The same verdicts without writing anything: {file, accepted, rejections: [{line, rule, field}], file_refused}.

    A hit at the wall refuses the file, as it would when sent.
    """
    found: dict[str, Any] = {"file": str(path), "accepted": 0, "rejections": [], "file_refused": None}
    refusal = privacy.wall(path, source or _anyone())
    if refusal:
        blamed = {"line": refusal.line, "rule": refusal.rule, "field": refusal.field}
        return {**found, "rejections": [blamed], "file_refused": refusal.rule}
    con = database.memory()
    try:
        verdicts = _verdicts(con, path, source, "")
    except ndjson.Unreadable as unreadable:
        return {**found, "file_refused": unreadable.rule}
    finally:
        con.close()
    found["accepted"] = sum(verdicts.accepted.values())
    found["rejections"] = [
        {"line": r.line, "rule": r.rule, "field": r.field} for r in sorted(verdicts.rejections, key=lambda r: r.line)
    ]
    return found


# ---- one file


def _verdicts(con: Connection, path: Path, source: Source | None, file_sha256: str) -> Verdicts:
    lines = ndjson.read(path)
    rejections = [Rejection(n, "ENCODING-utf8", None, None) for n in lines.undecodable]
    con.register("numbered", lines.table)
    con.execute(
        "create temp table line as select line_no, text, json_valid(text) as is_json, "
        "case when json_valid(text) then json_extract_string(text, '$.record_type') end as record_type from numbered"
    )
    con.unregister("numbered")
    types = [t for (t,) in con.execute("select distinct record_type from line where record_type is not null").fetchall()]
    judged = sorted(t for t in types if t in _judged_types(source))
    verdicts = Verdicts(lines.total, rejections, Counter(), {}, {t: contracts.load()[t].version for t in judged})
    rejections += _without_contract(con, judged, source)
    for record_type in judged:
        _judge_type(con, contracts.load()[record_type], source, file_sha256, verdicts)
    return verdicts


def _judged_types(source: Source | None) -> set[str]:
    known = set(contracts.load())
    return known & set(source.record_types) if source and source.record_types else known


def _without_contract(con: Connection, judged: list[str], source: Source | None) -> list[Rejection]:
    """Lines that are no JSON object of a record type that this source may send."""
    rows = con.execute(
        "select line_no, text from line where record_type is null or record_type not in (select unnest(?::varchar[]))",
        [judged],
    ).fetchall()
    found = []
    for line_no, text in rows:
        try:
            record = _strict(text)
        except Damage as damage:
            found.append(Rejection(line_no, damage.rule, None, None))
            continue
        named = record.get("record_type") if isinstance(record, dict) else None
        if isinstance(named, str) and named in contracts.load():
            found.append(Rejection(line_no, "SOURCE-record-type", "record_type", named))
        elif not isinstance(record, dict):
            found.append(Rejection(line_no, "SCHEMA-type", None, None))
        else:
            found.append(Rejection(line_no, "SCHEMA-record-type", "record_type", None))
    return found


def _judge_type(
    con: Connection, contract: Contract, source: Source | None, file_sha256: str, verdicts: Verdicts
) -> None:
    _read_typed(con, contract)
    _to_raw(con, contract, source.id if source else "", file_sha256)
    refused = {r.line: r for r in _suspects_read_again(con, contract)}
    for rejection in _broken_rules(con, contract, verdicts.warnings):
        refused.setdefault(rejection.line, rejection)
    for rejection in (*_wrong_codes(con, contract), *_not_its_own(con, contract, source)):
        refused.setdefault(rejection.line, rejection)
    verdicts.rejections += refused.values()
    con.register("refused_line", pa.table({"line_no": pa.array(list(refused), type=pa.int64())}))
    con.execute(
        f"create temp table accepted_{contract.record_type} as "
        "select r.* exclude (naive_time) from raw_row r anti join refused_line using (line_no)"
    )
    con.unregister("refused_line")
    row = con.execute(f"select count(*) from accepted_{contract.record_type}").fetchone()
    verdicts.accepted[contract.record_type] = int(row[0]) if row else 0
    con.execute("drop table typed; drop table raw_row")


def _read_typed(con: Connection, contract: Contract) -> None:
    """Read the lines of one type with the contract's types into `typed`: line_no, text, r (a struct, null if it failed).

    Each line is wrapped with its own number. It is valid JSON by itself, so it cannot break out of its wrapper.
    """
    wrapped = con.execute(
        "select '{\"line_no\":' || line_no || ',\"r\":' || text || '}' as wrapped from line "
        "where record_type = ? order by line_no",
        [contract.record_type],
    ).fetchall()
    struct = _struct((*contracts.envelope().fields,), contract)
    with tempfile.TemporaryDirectory(prefix="yilian-door-") as folder:
        file = Path(folder) / "lines.ndjson"
        with file.open("w", encoding="utf-8", newline="") as out:
            out.writelines(f"{line}\n" for (line,) in wrapped)
        longest = max((line or 0 for (line,) in con.execute("select max(strlen(text)) from line").fetchall()), default=0)
        con.execute(
            f"""
            create temp table typed as
            select l.line_no, l.text, j.r
            from line l
            left join read_json(?, format = 'newline_delimited', ignore_errors = true,
                maximum_object_size = {max(16 << 20, 2 * longest + 1024)},
                columns = {{'line_no': 'BIGINT', 'r': '{struct}'}}) j on j.line_no = l.line_no
            where l.record_type = ?
            """,
            [str(file), contract.record_type],
        )


def _struct(fields: Sequence[Field], contract: Contract | None) -> str:
    parts = []
    for f in fields:
        if f.name == "payload" and contract is not None:
            parts.append(f"payload {_struct(contract.fields, None)}")
        elif f.type == "object":
            parts.append(f"{identifier(f.name)} {_struct(f.fields, None)}")
        else:
            parts.append(f"{identifier(f.name)} {_READ_AS[f.type]}")
    return "STRUCT(" + ", ".join(parts) + ")"


_READ_AS = {
    "text": "VARCHAR",
    "integer": "DOUBLE",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "VARCHAR",
    "timestamp": "VARCHAR",
    "array": "VARCHAR[]",
}


def _access(f: Field) -> str:
    return "r." + ".".join(identifier(part) for part in f.path.split("."))


def _every(contract: Contract) -> Iterator[Field]:
    """Every leaf of a record, envelope and payload."""
    for f in contracts.envelope().fields:
        if f.name != "payload":
            yield f
    for f in contract.fields:
        yield from f.leaves()


def _to_raw(con: Connection, contract: Contract, source_id: str, file_sha256: str) -> None:
    """`raw_row`: the raw columns of every line that was read, typed; naive_time marks Q05."""
    envelope = {f.name: f for f in contracts.envelope().fields}
    payload = ", ".join(f"{_cast(c.field)} as {c.name}" for c in contract.columns)
    hashed = ["source_system", "source_record_id", "source_version", "op", "reporter_org_code", "event_date"]
    hashed += ["period_type", "produced_at", "not_provided", *(c.name for c in contract.columns)]
    content = " || chr(31) || ".join(f"coalesce({name}::varchar, chr(30))" for name in hashed)
    head = ", ".join(
        f"{_cast(envelope[name])} as {name}"
        for name in ("source_system", "source_record_id", "source_version", "op", "reporter_org_code", "event_date")
    )
    order = ", ".join(name for name, _ in contracts.raw_columns(contract)[: -len(contracts.RAW_TAIL)])
    con.execute(
        f"""
        create temp table raw_row as
        with casted as (
            select line_no, {head}, coalesce(r.period_type, 'day') as period_type,
                {_cast(envelope["produced_at"])} as produced_at, {_cast(envelope["not_provided"])} as not_provided,
                not regexp_matches(coalesce(r.produced_at, 'Z'), '(Z|z|[+-][0-9]{{2}}:[0-9]{{2}})$') as naive_time,
                {payload}
            from typed where r is not null)
        select {order}, naive_time from (
            select *, ? as source_id, ? as file_sha256, '{contract.version}' as contract_version,
                md5({content}) as content_hash
            from casted)
        """,
        [source_id, file_sha256],
    )


def _cast(f: Field) -> str:
    """A field as its raw column; what cannot be cast is null here and refused by the schema elsewhere."""
    value = _access(f)
    if f.type == "integer":
        return f"case when abs({value}) <= {EXACT} then {value}::bigint end"
    if f.type == "date":
        return f"try_cast({value} as date)"
    if f.type == "timestamp":  # the session's zone is Asia/Shanghai: a time without offset is taken for +08:00
        return f"cast(try_cast({value} as timestamptz) as timestamp)"
    if f.type == "array":
        return f"cast(to_json({value}) as varchar)"
    return value


# ---- schema: careful SQL finds suspects, the schema judges them


def _suspects_read_again(con: Connection, contract: Contract) -> list[Rejection]:
    rows = con.execute(f"select line_no, text, r is null from typed where {_is_suspect(contract)}").fetchall()
    found = []
    for line_no, text, is_unread in rows:
        blamed = _read_again(text, contract)
        if blamed is None and is_unread:
            blamed = ("SCHEMA-type", None)  # the typed reader could not read what the schema allows
        if blamed:
            found.append(Rejection(line_no, *blamed, contract.record_type))
    return found


def _is_suspect(contract: Contract) -> str:
    """SQL that is true for every line that could break the schema; it may be true for good ones too."""
    leaves = list(_every(contract))
    objects = {"r.payload"} | {
        "r.payload." + identifier(f.name) for f in contract.fields if f.type == "object"
    }
    present = " + ".join([f"({_access(f)} is not null)::int" for f in leaves] + [f"({o} is not null)::int" for o in sorted(objects)])
    keys = "len(regexp_extract_all(text, '\"[ \\t]*:'))"
    tests = ["r is null", "contains(text, chr(92))", "starts_with(text, '[')", f"{keys} <> {present}", _wrong_types(leaves)]
    tests += [t for f in leaves for t in _field_tests(f)]
    return " or ".join(f"coalesce({t}, false)" for t in tests)


def _wrong_types(leaves: list[Field]) -> str:
    """One look at the raw line for values of another type than their key's, NaN and trailing commas."""
    strings = sorted({f.name for f in leaves if f.type in ("text", "date", "timestamp")})
    numbers = sorted({f.name for f in leaves if f.type in ("integer", "number")})
    flags = sorted({f.name for f in leaves if f.type == "boolean"})
    either = set(strings) & set(numbers)
    patterns = [r",\s*[}\]]", r"[:\[,]\s*[-+]?(NaN|nan|Inf|inf|I|N)"]
    patterns += [rf'"({"|".join(s for s in strings if s not in either)})"\s*:\s*[^"\s]']
    if numbers:
        patterns.append(rf'"({"|".join(n for n in numbers if n not in either)})"\s*:\s*[^-0-9\s]')
    if flags:
        patterns.append(rf'"({"|".join(flags)})"\s*:\s*[^tf\s]')
    joined = "|".join(patterns).replace("'", "''")
    return f"regexp_matches(text, '{joined}')"


def _field_tests(f: Field) -> Iterator[str]:
    value = _access(f)
    if f.required and not f.path.startswith("payload."):
        yield f"{value} is null"
    if f.required and f.path.count(".") == 1:
        yield f"r.op <> 'void' and {value} is null"
    if f.enum:
        yield f"{value} is not null and {value} not in ({', '.join(_text(e) for e in f.enum)})"
    if f.pattern:
        yield f"{value} is not null and not regexp_full_match({value}, {_text(f.pattern.strip('^$'))})"
    if f.type == "integer":
        yield f"{value} is not null and ({value} <> floor({value}) or abs({value}) > {EXACT})"
    if f.type in ("integer", "number"):
        yield f"{value} is not null and not isfinite({value})"
        if f.minimum is not None:
            yield f"{value} < {f.minimum}"
        if f.maximum is not None:
            yield f"{value} > {f.maximum}"
    if f.type == "date":
        yield f"{value} is not null and (try_cast({value} as date) is null or strlen({value}) <> 10)"
    if f.type == "timestamp":
        plain = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})"
        yield f"{value} is not null and (not regexp_full_match({value}, '{plain}') or try_cast({value} as timestamptz) is null)"
    if f.max_length is not None:
        yield f"length({value}) > {f.max_length}"
    if f.min_length is not None:
        yield f"length({value}) < {f.min_length}"
    if f.format == "uri":
        yield f"{value} is not null and not regexp_full_match({value}, '[a-z]+:[A-Za-z0-9:._/-]+')"
    if f.type == "array":
        yield f"{value} is not null"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


class Damage(ValueError):
    """A line that is no proper JSON; `rule` says what is wrong with it."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


def _strict(text: str) -> Any:
    """JSON as RFC 8259 and I-JSON mean it: no NaN, no duplicate keys, no numbers that become infinite."""

    def refuse(rule: str) -> Any:
        raise Damage(rule)

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        return dict(items) if len({k for k, _ in items}) == len(items) else refuse("JSON-duplicate-key")

    def number(digits: str) -> float:
        value = float(digits)
        return value if abs(value) != float("inf") else refuse("JSON-number")

    try:
        return json.loads(
            text, object_pairs_hook=pairs, parse_float=number, parse_constant=lambda _name: refuse("JSON-number")
        )
    except Damage:
        raise
    except (ValueError, RecursionError):
        raise Damage("JSON-invalid") from None


def _read_again(text: str, contract: Contract) -> tuple[str, str | None] | None:
    """Rule and field path of the first thing that the contract refuses in one line, or None."""
    try:
        record = _strict(text)
    except Damage as damage:
        return damage.rule, None
    errors = list(_schema(contract.record_type).iter_errors(record))
    if errors and isinstance(record, dict) and _is_naive_time(record.get("produced_at")):
        errors = [e for e in errors if tuple(e.instance_path) != ("produced_at",)]  # Q05: +08:00 is assumed, flagged
    if not errors:
        return None
    return min((_blame(error, contract) for error in errors), key=lambda b: (b[0] == "SCHEMA-required", b[1] or ""))


@cache
def _schema(record_type: str) -> Any:
    return jsonschema_rs.validator_for(contracts.json_schema(contracts.load()[record_type]), validate_formats=True)


def _is_naive_time(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?", value) is not None


_RULES = {
    "additionalProperties": "SCHEMA-unknown",
    "required": "SCHEMA-required",
    "type": "SCHEMA-type",
    "enum": "SCHEMA-enum",
    "const": "SCHEMA-enum",
    "pattern": "SCHEMA-pattern",
    "format": "SCHEMA-format",
    "minimum": "SCHEMA-range",
    "maximum": "SCHEMA-range",
    "maxLength": "SCHEMA-length",
    "minLength": "SCHEMA-length",
}


def _blame(error: Any, contract: Contract) -> tuple[str, str | None]:
    path = ".".join(str(p) for p in error.instance_path if isinstance(p, str)) or None
    kind = error.kind.name
    if kind == "additionalProperties":
        names = sorted(error.kind.unexpected)
        return "SCHEMA-unknown", _join(path, names[0] if KNOWN_FIELD.fullmatch(names[0]) else "?")
    if kind == "required":
        return "SCHEMA-required", _join(path, str(error.kind.property))
    counts = {f.path for f in _every(contract) if f.kind == "count"}
    if path in counts and kind in ("minimum", "type") and not isinstance(error.instance, str | bool | type(None) | list | dict):
        return "Q07", path
    return _RULES.get(kind, f"SCHEMA-{kind}"), path


def _join(path: str | None, name: str) -> str:
    return f"{path}.{name}" if path else name


# ---- rules over typed rows


def _broken_rules(con: Connection, contract: Contract, warnings: Counter[str]) -> Iterator[Rejection]:
    paths = {c.name: c.json_path for c in contract.columns}
    for rule in (*contracts.envelope().rules, *contract.rules):
        lines = con.execute(f"select line_no from raw_row where {rule.broken_when} order by line_no").fetchall()
        if rule.severity == "refuse":
            blamed = paths.get(rule.fields[0], rule.fields[0])
            yield from (Rejection(line, rule.code, blamed, contract.record_type) for (line,) in lines)
        elif lines:
            warnings[rule.code] += len(lines)
    naive = con.execute("select count(*) from raw_row where naive_time").fetchone()
    if naive and naive[0]:
        warnings["Q05"] += int(naive[0])


def _wrong_codes(con: Connection, contract: Contract) -> Iterator[Rejection]:
    """USCCs with a wrong check digit; looked at as distinct values."""
    paths = {c.name: c.json_path for c in contract.columns if c.field.check == "uscc"}
    for column, path in {"reporter_org_code": "reporter_org_code", **paths}.items():
        codes = con.execute(f"select distinct {column} from raw_row where {column} is not null").fetchall()
        wrong = [code for (code,) in codes if ":" not in code and not has_check_digit(code)]
        yield from _blamed_lines(con, column, wrong, "USCC-check-digit", path, contract)


def _not_its_own(con: Connection, contract: Contract, source: Source | None) -> Iterator[Rejection]:
    """A source reports only from its systems and for its organisations (Q24)."""
    if source is None:
        return
    for column, allowed, rule in (
        ("source_system", source.source_systems, "SOURCE-system"),
        ("reporter_org_code", source.organisations, "Q24"),
    ):
        if allowed:
            values = con.execute(f"select distinct {column} from raw_row").fetchall()
            wrong = [v for (v,) in values if v is not None and v not in allowed]
            yield from _blamed_lines(con, column, wrong, rule, column, contract)


def _blamed_lines(
    con: Connection, column: str, values: list[str], rule: str, path: str, contract: Contract
) -> Iterator[Rejection]:
    if values:
        query = f"select line_no from raw_row where {column} in (select unnest(?::varchar[])) order by line_no"
        for (line,) in con.execute(query, [values]).fetchall():
            yield Rejection(line, rule, path, contract.record_type)


def has_check_digit(code: str) -> bool:
    """Is the last character of a USCC right? GB 32100-2015: weights 3^i mod 31."""
    if len(code) != 18 or any(c not in USCC_CHARS for c in code):
        return False
    total = sum(USCC_CHARS.index(c) * pow(3, i, 31) for i, c in enumerate(code[:17]))
    return USCC_CHARS[-total % 31] == code[17]


# ---- files


def _write_quarantine(home: Path, receipt: Receipt, verdicts: Verdicts) -> None:
    target = home / "quarantine" / receipt.source_id / f"{receipt.file_sha256}.parquet"
    if not verdicts.rejections:
        target.unlink(missing_ok=True)
        return
    rows = [
        {
            "source_id": receipt.source_id,
            "file_sha256": receipt.file_sha256,
            "filename": receipt.filename,
            "line_no": r.line,
            "record_type": r.record_type,
            "field": r.field,
            "rule": r.rule,
            "contract_versions": json.dumps(receipt.contract_versions, sort_keys=True),
        }
        for r in sorted(verdicts.rejections, key=lambda r: r.line)
    ]
    _write_parquet(pa.Table.from_pylist(rows, schema=_QUARANTINE), target)


_QUARANTINE = pa.schema(
    [
        (name, pa.int64() if name == "line_no" else pa.string())
        for name in (
            "source_id",
            "file_sha256",
            "filename",
            "line_no",
            "record_type",
            "field",
            "rule",
            "contract_versions",
        )
    ]
)


def _write_parquet(table: Any, target: Path) -> None:
    import pyarrow.parquet as pq

    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    pq.write_table(table if isinstance(table, pa.Table) else table.read_all(), part, compression="zstd")
    part.replace(target)


def _write_text(target: Path, text: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    part.write_text(text + "\n", encoding="utf-8")
    part.replace(target)


@cache
def _anyone() -> Source:
    """The generic drop source: what `yilian check` assumes of a file."""
    from scrapers import registry

    return registry.load()["drop_feed"]
