"""Lists and tables of places on a page → rows with what is printed, the region it is, and what the print has wrong.

Comes in: a `Page`, and its markup if it is HTML. Goes out: `PlaceRow`s. Never here: what a name means and when a print
is wrong (place_judge.py), or markup (grids.py).

What counts as a list of places:
* a table in the markup, rowspan and colspan resolved, or lines with | or tabs, of which a column is places;
* lines of a number and names (12 河北省 邢台市), or with each cell on a line of its own;
* a region and the places in it (河北省(2个):邢台市、沧州市), or as a heading above names;
* names alone, under a line that announces a list.
Ten names or more between | on one line are what spammed sites hang below their pages, and never a list. What is not in
the article's own text is none either.

A province printed only at the head of a group holds for that group. Where a place contradicts a province that was
filled down, the filling was wrong and not the page: the province is dropped, nothing is corrected. A heading that
none of the names below it lies in is no heading.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from scrapers.notices import grids
from scrapers.notices.page import Page
from scrapers.notices.page_tables import RESIDUE as _RESIDUE
from scrapers.notices.page_tables import Body, Cell, pieces
from scrapers.notices.place_judge import judge, one
from scrapers.records import PlaceRow
from scrapers.text import gazetteer
from scrapers.text.gazetteer import PROVINCES, Region

SPAM_ITEMS = 10  # names between | on one line
FEWEST = 3  # places of a list
FEWEST_ANNOUNCED = 2  # ... that a line above it announces
PLACE_SHARE = 0.6  # of the cells of a column of places, and of the rows of a list, that are known places
HELD_SHARE = 0.5  # of places that lie in the province beside them: with fewer, that says something else of them
LONGEST_LIST = 3000  # characters of a line that may be a list
LONGEST_NAME = 30
LONGEST_NUMBER = 8  # characters of a line that is a number
DENSE = 0.25  # share of a clause that is names of places, from which it may begin a list
ANNOUNCED_BEFORE = 3  # lines above a list in which it is announced
ANNOUNCED_WITHIN = 600  # ... and characters

_NUMBER = re.compile(r"\(?\d{1,4}[)、.]?")
_NUMBERING = re.compile(
    r"(?:\(?(?:\d{1,3}|[一二三四五六七八九十]{1,3})(?:[)、]|\.(?!\d))|第[一二三四五六七八九十]{1,3}批:)\s*"
    r"|[·•●○◆■▪*-]\s*"
)
_COUNT = re.compile(r"(?:\([^()]{0,6}\d{1,4}[^()]{0,16}\)|共?\d{1,4}个?(?:地?市|县|区|旗|试点)?)$")
_QUESTIONS = "?\uff1f"
_ENDS = _RESIDUE + "。;,、.:|"
_HARD = re.compile(r"[、,;/]|以及|(?<=[市区县旗州盟])[和及与](?=.)")
_AND = re.compile(r"[和与及]")
_SOFT = re.compile(r"[ \u3000\t\n]+")
_AND_MORE = re.compile(r"等(?:共?\d+个?[^、]{0,8})?$")
_INTRODUCED = re.compile(r"^[^:]{0,80}(?:如下|名单|包括|分别是|分别为|确定为):(?=.)")
_INSIDE = re.compile(r"([\u4e00-\u9fff]{2,15})\(([^()]{2,400})\)")
_NOTE = re.compile(r"\([^()]{0,40}\)$")
_ANNOUNCES = re.compile(r"名单|试点|示范|入选|如下|公布")
_LABEL = re.compile(
    r"序号|省份|县区|试点|名单|名称|单位|类别|合计|总计|小计|街道|社区|园区|辖区|(?:城市|地区|市区|城区|郊区|^各.*)$"
)
_HEADS = re.compile(r":|[—-]{1,3}")
_KIND_SAID = re.compile(r"[\u4e00-\u9fff]{1,14}(?:[市区县旗州盟]|新区|开发区|兵团)")
_CLAUSE = re.compile(r"[^。;\n]+")


@dataclass(eq=False)
class _Cell(Cell):
    """A cell or line, and what it names. Read once, asked often."""

    @cached_property
    def names(self) -> list[_Name]:
        return _names(self)

    @cached_property
    def province(self) -> Region | None:
        """The province, if that is all it says."""
        return _province(self.names)

    @cached_property
    def kind(self) -> str:
        """blank | number | province | place | unknown | other"""
        if not self.text:
            return "blank"
        if _NUMBER.fullmatch(self.text):
            return "number"
        if self.province:
            return "province"
        known = sum(_known(name.text) for name in self.names)
        if known and known >= PLACE_SHARE * len(self.names):
            return "place"
        return "unknown" if self.names and all(map(_is_unknown, self.names)) else "other"


@dataclass(frozen=True, slots=True)
class _Name:
    """One name in a cell or line: its characters without the blanks that typesetting puts between them."""

    text: str
    start: int
    end: int
    above: str | None = None  # 石家庄市(正定县、赞皇县)

    @property
    def said(self) -> str:
        return f"{self.above or ''}{self.text}"


Table = list[list[_Cell]]


@dataclass(frozen=True, slots=True)
class _Province:
    """What is printed as province, and how."""

    region: Region
    raw: str
    is_filled: bool = False


def read(page: Page, found: Sequence[grids.Grid] | None = None) -> list[PlaceRow]:
    """The rows of all lists on the page, in its order, numbered list by list. `found`: the tables of its markup."""
    body = _Body(page)
    if len(body.mentions) < FEWEST_ANNOUNCED and found is None:
        return []
    lists: list[list[PlaceRow]] = []
    taken: list[tuple[int, int]] = []
    for table in body.tables(found or ()):
        if rows := _of_table(body, table):
            lists.append(rows)
            places = [cell for row in table for cell in row if cell.text]
            taken.append((min(c.start for c in places), max(c.end for c in places)))
    lines = [line for line in body.lines() if not any(start < line.end and line.start < end for start, end in taken)]
    lists += _of_lines(body, lines)
    lists.sort(key=lambda rows: rows[0].start)
    for number, rows in enumerate(lists, start=1):
        for count, row in enumerate(rows, start=1):
            row.list_no, row.row_no = number, row.row_no or count  # as printed, else counted
    return [row for rows in lists for row in rows]


# ---------------------------------------------------------------- the page


class _Body(Body[_Cell]):
    """The article's text, and the places that it names."""

    def __init__(self, page: Page) -> None:
        super().__init__(page, _Cell)
        self.mentions = [mention for mention in page.mentions if mention.end <= page.body_length]
        self._starts = [mention.start for mention in self.mentions]

    def density(self, start: int, end: int) -> float:
        """The share of these characters that names places: prose has little of it."""
        inside = self.mentions[bisect_left(self._starts, start) : bisect_left(self._starts, end)]
        return sum(mention.end - mention.start for mention in inside) / max(1, end - start)

    def is_silent(self, start: int, end: int) -> bool:
        """Does no place begin here?"""
        return bisect_left(self._starts, start) == bisect_left(self._starts, end)

    def raw(self, name: _Name) -> str:
        return self.raw_text(self.page.traced.origin(name.start, name.end))

    def raw_text(self, span: tuple[int, int]) -> str:
        return self.page.raw[slice(*span)].strip()

    def announced(self, start: int) -> bool:
        """Does the title, or a line just above, say that a list follows?"""
        above = self.above(start, ANNOUNCED_WITHIN)[-ANNOUNCED_BEFORE:]
        return any(_ANNOUNCES.search(said) for said in (self.page.head, *above))


