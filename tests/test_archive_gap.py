"""The crawler outside, the warehouse inside, files between them: the same notices and checksum, night by night."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests import feed
from tests.night import checksum, sql, yilian
from tests.test_scenarios import FIRST_NIGHT, SECOND_NIGHT

pytestmark = [pytest.mark.chaos, pytest.mark.slow]

PAGES = sorted((Path(__file__).parent / "examples" / "notices").glob("*.txt"))
NOTICES = (
    "select notice_id, version_no, content_sha256, norm_sha256, title, publish_date, capture_id, "
    "first_fetched_at::varchar, cluster_key, is_withdrawn from fct_notice order by all"
)
CLOCKS = "select source_id, last_answer_at::varchar, last_new_content_at::varchar from operations.mart_source_health"


def test_two_nights_across_the_gap(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    yilian(outside, "archive", "keygen", str(tmp_path / "export"))
    keys = {
        "YILIAN_EXPORT_KEY": str(tmp_path / "export.key"),
        "YILIAN_TRUSTED_KEYS": str(tmp_path / "export.pub"),
    }
    for number, (files, pages) in enumerate(((FIRST_NIGHT, PAGES[:2]), (SECOND_NIGHT, PAGES[2:])), 1):
        (outside / "inbox").mkdir(parents=True, exist_ok=True)
        for page in pages:
            shutil.copy(page, outside / "inbox" / page.name)
        for name, records in files.items():
            feed.write(outside, name, records)
        yilian(outside, "crawl")
        yilian(outside, "collect")
        bundle = tmp_path / f"{number}.bundle"
        yilian(outside, "archive", "export", str(bundle), **keys)
        yilian(outside, "refresh")

        spoiled = tmp_path / "spoiled.bundle"
        data = bytearray(bundle.read_bytes())
        data[len(data) // 2] ^= 1
        spoiled.write_bytes(data)
        refused = yilian(inside, "archive", "import", str(spoiled), check=False, **keys)
        assert refused.returncode == 1
        assert refused.stderr.startswith(f"yilian: {spoiled} is refused: ")
        assert refused.stderr.count("\n") == 1
        if number == 1:
            assert not list((inside / "archive").glob("*/*"))

        yilian(inside, "archive", "import", str(bundle), **keys)
        yilian(inside, "refresh")
        assert checksum(inside) == checksum(outside)
        assert sql(inside, NOTICES) == sql(outside, NOTICES)
        assert sorted(sql(inside, CLOCKS)) == sorted(sql(outside, CLOCKS))
    assert len(sql(inside, NOTICES)) == len(PAGES)
