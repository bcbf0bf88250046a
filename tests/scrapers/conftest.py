"""What tests of whole runs share: a publisher on loopback, and a home with an inbox."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scrapers.publisher import Publisher, publisher


@pytest.fixture
def site() -> Iterator[Publisher]:
    with publisher() as running:
        yield running


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home" / "inbox").mkdir(parents=True)
    return tmp_path / "home"
