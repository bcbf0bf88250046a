"""Two real pages through the drop folder of a fresh home: notices and facts, each led back to its bytes.

The pages belong to others and are not part of the project; the test needs YILIAN_SHARED.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.night import sql, yilian

pytestmark = [pytest.mark.shared, pytest.mark.slow]

FACTS = """
    select n.url, f.indicator, f.comparator, f.value, f.value_max, f.numerator, f.denominator, f.evidence,
        f.start_offset, f.end_offset, f.raw_start_offset, f.raw_end_offset, f.content_sha256, c.sha256, f.segment
    from fct_notice_fact f
    join fct_notice n on n.notice_id = f.notice_id and n.content_sha256 = f.content_sha256
    join ops.capture c on c.capture_id = f.capture_id
    where not f.is_statement
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    import os

    pages = Path(os.environ["YILIAN_SHARED"]) / "reference_pages"
    home = tmp_path_factory.mktemp("real")
    (home / "inbox").mkdir()
    for name in ("000.txt", "003.txt"):
        shutil.copy(pages / name, home / "inbox" / name)
    yilian(home, "crawl")
    yilian(home, "refresh")
    return home


def numbers(home: Path, page: str) -> set[Any]:
    found = set()
    for row in sql(home, FACTS):
        if page in row[0]:
            found.add((row[5], row[6]) if row[6] else row[3])
    return found


def test_two_notices_and_their_facts(home: Path) -> None:
    assert sql(home, "select count(*) from fct_notice") == [(2,)]
    assert numbers(home, "000.txt") >= {81, (1, 3), (1, 4)}
    assert numbers(home, "003.txt") >= {6, 7, 15, 95, 1961, 96.6}


def test_every_fact_leads_back_to_its_bytes(home: Path) -> None:
    bodies = dict(sql(home, "select url, body from fct_notice"))
    rows = sql(home, FACTS)
    assert rows
    for row in rows:
        url, evidence, start, end, raw_start, raw_end, content, captured, segment = (row[0], *row[7:])
        assert content == captured
        data = (home / "archive" / captured[:2] / captured).read_bytes()
        assert hashlib.sha256(data).hexdigest() == captured
        assert data.decode()[raw_start:raw_end] == evidence
        if segment == "main":
            assert bodies[url][start:end] == evidence


def test_no_side_headline_stands_in_a_body(home: Path, shared: Path) -> None:
    for name, cue in (("000.txt", "标签:"), ("003.txt", "相关推荐")):
        ((body,),) = sql(home, f"select body from fct_notice where url like '%{name}'")
        page = (shared / "reference_pages" / name).read_text(encoding="utf-8")
        side = [line.strip() for line in page[page.index(cue) :].splitlines() if len(line.strip()) > 8]
        title = sql(home, f"select title from fct_notice where url like '%{name}'")[0][0]
        assert len(side) > 20
        for headline in side:
            if title not in headline and not re.fullmatch(r"[\d: -]+", headline):
                assert headline not in body
