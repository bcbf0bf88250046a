"""What the report says: the answers of queries/*.sql, arranged by section.

Comes in: a connection. Goes out: `Report`, which the template only lays out. Every share is a figures.Ratio of whole
numbers; what was not reported stays None. Never here: HTML, or a sum over what must not be added (packs of sterile
supply and diagnostic orders, different months of a rate).

The month of each section is its latest full one (data up to the month's last day), else its latest.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from scrapers import contracts
from warehouse.database import Connection
from warehouse.report import figures
from warehouse.report.figures import Ratio

HERE = Path(__file__).parent
FIVE = ("lab", "imaging", "ecg", "pathology", "cssd")
DIAGNOSTIC = ("lab", "imaging", "ecg", "pathology")  # these report orders; cssd counts packs, a pharmacy neither
MONTHS_SHOWN = 12
PROVINCES_RANKED = 10
NOTICES_SHOWN = 20
OTHERS_SHOWN = 20
FACTS_SHOWN = 30
MISSING = "-"  # how the models write a part that is not stated
STATUSES = ("met", "missed", "pending", "reference", "no_data")

Row = Mapping[str, Any]


class Tile(NamedTuple):
    """A provincial unit and its place on the grid."""

    adcode: str
    name: str
    label: str
    row: int
    column: int


class Period(NamedTuple):
    """A month, and the last day of it with data."""

    month: date | None
    day: date | None

    @property
    def is_full(self) -> bool:
        return self.day is not None and (self.day + timedelta(days=1)).day == 1


class TileValue(NamedTuple):
    """What one tile shows: a ratio, or None where the unit has no data (未收录)."""

    tile: Tile
    ratio: Ratio | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """Who should have reported, who did, and who reported without being on the list."""

    due: int
    reported: int
    unlisted: int

    @property
    def text(self) -> str:
        extra = f"（另有名录外 {self.unlisted}）" if self.unlisted else ""
        return f"{figures.count(self.due)} / {figures.count(self.reported)}{extra}"


@dataclass(frozen=True, slots=True)
class Report:
    """Everything on the page, by section; each value is a plain mapping for the template."""

    freshness: Row
    data_until: date | None
    notices_until: date | None
    centres: Row
    recognition: Row
    sinking: Row
    pilots: Row
    targets: Row
    notices: Row
    quality: Row


def read(con: Connection) -> Report:
    """Ask the warehouse for everything."""
    freshness = _one(con, "freshness")
    days = [freshness[k] for k in ("centres_until", "recognition_until", "capacity_until", "release_until")]
    pilots = _pilots(con)
    return Report(
        freshness=freshness,
        data_until=max((d for d in days if d), default=None),
        notices_until=freshness["notices_until"],
        centres=_centres(con, pilots),
        recognition=_recognition(con),
        sinking=_sinking(con),
        pilots=pilots,
        targets=_targets(con, pilots["period"]),
        notices=_notices(con),
        quality=_quality(con),
    )


# ---- sections


def _pilots(con: Connection) -> dict[str, Any]:
    period = full_month(_rows(con, "target_months"))
    rows = _rows(con, "pilots", month=period.month, day=period.day)
    for row in rows:
        row["complete"] = Ratio(row["sc01_num"], row["sc01_den"])
        row["slots"] = Ratio(row["rs01_num"], row["rs01_den"])
        row["beds"] = Ratio(row["rs02_num"], row["rs02_den"])
        row["kinds"] = [Ratio(row[kind], row["groups_count"]) for kind in FIVE]
        row["is_complete"] = row["complete"].is_defined and row["sc01_num"] >= row["sc01_den"]
    known = [row for row in rows if row["complete"].is_defined]
    return {
        "period": period,
        "rows": rows,
        "known": len(known),
        "complete": Ratio(sum(row["is_complete"] for row in known) if known else None, len(rows)),
        "corrected": [row for row in rows if row["is_corrected"]],
        "is_empty": not any(row["groups_count"] or row["complete"].is_defined for row in rows),
    }


def _centres(con: Connection, pilots: Row) -> dict[str, Any]:
    cells = _rows(con, "centre_months")
    period = full_month(_by_month(cells))
    types = _rows(con, "centre_types", day=period.day or pilots["period"].day)
    here = {row["centre_type"]: row for row in cells if row["month_start"] == period.month}
    for row in types:
        month = here.get(row["centre_type"], {})
        row["reported_count"] = month.get("reported_count")
        row["own_count"], row["other_count"] = month.get("own_count"), month.get("other_count")
        row["on_time"] = Ratio(month.get("on_time_num"), month.get("on_time_den"))
        row["reporting"] = month.get("centres_count")
    types.sort(key=lambda row: _order(row["centre_type"]))
    provinces = _rows(con, "centre_provinces", month=period.month, day=period.day) if period.month else []
    by_province = _complete_by_province(pilots)
    for row in provinces:
        row["complete"] = by_province.get(row["province_adcode"], Ratio(None, None))
        row["on_time"] = Ratio(row["on_time_num"], row["on_time_den"])
        row["coverage"] = _coverage([row])
    diagnostic = [row for kind, row in here.items() if kind in DIAGNOSTIC]
    return {
        "period": period,
        "types": types,
        "months": _volume_table(cells),
        "kinds": [kind for kind in (*FIVE, "central_pharmacy") if any(row["centre_type"] == kind for row in cells)],
        "diagnostic": sum(row["reported_count"] or 0 for row in diagnostic) if diagnostic else None,
        "packs": here.get("cssd", {}).get("reported_count"),
        "on_time": figures.total(Ratio(row["on_time_num"], row["on_time_den"]) for row in diagnostic),
        "coverage": _coverage(provinces),
        "provinces": provinces,
        "tiles": _tiles(by_province),
    }


def _complete_by_province(pilots: Row) -> dict[str | None, Ratio]:
    """Pilots with all five types over pilots with data, by province."""
    found: dict[str, list[bool]] = {}
    for row in pilots["rows"]:
        if row["complete"].is_defined:
            found.setdefault(row["province_adcode"], []).append(row["is_complete"])
    return {province: Ratio(sum(flags), len(flags)) for province, flags in found.items()}


def _volume_table(cells: Sequence[Row]) -> list[dict[str, Any]]:
    """Months from new to old: reported volume of each type, and its length against the type's greatest month."""
    months = sorted({row["month_start"] for row in cells}, reverse=True)[:MONTHS_SHOWN]
    most: dict[str, int] = {}
    for row in cells:
        if row["month_start"] in months:
            most[row["centre_type"]] = max(most.get(row["centre_type"], 0), row["reported_count"] or 0)
    table = []
    for month in months:
        row_of = {row["centre_type"]: row for row in cells if row["month_start"] == month}
        diagnostic = [row_of[kind] for kind in DIAGNOSTIC if kind in row_of]
        table.append(
            {
                "period": Period(month, max(row["as_of_date"] for row in row_of.values())),
                "volume": {kind: row["reported_count"] for kind, row in row_of.items()},
                "bar": {kind: Ratio(row["reported_count"], most[kind]) for kind, row in row_of.items()},
                "diagnostic": sum(row["reported_count"] or 0 for row in diagnostic) if diagnostic else None,
                "on_time": figures.total(Ratio(row["on_time_num"], row["on_time_den"]) for row in diagnostic),
            }
        )
    return table


