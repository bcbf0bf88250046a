"""What the tests ask of Airflow, in a process of its own: `describe` the DAGs as JSON, or `run` one with dag.test().

Run with the environment of a LocalAirflow, whose metadata database is there. The last line of the output is JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from airflow.dag_processing.dagbag import BundleDagBag


def describe(folder: Path) -> dict[str, Any]:
    """Every DAG with what the house rules are about, and every import error."""
    bag = _bag(folder)
    return {"errors": bag.import_errors, "dags": {dag.dag_id: _dag(dag) for dag in bag.dags.values()}}


def _bag(folder: Path) -> BundleDagBag:
    """As the DAG processor reads them: the folder itself is where their shared module is found."""
    return BundleDagBag(str(folder), bundle_path=folder, bundle_name="dags-folder")


def _dag(dag: Any) -> dict[str, Any]:
    return {
        "tags": sorted(dag.tags),
        "doc_md": dag.doc_md or "",
        "catchup": dag.catchup,
        "max_active_runs": dag.max_active_runs,
        "cron": dag.timetable.summary if hasattr(dag.timetable, "summary") else dag.timetable.expression,
        "timezone": str(dag.timetable.timezone),
        "params": {name: dag.params.get_param(name).schema for name in dag.params},
        "on_failure": [c.__name__ for c in _listed(dag.on_failure_callback)],
        "tasks": {task.task_id: _task(task) for task in dag.tasks},
    }


def _task(task: Any) -> dict[str, Any]:
    return {
        "owner": task.owner,
        "pool": task.pool,
        "retries": task.retries,
        "backoff": task.retry_exponential_backoff,
        "longest_delay_s": task.max_retry_delay.total_seconds() if task.max_retry_delay else None,
        "on_failure": [c.__name__ for c in _listed(task.on_failure_callback)],
        "map_index_template": getattr(task, "map_index_template", None),
        "is_mapped": task.is_mapped,
        "upstream": sorted(task.upstream_task_ids),
        "doc": task.doc_md or "",
    }


def _listed(callbacks: Any) -> list[Any]:
    if not callbacks:
        return []
    return list(callbacks) if isinstance(callbacks, list | tuple) else [callbacks]


def run(folder: Path, dag_id: str, conf: dict[str, Any]) -> dict[str, Any]:
    """One run by dag.test(): the run's state, and of each task its state, its own name and its tries."""
    dag = _bag(folder).dags[dag_id]
    done = dag.test(run_conf=conf)
    tasks = [
        {
            "task": instance.task_id,
            "name": instance.rendered_map_index,
            "state": str(instance.state),
            "tries": instance.try_number,
        }
        for instance in done.get_task_instances()
    ]
    return {"state": str(done.state), "tasks": tasks}


if __name__ == "__main__":
    verb, dags, *rest = sys.argv[1:]
    answer = describe(Path(dags)) if verb == "describe" else run(Path(dags), rest[0], json.loads(rest[1]))
    sys.stdout.write("\n" + json.dumps(answer) + "\n")
