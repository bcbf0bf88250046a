"""NDJSON files, plain or compressed → their lines, numbered once.

Comes in: a file, gz and zst told by their first bytes. Goes out: slices of its lines, numbered as `sed -n Np` counts
them; nothing is dropped or mended here, so a line's number and bytes are always the sender's own. Never here: judging
a record.

Splitting at \\n in memory is what makes the numbers right: DuckDB's own readers lose blank lines (JSON), count CRLF
their own way (CSV) and give no row number.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa

GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
CONTAINERS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"BZh", b"\xfd7zXZ\x00", b"Rar!", b"7z\xbc\xaf", b"%PDF")
BOM = b"\xef\xbb\xbf"
MAX_BYTES = 32 * 1024**3  # of the decompressed file
MAX_LINE = 16 * 1024**2
SLICE_BYTES = 32 * 1024**2
CHUNK = 4 * 1024**2
ROWS_A_BATCH = 16_384  # DuckDB scans the batches of a table in parallel
TOO_LONG = b"\x00too long"  # stands for a line over MAX_LINE; no JSON


class Unreadable(ValueError):
    """The lines of this file cannot be told apart; `rule` says why. The file is refused whole."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Blamed:
    """A line that its reader refuses, because only the reader saw what the sheet held."""

    rule: str
    field: str | None
    record_type: str | None


@dataclass(frozen=True, slots=True)
class Slice:
    """Lines that follow one another, without their line ends. `first` is the number of the first, from 1.

    `blamed` are lines refused already, by number; `warnings` count what is told and refuses nothing.
    """

    first: int
    lines: list[bytes]
    blamed: Mapping[int, Blamed] = field(default_factory=dict)
    warnings: Mapping[str, int] = field(default_factory=dict)

    def line(self, number: int) -> bytes:
        return self.lines[number - self.first]

    def table(self) -> pa.Table:
        """{line_no int64, text string}; text is null where a line is not UTF-8."""
        numbers = pa.array(range(self.first, self.first + len(self.lines)), type=pa.int64())
        raw = pa.array(self.lines, type=pa.binary())
        try:
            text = raw.cast(pa.string())
        except pa.ArrowInvalid:
            text = pa.array([_decoded(line) for line in self.lines], type=pa.string())
        table = pa.table({"line_no": numbers, "text": text})
        return pa.Table.from_batches(table.to_batches(max_chunksize=ROWS_A_BATCH), schema=table.schema)


def slices(path: Path, slice_bytes: int = SLICE_BYTES) -> Iterator[Slice]:
    """The lines of a file in slices of about `slice_bytes`.

    Raises Unreadable for a damaged or unknown container, for UTF-16 and UTF-32, and beyond MAX_BYTES; slices given
    out before that are void.
    """
    first, lines, size = 1, list[bytes](), 0
    for part in _lines(path):
        lines += part
        size += sum(map(len, part))
        if size >= slice_bytes:
            yield Slice(first, lines)
            first, lines, size = first + len(lines), [], 0
    if lines:
        yield Slice(first, lines)


def _lines(path: Path) -> Iterator[list[bytes]]:
    """The lines of each chunk read; a line that spans chunks comes with the chunk that ends it."""
    rest: list[bytes] = []  # the pieces of a line whose end has not come yet
    held = 0
    for chunk in _chunks(path):
        head, *more = chunk.split(b"\n")
        held += len(head)
        rest.append(head if held <= MAX_LINE else b"")
        if more:
            whole = b"".join(rest) if held <= MAX_LINE else TOO_LONG
            rest, held = [more.pop()], 0
            held = len(rest[0])
            yield [whole, *more]
    if held:
        yield [b"".join(rest) if held <= MAX_LINE else TOO_LONG]


def _chunks(path: Path) -> Iterator[bytes]:
    """The decompressed bytes, without a BOM before the first line."""
    size = 0
    with opened(path) as file, damage_told():
        while chunk := file.read(CHUNK):
            if not size:
                _refuse_wide(chunk)
                chunk = chunk.removeprefix(BOM)
            size += len(chunk)
            if size > MAX_BYTES:
                raise Unreadable("FILE-too-large")
            yield chunk


@contextmanager
def damage_told() -> Iterator[None]:
    """Whatever a damaged container raises while it is read, as Unreadable."""
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile, pa.ArrowException, OSError) as error:
        raise Unreadable("FILE-damaged-container") from error


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The decompressed bytes of a file. Raises Unreadable for a container that holds no lines."""
    with path.open("rb") as raw:
        head = raw.read(8)
        raw.seek(0)
        if head.startswith(CONTAINERS):
            raise Unreadable("FILE-format")
        if head.startswith(GZIP):
            yield cast(BinaryIO, gzip.GzipFile(fileobj=raw))
        elif head.startswith(ZSTD):
            yield pa.input_stream(raw, compression="zstd")
        else:
            yield raw


def _refuse_wide(chunk: bytes) -> None:
    """UTF-16 and UTF-32: by their mark, or because the zeros of ASCII stand at the same place of every character."""
    head = chunk[:65536]
    places = [head[place::4] for place in range(4)]
    zeros = [place.count(0) / len(place) for place in places if place]
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")) or (zeros and max(zeros) - min(zeros) > 0.5):
        raise Unreadable("ENCODING-utf16")


def _decoded(line: bytes) -> str | None:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return None
