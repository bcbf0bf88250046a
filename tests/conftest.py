"""Shared fixtures, and the rule for tests that need more than Python's packages bring.

A test marked `service("chromium")` is skipped with a printed reason where that program is missing; with
YILIAN_REQUIRE_SERVICES=1 (CI) the same lack is a failure. Tests that read the project's shared reference pages are
marked `shared` and need YILIAN_SHARED.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from scrapers import records

os.environ["DBT_LOG_LEVEL_FILE"] = "none"  # dbt's own log of every statement takes a tenth of a run's time
PROGRAMS = {"chromium": ("chromium", "chromium-browser", "google-chrome")}


def find_program(service: str) -> str | None:
    """The path of a service's program on this machine, or None."""
    return next((path for name in PROGRAMS[service] if (path := shutil.which(name))), None)


# The long campaigns: `make chaos` runs them, `make test` does not (-m "not chaos" in pyproject.toml).
CAMPAIGNS = frozenset({"test_kills.py", "test_gate_refusal.py", "test_airflow_local.py", "test_ui.py"})


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    required = os.environ.get("YILIAN_REQUIRE_SERVICES") == "1"
    for item in items:
        if item.path.name in CAMPAIGNS:
            item.add_marker(pytest.mark.chaos)
        for mark in item.iter_markers("service"):
            service = mark.args[0]
            if find_program(service) is None and not required:
                item.add_marker(pytest.mark.skip(reason=f"{service} is not on this machine"))
        if item.get_closest_marker("shared") and not os.environ.get("YILIAN_SHARED"):
            item.add_marker(pytest.mark.skip(reason="YILIAN_SHARED does not name the shared reference pages"))


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("service"):
        if find_program(mark.args[0]) is None:
            pytest.fail(f"{mark.args[0]} is required (YILIAN_REQUIRE_SERVICES=1) and not on this machine")


@pytest.fixture
def shared() -> Path:
    """The folder of the shared reference pages (only for tests marked `shared`)."""
    return Path(os.environ["YILIAN_SHARED"])


@pytest.fixture(autouse=True)
def _machine_clock() -> Iterator[None]:
    """No test leaves a fixed clock behind."""
    yield
    records.set_clock(None)
