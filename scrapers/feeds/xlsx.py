"""An XLSX workbook → its sheets, cell by cell as the file holds them.

Comes in: a file. Goes out: `Sheet`s with the numbers of their rows, merged ranges, and the time when the workbook was
saved; `texts` are all other words in it (comments, properties, hidden names), for the wall. Never here: what a cell
means, or calculating a formula (what Excel calculated last stands beside it).

Read from the XML itself, because what makes a number a code, a day or a percentage is how it is shown (styles.xml).
Pictures, embedded files and macros refuse the workbook: nobody can search them (SPEC C.7).
"""

from __future__ import annotations

import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property
from pathlib import Path
from typing import Any

from lxml import etree

from scrapers.feeds.cells import Cell, day_of
from scrapers.feeds.ndjson import Unreadable
from scrapers.feeds.table import HeaderError, Sheet

MAX_BYTES = 2 * 1024**3  # of everything in it, unpacked
MAX_SHARED = 256 * 1024**2  # of the shared texts, which are held in memory
MAX_COLUMNS = 2000
SEALED = re.compile(r"(^|/)(media|embeddings|activeX|ctrlProps)/|vbaProject\.bin$|(^|/)customData/")
NOT_TEXTS = re.compile(
    r"(^|/)(worksheets/[^/]+\.xml|styles\.xml|theme/.*|_rels/.*|calcChain\.xml|\[Content_Types\]\.xml)$"
)
DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
PERCENT_FORMATS = {9, 10}
DAMAGE = (  # what the container, its XML and its numbers raise when they are not what they should be
    zipfile.BadZipFile, zlib.error, struct.error, etree.LxmlError, EOFError, OSError, NotImplementedError, RuntimeError,
    ValueError, KeyError, InvalidOperation,
)  # fmt: skip
PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})$")


@dataclass(frozen=True, slots=True)
class Part:
    """One sheet: its name, whether people see it, and where its XML stands."""

    title: str
    is_hidden: bool
    name: str


class Workbook:
    """An opened workbook. Raises Unreadable where it is damaged, sealed or too large."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = {name.lower().lstrip("/"): name for name in archive.namelist()}
        if any(SEALED.search(name) for name in self._names.values()):
            raise Unreadable("FILE-embedded")
        if sum(entry.file_size for entry in archive.infolist()) > MAX_BYTES:
            raise Unreadable("FILE-too-large")

    @cached_property
    def parts(self) -> list[Part]:
        """The sheets in the order that people see."""
        root = self._xml("xl/workbook.xml")
        targets = {
            e.get("Id"): posixpath.normpath(posixpath.join("xl", str(e.get("Target")))).removeprefix("/")
            if not str(e.get("Target")).startswith("/")
            else str(e.get("Target")).removeprefix("/")
            for e in self._xml("xl/_rels/workbook.xml.rels").iter("{*}Relationship")
        }
        found = []
        for element in root.iter("{*}sheet"):
            identity = next((v for k, v in element.attrib.items() if k.endswith("}id")), None)
            if identity in targets and "worksheets/" in str(targets[identity]):
                is_hidden = element.get("state", "visible") != "visible"
                found.append(Part(str(element.get("name", "")), is_hidden, str(targets[identity])))
        return found

    def sheet(self, part: Part) -> Sheet:
        return Sheet(part.title, lambda: self._rows(part), self._merged(part), self.saved_at)

    @cached_property
    def saved_at(self) -> str | None:
        """When the workbook was saved last (docProps/core.xml), ISO with offset."""
        if "docprops/core.xml" not in self._names:
            return None
        for element in self._xml("docProps/core.xml").iter("{*}modified"):
            text = (element.text or "").strip()
            if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text):
                return text
        return None

    def texts(self) -> Iterator[str]:
        """Every word in it that no sheet shows as a cell: names of sheets, comments, properties, headers, links."""
        yield from (part.title for part in self.parts)
        for name in self._archive.namelist():
            if NOT_TEXTS.search(name) or not name.lower().endswith((".xml", ".vml", ".txt", ".json", ".rels")):
                continue
            with self._open(name) as file:
                yield from _words(file, name)
        for part in self.parts:
            with self._open(part.name) as file:
                for element in _walk(file, ("headerFooter", "hyperlink", "dataValidation", "f")):
                    texts = (*element.itertext(), *element.attrib.values())
                    yield from (re.sub(r"&[A-Z]", " ", text) for text in texts if text.strip())  # &C: centred

    # -- one sheet

    def _rows(self, part: Part) -> Iterator[tuple[int, Sequence[Cell | None]]]:
        last = 0
        with self._open(part.name) as file:
            for element in _walk(file, ("row",)):
                number = int(element.get("r") or last + 1)
                if number <= last:
                    raise Unreadable("FILE-damaged-container")
                yield from ((blank, ()) for blank in range(last + 1, number))
                yield number, self._cells(element)
                last = number

    def _cells(self, row: Any) -> list[Cell | None]:
        found: list[Cell | None] = []
        for element in row.iter("{*}c"):
            place = PLACE.match(element.get("r") or "")
            column = _column(place[1]) if place else len(found)
            if column >= MAX_COLUMNS:
                raise Unreadable("TABLE-too-wide")
            found += [None] * (column + 1 - len(found))
            found[column] = self._cell(element)
        return found

    def _cell(self, element: Any) -> Cell | None:
        kind = element.get("t", "n")
        if kind == "inlineStr":
            return _text("".join(_runs(element)))
        raw = next((e.text for e in element.iter("{*}v")), None)
        if raw is None or raw == "":
            return None
        match kind:
            case "s":
                return _text(self._shared[int(raw)] if raw.isdigit() and int(raw) < len(self._shared) else raw)
            case "str":
                return _text(raw)
            case "b":
                return Cell("true" if raw == "1" else "false", "boolean")
            case "e":
                return Cell(raw, "error")
            case "d":
                return Cell(raw, "date")
        return self._number(raw, element.get("s"))

    def _number(self, raw: str, style: str | None) -> Cell:
        raw = _digits(raw)
        kind, pad = self._formats[int(style)] if style and int(style) < len(self._formats) else ("number", 0)
        if kind == "date":
            try:
                return Cell(day_of(float(raw), is_1904=self._is_1904), "date")
            except (ValueError, OverflowError):
                return Cell(raw, "number")
        return Cell(raw, "percent" if kind == "percent" else "number", pad)

    def _merged(self, part: Part) -> list[tuple[int, int, int, int]]:
        found = []
        with self._open(part.name) as file:
            for element in _walk(file, ("mergeCell",)):
                corners = [PLACE.match(corner) for corner in str(element.get("ref")).split(":")]
                first, last = corners[0], corners[-1]
                if first and last:
                    found.append((int(first[2]), _column(first[1]), int(last[2]), _column(last[1])))
        return found

    # -- what its sheets share

    @cached_property
    def _shared(self) -> list[str]:
        name = self._names.get("xl/sharedstrings.xml")
        if name is None:
            return []
        if self._archive.getinfo(name).file_size > MAX_SHARED:
            raise Unreadable("FILE-too-large")
        with self._open(name) as file:
            return ["".join(_runs(element)) for element in _walk(file, ("si",))]

    @cached_property
    def _formats(self) -> list[tuple[str, int]]:
        """(kind, zeros) by style."""
        if "xl/styles.xml" not in self._names:
            return []
        root = self._xml("xl/styles.xml")
        codes = {int(e.get("numFmtId")): str(e.get("formatCode", "")) for e in root.iter("{*}numFmt")}
        styles = next(iter(root.iter("{*}cellXfs")), None)
        return [_format(int(e.get("numFmtId") or 0), codes) for e in ([] if styles is None else styles)]

    @cached_property
    def _is_1904(self) -> bool:
        element = next(iter(self._xml("xl/workbook.xml").iter("{*}workbookPr")), None)
        return element is not None and element.get("date1904") in ("1", "true")

    def _xml(self, name: str) -> Any:
        if name.lower() not in self._names:
            raise Unreadable("FILE-damaged-container")
        with self._open(name) as file:
            return etree.parse(file, _parser()).getroot()

    def _open(self, name: str) -> Any:
        found = self._names.get(name.lower())
        if found is None:
            raise Unreadable("FILE-damaged-container")
        return self._archive.open(found)


@contextmanager
def opened(path: Path) -> Iterator[Workbook]:
    """A workbook; whatever its XML and its container suffer from is told as Unreadable."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield Workbook(archive)
    except (Unreadable, HeaderError):
        raise
    except DAMAGE as error:
        raise Unreadable("FILE-damaged-container") from error


