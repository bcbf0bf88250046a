"""The house rules of every DAG, and one run of each on a small sample home by dag.test()."""

from __future__ import annotations

import ast
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from scrapers.archive import read_events
from tests.dags.conftest import World
from warehouse import publish
from warehouse.airflow_local import DAGS, POOL
from warehouse.transform import LAYERS

pytestmark = pytest.mark.xdist_group("dags")

CRONS = {
    "collect_hospital_feeds": "30 0 * * *",
    "scrape_notices": "0 1 * * *",
    "refresh_warehouse": "30 2 * * *",
}
LAYER_TASKS = [f"transform.{layer}" for layer in LAYERS]
WRITERS = {"open_build", "load", *LAYER_TASKS, "gate", "publish"}


@pytest.fixture(scope="module")
def described(world: World) -> dict[str, Any]:
    return world.probe("describe", str(DAGS))


# ---- the house rules


def test_no_import_errors(described: dict[str, Any]) -> None:
    assert described["errors"] == {}
    assert set(described["dags"]) == set(CRONS)


def test_a_broken_dag_is_seen(world: World, tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("from airflow.sdk import DAG\nimport no_such_module\n")
    assert "no_such_module" in world.probe("describe", str(tmp_path))["errors"]["broken.py"]


@pytest.mark.parametrize("dag_id", CRONS)
def test_the_rules_of_a_dag(described: dict[str, Any], dag_id: str) -> None:
    dag = described["dags"][dag_id]
    assert (dag["cron"], dag["timezone"]) == (CRONS[dag_id], "Asia/Shanghai")
    assert dag["catchup"] is False
    assert dag["max_active_runs"] == 1
    assert "yilian" in dag["tags"]
    assert len(dag["tags"]) >= 2
    assert dag["on_failure"] == ["tell_run_failed"]
    assert dag["params"]["business_date"]["format"] == "date"
    assert "null" in dag["params"]["business_date"]["type"]
    is_fetching = dag_id in ("scrape_notices", "collect_hospital_feeds")
    assert {"full", "since", "until"} & set(dag["params"]) == ({"full", "since", "until"} if is_fetching else set())


@pytest.mark.parametrize("dag_id", CRONS)
def test_the_rules_of_its_tasks(described: dict[str, Any], dag_id: str) -> None:
    for task in described["dags"][dag_id]["tasks"].values():
        assert task["owner"] == "yilian"
        assert task["retries"] == 2
        assert task["backoff"] > 1
        assert task["longest_delay_s"]
        assert task["on_failure"] == ["tell_task_failed"]


@pytest.mark.parametrize("dag_id", CRONS)
def test_its_page_is_markdown_for_people(described: dict[str, Any], dag_id: str) -> None:
    page = described["dags"][dag_id]["doc_md"]
    assert page.startswith(f"# {dag_id}\n")
    assert "**中文摘要" in page
    for task_id in described["dags"][dag_id]["tasks"]:
        assert f"**{task_id.split('.')[0]}**" in page, f"{task_id} is not explained"


def test_only_writers_stand_in_the_writers_pool(described: dict[str, Any]) -> None:
    pools = {task_id: task["pool"] for dag in described["dags"].values() for task_id, task in dag["tasks"].items()}
    assert {task_id for task_id, pool in pools.items() if pool == POOL} == WRITERS
    assert set(pools.values()) == {POOL, "default_pool"}


def test_a_source_is_a_task_named_by_it(described: dict[str, Any]) -> None:
    for dag_id, task_id in (("collect_hospital_feeds", "collect"), ("scrape_notices", "crawl")):
        task = described["dags"][dag_id]["tasks"][task_id]
        assert task["is_mapped"]
        assert task["map_index_template"] == "{{ task.op_kwargs['source_id'] }}"


def test_the_refresh_is_one_chain(described: dict[str, Any]) -> None:
    tasks = described["dags"]["refresh_warehouse"]["tasks"]
    chain = ["parse_pending", "open_build", "load", *LAYER_TASKS, "gate", "publish"]
    assert set(tasks) == set(chain)
    assert [tasks[task_id]["upstream"] for task_id in chain] == [[], *([before] for before in chain[:-1])]


def test_dags_import_only_what_they_may() -> None:
    allowed = {"airflow.sdk", "scrapers", "warehouse", "nightly"}
    for file in DAGS.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                modules = [node.module or ""]
            else:
                continue
            for module in modules:
                fits = any(module == name or module.startswith(f"{name}.") for name in allowed)
                assert fits or module.split(".")[0] in sys.stdlib_module_names, f"{file.name} imports {module}"


# ---- one night, task by task


def states(run: dict[str, Any]) -> dict[str, str]:
    return {task["name"] or task["task"]: task["state"] for task in run["tasks"]}


def test_a_feed_that_fails_does_not_hold_up_the_others(world: World) -> None:
    run = world.run("collect_hospital_feeds", {"business_date": "2026-09-03"}, YILIAN_ALERT_WEBHOOK=_webhook(world))
    assert states(run) == {
        "list_sources": "success",
        "broken_feed": "failed",
        "sample_feed_north": "success",
        "sample_feed_south": "failed",  # lists nothing: none of the four pilots reports to it
        "sample_feed_west": "failed",
    }
    assert run["state"] == "failed"
    assert next(t["tries"] for t in run["tasks"] if t["name"] == "broken_feed") == 3
    assert {c["business_date"] for c in _events(world, "capture")} == {"2026-09-03"}
    broken = [c for c in _events(world, "capture") if c["source_id"] == "broken_feed"]
    assert {(c["outcome"], c["sha256"]) for c in broken} == {("error", None)}

    alerts = [a for a in _events(world, "alert") if a.get("dag_id") == "collect_hospital_feeds"]
    told = {a["source_id"]: a["error"] for a in alerts if a["scope"] == "task"}
    assert set(told) == {"broken_feed", "sample_feed_south", "sample_feed_west"}
    assert told["broken_feed"].startswith("source broken_feed ended error: ")
    assert told["sample_feed_west"].startswith("source sample_feed_west ended suspect: ")
    assert [a["scope"] for a in alerts].count("run") == 1


def test_the_webhook_that_answers_404_is_itself_written_down(world: World) -> None:
    assert [e["error"] for e in _events(world, "alert_failed") if e["dag_id"] == "collect_hospital_feeds"]
    assert "/alerts" not in json.dumps(_events(world, "alert_failed"))


def test_notices_behind_a_challenge_page_are_not_asked_for_again(world: World) -> None:
    run = world.run("scrape_notices", {})
    assert states(run) == {"list_sources": "success", "guarded_notices": "failed", "sample_nhc": "success"}
    assert next(t["tries"] for t in run["tasks"] if t["name"] == "guarded_notices") == 1
    assert world.publisher.asked("/list.shtml") == ["/list.shtml"]
    assert list((world.settings.home / "parsed").rglob("*.notice.parquet"))


def test_the_refresh_publishes_what_arrived(world: World) -> None:
    run = world.run("refresh_warehouse", {"business_date": "2026-09-03"})
    assert run["state"] == "success"
    assert set(states(run).values()) == {"success"}
    (version,) = publish.versions(world.settings)
    assert version.is_current
    assert [e["version"] for e in _events(world, "published")] == [version.name]


def test_a_business_date_that_is_no_date_is_refused(world: World) -> None:
    with pytest.raises(AssertionError, match="business_date"):
        world.run("scrape_notices", {"business_date": "tomorrow"})


def _webhook(world: World) -> str:
    assert world.settings.alert_webhook
    return world.settings.alert_webhook


def _events(world: World, name: str) -> list[dict[str, Any]]:
    return [event for event in read_events(world.settings.home) if event["event"] == name]
