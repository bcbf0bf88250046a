"""The text of the files that notices come with, and what has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from scrapers.notices import attachments
from tests.scrapers import files


def read(tmp_path: Path, data: bytes) -> attachments.Attachment:
    path = tmp_path / "file"
    path.write_bytes(data)
    return attachments.read(path)


def test_pdf(tmp_path: Path) -> None:
    assert read(tmp_path, files.pdf(pages=2)) == attachments.Attachment(
        "pdf", "read", "Five shared centres 1\nFive shared centres 2"
    )


def test_word_with_its_tables_in_their_place(tmp_path: Path) -> None:
    found = read(tmp_path, files.word("建设五个中心。", "  ", table=[["医院", "中心"], ["甲\n院", "病理"]]))
    assert found == attachments.Attachment("docx", "read", "建设五个中心。\n医院\t中心\n甲 院\t病理")


def test_sheets(tmp_path: Path) -> None:
    found = read(tmp_path, files.sheet([["地区", "数量"], ["甲市", 3], [None, None], ["乙市", 2.5]]))
    assert (found.file_format, found.status) == ("xlsx", "read")
    assert found.text.splitlines()[:3] == ["名单", "地区\t数量", "甲市\t3.0"]


def test_a_zip_is_listed(tmp_path: Path) -> None:
    found = read(tmp_path, files.packed({"a/附件1.pdf": b"x" * 10, "b.txt": b""}))
    assert found == attachments.Attachment("zip", "listed", "a/附件1.pdf\t10\nb.txt\t0")


@pytest.mark.parametrize(
    ("data", "file_format", "status"),
    [
        (files.OLE, "doc", "no_reader"),
        (b"{\\rtf1 text}", "rtf", "no_reader"),
        (files.OLE + "Workbook".encode("utf-16-le") + bytes(2000), "xls", "unreadable"),
        (files.pdf(" "), "pdf", "read"),
        (files.pdf(stream=b"not deflated"), "pdf", "no_text"),
        (files.pdf()[:300], "pdf", "unreadable"),
        (b"%PDF-1.7\n%%EOF", "pdf", "unreadable"),
        (files.word("x")[:-100], "zip", "unreadable"),
        (files.packed({"word/document.xml": b"<not><word>"}), "zip", "unreadable"),
        (b"what is this", "unknown", "no_reader"),
        (b"", "unknown", "no_reader"),
    ],
    ids=lambda value: value if isinstance(value, str) else "file",
)
def test_what_cannot_be_read_says_so(tmp_path: Path, data: bytes, file_format: str, status: str) -> None:
    found = read(tmp_path, data)
    assert (found.file_format, found.status) == (file_format, status)


def test_text_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "MAX_TEXT", 50)
    found = read(tmp_path, files.pdf(pages=9))
    assert (found.status, len(found.text) <= 51) == ("partial", True)
    monkeypatch.setattr(attachments, "DEADLINE_S", -1)
    assert read(tmp_path, files.pdf(pages=2)).status == "partial"


def test_a_stream_that_grows_without_end_ends(tmp_path: Path) -> None:
    import zlib

    bomb = zlib.compress(b"q " * 60_000_000, 9)
    assert read(tmp_path, files.pdf(stream=bomb)).status in ("unreadable", "no_text")
