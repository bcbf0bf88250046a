"""02:30: load what arrived, build the tables, check them, publish a version."""

from __future__ import annotations

from typing import Any

import nightly
from airflow.sdk import DAG, chain, task, task_group

from warehouse import refresh

with DAG(
    "refresh_warehouse",
    description="Load, build, check and publish the warehouse",
    schedule=nightly.every_night("30 2 * * *"),
    catchup=False,
    max_active_runs=1,
    default_args=nightly.default_args(),
    params=nightly.params(),
    tags=["yilian", "warehouse"],
    doc_md=nightly.page("refresh_warehouse"),
    on_failure_callback=nightly.tell_run_failed,
):

    @task
    def parse_pending() -> int:
        """Parse the archived notices that this version of the parser has not read yet."""
        from scrapers import registry, steps
        from warehouse import settings

        here = settings.load()
        chosen = registry.select(here.sources(), here.open_home(), "notices")
        return steps.parse_pending(here.home, chosen, nightly.LoggedProgress())

    @task(pool=nightly.WRITER_POOL)
    def open_build(**context: Any) -> None:
        """Copy the published version to a private build file."""
        from warehouse import settings

        with nightly.one_clear_line():
            run_id, day = nightly.refresh_run_id(context), nightly.business_date(context)
            refresh.open_build(settings.load(), run_id, day, say=nightly.say)

    @task(pool=nightly.WRITER_POOL)
    def load(**context: Any) -> None:
        """Judge the feed files at the door and load accepted rows, notices and facts, exactly once."""
        from warehouse import settings

        with nightly.one_clear_line():
            refresh.load(settings.load(), nightly.refresh_run_id(context), say=nightly.say)

    @task(pool=nightly.WRITER_POOL)
    def build(layer: str, **context: Any) -> None:
        """Build and test one layer of models."""
        from warehouse import settings

        with nightly.one_clear_line(final=False):  # dbt may have been killed for want of memory
            refresh.transform(settings.load(), nightly.refresh_run_id(context), layer, say=nightly.say)

    @task_group(group_id="transform", tooltip="dbt, layer by layer")
    def transform() -> None:
        chain(*(build.override(task_id=layer)(layer) for layer in refresh.LAYERS))

    @task(pool=nightly.WRITER_POOL)
    def gate(**context: Any) -> None:
        """May this build be published? A refusal is final: last night's version stays."""
        from warehouse import settings

        with nightly.one_clear_line():
            refresh.gate(settings.load(), nightly.refresh_run_id(context), say=nightly.say)

    @task(pool=nightly.WRITER_POOL)
    def publish(**context: Any) -> None:
        """Write the version's directory, try it, and move the pointer."""
        from warehouse import settings

        with nightly.one_clear_line():
            refresh.publish(settings.load(), nightly.refresh_run_id(context), say=nightly.say)

    chain(parse_pending(), open_build(), load(), transform(), gate(), publish())
