"""What the three DAGs share: when they run, whom they tell, and how a step's result becomes a task's state.

Comes in: the context of a DAG run. Goes out: its business date, the refresh's run id, exceptions that Airflow
understands, and alerts (an `alert` event in the home's log, and a POST to the webhook where one is set).
Never here: what a step does. That is in scrapers.steps and warehouse.refresh.

Modules of the project are imported inside the tasks: the DAG processor reads these files again and again.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from airflow.sdk import CronTriggerTimetable, Param
from airflow.sdk.configuration import conf
from airflow.sdk.exceptions import AirflowException, AirflowFailException

log = logging.getLogger(__name__)

ZONE = "Asia/Shanghai"
PAGES = Path(__file__).resolve().parents[1] / "docs" / "dags"
WEBHOOK_TIMEOUT_S = 10
WRITER_POOL = "duckdb_writer"  # one slot: a courtesy to the eye, the lease on the home is the truth


# Declaring a DAG -------------------------------------------------------------------------------------------------


def every_night(cron: str) -> CronTriggerTimetable:
    """A nightly schedule in Asia/Shanghai."""
    return CronTriggerTimetable(cron, timezone=ZONE)


def page(dag_id: str) -> str:
    """The DAG's page for people, shown by the UI."""
    return (PAGES / f"{dag_id}.md").read_text(encoding="utf-8")


def params() -> dict[str, Param]:
    """The one parameter of every DAG."""
    about = "The day this run works for (YYYY-MM-DD). Empty: the run's logical date in Asia/Shanghai, else today."
    return {"business_date": Param(None, type=["null", "string"], format="date", description=about)}


def scope_params() -> dict[str, Param]:
    """Of the DAGs that fetch: how far a run by hand looks; a scheduled one is incremental."""
    day = {"type": ["null", "string"], "format": "date"}
    return {
        "full": Param(False, type="boolean", description="Read every list to its end."),
        "since": Param(None, description="Only what lists date on or after this day.", **day),
        "until": Param(None, description="Only what lists date on or before this day.", **day),
    }


def default_args() -> dict[str, Any]:
    """Of every task. The first delay is [core] default_task_retry_delay, 300 s where the operator says nothing."""
    return {
        "owner": "yilian",
        "retries": 2,
        # Said here since a mapped task takes 300 s otherwise, whatever the operator says.
        "retry_delay": timedelta(seconds=conf.getint("core", "default_task_retry_delay")),
        "retry_exponential_backoff": 2.0,  # the delay doubles at each try
        "max_retry_delay": 3600,
        "on_failure_callback": tell_task_failed,
    }


# In a task -------------------------------------------------------------------------------------------------------


def business_date(context: dict[str, Any]) -> str:
    """The day this run works for, ISO: as asked for, else of its logical date, else today."""
    from warehouse import settings

    given = context["params"].get("business_date")
    logical = context["dag_run"].logical_date
    if not given and logical:
        given = logical.astimezone(ZoneInfo(ZONE)).date().isoformat()
    return settings.business_date(given)


def scope(context: dict[str, Any]) -> Any:
    """The scope that a run was triggered with. Dates go before `full`: they say more."""
    from datetime import date

    from scrapers.steps import Scope

    params = context["params"]
    since, until = (date.fromisoformat(params[k]) if params.get(k) else None for k in ("since", "until"))
    if since or until:
        return Scope("dated", since, until)
    return Scope("full" if params.get("full") else "incremental")


def refresh_run_id(context: dict[str, Any]) -> str:
    """The warehouse's id of this DAG run: the same for every task and retry, sorting by time."""
    run = context["dag_run"]
    moment = run.run_after.astimezone(ZoneInfo(ZONE))
    return f"{moment:%Y%m%dT%H%M%S}-refresh-{hashlib.md5(run.run_id.encode()).hexdigest()[:8]}"


def tonight(kind: str, context: dict[str, Any]) -> list[dict[str, str]]:
    """The sources of a kind that this home fetches, each with the business date: what the mapped tasks get."""
    from scrapers import registry
    from warehouse import settings

    here = settings.load()
    chosen = registry.select(here.sources(), here.open_home(), kind)
    day = business_date(context)
    log.info("%s: %s", day, ", ".join(source.id for source in chosen) or "no source of this kind in this home")
    return [{"source_id": source.id, "business_date": day} for source in chosen]


