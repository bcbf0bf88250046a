"""NDJSON files, plain or compressed → their lines, numbered once.

Comes in: a file in the archive. Goes out: an Arrow table {line_no, text} of the lines that hold something, numbered as
`sed -n Np` counts them, and the lines that are not UTF-8. Blank lines are no records, a CR before the line end and a
BOM before a record are no content. Never here: judging a record.
"""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
UTF16 = (b"\xff\xfe", b"\xfe\xff")
BOM = b"\xef\xbb\xbf"
MAX_BYTES = 4 * 1024**3  # of the decompressed file
CHUNK = 1 << 20


class Unreadable(ValueError):
    """The lines of this file cannot be told apart; `rule` says why. The file is refused whole."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a file. table: line_no int64 (from 1), text string. undecodable: numbers of lines not UTF-8."""

    table: pa.Table
    undecodable: list[int]

    @property
    def total(self) -> int:
        return int(self.table.num_rows) + len(self.undecodable)


def read(path: Path) -> Lines:
    """The lines of a file. Raises Unreadable for a damaged container, UTF-16, or more than MAX_BYTES."""
    data = content(path)
    if data.startswith(UTF16) or (b"\x00" in data[:4096] and data[:4096].count(b"\x00") > len(data[:4096]) // 4):
        raise Unreadable("ENCODING-utf16")
    texts = data.split(b"\n")
    try:
        raw = pa.array(texts, type=pa.binary())
    except pa.ArrowException:  # over 2 GiB in one array
        raw = pa.array(texts, type=pa.large_binary())
    numbers = pa.array(range(1, len(texts) + 1), type=pa.int64())
    try:
        text, undecodable = raw.cast(pa.large_string()), []
    except pa.ArrowInvalid:
        undecodable = [n for n, line in enumerate(texts, 1) if not _is_utf8(line)]
        bad = set(undecodable)
        text = pa.array([None if n in bad else t.decode() for n, t in enumerate(texts, 1)], type=pa.large_string())
    text = pc.utf8_trim(text, characters=" \t\r\ufeff")
    table = pa.table({"line_no": numbers, "text": text})
    return Lines(table.filter(pc.and_(pc.is_valid(text), pc.not_equal(text, ""))), undecodable)


def content(path: Path) -> bytes:
    """The decompressed bytes of a file; what it is compressed with is told by its first bytes."""
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith(GZIP):
        return _bounded(gzip.open(path, "rb"))
    if head.startswith(ZSTD):
        return _bounded(pa.input_stream(str(path), compression="zstd"))
    return _bounded(path.open("rb"))


def _bounded(stream: object) -> bytes:
    parts: list[bytes] = []
    size = 0
    try:
        with stream as file:  # type: ignore[attr-defined]
            while part := file.read(CHUNK):
                size += len(part)
                if size > MAX_BYTES:
                    raise Unreadable("FILE-too-large")
                parts.append(part)
    except (EOFError, zlib.error, gzip.BadGzipFile, pa.ArrowException, OSError) as error:
        raise Unreadable("FILE-damaged-container") from error
    return b"".join(parts)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True