# ---------------------------------------------------------------- names


def _names(cell: _Cell) -> list[_Name]:
    """The names of a cell: 朝阳区、海淀区; 石家庄市(正定县、赞皇县); 赵 县. What follows 等 and counts are left out."""
    text = cell.text.rstrip(_ENDS)
    if gazetteer.resolve(text)[0]:  # as most cells are
        return [_Name(text, cell.start, cell.start + len(text))]
    text = _COUNT.sub("", _AND_MORE.sub("", text) if "等" in text else text)
    if len(text) > LONGEST_LIST:
        return []
    names: list[_Name] = []
    done = 0
    for inside in _INSIDE.finditer(text) if "(" in text else ():
        above = one(inside[1])
        parts = _parts(inside[2], cell.start + inside.start(2))
        if above is not None and parts and all(gazetteer.resolve(part.text, above)[0] for part in parts):
            names += _parts(text[done : inside.start()], cell.start + done)
            names += [replace(part, above=inside[1]) for part in parts]
            done = inside.end()
    return names + _parts(text[done:], cell.start + done)


def _parts(text: str, start: int) -> list[_Name]:
    """Between signs, then between blanks if each side is a name by itself; else a blank is only typesetting."""
    names = []
    for piece, at in pieces(text, start, _HARD, _ENDS):
        whole = _name(piece, at)
        words = [_name(word, place) for word, place in pieces(piece, at, _SOFT, _ENDS)] if _SOFT.search(piece) else ()
        if len(words) > 1 and not _known(whole.text) and all(_known(word.text) or _is_unknown(word) for word in words):
            names += words
        else:
            names += (_joined(piece, at) if _AND.search(piece) else None) or [whole]
    return [name for name in names if name.text]


