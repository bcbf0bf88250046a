"""The feed contracts: what a hospital may send, one YAML a record type.

Comes in: the YAML files of this folder (`envelope.yml` surrounds every record, `kinds.yml` says what a field can be).
Goes out: `Contract` with its raw columns, its JSON Schema and its DDL. Everything else that knows a field (the door,
the wall, the documentation, the sample data) asks here. Never here: data, files of data, DuckDB.

A payload field becomes one raw column: nested names are joined with "_" in lower case (`item.code` → `item_code`;
an object may carry a `prefix` of its own: `not_recognised_reasons.R6_other` → `reason_r6_other`). An array stays
JSON text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

HERE = Path(__file__).parent
NO_CONTRACTS = ("envelope", "kinds", "rules")  # YAML files beside the contracts
MOST = 10**15  # of a payload's number: a double and a spreadsheet hold each whole one, and thousands add up in a bigint
BACKFILL_DAYS = 90  # Q03: older records need a manifest that says backfill
TOO_LONG = b"\x00too long"  # in canonical NDJSON, stands for a line that is too long to be read; no JSON

Type = Literal["text", "integer", "number", "boolean", "date", "timestamp", "array", "object"]
Scan = Literal["all", "identity", "none"]
Severity = Literal["refuse", "warn", "flag"]

DUCKDB_TYPES: Mapping[str, str] = {
    "text": "varchar",
    "integer": "bigint",
    "number": "double",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamp",
    "array": "varchar",
}
JSON_TYPES: Mapping[str, str] = {
    "text": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "date": "string",
    "timestamp": "string",
    "array": "array",
    "object": "object",
}
FORMATS: Mapping[str, str] = {"date": "date", "timestamp": "date-time"}

# raw.<record_type> as every loader and model sees it: these, the payload's columns, then RAW_TAIL.
RAW_HEAD: tuple[tuple[str, str], ...] = (
    ("source_id", "varchar"),
    ("file_sha256", "varchar"),
    ("line_no", "bigint"),
    ("contract_version", "varchar"),
    ("source_system", "varchar"),
    ("source_record_id", "varchar"),
    ("source_version", "bigint"),
    ("op", "varchar"),
    ("reporter_org_code", "varchar"),
    ("event_date", "date"),
    ("period_type", "varchar"),
    ("produced_at", "timestamp"),
    ("not_provided", "varchar"),
)
REFERRED = ("organization", "shared_centre", "dispatch_assignment", "group")  # what a record may refer to
RAW_TAIL: tuple[tuple[str, str], ...] = (("load_run", "varchar"), ("loaded_at", "timestamp"))
RAW_GONE = ("content_hash",)  # columns that an older warehouse has


class ContractError(ValueError):
    """A contract file does not say what a contract must say. The message names file and key."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the envelope or of a payload; `fields` are the members of an object."""

    name: str
    kind: str
    type: Type
    path: str  # payload.item.code
    column: str  # item_code; for an object the prefix of its members' columns
    required: bool
    nullable: bool
    pattern: str | None
    format: str | None
    enum: tuple[str, ...]
    options: Mapping[str, str]  # what each value of the enum is called in Chinese
    minimum: float | None
    maximum: float | None
    min_length: int | None
    max_length: int | None
    item_max_length: int | None  # of the texts in an array
    check: str | None
    scan: Scan
    unit: str | None
    example: Any
    label: str  # the Chinese heading of its column in a spreadsheet
    zh: str
    en: str
    fields: tuple[Field, ...] = ()

    @property
    def most(self) -> int:
        """The greatest number that columns take, and below zero the least, whatever the schema allows."""
        return MOST if self.path.startswith("payload.") else 2**63 - 1

    def leaves(self) -> Iterator[Field]:
        """This field, or the leaves of the object that it is."""
        if self.type != "object":
            yield self
        for member in self.fields:
            yield from member.leaves()


@dataclass(frozen=True, slots=True)
class Rule:
    """A test over one record's raw columns: the record breaks it where the SQL expression is true (not null)."""

    code: str
    severity: Severity
    broken_when: str
    fields: tuple[str, ...]  # raw columns, the blamed one first
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Column:
    """One payload column of raw.<record_type>."""

    name: str
    duckdb_type: str
    json_path: str
    required: bool
    field: Field


