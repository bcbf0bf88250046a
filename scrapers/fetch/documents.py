"""Is this file the document that its link promised? pdf, doc, docx, xls, xlsx, zip.

Comes in: a held file and its name. Goes out: None, or a `Verdict` suspect. Never here: reading what a document says
(notices/attachments.py does), or unpacking anything to the disk.

The bytes decide what a file is; publishers often name an xlsx .xls or send RTF as .doc, and that is still the
document. What is not: a page, an unknown format, a file whose end is missing, a container that holds a bomb.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from scrapers.fetch import unpack
from scrapers.fetch.challenge import Verdict

Format = Literal["pdf", "docx", "xlsx", "zip", "ole", "rtf"]

_HEAD = 1024  # a PDF may have a line of something else before its mark
_TAIL = 4096
_MARKS: tuple[tuple[bytes, Format], ...] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),  # doc and xls, and encrypted docx and xlsx
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),  # an empty one
    (b"{\\rtf", "rtf"),
)
_PARTS: tuple[tuple[str, Format], ...] = (
    ("word/document.xml", "docx"),
    ("xl/workbook.xml", "xlsx"),
    ("xl/workbook.bin", "xlsx"),
)


def format_of(path: Path) -> Format | None:
    """What the bytes are; a zip container is not looked into (`judge` and the reader do)."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if b"%PDF-" in head:
        return "pdf"
    return next((found for mark, found in _MARKS if head.startswith(mark)), None)


def inner_format(members: list[unpack.Member]) -> Format:
    """What a zip container is by its members."""
    names = {member.name for member in members}
    return next((found for part, found in _PARTS if part in names), "zip")


def judge(path: Path) -> Verdict | None:
    """Why this is not a document, in one line; None where it is."""
    found = format_of(path)
    if found is None:
        return Verdict("suspect", "neither pdf, doc, docx, xls, xlsx nor zip by its bytes")
    if found == "pdf" and not _ends_as_pdf(path):
        return Verdict("suspect", "a PDF without its end")
    if found == "zip":
        try:
            unpack.members(path)
        except (unpack.Bomb, unpack.Broken) as fault:
            return Verdict("suspect", str(fault))
    return None


def _ends_as_pdf(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL))
        tail = file.read()
    return b"%%EOF" in tail or b"startxref" in tail
