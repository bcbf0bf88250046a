"""The rules for models of DESIGN §4, read from dbt's manifest and from the SQL itself; no database is needed."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from scrapers import contracts
from tests.dbt_project.build_raw import Build
from warehouse import transform
from warehouse.settings import DBT_PROJECT

pytestmark = pytest.mark.xdist_group("dbt_layers")

# §4.6: what the next dialect lacks or says differently. Allowed in dispatched macros of macros/dialect.sql only.
BANNED = {
    "QUALIFY": r"\bqualify\b",
    "star with exclude or replace": r"\*\s*(exclude|except|replace)\b",
    "arg_max, arg_min": r"\b(arg_max|arg_min|max_by|min_by)\s*\(",
    "list literal": r"(?<![\w\]])\[\s*'",
    "double-quoted name": r'"',
    "strftime": r"\bstrf?[fp]time\s*\(",
    "unnest": r"\bunnest\s*\(",
    "generate_series, range": r"\b(generate_series|range)\s*\(",
    "struct access": r"\b(struct_pack|struct_extract|json_extract\w*)\s*\(|->>?",
    "cast by ::": r"::",
    "clock": r"\b(now|current_date|current_timestamp|today)\b\s*\(?",
    "group by all, order by all": r"\b(group|order)\s+by\s+all\b",
    "on conflict, merge": r"\b(merge\s+into|on\s+conflict)\b",
    "files": r"\bread_(csv|parquet|json)\w*\s*\(",
}


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("parse")
    Build(folder / "build").run("parse")
    document: dict[str, Any] = json.loads((folder / "dbt_target" / "manifest.json").read_text(encoding="utf-8"))
    return document


def _models(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {n["name"]: n for n in manifest["nodes"].values() if n["resource_type"] == "model"}


def _outward(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: n for name, n in _models(manifest).items() if n["path"].startswith("marts/")}


def _parents(manifest: dict[str, Any], node: dict[str, Any]) -> set[str]:
    ops = {key for key, source in manifest["sources"].items() if source["schema"] == "ops"}
    return {p for p in node["depends_on"]["nodes"] if not (p in ops and p.split(".")[-1].startswith("touched_"))}


def test_staging_reads_one_source_each_and_nothing_else(manifest: dict[str, Any]) -> None:
    staging = {n: m for n, m in _models(manifest).items() if m["path"].startswith("staging/")}
    assert len(staging) == 29
    for name, model in staging.items():
        assert name.startswith(f"stg_{Path(model['path']).parent.name}__"), name
        assert model["config"]["materialized"] == "view", name
        parents = _parents(manifest, model)
        assert len(parents) == 1, name
        assert all(p.startswith("source.") for p in parents), name


def test_records_are_judged_by_the_grain_and_the_references_of_their_contracts(manifest: dict[str, Any]) -> None:
    text = (DBT_PROJECT / "macros" / "feed.sql").read_text(encoding="utf-8")
    (literal,) = re.findall(r"macro feed_contracts\(\) %}\s*{{ return\((.*?)\) }}", text, flags=re.DOTALL)
    stated = ast.literal_eval(re.sub(r"\b(true|false)\b", lambda word: word[0].title(), literal))
    assert stated == {
        name: {"grain": list(c.grain), "references": dict(c.references), "is_master": c.is_master}
        for name, c in contracts.load().items()
    }
    assert {f"int_{name}__resolved" for name in stated} <= _models(manifest).keys()


def test_only_staging_reads_sources(manifest: dict[str, Any]) -> None:
    for name, model in _models(manifest).items():
        if not name.startswith("stg_"):
            assert not [p for p in _parents(manifest, model) if p.startswith("source.")], name


def test_one_model_reads_the_reviewers_corrections(manifest: dict[str, Any]) -> None:
    readers = [n for n, m in _models(manifest).items() if any(".notice_correction" in p for p in _parents(manifest, m))]
    assert readers == ["int_notice_correction__matched"]


def test_marts_for_bi_read_only_dimensions_bridges_and_facts(manifest: dict[str, Any]) -> None:
    marts = {n: m for n, m in _models(manifest).items() if m["path"].startswith("marts/bi/")}
    assert len(marts) == 4
    for name, model in marts.items():
        assert model["config"]["contract"]["enforced"], name
        for parent in _parents(manifest, model):
            assert parent.split(".")[-1].startswith(("dim_", "bridge_", "fct_")), f"{name} reads {parent}"


def test_no_layer_reads_a_later_one(manifest: dict[str, Any]) -> None:
    order = {"staging": 0, "intermediate": 1, "core": 2, "facts": 3, "bi": 4, "operations": 5}

    def layer(model: dict[str, Any]) -> int:
        parts = Path(model["path"]).parts
        return order.get(parts[0]) if parts[0] != "marts" else order.get(parts[1], order["facts"])  # type: ignore[return-value]

    models = {n["unique_id"]: n for n in _models(manifest).values()}
    for model in models.values():
        for parent in model["depends_on"]["nodes"]:
            if parent in models:
                assert layer(models[parent]) <= layer(model), f"{model['name']} reads {parent}"


def test_schemas_are_named_exactly(manifest: dict[str, Any]) -> None:
    for name, model in _models(manifest).items():
        if model["path"].startswith("marts/operations/"):
            assert model["schema"] == "operations", name
        else:
            assert model["schema"] == {"stg": "stg", "int": "int"}.get(name.split("_")[0], "main"), name


LISTING = """
import json, sys
from dbt.cli.main import dbtRunner
runner = dbtRunner()
kinds = ["--quiet", "--resource-types", "model", "--resource-types", "seed", "--resource-types", "test"]
print(json.dumps({s: runner.invoke(["ls", *kinds, *(["--selector", s] if s else [])]).result for s in sys.argv[1:]}))
"""


def test_every_node_runs_in_exactly_one_layer(tmp_path: Path) -> None:
    """One process lists all selectors: starting dbt six times costs more than listing."""
    build = Build(tmp_path / "build")
    done = subprocess.run(
        [sys.executable, "-c", LISTING, "", *transform.LAYERS],
        env=build.environment(),
        cwd=build.folder,
        capture_output=True,
        text=True,
        check=True,
    )
    listed: dict[str, list[str]] = json.loads(done.stdout.splitlines()[-1])
    everything = listed.pop("")
    assert len(everything) > 90
    assert sorted(node for nodes in listed.values() for node in nodes) == sorted(everything)


def test_facts_state_a_grain_and_test_it(manifest: dict[str, Any]) -> None:
    tested = {
        n["attached_node"]: n["test_metadata"]["kwargs"]["grain"]
        for n in manifest["nodes"].values()
        if n["resource_type"] == "test" and (n.get("test_metadata") or {}).get("name") == "unique_grain"
    }
    for name, model in _outward(manifest).items():
        grain = model["config"]["meta"].get("grain")
        assert grain, f"{name} states no meta.grain"
        assert tested.get(model["unique_id"]) == grain, f"{name}: the grain stated is not the grain tested"


def test_every_column_is_described_once(manifest: dict[str, Any]) -> None:
    text = (DBT_PROJECT / "docs" / "columns.md").read_text(encoding="utf-8")
    blocks = re.findall(r"{% docs (\w+) %}", text)
    assert len(blocks) == len(set(blocks)), "a column is described twice in columns.md"
    used: set[str] = set()
    for name, model in _outward(manifest).items():
        written = yaml.safe_load((DBT_PROJECT / model["patch_path"].split("://")[1]).read_text(encoding="utf-8"))
        entry = next(m for m in written["models"] if m["name"] == name)
        for column in entry["columns"]:
            assert column["description"] == f'{{{{ doc("{column["name"]}") }}}}', f"{name}.{column['name']}"
            used.add(column["name"])
    assert used == set(blocks), f"described but nowhere: {set(blocks) - used}; nowhere described: {used - set(blocks)}"


def _sql_files() -> list[Path]:
    return [p for room in ("models", "tests") for p in sorted((DBT_PROJECT / room).rglob("*.sql"))]


@pytest.mark.parametrize("path", _sql_files(), ids=lambda p: p.stem)
def test_models_keep_to_the_common_dialect(path: Path) -> None:
    sql = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|--[^\n]*", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    sql = re.sub(r"'[^']*'", "''", sql)
    found = [what for what, pattern in BANNED.items() if re.search(pattern, sql, flags=re.IGNORECASE)]
    assert not found, f"{path.name}: {', '.join(found)}: put it into a dispatched macro"
    for order in re.findall(r"order by(.*?)(?:\n\s*\)|\)|$)", sql, flags=re.DOTALL | re.IGNORECASE):
        for key in filter(None, (k.strip() for k in order.split(","))):
            assert "nulls last" in key or "case" in key or "end" in key, (
                f"{path.name}: order by {key} says no nulls last"
            )
