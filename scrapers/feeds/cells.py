"""One cell → the value of a field, or why it cannot be one.

Comes in: a cell as its file has it (a CSV knows texts only; a workbook also numbers, dates and how they are shown) and
the field that its column is. Goes out: the value in canonical JSON. What Excel has destroyed is refused, not guessed
(Q16); what only its spelling hides is read (1,234; full-width digits; 2026年11月20日; the serial number of a day).
A value that fits no spelling is handed on as it stands: the schema says what is wrong with it.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any, Literal

from scrapers.contracts import Field, read_yaml
from scrapers.contracts.checks import USCC_ALPHABET
from scrapers.records import SHANGHAI

WORDS: Mapping[str, Any] = read_yaml(Path(__file__).with_name("words.yml"))
NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    0x3000: " ", 0xA0: " ", 0x200B: "", 0xFEFF: "", 0x2212: "-", 0x2013: "-",
}  # fmt: skip

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
SCIENTIFIC = re.compile(r"[+-]?\d+(\.\d+)?[Ee][+-]?\d+")
WITH_UNIT = re.compile(r"[+-]?[\d,]*\.?\d+\s*[^\d\s.,%eE+-].*")
PERCENT = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*%")
DAY = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})|年(\d{1,2})月(\d{1,2})日)"
)
COMPACT_DAY = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)")
MONTH = re.compile(r"(\d{4})(?:年(\d{1,2})月份?|-(\d{1,2})|/(\d{1,2})|\.(\d{1,2}))")
CLOCK = re.compile(r"[T ]*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?")
ZONE = re.compile(r"(Z|[+-]\d{2}:?\d{2})$")
SERIALS = range(20000, 80000)  # 1954 to 2119: a number in a column of dates
EPOCH, EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001  # a wall clock
EXACT_DIGITS = 15  # of a number that Excel keeps


class Unusable(ValueError):
    """This cell cannot be its field's value; `rule` says why."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Cell:
    """`text` as the file has it: of a date and time already ISO. `pad` counts the zeros of a format like 00000."""

    text: str
    kind: Literal["text", "number", "percent", "date", "boolean", "error"] = "text"
    pad: int = 0


@dataclass(frozen=True, slots=True)
class Month:
    """A business day told as a month."""

    year: int
    month: int

    @property
    def last_day(self) -> str:
        return f"{self.year:04}-{self.month:02}-{calendar.monthrange(self.year, self.month)[1]:02}"

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"


def value(field: Field, cell: Cell, unit: str | None) -> tuple[Any, str | None]:
    """(value, what to remark). `unit` is what the row's own unit column says. Raises Unusable."""
    if cell.kind == "error":  # #N/A, #REF!, #DIV/0!
        raise Unusable("Q16")
    match field.type:
        case "integer":
            return _number(field, cell, is_count=True), None
        case "number":
            return _measure(field, cell, unit)
        case "boolean":
            return _boolean(cell), None
        case "date":
            return _date(cell), None
        case "timestamp":
            return _time(cell), None
        case "array":
            return [part for part in re.split(r"[;,、\n]\s*", narrow(cell.text)) if part.strip()], None
    if field.enum:
        return _choice(field, cell), None
    return _text(field, cell), None


def narrow(text: str) -> str:
    """Full-width characters as half-width ones (１２，３％ → 12,3%)."""
    return text.translate(NARROW)


def seconds(produced_at: Any) -> int | None:
    """A version that grows with the time of making: seconds since 1970."""
    try:
        moment = datetime.fromisoformat(str(produced_at))
    except ValueError:
        return None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)).timestamp()) or None


def day_of(serial: float, *, is_1904: bool = False) -> str:
    """The ISO time of an Excel serial number, to the second."""
    moment = (EPOCH_1904 if is_1904 else EPOCH) + timedelta(seconds=round(serial * 86400))
    return moment.isoformat()


# ---- numbers


def _measure(field: Field, cell: Cell, unit: str | None) -> tuple[Any, str | None]:
    """A number, or a percentage in one of its three spellings: 33%, 33 of the unit %, 0.33."""
    declared = narrow(field.unit or unit or "").strip().lower()
    shown = _percentage(cell)
    if shown is None:
        number = _number(field, cell, is_count=False)
        is_small = isinstance(number, float) and 0 < abs(number) < 1
        return number, "Q16-percent" if is_small and declared in WORDS["percent_units"] else None
    if declared in WORDS["percent_units"]:
        return _plain_number(shown), None
    if declared in WORDS["share_units"]:
        return _plain_number(shown / 100), None
    raise Unusable("Q14")


def _percentage(cell: Cell) -> Decimal | None:
    """33 of "33%", and of 0.33 that is shown as 33%."""
    if cell.kind == "percent":
        return Decimal(cell.text) * 100
    found = PERCENT.fullmatch(narrow(cell.text).strip()) if cell.kind == "text" else None
    return Decimal(found[1]) if found else None


def _number(field: Field, cell: Cell, *, is_count: bool) -> Any:
    if cell.kind in ("date", "boolean"):
        raise Unusable("Q16")  # a number shown as a date is not the number that was meant
    if cell.kind == "percent":
        raise Unusable("Q14")
    if cell.kind == "number":
        return _plain_number(_decimal(cell.text))
    text = _bare(narrow(cell.text))
    if NUMBER.fullmatch(text):
        return _plain_number(_decimal(text))
    if GROUPED.fullmatch(text):
        return _plain_number(_decimal(text.replace(",", "")))
    if SCIENTIFIC.fullmatch(text):
        raise Unusable("Q16")  # as shown, it has lost digits
    if "," in text and re.fullmatch(r"[\d,.+-]+", text):
        raise Unusable("Q20")
    if WITH_UNIT.fullmatch(text) or PERCENT.fullmatch(text):
        raise Unusable("Q14")
    return cell.text


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise Unusable("SCHEMA-type") from None


