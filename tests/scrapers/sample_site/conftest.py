"""The whole sample site, made once for these tests."""

from __future__ import annotations

import pytest

from scrapers.sample_site import SampleSite


@pytest.fixture(scope="session")
def whole_site() -> SampleSite:
    return SampleSite()
