"""Files that a notice links to: what is one, what is a page, what is a bomb."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from scrapers.fetch import documents, unpack
from tests.scrapers import files


def verdict(tmp_path: Path, data: bytes) -> str | None:
    path = tmp_path / "file"
    path.write_bytes(data)
    found = documents.judge(path)
    assert found is None or found.outcome == "suspect"
    return found.reason if found else None


@pytest.mark.parametrize(
    "data",
    [
        files.pdf(),
        b"\r\n" + files.pdf() + b"\n" * 300,
        files.word("一"),
        files.sheet([["a", 1]]),
        files.packed({"a.pdf": b"x"}),
        files.packed({"empty.txt": b"", "zeros.bin": bytes(5_000_000)}),  # small enough to be as empty as it likes
        files.packed({}),
        files.OLE,
        b"{\\rtf1 x}",
    ],
    ids=lambda value: type(value).__name__,  # bytes of packed files hold the time they were packed
)
def test_documents_of_every_format(tmp_path: Path, data: bytes) -> None:
    assert verdict(tmp_path, data) is None


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"<html><body>login</body></html>", "neither pdf"),
        (b"", "neither pdf"),
        (b'{"code": 404}', "neither pdf"),
        (files.pdf()[:-60], "without its end"),
        (files.word("一")[:-30], "not a sound zip"),
        (files.packed({"a.txt": b"abc" * 1000})[:60], "not a sound zip"),
        (files.packed({"a.bin": bytes(60_000_000)}), "bomb"),
        (files.packed({"xl/workbook.xml": b"<a>" * 10_000_000}), "bomb"),
        (files.packed({"word/document.xml": bytes(60_000_000)}, stated=100), "bomb"),
        (files.packed({"a.txt": b"abc" * 1000}, stated=100), "says that it has 100"),
        (files.packed({f"{n}": b"" for n in range(unpack.MAX_MEMBERS + 1)}), "more than 10000 files"),
    ],
    ids=lambda value: value if isinstance(value, str) else "file",
)
def test_what_is_no_document(tmp_path: Path, data: bytes, why: str) -> None:
    assert why in (verdict(tmp_path, data) or "")


def test_all_members_together_are_bounded(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(files.packed({f"{n}.bin": bytes(range(256)) * 40 for n in range(20)}))
    assert len(unpack.members(path)) == 20
    with pytest.raises(unpack.Bomb):
        unpack.members(path, limit=150_000)


def test_names_packed_on_windows(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as container:
        container.writestr("附件名单.xls", b"x")
    data = buffer.getvalue().replace("附件名单".encode(), "附件名单".encode("gb18030") + b"____")
    data = data.replace(b"\x00\x08\x00\x00", b"\x00\x00\x00\x00")  # the flag that says UTF-8
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    assert [m.name for m in unpack.members(path)] == ["附件名单____.xls"]
