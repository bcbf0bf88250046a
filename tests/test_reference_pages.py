"""The five reference pages through the drop folder of a fresh home: notices, facts, places, each led back to its bytes.

The pages belong to others and are not part of the project; the test needs YILIAN_SHARED.
"""

from __future__ import annotations

import csv
import hashlib
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from scrapers.text.clean import repair
from tests.night import sql, yilian

pytestmark = [pytest.mark.shared, pytest.mark.slow]

PAGES = ("000.txt", "001.txt", "002.txt", "003.txt", "004.txt")
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
    for name in PAGES:
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


def test_five_notices_and_their_facts(home: Path) -> None:
    assert sql(home, "select count(*) from fct_notice") == [(5,)]
    assert numbers(home, "000.txt") >= {81, (1, 3), (1, 4)}
    assert numbers(home, "001.txt") >= {2, 118}
    assert numbers(home, "002.txt") >= {1, 2.5, 15, 20, 18, 75, 6, 50, 3, 10}
    assert numbers(home, "003.txt") >= {6, 7, 15, 95, 1961, 96.6}
    assert numbers(home, "004.txt") >= {170, 1000}


def test_every_fact_leads_back_to_its_bytes(home: Path) -> None:
    """Fact → capture → sha256 → bytes; the evidence stands at its offsets in the text, and in the page as it came."""
    texts = {url: (body, text) for url, body, text in sql(home, "select url, body, page_text from fct_notice")}
    rows = sql(home, FACTS)
    assert {row[0] for row in rows} == set(texts)
    for row in rows:
        url, evidence, start, end, raw_start, raw_end, content, captured, segment = (row[0], *row[7:])
        assert content == captured
        data = (home / "archive" / captured[:2] / captured).read_bytes()
        assert hashlib.sha256(data).hexdigest() == captured
        body, text = texts[url]
        assert text[start:end] == evidence
        if segment == "main":
            assert body[start:end] == evidence
        assert repair(data.decode()[raw_start:raw_end]) == evidence


def test_the_pilots_stand_in_the_warehouse_as_printed_and_as_proved(home: Path, shared: Path) -> None:
    with (shared / "domain" / "pilots_corrected.csv").open(encoding="utf-8") as stream:
        pilots = list(csv.DictReader(stream))
    rows = sql(
        home,
        "select p.row_no, p.province_raw, p.city_raw, p.adcode, p.report_province_code, p.correction, p.evidence, "
        "substr(n.page_text, p.start_offset + 1, p.end_offset - p.start_offset), c.sha256, n.url "
        "from fct_notice_place p join fct_notice n using (notice_version_id) "
        "join ops.capture c on c.capture_id = p.capture_id order by n.url, p.place_no",
    )
    assert [row[:5] for row in rows] == [
        (int(p["seq"]), p["page_province_raw"], p["page_city_raw"], p["adcode"], p["report_province_code"])
        for p in pilots
    ]
    assert len({row[3] for row in rows}) == 81
    assert [row[0] for row in rows if row[5]] == [12, 17, 72, 76]
    assert all(row[6] == row[7] for row in rows)
    assert {row[9].rpartition("/")[2].removeprefix("inbox:") for row in rows} == {"001.txt"}
    seeded = sql(home, "select seq, adcode, is_corrected from dim_pilot order by seq")
    assert seeded == [(row[0], row[3], row[5] is not None) for row in rows]


def test_the_wrong_provinces_and_what_is_of_low_trust_are_on_the_review_list(home: Path) -> None:
    reasons = dict(
        sql(home, "select reason, count(*) from operations.mart_review_list group by reason order by reason")
    )
    assert reasons["province_wrong"] == 4
    low = sql(home, "select count(*) from fct_notice_fact where trust = 'low'")[0][0]
    assert reasons.get("low_trust", 0) == low
    assert not {"ambiguous_place", "unknown_place", "orphaned_correction"} & set(reasons)


def test_what_is_published_holds_no_telephone_number(home: Path) -> None:
    mobile = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
    for (text,) in sql(home, "select page_text from fct_notice"):
        assert not mobile.search(text)


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