@dataclass(frozen=True, slots=True)
class Envelope:
    """What surrounds every record. `schema_versions` are those that are still read, the newest last."""

    schema_versions: tuple[str, ...]
    id: str
    fields: tuple[Field, ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Contract:
    """One record type. `grain` and `measures` are raw columns; `references` says what a column points at."""

    record_type: str
    version: str
    zh: str
    en: str
    tier: Literal["minimum", "extended"]
    authority: Mapping[str, str]
    grain: tuple[str, ...]
    is_master: bool
    references: Mapping[str, str]
    measures: tuple[str, ...]
    fields: tuple[Field, ...]
    rules: tuple[Rule, ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        """The payload's raw columns, in the order of the YAML."""
        return tuple(
            Column(leaf.column, DUCKDB_TYPES[leaf.type], leaf.path, leaf.required, leaf)
            for field in self.fields
            for leaf in field.leaves()
        )


@cache
def load(folder: Path = HERE) -> Mapping[str, Contract]:
    """Every contract by record type. Raises ContractError with file and key."""
    contracts = (_contract(path) for path in sorted(folder.glob("*.yml")) if path.stem not in NO_CONTRACTS)
    return {contract.record_type: contract for contract in contracts}


@cache
def envelope() -> Envelope:
    """The envelope's fields and rules. `payload` stands there without members: they are the contract's."""
    path = HERE / "envelope.yml"
    data = read_yaml(path)
    fields = tuple(_field(path, item, "", "") for item in data["fields"])
    return Envelope(
        schema_versions=next(field.enum for field in fields if field.name == "schema_version"),
        id=data["id"],
        fields=fields,
        rules=tuple(_rule(path, item) for item in data["rules"]),
    )


@cache
def rules() -> Mapping[str, Any]:
    """The rules beside those of a contract: `catalogue` of errors to expect, and how to `mend` each."""
    return read_yaml(HERE / "rules.yml")


def mend(rule: str) -> str:
    """How a sender mends what this rule refuses; "" where nobody wrote it down."""
    texts: Mapping[str, str] = rules()["mend"]
    return texts.get(rule) or texts.get(rule.partition("-")[0], "")


def raw_columns(contract: Contract) -> tuple[tuple[str, str], ...]:
    """(name, DuckDB type) of every column of raw.<record_type>, in order."""
    payload = tuple((column.name, column.duckdb_type) for column in contract.columns)
    return RAW_HEAD + payload + RAW_TAIL


def ddl(contract: Contract) -> str:
    """`create table` of raw.<record_type>."""
    columns = ",\n".join(f"  {name} {type_}" for name, type_ in raw_columns(contract))
    return f"create table if not exists raw.{contract.record_type} (\n{columns}\n)"


def json_schema(contract: Contract) -> dict[str, Any]:
    """The schema of one record of this type (JSON Schema 2020-12), formats included."""
    schema = envelope_schema((contract.record_type,))
    schema["title"] = contract.en
    payload = _object_schema(contract.fields)
    schema["allOf"].append(
        {"if": {"properties": {"op": {"const": "upsert"}}}, "then": {"properties": {"payload": payload}}}
    )
    return schema


def envelope_schema(record_types: tuple[str, ...]) -> dict[str, Any]:
    """The schema of a record of any of these types, its payload any object."""
    schema = _object_schema(envelope().fields)
    schema["properties"]["record_type"] = {"enum": list(record_types)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": envelope().id,
        **schema,
        "allOf": [{"if": {"properties": {"op": {"const": "upsert"}}}, "then": {"required": ["payload"]}}],
    }


def _object_schema(fields: tuple[Field, ...]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [field.name for field in fields if field.required],
        "properties": {field.name: _field_schema(field) for field in fields},
    }


def _field_schema(field: Field) -> dict[str, Any]:
    if field.type == "object":
        return _object_schema(field.fields) if field.fields else {"type": "object"}
    if field.enum:
        return {"enum": list(field.enum)}
    schema: dict[str, Any] = {
        "type": [JSON_TYPES[field.type], "null"] if field.nullable else JSON_TYPES[field.type],
        "pattern": field.pattern,
        "format": field.format,
        "minimum": field.minimum,
        "maximum": field.maximum,
        "minLength": field.min_length,
        "maxLength": field.max_length,
    }
    schema = {key: value for key, value in schema.items() if value is not None}
    if field.type == "array":
        schema["items"] = {"type": "string"}
        if field.item_max_length is not None:
            schema["items"]["maxLength"] = field.item_max_length
    return schema


_FIELD_KEYS = {
    "name", "kind", "required", "nullable", "pattern", "enum", "minimum", "maximum", "min_length", "max_length",
    "items", "scan", "unit", "example", "label", "zh", "en", "prefix", "fields",
}  # fmt: skip
_CONTRACT_KEYS = {
    "record_type", "version", "title", "tier", "authority", "grain", "is_master", "references", "measures", "fields",
    "rules",
}  # fmt: skip
_AUTHORITY_KEYS = {"制定机关", "表号", "批准文号", "有效期"}
_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SCANS: Mapping[Any, Scan] = {True: "all", False: "none", "identity": "identity"}


@cache
def _kinds() -> Mapping[str, Any]:
    return read_yaml(HERE / "kinds.yml")


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping of a YAML file, read by libyaml where PyYAML has it: ten times as fast, and the door waits for it."""
    data = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)
    if not isinstance(data, dict):
        raise ContractError(f"{path}: a contract file is a mapping")
    return data


def _contract(path: Path) -> Contract:
    data = read_yaml(path)
    _expect_keys(path, "contract", data, _CONTRACT_KEYS, _CONTRACT_KEYS)
    _expect_keys(path, "authority", data["authority"], _AUTHORITY_KEYS, _AUTHORITY_KEYS)
    if data["record_type"] != path.stem:
        raise ContractError(f"{path}: record_type {data['record_type']!r} is not the file's name")
    contract = Contract(
        record_type=data["record_type"],
        version=data["version"],
        zh=data["title"]["zh"],
        en=data["title"]["en"],
        tier=data["tier"],
        authority=data["authority"],
        grain=tuple(data["grain"]),
        is_master=data["is_master"],
        references=data["references"],
        measures=tuple(data["measures"]),
        fields=tuple(_field(path, item, "payload.", "") for item in data["fields"]),
        rules=tuple(_rule(path, item) for item in data["rules"]),
    )
    _check_names(path, contract)
    return contract


def _check_names(path: Path, contract: Contract) -> None:
    names = [name for name, _ in raw_columns(contract)]
    for name in names:
        if names.count(name) > 1:
            raise ContractError(f"{path}: two fields become the column {name}")
    named = {
        "grain": contract.grain,
        "references": tuple(contract.references),
        "measures": contract.measures,
        "rules": tuple(field for rule in contract.rules for field in rule.fields),
    }
    for key, columns in named.items():
        for column in columns:
            if column not in names:
                raise ContractError(f"{path}: {key} names {column}, which is not a column")
    labels = [leaf.label for field in contract.fields for leaf in field.leaves()]
    labels += [leaf.label for field in envelope().fields for leaf in field.leaves()]
    for label in labels:
        if labels.count(label) > 1:
            raise ContractError(f"{path}: two fields have the label {label}")
    for target in contract.references.values():
        if target not in REFERRED:
            raise ContractError(f"{path}: references point at {', '.join(REFERRED)}, not {target}")


def _field(path: Path, item: Mapping[str, Any], parent: str, prefix: str) -> Field:
    _expect_keys(path, f"field {item.get('name')}", item, _FIELD_KEYS, {"name", "kind", "zh", "en"})
    kind = _kinds().get(item["kind"])
    if kind is None:
        raise ContractError(f"{path}: field {item['name']}: unknown kind {item['kind']!r}")
    both = {**kind, **item}
    name, type_ = item["name"], kind["type"]
    column = f"{prefix}{both.get('prefix', name)}".lower()
    return Field(
        name=name,
        kind=item["kind"],
        type=type_,
        path=f"{parent}{name}",
        column=column,
        required=both.get("required", False),
        nullable=both.get("nullable", False),
        pattern=both.get("pattern"),
        format=both.get("format") or FORMATS.get(type_),
        enum=tuple(both.get("enum", ())),
        options=_options(path, name, both.get("enum", ())),
        minimum=both.get("minimum"),
        maximum=both.get("maximum"),
        min_length=both.get("min_length"),
        max_length=both.get("max_length"),
        item_max_length=both.get("items", {}).get("max_length"),
        check=both.get("check"),
        scan=_SCANS[both["scan"]],
        unit=both.get("unit"),
        example=both.get("example"),
        label=both.get("label", both["zh"]),
        zh=both["zh"],
        en=both["en"],
        fields=tuple(_field(path, member, f"{parent}{name}.", f"{column}_") for member in both.get("fields", ())),
    )


def _options(path: Path, name: str, enum: Sequence[str] | Mapping[str, str]) -> Mapping[str, str]:
    """The values of an enum with their Chinese names, which lead back to one value each."""
    options = dict(enum) if isinstance(enum, Mapping) else {value: value for value in enum}
    if len(set(options.values())) < len(options):
        raise ContractError(f"{path}: field {name}: two values of the enum have one name")
    return options


def _rule(path: Path, item: Mapping[str, Any]) -> Rule:
    keys = {"code", "severity", "fields", "broken_when", "zh", "en"}
    _expect_keys(path, f"rule {item.get('code')}", item, keys, keys)
    if item["severity"] not in ("refuse", "warn", "flag"):
        raise ContractError(f"{path}: rule {item['code']}: severity is refuse, warn or flag")
    return Rule(
        item["code"], item["severity"], item["broken_when"].strip(), tuple(item["fields"]), item["zh"], item["en"]
    )


def _expect_keys(path: Path, where: str, item: Mapping[str, Any], allowed: set[str], needed: set[str]) -> None:
    if unknown := set(item) - allowed:
        raise ContractError(f"{path}: {where}: unknown key {sorted(unknown)[0]!r}")
    if missing := needed - set(item):
        raise ContractError(f"{path}: {where}: {sorted(missing)[0]!r} is missing")