def _recognition(con: Connection) -> dict[str, Any]:
    months = _rows(con, "recognition_months")
    period = full_month(months)
    for row in months:
        row["period"] = Period(row["month_start"], row["as_of_date"])
        row["rate"] = Ratio(row["recognition_num"], row["recognition_den"])
    provinces = _rows(con, "recognition_provinces", month=period.month, day=period.day) if period.month else []
    for row in provinces:
        row["rate"] = Ratio(row["recognition_num"], row["recognition_den"])
        row["coverage"] = _coverage([row])
    ranked = sorted(
        (row for row in provinces if row["rate"].is_defined),
        key=lambda row: (figures.descending(row["rate"]), row["province_adcode"] or ""),
    )
    return {
        "period": period,
        "months": months[::-1][:MONTHS_SHOWN],
        "month": next((row for row in months if row["month_start"] == period.month), None),
        "ranked": ranked[:PROVINCES_RANKED],
        "ranked_over": len(ranked),
        "coverage": _coverage(provinces),
        "tiles": _tiles({row["province_adcode"]: row["rate"] for row in provinces if _has_reports(row)}),
    }


def _sinking(con: Connection) -> dict[str, Any]:
    period = full_month(_rows(con, "sinking_months"))
    leads = _rows(con, "sinking_leads", month=period.month, day=period.day) if period.month else []
    for row in leads:
        row["slots"] = Ratio(row["slots_num"], row["slots_den"])
        row["beds"] = Ratio(row["beds_num"], row["beds_den"])
        row["used"] = Ratio(row["slots_used_num"], row["slots_used_den"])
    codes = sorted({row["province_adcode"] for row in leads}, key=lambda code: (code is None, code or ""))
    provinces = [_leads([row for row in leads if row["province_adcode"] == code], code) for code in codes]
    return {
        "period": period,
        "all": _leads(leads, None),
        "provinces": provinces,
        "slots_bins": figures.distribution([row["slots"] for row in leads], 4),
        "beds_bins": figures.distribution([row["beds"] for row in leads], 3),
        "tiles": _tiles({row["province_adcode"]: row["slots_reach"] for row in provinces if row["is_reported"]}),
    }


