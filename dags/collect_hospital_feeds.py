"""00:30: fetch and archive the files that groups, hospitals and platforms publish; one task a source."""

from __future__ import annotations

from typing import Any

import nightly
from airflow.sdk import DAG, task

with DAG(
    "collect_hospital_feeds",
    description="Fetch and archive hospital feeds, one task a source",
    schedule=nightly.every_night("30 0 * * *"),
    catchup=False,
    max_active_runs=1,
    default_args=nightly.default_args(),
    params=nightly.params() | nightly.scope_params(),
    tags=["yilian", "scrapers", "feeds"],
    doc_md=nightly.page("collect_hospital_feeds"),
    on_failure_callback=nightly.tell_run_failed,
):

    @task
    def list_sources(**context: Any) -> list[dict[str, str]]:
        """Which feeds this home fetches tonight."""
        return nightly.tonight("feed", context)

    @task(map_index_template="{{ task.op_kwargs['source_id'] }}")
    def collect(source_id: str, business_date: str, **context: Any) -> dict[str, int]:
        """Fetch one feed: manifest, files, wall, archive."""
        from scrapers import steps

        return nightly.fetch(steps.collect, "feed", source_id, business_date, nightly.scope(context))

    collect.expand_kwargs(list_sources())
