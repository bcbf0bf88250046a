"""A refresh refused by the gate publishes nothing and leaves nothing behind in the next one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests import feed
from tests.night import checksum, sql, yilian

DAYS = [f"2026-09-{n:02d}" for n in range(1, 31)]


@pytest.mark.slow
def test_mass_voids_wait_for_a_person(tmp_path: Path) -> None:
    """More than half of a fact gone in one night: the gate keeps last night's version until somebody accepts it."""
    home = tmp_path / "home"
    requesters = [feed.MEMBER, feed.OTHER]
    many = [
        {**feed.activity(f"m-{day}-{r}-{n}", day, requester=requesters[r]), "payload": None}
        for day in DAYS
        for r in range(2)
        for n in range(20)
    ]
    for line in many:  # one category a record, so that each is a grain of its own
        day, r, n = line["event_date"], line["source_record_id"].split("-")[-2], line["source_record_id"].split("-")[-1]
        line["payload"] = feed.activity("x", day, requester=requesters[int(r)])["payload"] | {
            "service_category": f"k{n}"
        }
    feed.write(home, "a.ndjson", [*feed.masters(), *many])
    yilian(home, "collect", "drop_feed")
    yilian(home, "refresh")
    assert sql(home, "select count(*) from fct_centre_activity_daily") == [(1200,)]
    before, link = checksum(home), (home / "published" / "current").readlink()

    feed.write(home, "b-void.ndjson", [feed.void(r) for r in many[:1000]])
    yilian(home, "collect", "drop_feed")
    refused = yilian(home, "refresh", check=False)
    assert refused.returncode == 1
    last_line = refused.stderr.strip().splitlines()[-1]
    assert last_line.startswith(
        "yilian: the gate refused this build: fact_drop of fct_centre_activity_daily: found 200"
    )
    assert (home / "published" / "current").readlink() == link
    assert checksum(home) == before
    status = json.loads(yilian(home, "status", "--json").stdout)
    assert any(run["outcome"] == "refused" for run in status["runs"])

    # the platform mends itself: the next night knows nothing of the refused build
    feed.write(home, "c-mended.ndjson", [{**r, "source_version": 3} for r in many[:1000]])
    yilian(home, "collect", "drop_feed")
    yilian(home, "refresh")
    assert sql(home, "select count(*), max(source_version) from fct_centre_activity_daily") == [(1200, 3)]

    feed.write(home, "d-void.ndjson", [feed.void({**r, "source_version": 3}) for r in many[:1000]])
    yilian(home, "collect", "drop_feed")
    assert yilian(home, "refresh", check=False).returncode == 1
    yilian(home, "refresh", "--accept", "fact_drop")
    assert sql(home, "select count(*) from fct_centre_activity_daily") == [(200,)]
