"""The data dictionary of a version, and the pages of the feed contracts.

Comes in: a connection to a build file or a published version; the descriptions of the dbt project (models' YAML and the
doc blocks of docs/columns.md, their one home); the contracts. Goes out, in one folder: index.html, dictionary.json, and
contracts/ with a page, a JSON Schema, an XLSX template and a sample a record type. Names, types and row counts come
from the database, so the dictionary cannot describe what is not there; a column that nobody described is shown as such.
The same warehouse gives the same bytes. Never here: a description of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from scrapers import contracts
from scrapers.contracts import Contract, Field, Rule, sample, template
from warehouse import report
from warehouse.database import Connection, identifier
from warehouse.settings import DBT_PROJECT

SCHEMAS = ("main", "operations")
DOC_BLOCK = re.compile(r"{%-?\s*docs\s+(\w+)\s*-?%}(.*?){%-?\s*enddocs\s*-?%}", re.DOTALL)
DOC_CALL = re.compile(r"{{\s*doc\(\s*(?:(['\"])yilian\1\s*,\s*)?(['\"])(\w+)\2\s*\)\s*}}")
KINDS = (
    ("mart_", "主题宽表", "marts, for BI"),
    ("fct_", "事实表", "facts"),
    ("dim_", "维度表", "dimensions"),
    ("bridge_", "桥接表", "bridges"),
    ("", "其他", "others"),
)


class CatalogueError(ValueError):
    """The dbt project's descriptions cannot be read. The message names the file and the missing block."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column as the database has it; description None where nobody wrote one."""

    name: str
    type: str
    description: str | None


@dataclass(frozen=True, slots=True)
class Table:
    """A table as the database has it, with what the dbt project says of it."""

    schema: str
    name: str
    description: str | None
    grain: tuple[str, ...]
    rows: int
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """What a YAML file of the dbt project says of one model."""

    description: str | None
    grain: tuple[str, ...]
    columns: Mapping[str, str]


def build(con: Connection, folder: Path) -> None:
    """Write the dictionary and the contract pages into `folder`."""
    found = tables(con)
    report.write(folder / "index.html", "catalogue.html.j2", groups=list(_grouped(found)), contracts=_contracts())
    dictionary = {
        "tables": [asdict(table) for table in found],
        "contracts": [_contract_entry(contract) for contract in _contracts()],
    }
    (folder / "dictionary.json").write_text(
        json.dumps(dictionary, ensure_ascii=False, indent=2) + "\n", encoding="utf-8", newline="\n"
    )
    for contract in _contracts():
        _write_contract(folder / "contracts", contract)


def tables(con: Connection) -> list[Table]:
    """Every table of the schemas that readers are promised, by schema and name."""
    described = models()
    found = con.execute(
        "select table_schema, table_name from information_schema.tables "
        "where table_catalog = current_database() and list_contains($schemas, table_schema) order by all",
        {"schemas": list(SCHEMAS)},
    ).fetchall()
    return [_table(con, schema, name, described.get(name, Model(None, (), {}))) for schema, name in found]