def _joined(piece: str, start: int) -> list[_Name]:
    """巩义和登封市: two names, but not 泰和县."""
    if len(piece) > 2 * LONGEST_NAME or _known(piece):
        return []
    for mark in _AND.finditer(piece):
        left, right = _name(piece[: mark.start()], start), _name(piece[mark.end() :], start + mark.end())
        if _known(left.text) and _known(right.text):
            return [left, right]
    return []


def _name(piece: str, start: int) -> _Name:
    bare = _NOTE.sub("", piece).rstrip(_ENDS)
    return _Name(_SOFT.sub("", bare), start, start + len(bare))


def _known(name: str) -> bool:
    return len(name) <= LONGEST_NAME and (bool(gazetteer.resolve(name)[0]) or len(gazetteer.split(name)) > 1)


def _is_unknown(name: _Name) -> bool:
    """Written like a place, and in no table: a development zone, a county of old."""
    return len(name.text) <= 15 and _KIND_SAID.fullmatch(name.text) is not None and not _LABEL.search(name.text)


def _province(names: Sequence[_Name]) -> Region | None:
    """The province, if that is all the names say."""
    region = one(names[0].text) if len(names) == 1 else None
    return region if region is not None and region.level in PROVINCES else None


# ---------------------------------------------------------------- rows


