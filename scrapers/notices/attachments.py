"""Archived files of notices → their text: pdf by pypdf, docx by python-docx, xls and xlsx by calamine.

Comes in: a file. Goes out: `Attachment`: format, status, text. Never here:
facts, or a guess. There is no maintained library for doc and rtf: they are archived, and the status says `no_reader`.
A zip is listed and never unpacked. A file that cannot be read is `unreadable`, a scan without characters `no_text`.

Time and size are bounded (MAX_TEXT characters, DEADLINE_S seconds between pages, the libraries' own limits for
what a stream may grow to); what was cut off is `partial`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from scrapers.fetch import documents, unpack

READER_VERSION = "1.0.0"  # changes with every change of what is read from a file

MAX_TEXT = 2_000_000
DEADLINE_S = 60.0

Status = Literal["read", "partial", "listed", "no_text", "no_reader", "unreadable"]


@dataclass(frozen=True, slots=True)
class Attachment:
    """What a file says. `text` is empty unless the status is read, partial or listed."""

    file_format: str  # pdf, docx, xlsx, xls, doc, zip, rtf, or unknown
    status: Status
    text: str = ""


def read(path: Path) -> Attachment:
    """The text of a file. Never raises for what is in it."""
    try:
        file_format, pieces = _open(path)
        if pieces is None:
            return Attachment(file_format, "no_reader")
        text, is_whole = _gather(pieces)
    except RecursionError:
        return Attachment("unknown", "unreadable")
    except Exception as fault:  # the libraries raise whatever they meet
        logging.getLogger(__name__).info("an attachment could not be read: %s", type(fault).__name__)
        found = documents.format_of(path) or "unknown"
        return Attachment("xls" if found == "ole" else found, "unreadable")
    if not text:
        return Attachment(file_format, "no_text")
    if file_format == "zip":
        return Attachment(file_format, "listed", text)
    return Attachment(file_format, "read" if is_whole else "partial", text)


def _open(path: Path) -> tuple[str, Iterator[str] | None]:
    """The format, and the text piece by piece; None where nothing here reads it."""
    found = documents.format_of(path)
    if found == "zip":
        members = unpack.members(path)
        inner = documents.inner_format(members)
        readers: dict[str, Callable[[], Iterator[str]]] = {
            "docx": lambda: _docx(path),
            "xlsx": lambda: _sheets(path),
            "zip": lambda: (f"{m.name}\t{m.size}" for m in members),
        }
        return inner, readers[inner]()
    if found == "pdf":
        return "pdf", _pdf(path)
    if found == "ole":
        return ("xls", _sheets(path)) if _is_workbook(path) else ("doc", None)
    return found or "unknown", None


def _gather(pieces: Iterator[str]) -> tuple[str, bool]:
    """The pieces as one text, and whether it is the whole."""
    until, kept, size = time.monotonic() + DEADLINE_S, [], 0
    for piece in pieces:
        bare = piece.replace("\x00", "").strip()
        if bare:
            kept.append(bare[: MAX_TEXT - size])
            size += len(kept[-1]) + 1
        if size >= MAX_TEXT or time.monotonic() > until:
            return "\n".join(kept), False
    return "\n".join(kept), True


def _pdf(path: Path) -> Iterator[str]:
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.ERROR)  # it has a word to say about most PDFs of offices
    reader = pypdf.PdfReader(path)
    if reader.is_encrypted:
        reader.decrypt("")  # many are locked against printing only
    for page in reader.pages:
        yield page.extract_text()


def _docx(path: Path) -> Iterator[str]:
    import docx
    from docx.table import Table

    for block in docx.Document(str(path)).iter_inner_content():
        if isinstance(block, Table):
            yield from ("\t".join(_cells(row.cells)) for row in block.rows)
        else:
            yield block.text


def _cells(cells: object) -> Iterator[str]:
    """The cells of a row; one that spans several columns comes once."""
    seen: set[int] = set()
    for cell in cells:  # type: ignore[attr-defined]
        if id(cell._tc) not in seen:
            seen.add(id(cell._tc))
            yield " ".join(cell.text.split())


def _is_workbook(path: Path) -> bool:
    """Does an OLE file hold a workbook? Its directory names the stream, in UTF-16."""
    data = path.read_bytes()
    return any(stream.encode("utf-16-le") in data for stream in ("Workbook\0", "Book\0"))


def _sheets(path: Path) -> Iterator[str]:
    import python_calamine

    book = python_calamine.CalamineWorkbook.from_path(str(path))
    for name in book.sheet_names:
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=True)
        if rows:
            yield name
        yield from ("\t".join(" ".join(str(value).split()) for value in row) for row in rows)