def models(project: Path = DBT_PROJECT) -> dict[str, Model]:
    """The models that the project's YAML describes, doc blocks put in. Raises CatalogueError on an unknown block."""
    blocks = _blocks(project)
    found: dict[str, Model] = {}
    for path in sorted((project / "models").rglob("*.yml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        for entry in content.get("models") or ():
            columns = {c["name"]: _text(c.get("description"), blocks, path) for c in entry.get("columns") or ()}
            found[entry["name"]] = Model(
                _text(entry.get("description"), blocks, path),
                _grain(entry),
                {name: text for name, text in columns.items() if text},
            )
    return found


def undescribed(found: list[Table]) -> list[str]:
    """`table` or `table.column` of everything that nobody described."""
    without = [table.name for table in found if table.description is None]
    return without + [f"{t.name}.{c.name}" for t in found for c in t.columns if c.description is None]


def _table(con: Connection, schema: str, name: str, model: Model) -> Table:
    columns = con.execute(
        "select column_name, data_type from information_schema.columns "
        "where table_catalog = current_database() and table_schema = ? and table_name = ? order by ordinal_position",
        [schema, name],
    ).fetchall()
    row = con.execute(f"select count(*) from {identifier(schema)}.{identifier(name)}").fetchone()
    assert row is not None
    return Table(
        schema=schema,
        name=name,
        description=model.description,
        grain=model.grain,
        rows=int(row[0]),
        columns=tuple(Column(column, type_.lower(), model.columns.get(column)) for column, type_ in columns),
    )


def _blocks(project: Path) -> dict[str, str]:
    """The doc blocks of docs/ and models/. Raises CatalogueError where two have one name."""
    blocks: dict[str, str] = {}
    for path in sorted([*(project / "docs").rglob("*.md"), *(project / "models").rglob("*.md")]):
        for name, text in DOC_BLOCK.findall(path.read_text(encoding="utf-8")):
            if name in blocks:
                raise CatalogueError(f"{path}: a second doc block {name}")
            blocks[name] = text.strip()
    return blocks


def _text(description: str | None, blocks: Mapping[str, str], path: Path) -> str | None:
    """A description with its doc blocks put in; None where it is empty."""

    def block(match: re.Match[str]) -> str:
        if match[3] not in blocks:
            raise CatalogueError(f"{path}: there is no doc block {match[3]}")
        return blocks[match[3]]

    return DOC_CALL.sub(block, description or "").strip() or None


def _grain(entry: Mapping[str, Any]) -> tuple[str, ...]:
    meta = {**(entry.get("meta") or {}), **((entry.get("config") or {}).get("meta") or {})}
    return tuple(meta.get("grain") or ())


def _grouped(found: list[Table]) -> Iterator[tuple[str, str, list[Table]]]:
    """(Chinese title, English title, tables): by what a table is, the operations schema for itself."""
    rest = [table for table in found if table.schema == "main"]
    for prefix, zh, en in KINDS:
        chosen = [table for table in rest if table.name.startswith(prefix)]
        rest = [table for table in rest if not table.name.startswith(prefix)]
        if chosen:
            yield zh, en, chosen
    if operations := [table for table in found if table.schema == "operations"]:
        yield "运行与数据质量", "operations", operations


# ---- contracts


def _contracts() -> list[Contract]:
    """The contracts: what every sender owes first, then the rest, by name."""
    return sorted(contracts.load().values(), key=lambda c: (c.tier != "minimum", c.record_type))


def _write_contract(folder: Path, contract: Contract) -> None:
    entry = _contract_entry(contract)
    envelope = contracts.envelope()
    fields = [_field_entry(field, depth) for field, depth in _walk(envelope.fields) if field.name != "payload"]
    record = sample.record(contract)
    report.write(
        folder / f"{contract.record_type}.html",
        "contract.html.j2",
        contract=entry,
        envelope=fields,
        envelope_rules=[_rule_entry(rule) for rule in envelope.rules],
        example=json.dumps(record, ensure_ascii=False, indent=2),
    )
    (folder / f"{contract.record_type}.xlsx").write_bytes(template.workbook(contract))
    line = json.dumps(record, ensure_ascii=False)
    (folder / f"{contract.record_type}.ndjson").write_text(line + "\n", encoding="utf-8", newline="\n")
    schema = json.dumps(contracts.json_schema(contract), ensure_ascii=False, indent=2)
    (folder / f"{contract.record_type}.schema.json").write_text(schema + "\n", encoding="utf-8", newline="\n")


def _contract_entry(contract: Contract) -> dict[str, Any]:
    return {
        "record_type": contract.record_type,
        "version": contract.version,
        "zh": contract.zh,
        "en": contract.en,
        "tier": contract.tier,
        "authority": dict(contract.authority),
        "grain": list(contract.grain),
        "is_master": contract.is_master,
        "references": dict(contract.references),
        "measures": list(contract.measures),
        "fields": [_field_entry(field, depth) for field, depth in _walk(contract.fields)],
        "rules": [_rule_entry(rule) for rule in contract.rules],
    }


def _walk(fields: tuple[Field, ...], depth: int = 0) -> Iterator[tuple[Field, int]]:
    for field in fields:
        yield field, depth
        yield from _walk(field.fields, depth + 1)


def _field_entry(field: Field, depth: int) -> dict[str, Any]:
    limits = {
        "pattern": field.pattern,
        "format": field.format,
        "minimum": field.minimum,
        "maximum": field.maximum,
        "min_length": field.min_length,
        "max_length": field.max_length,
        "check": field.check,
    }
    return {
        "path": field.path,
        "column": None if field.type == "object" else field.column,
        "depth": depth,
        "type": field.type,
        "required": field.required,
        "nullable": field.nullable,
        "unit": field.unit,
        "enum": list(field.enum),
        "options": dict(field.options),
        "label": field.label,
        "limits": {key: value for key, value in limits.items() if value is not None},
        "example": field.example,
        "zh": field.zh,
        "en": field.en,
    }


def _rule_entry(rule: Rule) -> dict[str, Any]:
    return {
        "code": rule.code,
        "severity": rule.severity,
        "fields": list(rule.fields),
        "broken_when": rule.broken_when,
        "mend": contracts.mend(rule.code),
        "zh": rule.zh,
        "en": rule.en,
    }
