"""reporters.csv: whom an operator lets report through which source; what is wrong is named with line and column."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from scrapers import registry
from scrapers.registry import RegistryError, Reporter, Source
from tests import feed

HEAD = "source_id,org_code,valid_from,valid_to,reason\n"


def sources(folder: Path, rows: str, head: str = HEAD) -> dict[str, Source]:
    folder.mkdir(exist_ok=True)
    (folder / "reporters.csv").write_bytes((head + rows).encode())
    return registry.load([registry.PACKAGED, folder], {"sample_site": "http://127.0.0.1:9"})


def test_whom_the_operator_names_may_report_beside_those_of_the_source(tmp_path: Path) -> None:
    rows = f"drop_feed,{feed.LEAD},2026-01-01,2026-07-01,moved\n\ndrop_feed,{feed.LEAD},2026-09-01,,back\n"
    found = sources(tmp_path, rows + "sample_feed_west,local:W-7,,,\n", "\ufeff" + HEAD)
    assert found["drop_feed"].may_report == (
        Reporter(feed.LEAD, date(2026, 1, 1), date(2026, 7, 1)),
        Reporter(feed.LEAD, date(2026, 9, 1)),
    )
    west = found["sample_feed_west"]
    assert west.may_report == (*map(Reporter, west.organisations), Reporter("local:W-7"))
    assert found["feed_folder"].may_report == (), "nobody is named: whoever it is"


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        (f"nobody,{feed.LEAD},,,\n", "2: source_id: there is no feed source 'nobody'"),
        (f"nhc,{feed.LEAD},,,\n", "2: source_id: there is no feed source 'nhc'"),
        (f",{feed.LEAD},,,\n", "2: source_id: is empty"),
        ("drop_feed,12110105400500001A,,,\n", "2: org_code: 12110105400500001A has a wrong check digit"),
        ("drop_feed,医院,,,\n", "2: org_code: '医院' is no USCC, nor a code after ws218: licence: nhsa: or local:"),
        (f"drop_feed,{feed.LEAD},20260101,,\n", "2: valid_from: '20260101' is no day like 2026-01-31"),
        (f"drop_feed,{feed.LEAD},2026-01-01,2026-01-01,\n", "2: valid_to: is not after valid_from"),
        (f"drop_feed,{feed.LEAD}\n", "2: has 2 cells where 5 are due"),
        (
            f"drop_feed,{feed.LEAD},,2026-02-01,\n\ndrop_feed,{feed.LEAD},2026-01-31,,\n",
            f"4: org_code: {feed.LEAD} stands for these days in {{file}}:2 already",
        ),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, rows: str, fault: str) -> None:
    with pytest.raises(RegistryError) as caught:
        sources(tmp_path, rows)
    file = tmp_path / "reporters.csv"
    assert str(caught.value) == f"{file}:{fault.format(file=file)}"


def test_another_head_and_another_encoding_are_named(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match=r"reporters\.csv:1: the columns are source_id,org_code,valid_from"):
        sources(tmp_path, "", "source,org\n")
    (tmp_path / "reporters.csv").write_bytes((HEAD + "drop_feed,local:1,,,卫生院\n").encode("gb18030"))
    with pytest.raises(RegistryError, match=r"reporters\.csv:1: is not UTF-8"):
        registry.load([tmp_path])
