"""Lines keep the numbers that `sed -n Np` gives them, whatever stands in the file."""

from __future__ import annotations

import gzip
import shutil
import subprocess
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.feeds import ndjson


def read(path: Path, **options: int) -> list[tuple[int, bytes]]:
    return [(s.first + n, line) for s in ndjson.slices(path, **options) for n, line in enumerate(s.lines)]


def written(folder: Path, data: bytes, name: str = "f.ndjson") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"", []),
        (b"a", [b"a"]),
        (b"a\n", [b"a"]),
        (b"a\n\n", [b"a", b""]),
        (b"\n\na\n", [b"", b"", b"a"]),
        (b"a\r\nb\nc\rd", [b"a\r", b"b", b"c\rd"]),
        (b"\xef\xbb\xbfa\n\xef\xbb\xbfb", [b"a", b"\xef\xbb\xbfb"]),
        (b"a\x00b\n\xff\xffc", [b"a\x00b", b"\xff\xffc"]),
        (b"a\x0bb\x0cc\xc2\x85d\xe2\x80\xa8e\n", [b"a\x0bb\x0cc\xc2\x85d\xe2\x80\xa8e"]),
    ],
)
def test_lines_are_what_stands_between_line_feeds(tmp_path: Path, data: bytes, lines: list[bytes]) -> None:
    assert read(written(tmp_path, data)) == list(enumerate(lines, 1))


@pytest.mark.skipif(shutil.which("sed") is None, reason="sed is not on this machine")
def test_numbers_are_those_of_sed(tmp_path: Path) -> None:
    path = written(tmp_path, b"one\r\n\n \ntwo\n\xef\xbb\xbfthree\n\n\x00\nfour\rfive\nlast")
    for number, line in read(path):
        assert subprocess.run(["sed", "-n", f"{number}p", path], capture_output=True, check=True).stdout in (
            line,
            line + b"\n",
        )


@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=300).map(lambda b: b.replace(b"\x01", b"\n")), chunk=st.integers(1, 50))
def test_chunks_and_slices_change_nothing(tmp_path_factory: pytest.TempPathFactory, data: bytes, chunk: int) -> None:
    data = b"{" + data  # no mark of a container or of another encoding
    path = written(tmp_path_factory.mktemp("chunks"), data)
    expected = data.split(b"\n")
    expected = expected[:-1] if expected[-1] == b"" else expected
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ndjson, "CHUNK", chunk)
        patch.setattr(ndjson, "_refuse_wide", lambda _chunk: None)
        assert read(path, slice_bytes=chunk) == list(enumerate(expected, 1))


def test_compressed_files_are_told_by_their_bytes(tmp_path: Path) -> None:
    data = b'{"a":1}\n{"a":2}\n'
    plain = read(written(tmp_path, data))
    members = gzip.compress(data[:8]) + gzip.compress(data[8:])
    assert read(written(tmp_path, members)) == plain
    assert read(written(tmp_path, pa.Codec("zstd").compress(data, asbytes=True), "f.ndjson.gz")) == plain


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (gzip.compress(b'{"a":1}\n' * 9999, mtime=0)[:-9], "FILE-damaged-container"),
        (gzip.compress(b'{"a":1}\n', mtime=0)[:-1] + b"\x01", "FILE-damaged-container"),
        (b"\x1f\x8b not gzip at all", "FILE-damaged-container"),
        (b"\x28\xb5\x2f\xfd not zstd", "FILE-damaged-container"),
        (pa.Codec("zstd").compress(b'{"a":1}\n' * 9999, asbytes=True)[:-7], "FILE-damaged-container"),
        ('{"a":1}\n'.encode("utf-16"), "ENCODING-utf16"),
        ('{"a":1}\n'.encode("utf-16-le"), "ENCODING-utf16"),
        ('{"a":1}\n'.encode("utf-16-be"), "ENCODING-utf16"),
        ('{"a":1}\n'.encode("utf-32-le"), "ENCODING-utf16"),
        (b"PK\x03\x04 a spreadsheet", "FILE-format"),
    ],
)
def test_files_whose_lines_cannot_be_told_apart(tmp_path: Path, data: bytes, rule: str) -> None:
    with pytest.raises(ndjson.Unreadable) as caught:
        read(written(tmp_path, data))
    assert caught.value.rule == rule


def test_a_block_of_zeros_is_damage_of_a_line_not_another_encoding(tmp_path: Path) -> None:
    data = b"\x00" * 4096 + b'\n{"a":1}\n'
    assert [n for n, _ in read(written(tmp_path, data))] == [1, 2]


def test_a_line_beyond_all_bounds_is_replaced_and_the_next_ones_keep_their_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ndjson, "MAX_LINE", 1000)
    monkeypatch.setattr(ndjson, "CHUNK", 300)
    path = written(tmp_path, b"a\n" + b"x" * 1000 + b"\n" + b"y" * 1001 + b"\nb\n" + b"z" * 5000)
    assert read(path) == [
        (1, b"a"),
        (2, b"x" * 1000),
        (3, ndjson.TOO_LONG),
        (4, b"b"),
        (5, ndjson.TOO_LONG),
    ]


def test_a_file_that_unpacks_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ndjson, "MAX_BYTES", 1_000_000)
    monkeypatch.setattr(ndjson, "CHUNK", 100_000)
    with pytest.raises(ndjson.Unreadable, match="FILE-too-large"):
        read(written(tmp_path, gzip.compress(b"\n" * 2_000_000)))


def test_a_line_that_is_not_utf8_is_null_in_the_table(tmp_path: Path) -> None:
    [part] = ndjson.slices(written(tmp_path, "好\n".encode() + b"\xba\xc3\n"))
    assert part.table().to_pylist() == [{"line_no": 1, "text": "好"}, {"line_no": 2, "text": None}]
    assert part.line(2) == b"\xba\xc3"