@dataclass(slots=True)
class _Rows:
    """The rows of one list as they are found."""

    body: _Body
    rows: list[PlaceRow] = field(default_factory=list)

    def add(
        self,
        names: Sequence[_Name],
        province: _Province | None,
        *,
        above: Region | None = None,
        number: int = 0,
        raw: str | None = None,
    ) -> None:
        """A row for each name. `raw`: the cell as printed, where it holds one name only."""
        for name in names:
            self.rows.append(self._row(name, province, above, number, raw if raw and len(names) == 1 else None))

    def _row(
        self, name: _Name, province: _Province | None, above: Region | None, number: int, raw: str | None
    ) -> PlaceRow:
        is_filled = province is not None and province.is_filled
        verdict = judge(name.said, province.region if province else None, above, is_filled=is_filled)
        region, page = verdict.region, self.body.page
        flags = list(verdict.flags)
        parts = gazetteer.split(name.said)
        told = one(parts[0]) if len(parts) > 1 else None
        printed = province.raw if province and (verdict.province == province.region or not is_filled) else None
        if told is not None and told.level in PROVINCES:
            printed = parts[0]
        elif is_filled and printed and "province_filled" not in flags:
            flags.append("province_filled")
        raw = raw or self.body.raw(name)
        if any(said and said != said.strip(_QUESTIONS) for said in (raw, printed)):
            flags.append("question_mark_residue")
        right = verdict.province
        reports = right.code if right and right.level == "corps" else None
        raw_start, raw_end = page.traced.origin(name.start, name.end)
        return PlaceRow(
            list_no=0,
            row_no=number,
            province_raw=printed,
            city_raw=raw,
            province=right.name if right else None,
            name=region.name if region else None,
            adcode=region.adcode if region else None,
            province_adcode=region.province if region else (right.province if right else None),
            report_province_code=reports or (region.province if region else None),
            level=region.level if region else None,
            mapping_method=verdict.method,
            correction=verdict.correction,
            correction_reason=verdict.reason,
            flags=flags,
            evidence=page.text[name.start : name.end],
            start=name.start,
            end=name.end,
            raw_start=raw_start,
            raw_end=raw_end,
        )

    def if_a_list(self) -> list[PlaceRow]:
        """The rows, if there are enough of them and most are places for certain."""
        known = sum(row.adcode is not None or "ambiguous_place" in row.flags for row in self.rows)
        fewest = FEWEST_ANNOUNCED if self.rows and self.body.announced(self.rows[0].start) else FEWEST
        return self.rows if known >= fewest and known >= PLACE_SHARE * len(self.rows) else []


# ---------------------------------------------------------------- tables


def _of_table(body: _Body, table: Table) -> list[PlaceRow]:
    """The rows of a table with a column of places."""
    if not any(body.density(row[0].start, row[-1].end) for row in table if row[0].text and row[-1].text):
        return []
    table = _without_head(_one_below_the_other(table))
    columns = _columns(table) if table else None
    if columns is None:
        return []
    of_province, of_above, of_place = columns
    found = _Rows(body)
    province: _Province | None = None
    for row in table:
        if heading := _heading_row(row):
            province = _Province(heading, body.raw_text(row[0].raw))
            continue
        cells = dict(enumerate(row))
        if (cell := cells.get(of_province, _NOWHERE)).text:
            printed = cell.province
            province = _Province(printed, body.raw_text(cell.raw)) if printed else None
        elif province is not None and of_province >= 0:
            province = replace(province, is_filled=True)
        place = cells.get(of_place, _NOWHERE)
        if place.is_carried or place.kind not in ("place", "unknown", "province"):
            continue
        above = one(cells[of_above].text) if of_above in cells else None
        number = next((_digits(cell.text) for cell in row[:of_place] if _NUMBER.fullmatch(cell.text)), 0)
        found.add(place.names, province, above=above, number=number, raw=body.raw_text(place.raw))
    return found.if_a_list()


def _without_head(table: Table) -> Table:
    """Without the rows above the first that names a place or a province, or has a number."""
    told = ("number", "province", "place")
    first = next((at for at, row in enumerate(table) if any(cell.kind in told for cell in row)), len(table))
    return table[first:]


def _heading_row(row: list[_Cell]) -> Region | None:
    """A province over the whole width of the table."""
    alone = len(row) > 1 and all(cell.is_carried or not cell.text for cell in row[1:])
    return row[0].province if alone and row[0].text and not row[0].is_carried else None


_NOWHERE = _Cell("", 0, (0, 0))


def _one_below_the_other(table: Table) -> Table:
    """A table set in two or three blocks side by side, as their equal headings show, becomes one."""
    head = [cell.text for cell in table[0]]
    for blocks in (2, 3, 4):
        width, rest = divmod(len(head), blocks)
        if not rest and width > 1 and all(head[:width]) and head == head[:width] * blocks:
            return [row[at : at + width] for at in range(0, len(head), width) for row in table]
    return table