def is_workbook(path: Path) -> bool:
    """Does this container hold a workbook?"""
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.lower().lstrip("/") == "xl/workbook.xml" for name in archive.namelist())
    except (zipfile.BadZipFile, OSError, NotImplementedError):
        return False


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)


def _walk(file: Any, names: Sequence[str]) -> Iterator[Any]:
    """Elements of these names as they end, each let go when it is read, and so is every row."""
    tags = [f"{{*}}{name}" for name in dict.fromkeys((*names, "row"))]
    for _, element in etree.iterparse(file, tag=tags, resolve_entities=False, no_network=True, huge_tree=True):
        if etree.QName(element).localname in names:
            yield element
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


def _words(file: Any, name: str) -> Iterator[str]:
    if not name.lower().endswith((".xml", ".vml", ".rels")):
        yield file.read().decode(errors="replace")
        return
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, recover=True)
    root = etree.parse(file, parser).getroot()
    if root is None:
        return
    for element in root.iter("{*}si", "{*}comment", "{*}threadedComment", "{*}definedName"):
        yield "".join(_runs(element)) or "".join(element.itertext())
    for element in root.iter(etree.Element):
        if element.text and element.text.strip():
            yield element.text


def _runs(element: Any) -> Iterator[str]:
    """The text of an item without its phonetic reading."""
    for child in element.iter("{*}t"):
        if etree.QName(child.getparent()).localname != "rPh":
            yield child.text or ""


def _digits(raw: str) -> str:
    """1.3912345678E10 as its digits: the wall searches what people see."""
    if "E" not in raw.upper():
        return raw
    number = Decimal(raw)
    return str(int(number)) if abs(number) < 10**21 and number == number.to_integral_value() else raw


def _text(text: str) -> Cell | None:
    return Cell(re.sub(r"_x([0-9A-F]{4})_", lambda m: chr(int(m[1], 16)), text)) if text else None


def _column(letters: str) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - 64
    return place - 1


def _format(number: int, codes: Mapping[int, str]) -> tuple[str, int]:
    """What a number format makes of a number: a date, a percentage, a code of so many digits, or a number."""
    if number in DATE_FORMATS and number not in codes:
        return "date", 0
    if number in PERCENT_FORMATS:
        return "percent", 0
    code = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.', "", codes.get(number, "")).split(";")[0]
    if "%" in code:
        return "percent", 0
    if re.search(r"[ymdhs]", code, re.IGNORECASE) and not re.search(r"[0#?]", code.replace("00", "")):
        return "date", 0
    zeros = re.fullmatch(r"0{2,}", code)
    return "number", len(zeros[0]) if zeros else 0
