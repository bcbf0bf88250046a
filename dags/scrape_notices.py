"""01:00: fetch, archive and parse the notices of health commissions; one task a source."""

from __future__ import annotations

from typing import Any

import nightly
from airflow.sdk import DAG, task

with DAG(
    "scrape_notices",
    description="Fetch, archive and parse notices, one task a source",
    schedule=nightly.every_night("0 1 * * *"),
    catchup=False,
    max_active_runs=1,
    default_args=nightly.default_args(),
    params=nightly.params() | nightly.scope_params(),
    tags=["yilian", "scrapers", "notices"],
    doc_md=nightly.page("scrape_notices"),
    on_failure_callback=nightly.tell_run_failed,
):

    @task
    def list_sources(**context: Any) -> list[dict[str, str]]:
        """Which publishers this home visits tonight."""
        return nightly.tonight("notices", context)

    @task(map_index_template="{{ task.op_kwargs['source_id'] }}")
    def crawl(source_id: str, business_date: str, **context: Any) -> dict[str, int]:
        """Visit one publisher: list pages, new articles, wall, archive, parse."""
        from scrapers import steps

        return nightly.fetch(steps.crawl, "notices", source_id, business_date, nightly.scope(context))

    crawl.expand_kwargs(list_sources())
