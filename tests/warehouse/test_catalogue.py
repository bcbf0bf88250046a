"""The data dictionary against the database it describes, and the contract pages against the contracts."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from bs4 import BeautifulSoup

from scrapers import contracts
from tests.warehouse.test_report import empty_warehouse
from warehouse import catalogue, database

pytestmark = pytest.mark.xdist_group("report")


@pytest.fixture(scope="module")
def version(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return empty_warehouse(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="module")
def folder(version: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _build(version, tmp_path_factory.mktemp("catalogue"))


def _build(version: Path, folder: Path) -> Path:
    con = database.published(version)
    try:
        catalogue.build(con, folder)
    finally:
        con.close()
    return folder


def _dictionary(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "dictionary.json").read_text(encoding="utf-8"))
    return found


def test_every_table_and_column_is_described(version: Path) -> None:
    con = database.published(version)
    try:
        found = catalogue.tables(con)
    finally:
        con.close()
    assert len(found) > 20
    assert catalogue.undescribed(found) == []
    assert [t.name for t in found if not t.grain] == []
    assert [f"{t.name}.{g}" for t in found for g in t.grain if g not in {c.name for c in t.columns}] == []


def test_dictionary_is_the_database(version: Path, folder: Path) -> None:
    con = database.published(version)
    try:
        expected = con.execute(
            "select table_schema, table_name, list(column_name order by ordinal_position) from "
            "information_schema.columns where table_schema in ('main', 'operations') group by all order by all"
        ).fetchall()
        written = _dictionary(folder)["tables"]
        assert [(t["schema"], t["name"], [c["name"] for c in t["columns"]]) for t in written] == expected
        for table in written:
            counted = con.execute(f"select count(*) from {table['schema']}.{table['name']}").fetchone()
            assert counted == (table["rows"],), table["name"]
    finally:
        con.close()


def test_page_names_every_table_and_holds_everything_itself(folder: Path) -> None:
    html = (folder / "index.html").read_text(encoding="utf-8")
    document = BeautifulSoup(html, "lxml")
    for table in _dictionary(folder)["tables"]:
        assert document.find(id=table["name"]) is not None, table["name"]
    for link in (a["href"] for a in document.find_all("a")):
        assert link.startswith("#") or (folder / link).is_file(), link
    for page in folder.rglob("*.html"):
        parsed = BeautifulSoup(page.read_text(encoding="utf-8"), "lxml")
        assert not parsed.find_all(["script", "link", "img", "iframe"]), page.name
        assert "default-src 'none'" in str(parsed.find("meta", attrs={"http-equiv": True}))
        assert all(table.caption for table in parsed.find_all("table"))
    assert not re.search(r"url\(|@import", html)


def test_column_without_description_is_shown_as_such(version: Path, tmp_path: Path) -> None:
    copy = tmp_path / database.DATABASE_NAME
    copy.write_bytes(version.read_bytes())
    con = database.build(copy)
    try:
        con.execute("alter table dim_date add column secret varchar; create table mart_unknown (answer bigint)")
        found = catalogue.tables(con)
        catalogue.build(con, tmp_path / "out")
    finally:
        con.close()
    assert catalogue.undescribed(found) == ["mart_unknown", "dim_date.secret", "mart_unknown.answer"]
    html = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert html.count("无说明 undescribed") == 3


def test_doc_blocks_are_put_in_and_a_missing_one_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "models").mkdir()
    (tmp_path / "docs" / "columns.md").write_text("{% docs a %}\n甲。A <b>.\n{% enddocs %}\n", encoding="utf-8")
    model = tmp_path / "models" / "m.yml"
    model.write_text(
        "models:\n  - name: m\n    config: {meta: {grain: [a]}}\n"
        "    columns:\n      - {name: a, description: '{{ doc(\"a\") }}'}\n      - {name: b}\n",
        encoding="utf-8",
    )
    assert catalogue.models(tmp_path) == {"m": catalogue.Model(None, ("a",), {"a": "甲。A <b>."})}
    model.write_text(model.read_text(encoding="utf-8").replace('doc("a")', 'doc("z")'), encoding="utf-8")
    with pytest.raises(catalogue.CatalogueError, match=r"m\.yml: there is no doc block z"):
        catalogue.models(tmp_path)


def test_every_contract_has_a_page_a_schema_and_an_example_that_passes(folder: Path) -> None:
    for record_type, contract in contracts.load().items():
        html = (folder / "contracts" / f"{record_type}.html").read_text(encoding="utf-8")
        document = BeautifulSoup(html, "lxml")
        shown = document.get_text(" ")
        for column in contract.columns:
            assert column.json_path in shown, f"{record_type}: {column.json_path}"
        for rule in contract.rules:
            assert rule.zh in shown, f"{record_type}: {rule.code}"
        schema = json.loads((folder / "contracts" / f"{record_type}.schema.json").read_text(encoding="utf-8"))
        assert schema == contracts.json_schema(contract)
        assert document.pre is not None
        example = json.loads(document.pre.get_text())
        problems = [e.message for e in jsonschema_rs.validator_for(schema, validate_formats=True).iter_errors(example)]
        assert problems == [], record_type


def test_same_version_gives_the_same_bytes(version: Path, folder: Path, tmp_path: Path) -> None:
    again = _build(version, tmp_path)
    names = sorted(p.relative_to(folder) for p in folder.rglob("*") if p.is_file())
    assert len(names) == 2 + 4 * len(contracts.load())
    assert [n for n in names if (folder / n).read_bytes() != (again / n).read_bytes()] == []
