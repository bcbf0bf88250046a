"""Tables of figures → facts: what a cell counts is said by its row, its column and the line above.

Comes in: a page about us, its markup if it is HTML. Goes out: `Fact`s, the row as evidence. Never here: cues of a
single indicator (lexicon/*.yml): a figure is written out as a sentence (甲县,上转3516人次), and the lexicon reads that.

What counts as a table of figures: a table in the markup, rowspan and colspan resolved; lines with |, tabs, gaps or
blanks between as many cells as the line of the heads has; lines of one cell each. A figure is read only with a unit:
its own, that in brackets behind its head or label, that of its row's column 单位, or that of the table (单位:人次). A
year in the head dates it.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from scrapers.notices import facts, grids
from scrapers.notices.facts import Subject
from scrapers.notices.lexicon import Lexicon
from scrapers.notices.page import Page
from scrapers.notices.page_tables import Body, Cell, pieces
from scrapers.records import Fact
from scrapers.text import dates, gazetteer, numbers, table_lines
from scrapers.text.trace import Traced

MOST_HEADS = 3  # rows of heads
MOST_FIGURES = 2_000  # cells of a page that are read
FEWEST_CELLS = 3  # of a row between wide gaps: two may be a line of a letter
CAPTION_WITHIN = 300  # characters above a table
LONGEST_CAPTION = 42  # characters of a line above a table that says what it is of
LONGEST_LABEL = 40  # characters of a head or of what a row is called
LONGEST_ROW = 400  # characters of a line that may be a row
TRUST = "medium"  # what a figure counts is put together from its row and its column

_WITH_UNIT = re.compile(
    r"(?P<figure>\d{1,3}(?:[, ]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)\s?(?P<unit>%|‰|[\u4e00-\u9fff]{1,4})?"
)
_SIGNED = re.compile(r"[-—–+±]\s?\d[\d.,]*%?")
_YEAR = re.compile(r"(?:19[5-9]|20[0-4])\d年?度?")
_PERIOD = re.compile(
    r"(?<!\d)(?:19|20)\d\d年?(?:[-—–至](?:19|20)\d\d年?)?"
    r"(?:上半年|下半年|[第前]?[一二三四1-4]季度|前\d{1,2}个月|1?\d(?:[-—–至]1?\d)?月(?:底|末|份)?|底|末)?(?![\d.])"
)
_YEARS = re.compile(r"\d{4}年?[-—–至]\d{4}年")
_COMPARES = re.compile(r"较|比|增|降|提高|上升")
_GAP = re.compile(r"(?:[ \u3000]{2,}|\u3000)")
_BLANKS = re.compile(r"[ \u3000]+")
# Words or figures with a blank between, and no sentence.
_ROW = re.compile(r"[^\s,。;:!?]{1,16}(?: [^\s,。;:!?]{1,16}){2,30}")
_MARKS = ("|", "\t")
_OF_TABLES = re.compile(  # a figure beside another, or behind a mark
    r"[ \u3000\t|](?:(?<=[\d)%].)[ \u3000]{0,40}\d|(?<=[\t|])\s?\d)"
)
_RULE = re.compile(r"[\s|:+—-]*")  # |---|---|
_HEAD_UNIT = re.compile(r"\s?[(\[](?:单位\s?:\s?)?(?P<unit>[\u4e00-\u9fff%‰/]{1,6})[)\]]")
_TABLE_UNIT = re.compile(r"单位\s?:\s?(?P<unit>[\u4e00-\u9fff%‰]{1,6})(?![\u4e00-\u9fff、,/])")
_UNIT_HEADS = frozenset({"单位", "计量单位"})
# 下转人次, 派驻人数: a head that ends in what it counts.
_COUNTS = re.compile(r"(?<=.)(?:(?P<unit>人次|项次|例次|台次|床日)数?|(?P<one>[人例份家次台])数)$")
_FACTORS = ("万", "亿")
_SERIAL = re.compile(r"序号|编号|排名|名次|位次|排序")
_LEADS = re.compile(r"^(?:#|其中\s?:?|[一二三四五六七八九十]{1,3}[、.]|\d{1,2}[、.)]|[-—·•])\s*")
_WHOLE = ("合计", "总计", "小计", "平均", "全市", "全县", "全省", "全区", "全国")
_OF_A_PLACE = ("省", "市", "县", "区", "州", "旗", "乡", "镇", "街道", "医院", "卫生院", "中心", "集团", "医共体")

Row = list[Cell]
NO_HEAD = Cell("", 0, (0, 0))  # above the labels


def read(words: Lexicon, page: Page, subject: Subject, found: Sequence[grids.Grid] | None) -> list[Fact]:
    """The facts of every table of figures, in the order of the page. `found`: the tables of its markup."""
    if not subject.relevant or not (found or _OF_TABLES.search(page.stated) or table_lines.may_stand_in(page.stated)):
        return []
    body = Body(page, Cell)
    figures = list(itertools.islice(_once(body, _tables(body, found)), MOST_FIGURES))
    told = _facts(words, page, subject, figures) if figures else ()
    sound = (fact for fact in told if not page.is_suspect(fact.raw_start, fact.raw_end))
    return sorted(sound, key=lambda fact: fact.start)


def _once(body: Body[Cell], tables: Iterator[list[Row]]) -> Iterator[_Figure]:
    """The figures of the tables; a page may hold one twice, a second time for telephones."""
    read: set[str] = set()
    for rows in tables:
        figures = list(_figures(body, rows))
        said = {figure: body.text[slice(*figure.row)] for figure in figures}
        yield from (figure for figure in figures if said[figure] not in read)
        read.update(said.values())


# ---------------------------------------------------------------- rows


def _tables(body: Body[Cell], found: Sequence[grids.Grid] | None) -> Iterator[list[Row]]:
    if found is not None:
        yield from body.tables(found)
        return
    lines = body.lines()
    for stack in table_lines.find([line.text for line in lines]):
        yield [[lines[at] for at in row] for row in (stack.heads, *stack.rows)]
    run: list[Row] = []
    for line in lines:
        cells = _cells(body, line, len(run[0]) if run else 0)
        if len(run) == 1 and len(cells) == len(run[0]) + 1 and all(map(_is_of_figures, run[0])):
            run = [[NO_HEAD, *run[0]]]
        if cells and (not run or len(cells) == len(run[0])):
            run.append(cells)
        elif not _RULE.fullmatch(line.text):
            yield run
            run = [cells] if cells else []
    yield run


def _is_of_figures(head: Cell) -> bool:
    """Whether a head shows by itself that figures stand below it, and not what they are called."""
    return _HEAD_UNIT.search(head.text) is not None or _YEAR.search(head.text) is not None


def _cells(body: Body[Cell], line: Cell, width: int) -> Row:
    """The cells of a line; none where it is no row. `width`: how many the row above has."""
    if len(line.text) > LONGEST_ROW or "。" in line.text or _RULE.fullmatch(line.text):
        return []
    for mark in _MARKS:
        if mark in line.text:
            return body.cut(line, mark)
    cells = _parted(line, _GAP)
    if len(cells) < FEWEST_CELLS and _ROW.fullmatch(line.text):
        cells = _parted(line, _BLANKS)
    if width and len(cells) != width and len(parted := _parted(line, _BLANKS)) == width:
        return parted  # a long label leaves room for one blank only
    return cells if len(cells) >= FEWEST_CELLS else []


def _parted(line: Cell, gap: re.Pattern[str]) -> Row:
    parts = (part for part in pieces(line.text, line.start, gap) if part[0])
    return [Cell(text, at, (at, at + len(text))) for text, at in parts]


# ---------------------------------------------------------------- figures


@dataclass(frozen=True, slots=True)
class _Figure:
    """One cell: what is said of it, and the row it stands in, as a span of the text."""

    said: str
    caption: str
    date: tuple[str, str] | None  # of the period that its head names, with the precision
    row: tuple[int, int]


def _figures(body: Body[Cell], rows: list[Row]) -> Iterator[_Figure]:
    """Every figure of a table that has heads, rows with a label, and a unit for it."""
    first = next((index for index, row in enumerate(rows) if any(map(_is_number, row[1:]))), len(rows))
    if not 1 <= first <= MOST_HEADS or first == len(rows):
        return
    width = min(len(rows[0]), len(rows[first]))
    above = [row for row in rows[:first] if len({cell.text for cell in row}) > 1] or rows[:first]
    over_all = next((row[0].text for row in rows[:first] if row not in above), "")
    heads = [_joined([row[column] for row in above if column < len(row)]) for column in range(width)]
    caption, unit = _above(body, rows)
    caption = over_all if 0 < len(over_all) <= LONGEST_CAPTION else caption
    for row in rows[first:]:
        told = [cell for cell in row if cell.text and not cell.is_carried]
        label = _label(row, heads)
        if not told or not label:
            continue
        span = min(cell.start for cell in told), max(cell.end for cell in told)
        own_unit = next((cell.text for cell, head in zip(row, heads, strict=False) if _is_of_units(cell, head)), None)
        for cell, head in list(zip(row, heads, strict=False))[1:]:
            if (
                not cell.is_carried
                and not _SERIAL.search(head)
                and (said := _said(cell, head, label, own_unit or unit))
            ):
                yield _Figure(said, caption, _date(head) or _date(over_all), span)


def _is_number(cell: Cell) -> bool:
    """As rows of figures have, below zero too."""
    return _is_figure(cell) or _SIGNED.fullmatch(cell.text) is not None


def _is_figure(cell: Cell) -> bool:
    match = _WITH_UNIT.fullmatch(cell.text)
    if match is None or _YEAR.fullmatch(cell.text):
        return False
    return match["unit"] is None or _is_unit(match["unit"])


def _joined(cells: Sequence[Cell]) -> str:
    """双向转诊(人次) above 上转: one head, the same words once."""
    return "".join(dict.fromkeys(_one_line(cell.text) for cell in cells if cell.text))


def _one_line(text: str) -> str:
    return "".join(text.split())


def _is_of_units(cell: Cell, head: str) -> bool:
    """Whether 单位 means the unit, and not the organisation."""
    return head in _UNIT_HEADS and _is_unit(cell.text)


def _label(row: Row, heads: Sequence[str]) -> str:
    """What a row is called: its cells up to the first figure, without number and unit."""
    parts: list[str] = []
    for cell, head in zip(row, heads, strict=False):
        if _is_figure(cell) and not _SERIAL.search(head) and parts:
            break
        if cell.text and not _is_figure(cell) and not _is_of_units(cell, head):
            parts.append(_one_line(cell.text))
    label = _LEADS.sub("", "".join(parts[:2]))
    return label if len(label) <= LONGEST_LABEL else ""


def _above(body: Body[Cell], rows: list[Row]) -> tuple[str, str | None]:
    """The line above a table that says what it is of, and the unit that one there gives for all of it."""
    begin = min((cell.start for row in rows for cell in row if cell.text), default=0)
    above = body.above(begin, CAPTION_WITHIN)[-2:]
    unit = next((found["unit"] for line in above if (found := _TABLE_UNIT.search(line))), None)
    named = [
        line.strip() for line in above if len(line) <= LONGEST_CAPTION and not _TABLE_UNIT.match(line.strip(" ()"))
    ]
    return (named[-1] if named else "", unit)


def _said(cell: Cell, head: str, label: str, unit: str | None) -> str | None:
    """A figure as a sentence; None without a unit, or where a head or label says nothing."""
    match = _WITH_UNIT.fullmatch(cell.text)
    if match is None or (cell.text.endswith("年") and _YEAR.fullmatch(cell.text)):
        return None
    name, bare = (_HEAD_UNIT.sub("", said).strip() for said in (label, head))
    unit = match["unit"] or _unit_of(head, bare) or _unit_of(label, name) or unit
    if not unit or not _is_unit(unit):
        return None
    column = _PERIOD.sub("", bare).strip(" :、年度")
    if len(column) > LONGEST_LABEL or f"{name}{column}"[-1:].isdecimal():  # its digits would be the figure's
        return None
    figure = f"{match['figure'].replace(' ', ',')}{unit}"
    if not column or column in _UNIT_HEADS or column in ("数量", "数值", "指标值", "完成情况"):
        return f"{name}{figure}"
    if _is_place(column):
        return f"{column},{name}{figure}"
    return f"{name},{column}{figure}" if _is_place(name) else f"{name}{column}{figure}"


@functools.lru_cache(maxsize=4096)
def _unit_of(said: str, bare: str) -> str | None:
    """The unit in brackets behind a head or label, or what it ends in (下转人次); 下转人次(万) has both. `bare`: the
    same without brackets."""
    in_brackets, named = _HEAD_UNIT.search(said), _COUNTS.search(bare)
    counted = named["unit"] or named["one"] if named else None
    if in_brackets is None:
        return counted
    return in_brackets["unit"] + (counted or "" if in_brackets["unit"] in _FACTORS else "")


@functools.lru_cache(maxsize=4096)
def _date(head: str) -> tuple[str, str] | None:
    """The last day of the period that a head names; None where it names none, or only compares with one."""
    period = _PERIOD.search(head)
    if period is None or _COMPARES.search(head):
        return None
    said = period[0] if "年" in period[0] else f"{period[0]}年"
    found = dates.find(said[-5:] if _YEARS.fullmatch(said) else said)
    if len(found) != 1 or found[0].iso is None:
        return None
    return found[0].iso, found[0].precision


@functools.lru_cache(maxsize=4096)
def _is_unit(unit: str) -> bool:
    found = numbers.find(f"12{unit}")
    return len(found) == 1 and found[0].end == len(unit) + 2 and found[0].unit_class != "bare"


def _is_place(name: str) -> bool:
    """Whose figure it is, not what is counted."""
    return name.endswith((*_WHOLE, *_OF_A_PLACE)) or bool(gazetteer.resolve(name)[0])


# ---------------------------------------------------------------- facts


def _facts(words: Lexicon, page: Page, subject: Subject, figures: Sequence[_Figure]) -> Iterator[Fact]:
    """The figures as a text of its own, each below its caption; what is found there is led back to its row."""
    lines = []
    begins: dict[int, _Figure] = {}
    at = 0
    for figure in figures:
        begins[at + len(figure.caption) + 1] = figure
        lines.append(f"{figure.caption}\n{figure.said}\n")
        at += len(lines[-1])
    text = "".join(lines)
    sheet = Page(text, Traced(text), text, len(text), "", False, title=page.title, publish_date=page.publish_date)
    for fact in facts.of_sheet(words, sheet, subject, TRUST):
        line = text.rfind("\n", 0, fact.start) + 1
        if (found := begins.get(line)) is not None:
            yield _led_back(fact, found, page)


def _led_back(fact: Fact, figure: _Figure, page: Page) -> Fact:
    start, end = figure.row
    raw_start, raw_end = page.traced.origin(start, end)
    date, precision = (fact.date, fact.date_precision) if figure.date is None else figure.date
    return replace(
        fact,
        date=date,
        date_precision=precision,
        evidence=page.text[start:end],
        start=start,
        end=end,
        raw_start=raw_start,
        raw_end=raw_end,
    )
