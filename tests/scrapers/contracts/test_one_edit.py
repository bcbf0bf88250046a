"""One edit in a contract's YAML, and everything that knows a field knows it.

The packages are copied, one YAML is edited, and the copy is asked, in a process of its own: nothing else is edited.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scrapers import contracts

PROJECT = contracts.HERE.parents[1]
NEW_FIELD = """
  - name: night_slots
    kind: count
    unit: 号
    example: 12
    zh: 夜间号源数
    en: slots after working hours
"""

ASK = """
import io, json, sys
from pathlib import Path
from openpyxl import load_workbook
from scrapers import contracts, registry
from scrapers.contracts import compatibility, guide, sample, template
from warehouse import catalogue, database, door, load
contract = contracts.load()["capacity"]
payload = contracts.json_schema(contract)["allOf"][1]["then"]["properties"]["payload"]
folder, build = Path(sys.argv[1]), Path(sys.argv[2])
book = load_workbook(io.BytesIO(template.workbook(contract)))
source = registry.load(variables={"sample_site": "http://127.0.0.1:9"})["drop_feed"]
files = {
    "today.ndjson": json.dumps(sample.record(contract), ensure_ascii=False).encode() + b"\\n",
    "today.xlsx": template.workbook(contract),
    "before.ndjson": (folder / "before.ndjson").read_bytes(),
}
judged = {}
for number, (name, data) in enumerate(files.items()):
    path = folder / name
    path.write_bytes(data)
    sha = f"{number:064x}"
    receipt = door.judge(folder, path, source=source, file_sha256=sha, filename=name,
                         received_at="2026-11-21T02:30:00.000+08:00")
    judged[name] = [receipt.accepted, receipt.rejections, receipt.file_refused]
con = database.build(build)
load.prepare(con, "real")
receipts = [load.Receipt.read(p) for p in sorted((folder / "accepted" / "receipts" / source.id).glob("*.json"))]
load.load_receipts(con, folder, receipts, "run")
columns = [r[0] for r in con.execute("select column_name from information_schema.columns where table_schema = 'raw' "
                                     "and table_name = 'capacity' order by ordinal_position").fetchall()]
named = "night_slots" in columns
rows = con.execute("select source_record_id, capacity_total" + (", night_slots" if named else ", null") +
                   " from raw.capacity order by all").fetchall()
con.close()
json.dump({
    "schema": payload["properties"].get("night_slots"),
    "ddl": contracts.ddl(contract).count("night_slots bigint"),
    "guide": guide.markdown().count("夜间号源数"),
    "headings": [cell.value for cell in book[contract.zh][1]],
    "sample": sample.record(contract)["payload"].get("night_slots"),
    "page": [f["zh"] for f in catalogue._contract_entry(contract)["fields"]],
    "breaks": compatibility.breaks(compatibility.published(), compatibility.shape(contracts.load())),
    "judged": judged,
    "columns": columns,
    "rows": rows,
}, sys.stdout)
"""


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The packages as they are, and with one more field in one contract."""
    made = {}
    for name in ("as it is", "edited"):
        made[name] = tmp_path_factory.mktemp("copy")
        for package in ("scrapers", "warehouse"):
            shutil.copytree(PROJECT / package, made[name] / package, ignore=shutil.ignore_patterns("__pycache__"))
    file = made["edited"] / "scrapers" / "contracts" / "capacity.yml"
    before, rules, after = file.read_text(encoding="utf-8").partition("rules:")
    file.write_text(before.rstrip() + NEW_FIELD + rules + after, encoding="utf-8")
    return made


def ask(copy: Path, folder: Path, build: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", ASK, str(folder), str(build)],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_one_edit_changes_schema_table_documents_template_and_sample_and_the_warehouse_migrates(
    copies: dict[str, Path], tmp_path: Path
) -> None:
    from scrapers.contracts import sample
    from warehouse import database

    build = tmp_path / "yilian.duckdb"
    database.create(build)
    first, second = tmp_path / "first", tmp_path / "second"
    old = {**sample.record(contracts.load()["capacity"]), "source_record_id": "old-1"}
    for folder in (first, second):
        folder.mkdir()
        (folder / "before.ndjson").write_text(json.dumps(old) + "\n", encoding="utf-8")

    before = ask(copies["as it is"], first, build)
    assert before["schema"] is None
    assert "夜间号源数" not in before["headings"]
    assert [row[2] for row in before["rows"]] == [None, None, None]

    after = ask(copies["edited"], second, build)
    assert after["schema"] == {"type": "integer", "minimum": 0}
    assert after["ddl"] == 1
    assert after["guide"] >= 1
    assert "夜间号源数" in after["headings"]
    assert "夜间号源数" in after["page"]
    assert after["sample"] == 12
    assert after["breaks"] == []
    assert after["judged"] == {
        name: [{"capacity": 1}, {}, None] for name in ("today.ndjson", "today.xlsx", "before.ndjson")
    }, "the new field is taken from lines and from the template, and a record without it is still good"
    assert after["columns"] == [*before["columns"], "night_slots"], "the table that was there has won the column"
    assert after["rows"] == [["capacity-1", 66000, 12], ["capacity-1", 66000, 12], ["old-1", 66000, None]]


def test_a_contract_that_breaks_its_senders_is_told(copies: dict[str, Path], tmp_path: Path) -> None:
    file = copies["edited"] / "scrapers" / "contracts" / "capacity.yml"
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace("name: night_slots\n    kind: count", "name: night_slots\n    required: true\n    kind: count")
    )
    from warehouse import database

    build = tmp_path / "yilian.duckdb"
    database.create(build)
    old = {"record_type": "capacity"}
    (tmp_path / "before.ndjson").write_text(json.dumps(old) + "\n", encoding="utf-8")
    found = ask(copies["edited"], tmp_path, build)
    assert found["breaks"] == ["capacity payload.night_slots: is new and required"]