def fetch(step: Callable[..., list[Any]], kind: str, source_id: str, day: str, scope: Any = None) -> dict[str, int]:
    """Run crawl or collect for one source; returns the count of fetch outcomes, raises where the source failed."""
    from scrapers import registry
    from warehouse import privacy, settings

    here = settings.load()
    chosen = registry.select(here.sources(), here.open_home(), kind, [source_id])
    (result,) = step(here.home, chosen, day, privacy.wall, LoggedProgress(), scope)
    counts: dict[str, int] = dict(result.counts)
    if result.outcome == "ok":
        return counts
    line = f"source {source_id} ended {result.outcome}: {result.error or 'no reason given'}; outcomes {counts}"
    if result.outcome == "blocked":  # asking again at once would be evasion
        raise AirflowFailException(line)
    raise AirflowException(line)


@contextmanager
def one_clear_line(*, final: bool = True) -> Iterator[None]:
    """A refusal of the warehouse as Airflow says it: not tried again where `final`. A held lease always is."""
    from warehouse import refresh

    try:
        yield
    except refresh.LeaseHeld as held:
        raise AirflowException(str(held)) from None
    except refresh.Refused as refused:
        kind = AirflowFailException if final else AirflowException
        raise kind(str(refused)) from None


def say(line: str) -> None:
    """A line of the task's log."""
    log.info("%s", line)


class LoggedProgress:
    """Progress as lines of the task's log, one in ten seconds at most, and the last."""

    def __init__(self, every_s: float = 10.0) -> None:
        self._every_s = every_s
        self._next = 0.0

    def advance(self, label: str, done: int, total: int | None = None) -> None:
        if time.monotonic() < self._next and done != total:
            return
        self._next = time.monotonic() + self._every_s
        log.info("%s: %s of %s", label, done, "?" if total is None else total)


# When something failed ---------------------------------------------------------------------------------------------


def tell_task_failed(context: dict[str, Any]) -> None:
    """Failure callback of a task, after its last try."""
    instance = context["ti"]
    _tell(
        context,
        scope="task",
        task_id=instance.task_id,
        map_index=instance.map_index,
        source_id=_source_of(instance),
        try_number=instance.try_number,
        error=_first_line(context.get("exception")),
    )


def tell_run_failed(context: dict[str, Any]) -> None:
    """Failure callback of a DAG run; also sees tasks that were killed, whose own callback never ran."""
    _tell(context, scope="run", error=_first_line(context.get("reason")))


def _tell(context: dict[str, Any], **fields: Any) -> None:
    """Write the alert down, then post it. Never raises: a broken alert must not hide the failure it tells of."""
    try:
        from scrapers import archive
        from warehouse import settings

        here = settings.load()
        events = archive.EventLog(here.home, archive.new_run_id("alert"))
        alert = {"dag_id": context["dag_run"].dag_id, "dag_run_id": context["dag_run"].run_id, **fields}
        events.append("alert", **alert)
        if here.alert_webhook:
            _post(here.alert_webhook, {"event": "alert", **alert}, events)
    except Exception:
        log.exception("the alert could not be written")


def _post(address: str, alert: dict[str, Any], events: Any) -> None:
    body = json.dumps(alert, ensure_ascii=False, default=str).encode()
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"}, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=WEBHOOK_TIMEOUT_S) as answer:
            answer.read(0)
    except Exception as error:
        # The address may carry a token: it is not written down.
        events.append("alert_failed", dag_id=alert["dag_id"], error=type(error).__name__)
        log.warning("the alert was written but not posted: %s", type(error).__name__)


def _source_of(instance: Any) -> str | None:
    """The source of a mapped task; None for the others."""
    arguments = getattr(getattr(instance, "task", None), "op_kwargs", None)
    return arguments.get("source_id") if isinstance(arguments, dict) else None


def _first_line(error: Any) -> str | None:
    text = str(error).strip() if error else ""
    return text.splitlines()[0][:500] if text else (type(error).__name__ if error else None)