def _columns(table: Table) -> tuple[int, int, int] | None:
    """The columns of province, prefecture (-1 where there is none) and place."""
    rows = [row for row in table if not _heading_row(row)]
    width = max(map(len, rows), default=0)
    kinds = [Counter(row[column].kind for row in rows if column < len(row)) for column in range(width)]

    def share(column: int, *wanted: str) -> float:
        told = sum(count for kind, count in kinds[column].items() if kind != "blank")
        return sum(kinds[column][kind] for kind in wanted) / max(1, told)

    provinces = [column for column in range(width) if share(column, "province") >= PLACE_SHARE]
    places = [
        column
        for column in range(width)
        if column not in provinces
        and share(column, "place", "province", "unknown") >= PLACE_SHARE
        and share(column, "place") >= PLACE_SHARE / 2
    ] or _alone(rows, provinces)
    if not places:
        return None
    of_above, of_place = -1, places[0]
    if len(places) > 1 and _nested(rows, places[0], places[1]):
        of_above, of_place = places[0], places[1]
    holding = [(_holding(rows, column, of_place), -column) for column in provinces if column != of_place]
    best, column = max(holding, default=(0.0, 1))
    return (-column if best >= HELD_SHARE else -1), of_above, of_place


def _holding(rows: Table, of_province: int, of_place: int) -> float:
    """The share of places that lie in the province printed beside them: else the column says something else."""
    pairs = [
        (province, name)
        for row in rows
        if max(of_province, of_place) < len(row) and (province := row[of_province].province)
        for name in row[of_place].names
        if _known(name.text)
    ]
    return sum(_lies_in(name, province) for province, name in pairs) / max(1, len(pairs))


def _alone(table: Table, provinces: list[int]) -> list[int]:
    """A list of provinces: each stands once. Where they repeat, they only say where something else is."""
    for column in provinces:
        told = [row[column].text for row in table if column < len(row) and row[column].kind == "province"]
        if len(told) == len(set(told)) and not any(row[column].is_carried for row in table if column < len(row)):
            return [column]
    return []


def _nested(table: Table, outer: int, inner: int) -> bool:
    """Do the places of one column lie in those of the other?"""
    pairs = [(row[outer], row[inner].names) for row in table if inner < len(row) and row[inner].kind == "place"]
    held = sum(
        any(gazetteer.resolve(name.text, above)[0] for name in names)
        for cell, names in pairs
        if (above := one(cell.text)) is not None and above.level not in PROVINCES
    )
    return bool(pairs) and held >= PLACE_SHARE * len(pairs)


# ---------------------------------------------------------------- lines


def _of_lines(body: _Body, lines: Sequence[_Cell]) -> list[list[PlaceRow]]:
    """Lists that are only text: tables drawn with | or tabs, and runs of names."""
    lists: list[list[PlaceRow]] = []
    table: list[tuple[_Cell, str]] = []  # its lines, each with the mark between its cells
    run = _Run(body)

    def close() -> None:
        nonlocal table, run
        if len(table) > 1 and not body.is_silent(table[0][0].start, table[-1][0].end):
            lists.append(_of_table(body, [body.cut(*line) for line in table]))
        table = []
        if run.is_open or run.pending:
            lists.append(run.close())
            run = _Run(body)

    for line in lines:
        mark = next((mark for mark in "|\t" if mark in line.text), None)
        if mark is not None and line.text.count(mark) >= SPAM_ITEMS:
            close()
        elif mark is not None:
            if run.is_open:
                close()
            table.append((line, mark))
        else:
            if table:
                close()
            if run.is_prose(line) or not run.take(line):
                close()
    close()
    return [rows for rows in lists if rows]