def _plain_number(number: Decimal) -> int | float:
    """Whole numbers as int. Excel keeps 15 digits: 0.1 + 0.2 is stored as 0.30000000000000004 and meant as 0.3."""
    if number == number.to_integral_value() and abs(number) < Decimal(10) ** 30:
        return int(number)
    rounded = float(f"{number:.{EXACT_DIGITS}g}")
    return int(rounded) if rounded.is_integer() and abs(rounded) < 10**EXACT_DIGITS else rounded


def _boolean(cell: Cell) -> Any:
    text = narrow(cell.text).strip().lower()
    if text in WORDS["true"]:
        return True
    return False if text in WORDS["false"] else cell.text


# ---- dates and times


def _date(cell: Cell) -> Any:
    if cell.kind == "date":
        return cell.text[:10]
    if cell.kind in ("percent", "boolean"):
        raise Unusable("Q16")
    text = _bare(narrow(cell.text))
    found = DAY.match(text)
    if found and (not text[found.end() :].strip() or CLOCK.fullmatch(text[found.end() :])):
        return _iso(*(int(part) for part in found.groups() if part)) or cell.text
    whole = text.removesuffix(".0")
    if compact := COMPACT_DAY.fullmatch(whole):
        return _iso(*map(int, compact.groups())) or cell.text
    if whole.isdigit() and int(whole) in SERIALS:
        return day_of(int(whole))[:10]
    month = MONTH.fullmatch(text)
    if month:
        year, number = (int(part) for part in month.groups() if part)
        return Month(year, number) if 1 <= number <= 12 else cell.text
    return cell.text


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _time(cell: Cell) -> Any:
    if cell.kind == "date":
        return cell.text
    text = _bare(narrow(cell.text))
    if cell.kind == "number" or text.replace(".", "", 1).isdigit():
        serial = float(text) if NUMBER.fullmatch(text) else 0.0
        return day_of(serial) if int(serial) in SERIALS else cell.text
    zone = ZONE.search(text[10:])
    bare = text[: len(text) - len(zone[0])] if zone else text
    found = DAY.match(bare)
    clock = CLOCK.fullmatch(bare[found.end() :].strip()) if found else None
    if found and (clock or not bare[found.end() :].strip()):
        day = _iso(*(int(part) for part in found.groups() if part))
        hour, minute, second = (int(part or 0) for part in clock.groups()) if clock else (0, 0, 0)
        return f"{day}T{hour:02}:{minute:02}:{second:02}{_offset(zone[0]) if zone else ''}" if day else cell.text
    return cell.text


def _offset(zone: str) -> str:
    return zone if zone == "Z" or ":" in zone else f"{zone[:3]}:{zone[3:]}"


# ---- codes and texts


def _choice(field: Field, cell: Cell) -> str:
    text = narrow(cell.text).strip()
    if text in field.enum:
        return text
    by_name = _by_name(tuple(field.options.items()))
    return by_name.get(text) or by_name.get(text.lower()) or cell.text


@cache
def _by_name(options: tuple[tuple[str, str], ...]) -> dict[str, str]:
    found = {value.lower(): value for value, _ in options}
    return {**found, **{narrow(name): value for value, name in options}}


def _text(field: Field, cell: Cell) -> str:
    if cell.kind == "boolean":
        return cell.text
    if cell.kind == "date":
        raise Unusable("Q16")  # 3-1 and 718-7 become days
    if cell.kind == "percent":
        return cell.text
    if cell.kind == "number":
        return _number_as_code(field, cell)
    is_code = _is_code(field)
    text = _bare(narrow(cell.text) if is_code else cell.text)
    is_uscc = field.check == "uscc" and len(text) == 18 and ":" not in text
    text = text.upper() if is_uscc else text
    if is_code:
        if SCIENTIFIC.fullmatch(text) and not _may_be_code(field, text):
            raise Unusable("Q16")
        if re.fullmatch(r"\d{16,}", text) and not text[EXACT_DIGITS:].strip("0") and not (is_uscc and _is_uscc(text)):
            raise Unusable("Q16")  # the last digits have become zeros
    return text


def _is_code(field: Field) -> bool:
    """A text whose every character counts."""
    by_name = field.name == "code" or field.name.endswith(("_code", "_id", "_no", "_key"))
    return by_name or field.pattern is not None or field.scan == "identity"


def _may_be_code(field: Field, text: str) -> bool:
    """1E5 may be a code of its own; 1.2E+17 is none."""
    return "+" not in text and "." not in text and field.pattern is None


def _number_as_code(field: Field, cell: Cell) -> str:
    """A code that the workbook holds as a number has lost its leading zeros, or its last digits, unless proven."""
    number = _decimal(cell.text)
    if number != number.to_integral_value() or number < 0 or number >= 10**EXACT_DIGITS:
        raise Unusable("Q16")
    text = str(int(number))
    if not _is_code(field):
        return text
    if cell.pad:
        return text.zfill(cell.pad)
    if field.pattern and re.fullmatch(field.pattern, text) and not re.fullmatch(field.pattern, "0" + text):
        return text  # a zero before it would not be allowed: none was lost
    if field.name in WORDS["region_code_fields"] and len(text) == 6:
        return text
    raise Unusable("Q16")


def _bare(text: str) -> str:
    """Without white space around it and the marks by which people keep Excel from reading it: 'text and ="text"."""
    text = text.strip()
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    return text.removeprefix("'").strip()


def _is_uscc(code: str) -> bool:
    if any(c not in USCC_ALPHABET for c in code):
        return False
    total = sum(USCC_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(code[:17]))
    return USCC_ALPHABET[-total % 31] == code[17]