def _leads(leads: Sequence[Row], province: str | None) -> dict[str, Any]:
    """Sums over some lead hospitals, and how many of the comparable ones reach a third and a quarter."""
    slots = [row["is_one_third_slots"] for row in leads if row["is_one_third_slots"] is not None]
    beds = [row["is_one_quarter_beds"] for row in leads if row["is_one_quarter_beds"] is not None]
    return {
        "province_adcode": province,
        "coverage": Coverage(
            sum(row["is_due"] for row in leads),
            sum(row["is_due"] and row["is_reported"] for row in leads),
            sum(not row["is_due"] for row in leads),
        ),
        "is_reported": any(row["is_reported"] for row in leads),
        "slots": figures.total(row["slots"] for row in leads),
        "slots_reach": Ratio(sum(slots), len(slots)) if slots else Ratio(None, None),
        "beds": figures.total(row["beds"] for row in leads),
        "beds_reach": Ratio(sum(beds), len(beds)) if beds else Ratio(None, None),
        "used": figures.total(row["used"] for row in leads),
        "not_comparable": sum(
            row["is_reported"] and (row["is_one_third_slots"] is None or row["is_one_quarter_beds"] is None)
            for row in leads
        ),
    }


def _targets(con: Connection, period: Period) -> dict[str, Any]:
    rows = _rows(con, "targets", month=period.month)
    for row in rows:
        sign = name(row["target_op"], "operator") if row["target_op"] else ""
        row["target"] = figures.target(row["target_op"], row["target_num"], row["target_den"], row["unit"], sign)
        row["value"] = Ratio(row["value_num"], row["value_den"])
        row["known"] = row["subjects_count"] - row["no_data"]
        row["statuses"] = [(status, row[status]) for status in STATUSES if row[status]]
        row["basis"] = [
            (label, name(row[key], "basis"))
            for label, key in (("数值", "target_basis"), ("期限", "date_basis"))
            if row[key]
        ]
    return {
        "with_data": [row for row in rows if row["known"]],
        "without_data": [row for row in rows if not row["known"]],
        "period": period,
    }


def _notices(con: Connection) -> dict[str, Any]:
    notices = _rows(con, "notices", most=NOTICES_SHOWN)
    for notice in notices:
        notice["facts"] = [_fact(row) for row in _rows(con, "notice_facts", version=notice["notice_version_id"])]
    others = _rows(con, "notices_without_facts", most=OTHERS_SHOWN)
    for notice in (*notices, *others):
        notice["flags"] = json.loads(notice["flags"] or "[]")
        notice["link"] = notice["url"] if (notice["url"] or "").startswith(("https://", "http://")) else None
    return {"shown": notices, "others": others, "facts_shown": FACTS_SHOWN, **_one(con, "notice_totals")}


def _fact(row: Row) -> dict[str, Any]:
    sign = "" if row["is_statement"] or row["comparator"] in (None, "=") else name(row["comparator"], "operator")
    if row["numerator"] is not None and row["denominator"] is not None:
        value = f"{row['numerator']}/{row['denominator']}"
    elif row["value"] is None:
        value = _statement(row["value_text"])
    elif row["value_max"] is not None:
        value = f"{figures.number(row['value'])} 至 {figures.number(row['value_max'])}"
    else:
        value = figures.number(row["value"])
    has_unit = row["unit"] and not (row["numerator"] is not None and row["unit"] in ("fraction", "%"))
    unit = (row["unit"] if row["unit"] == "%" else f" {row['unit']}") if has_unit else ""
    return {**row, "text": f"{sign} {value}{unit}".strip()}


