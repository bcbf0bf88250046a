"""What a person sees in Airflow's page: the three DAGs, their runs, tasks named by their sources, and their pages.

The Airflow is one that `up` started and that `down` stops.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.browser import Browser, browser
from tests.conftest import find_program
from tests.dags.conftest import World
from warehouse.airflow_local import USER, LocalAirflow, TaskState, _members, down, running, up

pytestmark = [pytest.mark.xdist_group("dags"), pytest.mark.service("chromium"), pytest.mark.slow]

DAG_IDS = ("collect_hospital_feeds", "scrape_notices", "refresh_warehouse")
CONF = {"business_date": "2026-09-03"}


@dataclass
class Page:
    """A signed-in browser, the Airflow that it looks at, and the runs to be seen."""

    tab: Browser
    airflow: LocalAirflow
    runs: dict[str, str]
    shots: Path

    def show(self, path: str, *texts: str) -> None:
        """Open a page of Airflow's and wait until it shows the texts."""
        self.tab.open(self.airflow.url + path)
        self.tab.wait_for_text(*texts)

    def shot(self, name: str) -> None:
        self.tab.screenshot(self.shots / f"{name}.png")


@pytest.fixture(scope="module")
def page(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    program = find_program("chromium")
    assert program
    shots = tmp_path_factory.mktemp("shots")
    said: list[str] = []
    up(world.settings, said.append)
    instance = LocalAirflow(world.settings)
    assert instance.is_up()
    assert any(str(instance.passwords_file) in line for line in said)
    try:
        with running(world.settings, said.append) as airflow:
            assert f"using the Airflow that is up at {airflow.url}" in said
            runs = [airflow.trigger(dag_id, CONF) for dag_id in DAG_IDS]
            wait_for_tasks(
                lambda: [task for run in runs for task in airflow._tasks(*run)],
                instance.is_up,
                {
                    "collect [sample_feed_north]": "success",
                    "crawl [sample_nhc]": "success",
                    "crawl [guarded_notices]": "failed",
                    "parse_pending": "success",
                },
            )
            with browser(program, tmp_path_factory.mktemp("chromium") / "profile") as tab:
                tab.open(airflow.url)
                tab.type("input[name=username]", USER)
                tab.type("input[name=password]", json.loads(airflow.passwords_file.read_text())[USER])
                tab.click("button[type=submit]")
                tab.wait_for_text("Welcome", "Active Dags", "Triggerer")
                yield Page(tab, airflow, dict(runs), shots)
        assert instance.is_up(), "it was up before, and stays up"
    finally:
        there = {part["pid"] for part in instance._instance()["parts"].values()}
        down(world.settings, said.append)
    assert said[-1] == "Airflow is stopped"
    assert not _members(there)


def wait_for_tasks(
    look: Callable[[], list[TaskState]], is_up: Callable[[], bool], due: dict[str, str], limit_s: float = 400.0
) -> None:
    """Wait until the tasks are in these states. The runs of the schedule come first: one run a DAG at a time."""
    deadline = time.monotonic() + limit_s
    while not due.items() <= (now := {task.name: task.state for task in look()}).items():
        assert is_up(), f"a part of Airflow ended: {now}"
        assert time.monotonic() < deadline, now
        time.sleep(0.3)


def test_the_three_dags_with_their_schedules_and_runs(page: Page) -> None:
    page.show("/dags", "3 Dags", *page.runs, "30 0 * * *", "0 1 * * *", "30 2 * * *", "yilian", "Latest Run")
    page.shot("dags")


def test_a_mapped_task_is_named_by_its_source(page: Page) -> None:
    run = quote(page.runs["collect_hospital_feeds"], safe="")
    page.show(f"/dags/collect_hospital_feeds/runs/{run}/tasks/collect/mapped", "sample_feed_north")
    page.shot("collect")
    run = quote(page.runs["scrape_notices"], safe="")
    page.show(f"/dags/scrape_notices/runs/{run}/tasks/crawl/mapped", "guarded_notices", "sample_nhc")


def test_the_log_of_a_source_that_failed_ends_with_one_clear_line(page: Page) -> None:
    run = quote(page.runs["scrape_notices"], safe="")
    page.show(f"/dags/scrape_notices/runs/{run}/tasks/crawl/mapped/0", "source guarded_notices ended blocked: ")
    page.shot("log")


def test_the_refresh_shows_its_steps(page: Page) -> None:
    page.show("/dags/refresh_warehouse", "parse_pending", "open_build", "load", "transform", "gate", "publish")
    page.shot("refresh")


@pytest.mark.parametrize("dag_id", DAG_IDS)
def test_a_dag_has_a_page_that_renders(page: Page, dag_id: str) -> None:
    page.show(f"/dags/{dag_id}", dag_id, "Owner", "yilian")
    page.tab.click("[data-testid=markdown-button]")
    page.tab.wait_for_text("中文摘要", "When a task is red", "Run it by hand")
    shown = page.tab.text()
    assert "**" not in shown, "Markdown stands there as it was written"
    assert "| ---" not in shown
    assert page.tab.evaluate("document.querySelectorAll('[role=dialog] table tr').length") >= 4
    page.shot(f"page_{dag_id}")