@dataclass(slots=True)
class _Group:
    """A heading and what stands below it."""

    heading: _Province | None = None
    above: Region | None = None
    is_explicit: bool = False  # heading and names in one line with a colon
    item: _Name | None = None  # the heading as a name, if its line was numbered
    number: int = 0  # ... and its number
    is_cells: bool = False  # each cell of a table on a line of its own: below its first row the heading is filled down
    names: list[tuple[list[_Name], _Province | None, int]] = field(default_factory=list)


class _Run:
    """Lines that hold nothing but numbers and names of places, one after the other."""

    def __init__(self, body: _Body) -> None:
        self.body = body
        self.groups: list[_Group] = []
        self.pending = 0  # a number that stood on a line of its own

    @property
    def is_open(self) -> bool:
        return bool(self.groups)

    def is_prose(self, line: _Cell) -> bool:
        """Whether a line that names no place can't begin a list: it is more than a number."""
        return not self.groups and len(line.text) > LONGEST_NUMBER and self.body.is_silent(line.start, line.end)

    def take(self, line: _Cell) -> bool:
        """Take a line, or as many of its clauses as belong; False if the run ends here."""
        whole = True
        for clause in _CLAUSE.finditer(line.text):
            text = clause[0].strip(_RESIDUE)
            start = line.start + clause.start() + len(clause[0]) - len(clause[0].lstrip(_RESIDUE))
            if text and not self._clause(_Cell(text, start, (0, 0))):
                whole = False
                if self.is_open and self._places() >= FEWEST:
                    return False
                self.groups.clear()
        return whole

    def close(self) -> list[PlaceRow]:
        found = _Rows(self.body)
        for group in self.groups:
            heading = self._heading(group)
            if group.item is not None and heading is None:
                found.add([group.item], None, number=group.number)
            for count, (names, printed, number) in enumerate(group.names):
                if printed is not None and not self._hold:
                    printed = None
                if printed is not None:
                    heading = replace(printed, is_filled=True)
                elif heading is not None and group.is_cells and count:
                    heading = replace(heading, is_filled=True)
                found.add(names, printed or heading, above=group.above, number=number)
        rows = found.if_a_list()
        told = any(row.province_raw for row in rows)
        return rows if rows and (told or self.body.announced(rows[0].start)) else []

    @cached_property
    def _hold(self) -> bool:
        """Do the regions at the head hold what follows? 北京市:赤峰市、乌兰察布市 is who helps whom."""
        pairs = [
            (name, heading.region)
            for group in self.groups
            for names, printed, _ in group.names
            for name in names
            if (heading := printed or (group.heading if group.is_explicit else None)) is not None
        ]
        return sum(_lies_in(name, region) for name, region in pairs) >= HELD_SHARE * len(pairs)

    def _heading(self, group: _Group) -> _Province | None:
        """The group's heading, unless it is an item like those below it, or none of them lies in it."""
        if group.heading is None or group.is_explicit:
            return group.heading if self._hold else None
        if group.item is not None and group.names and group.names[0][2] == group.number + 1:
            return None
        said = [name for names, _, _ in group.names for name in names]
        return group.heading if any(_lies_in(name, group.heading.region) for name in said) else None

    def _places(self) -> int:
        return sum(len(names) for group in self.groups for names, _, _ in group.names)

    def _clause(self, cell: _Cell) -> bool:
        """One clause: a number, a heading, a heading with its names, or names."""
        if len(cell.text) > LONGEST_LIST:
            return False
        head = cell.text.partition(":")[0]
        told = self.is_open or self.body.density(cell.start, cell.start + len(head)) >= DENSE
        if not told and self.body.density(cell.start, cell.end) < DENSE and not _NUMBER.fullmatch(cell.text):
            return False
        if _NUMBER.fullmatch(cell.text):
            self.pending = _digits(cell.text)
            return self.is_open or self.pending == 1
        if introduced := _INTRODUCED.match(cell.text):
            cell = _rest(cell, introduced.end())
        number = 0
        if numbering := _NUMBERING.match(cell.text):
            number = _digits(numbering[0])
            cell = _rest(cell, numbering.end())
        mark = _HEADS.search(cell.text)
        if mark and cell.text[mark.end() :].strip(_ENDS):
            return self._headed(_Cell(cell.text[: mark.start()], cell.start, (0, 0)), _rest(cell, mark.end()))
        return self._named(cell, number)

    def _headed(self, head: _Cell, rest: _Cell) -> bool:
        """河北省(2个):邢台市、沧州市"""
        if len(head.text) > LONGEST_NAME:
            return False
        title, names = _names(head), _names(rest)
        region = one(title[0].text) if len(title) == 1 else None
        if region is None or not _is_list(names, region):
            return False
        if region.level in PROVINCES:
            group = _Group(_Province(region, self.body.raw(title[0])), is_explicit=True)
        else:
            heading = self.groups[-1].heading if self.groups else None
            fits = heading is not None and heading.region.holds(region)
            group = _Group(heading if fits else None, region, is_explicit=True)
        group.names.append((names, None, 0))
        self.groups.append(group)
        return True

    def _named(self, cell: _Cell, number: int) -> bool:
        """A heading alone, names, or 12 河北省 邢台市."""
        words = [_Cell(word, at, (0, 0)) for word, at in pieces(cell.text, cell.start, _SOFT, _ENDS) if word]
        if len(words) > 1 and _NUMBER.fullmatch(words[0].text):
            number = _digits(words[0].text)
            cell = _rest(cell, words[1].start - cell.start)
            del words[0]
        head = _names(words[0]) if words else []
        if region := _province(head):
            if len(words) == 1:
                return self._open(_Province(region, self.body.raw(head[0])), head[0], number)
            names = _names(_rest(cell, words[1].start - cell.start))
            return self._add(names, _Province(region, self.body.raw(head[0])), number)
        return self._add(_names(cell), None, number)

    def _open(self, heading: _Province, item: _Name, number: int) -> bool:
        """A province on a line of its own: a heading, or the cell of a row whose number stood on the line before."""
        if number > 1 and self.groups and self.groups[-1].number == number - 1 and not self.groups[-1].names:
            self.groups[-1].names.append(([item], None, number))  # 1.北京市 2.天津市
        else:
            self.groups.append(_Group(heading, item=item if number else None, number=number))
            self.groups[-1].is_cells = self.pending > 0
        return True

    def _add(self, names: list[_Name], printed: _Province | None, number: int) -> bool:
        heading = printed or (self.groups[-1].heading if self.groups else None)
        if not _is_list(names, heading.region if heading else None):
            return False
        if not self.groups:
            self.groups.append(_Group())
        self.groups[-1].names.append((names, printed, number or self.pending))
        self.pending = 0
        return True


def _digits(text: str) -> int:
    return int(re.sub(r"\D", "", text) or 0)


def _rest(cell: _Cell, at: int) -> _Cell:
    return _Cell(cell.text[at:], cell.start + at, (0, 0))


def _is_list(names: Sequence[_Name], region: Region | None) -> bool:
    """Are these names of places, most of them known? A bare stem counts only inside the region that heads it."""
    if not names:
        return False
    known = 0
    for name in names:
        if len(name.text) > LONGEST_NAME:
            return False
        _, method = gazetteer.resolve(name.text)
        said = method in ("full_name", "short_name") or len(gazetteer.split(name.text)) > 1
        if said or (region is not None and gazetteer.resolve(name.text, region)[0]):
            known += 1
        elif not _is_unknown(name):
            return False
    return known >= PLACE_SHARE * len(names) or (region is not None and (known > 0 or len(names) == 1))


def _lies_in(name: _Name, region: Region) -> bool:
    return bool(gazetteer.resolve(gazetteer.split(name.text)[-1], region)[0])