def _statement(value: str | None) -> str:
    """A statement's value in words: parts are written `a|b`, yes and no `true` and `false`."""
    return {None: figures.NONE, "": figures.NONE, "true": "是", "false": "否"}.get(
        value, (value or "").replace("|", "、")
    )


def _quality(con: Connection) -> dict[str, Any]:
    findings = _rows(con, "findings")
    return {
        "files": _one(con, "feed_files"),
        "refused": [row for row in findings if row["finding_type"] == "refused"],
        "set_aside": [row for row in findings if row["finding_type"] == "set_aside"],
        "sources": _rows(con, "sources"),
        "rules": rules(),
    }


# ---- words, places, days


def full_month(rows: Sequence[Row]) -> Period:
    """The latest month whose data reach its last day, else the latest month, else none."""
    periods = sorted(Period(row["month_start"], row["as_of_date"]) for row in rows)
    full = [period for period in periods if period.is_full]
    return (full or periods or [Period(None, None)])[-1]


@cache
def tiles() -> tuple[Tile, ...]:
    """The 34 provincial units with their places on the grid, by code."""
    with (HERE / "tiles.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Tile(row["adcode"], row["name"], row["label"], int(row["row"]), int(row["column"]))
            for row in csv.DictReader(file)
        )


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """What codes are called, by kind of code."""
    found: dict[str, dict[str, str]] = yaml.safe_load((HERE / "words.yml").read_text(encoding="utf-8"))
    return found


@cache
def rules() -> Mapping[str, str]:
    """What the rules of the door say, by code: the contracts' own words, else those of words.yml."""
    found = dict(words()["rule"])
    for contract in contracts.load().values():
        for rule in contract.rules:
            found.setdefault(rule.code, rule.zh)
    for rule in contracts.envelope().rules:
        found.setdefault(rule.code, rule.zh)
    return found


def name(code: str | None, kind: str) -> str:
    """What a code is called; a code without a name as it stands, a missing one as a dash."""
    if code is None or code == MISSING:
        return figures.NONE
    if kind == "province":
        return next((tile.name for tile in tiles() if tile.adcode == code), code)
    return words()[kind].get(code, code)


def day(value: date | None) -> str:
    """`2026-11-20`, or a dash."""
    return value.isoformat() if value else figures.NONE


def month(value: date | None) -> str:
    """`2026年11月`, or a dash."""
    return f"{value.year}年{value.month}月" if value else figures.NONE


# ---- rows


def _tiles(values: Mapping[str | None, Ratio]) -> list[TileValue]:
    return [TileValue(tile, values.get(tile.adcode)) for tile in tiles()]


def _coverage(rows: Sequence[Row]) -> Coverage:
    return Coverage(
        sum(row["due_count"] for row in rows),
        sum(row["reported_count"] for row in rows),
        sum(row["unlisted_count"] for row in rows),
    )


def _has_reports(row: Row) -> bool:
    return bool(row["reported_count"] or row["unlisted_count"])


def _by_month(cells: Sequence[Row]) -> list[Row]:
    latest: dict[date, date] = {}
    for row in cells:
        latest[row["month_start"]] = max(latest.get(row["month_start"], row["as_of_date"]), row["as_of_date"])
    return [{"month_start": first, "as_of_date": last} for first, last in latest.items()]


def _order(centre_type: str | None) -> tuple[int, str]:
    known = (*FIVE, "central_pharmacy")
    return (known.index(centre_type) if centre_type in known else len(known), centre_type or "")


@cache
def _query(query: str) -> str:
    return (HERE / "queries" / f"{query}.sql").read_text(encoding="utf-8")


def _rows(con: Connection, query: str, **parameters: object) -> list[dict[str, Any]]:
    cursor = con.execute(_query(query), parameters) if parameters else con.execute(_query(query))
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _one(con: Connection, query: str) -> dict[str, Any]:
    (row,) = _rows(con, query)
    return row
