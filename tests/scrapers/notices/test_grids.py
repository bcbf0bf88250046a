"""Tables in markup: every cell where a reader sees it."""

from __future__ import annotations

from scrapers.notices import grids
from tests.cost import assert_growth


def texts(markup: str) -> list[list[list[str]]]:
    return [[[cell.text for cell in row] for row in grid] for grid in grids.read(markup)]


def test_spans_are_resolved_and_carried_cells_say_so() -> None:
    (grid,) = grids.read(
        "<table><tr><th rowspan=2>甲<th colspan=2>乙</tr><tr><td>丙<td rowspan=2>丁</tr><tr><td>戊<td>己</table>"
    )
    assert [[cell.text for cell in row] for row in grid] == [["甲", "乙", "乙"], ["甲", "丙", "丁"], ["戊", "己", "丁"]]
    assert [[cell.is_carried for cell in row] for row in grid] == [
        [False, False, True],
        [True, False, False],
        [False, False, True],
    ]


def test_breaks_stay_and_wrapping_does_not() -> None:
    assert texts("<table><tr><td>朝阳区<br>海淀区<td>云\n  阳<p>县</p></tr><tr><td>1</table>")[0][0] == [
        "朝阳区\n海淀区",
        "云 阳\n县",
    ]


def test_a_table_within_a_cell_stands_by_itself() -> None:
    inner = "<table><tr><td>丙<td>丁<tr><td>戊<td>己</table>"
    assert texts(f"<table><tr><td>甲{inner}<td>乙<tr><td>庚<td>辛</table>") == [
        [["甲", "乙"], ["庚", "辛"]],
        [["丙", "丁"], ["戊", "己"]],
    ]


def test_spans_that_nobody_can_follow() -> None:
    wide = "<table><tr><td colspan=99999999999>a<tr><td colspan=9999>b<td rowspan=-3 colspan=x>c<tr><td>d<td>e</table>"
    assert all(len(row) <= grids.WIDEST for row in grids.read(wide)[0])
    tall = "<table>" + "<tr><td rowspan=5000>a<td>b" * 300 + "</table>"
    assert max(map(len, grids.read(tall)[0])) <= grids.WIDEST


def test_the_time_it_takes_grows_with_the_markup() -> None:
    for unit in ("<table><tr><td>a<td>b", "<tr><td rowspan=9>a<td>b"):
        assert_growth(lambda markup: grids.read("<table>" + markup), unit, 60_000)
