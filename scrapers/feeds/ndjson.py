"""NDJSON files, plain or compressed → their lines, numbered once.

Comes in: a file, gz and zst told by their first bytes. Goes out: slices of its lines, numbered as `sed -n Np` counts
them; nothing is dropped or mended here, so a line's number and bytes are always the sender's own. Never here: judging
a record.

Splitting at \\n in memory is what makes the numbers right: DuckDB's own readers lose blank lines (JSON), count CRLF
their own way (CSV) and give no row number.
"""

from __future__ import annotations

import gzip
import mmap
import re
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast, overload

import pyarrow as pa
import pyarrow.compute as pc

from scrapers.contracts import TOO_LONG

GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
CONTAINERS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"BZh", b"\xfd7zXZ\x00", b"Rar!", b"7z\xbc\xaf", b"%PDF")
BOM = b"\xef\xbb\xbf"
MAX_BYTES = 32 * 1024**3  # of the decompressed file
MAX_LINE = 16 * 1024**2
MAX_NAME = 64 * 1024  # of a packed file, in the header of a member
SLICE_BYTES = 48 * 1024**2
CHUNK = 1024**2
ROWS_A_BATCH = 16_384  # DuckDB scans the batches of a table in parallel


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
    lines: Sequence[bytes]
    blamed: Mapping[int, Blamed] = field(default_factory=dict)
    warnings: Mapping[str, int] = field(default_factory=dict)

    def line(self, number: int) -> bytes:
        return self.lines[number - self.first]

    def table(self) -> pa.Table:
        """{line_no int64, text string}; text is null where a line is not UTF-8."""
        raw = self.lines.raw if isinstance(self.lines, _Lines) else self.lines
        numbers = pc.add(pc.cumulative_sum(pa.repeat(pa.scalar(1, pa.int64()), len(self.lines))), self.first - 1)
        return table(numbers, raw)


def table(numbers: Sequence[int] | pa.Int64Array, lines: Sequence[bytes] | pa.BinaryArray) -> pa.Table:
    """{line_no int64, text string} of any lines; text is null where a line is not UTF-8."""
    raw = lines if isinstance(lines, pa.BinaryArray) else pa.array(lines, type=pa.binary())
    try:
        text = raw.cast(pa.string())
    except pa.ArrowInvalid:
        text = pa.array([_decoded(line) for line in raw.to_pylist()], type=pa.string())
    made = pa.table({"line_no": pa.array(numbers, type=pa.int64()), "text": text})
    return pa.Table.from_batches(made.to_batches(max_chunksize=ROWS_A_BATCH), schema=made.schema)


def slices(path: Path, slice_bytes: int = SLICE_BYTES) -> Iterator[Slice]:
    """The lines of a file in slices of about `slice_bytes`.

    Raises Unreadable for a damaged or unknown container, for UTF-16 and UTF-32, and beyond MAX_BYTES; slices given
    out before that are void.
    """
    first = 1
    for block in _blocks(path, slice_bytes):
        lines = _split(block)
        yield Slice(first, lines)
        first += len(lines)


class _Lines(Sequence[bytes]):
    """Lines in Arrow's memory: made into bytes one by one, only where somebody asks."""

    def __init__(self, raw: pa.BinaryArray) -> None:
        self.raw = raw

    def __len__(self) -> int:
        return len(self.raw)

    @overload
    def __getitem__(self, at: int) -> bytes: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[bytes]: ...
    def __getitem__(self, at: int | slice) -> bytes | Sequence[bytes]:
        if isinstance(at, slice):
            return [self[n] for n in range(*at.indices(len(self)))]
        if not -len(self) <= at < len(self):
            raise IndexError(at)
        return cast(bytes, self.raw[at].as_py())


def _split(block: pa.Buffer) -> Sequence[bytes]:
    """The lines of a block, which ends before its last line end."""
    ends = pa.py_buffer(struct.pack("=ii", 0, block.size))
    raw = pc.split_pattern(pa.Array.from_buffers(pa.binary(), 1, [None, ends, block]), b"\n").flatten()
    if pc.max(pc.binary_length(raw)).as_py() <= MAX_LINE:
        return _Lines(raw)
    return [line if len(line) <= MAX_LINE else TOO_LONG for line in raw.to_pylist()]


def _blocks(path: Path, size: int) -> Iterator[pa.Buffer]:
    """Whole lines, about `size` bytes of them, without the last line end; what is over MAX_LINE is not held.

    They stand in one place of memory, one block after the other: a block is read before the next is asked for.
    """
    block, held = bytearray(size + CHUNK), 0
    is_skipping = False
    for chunk in _chunks(path):
        if is_skipping:
            _, found, chunk = chunk.partition(b"\n")
            if not found:
                continue
            is_skipping = False
            yield pa.py_buffer(TOO_LONG)
        if held + len(chunk) > len(block):  # a line beyond the size
            block = block[:held] + bytearray(held + CHUNK)
        memoryview(block)[held : held + len(chunk)] = chunk
        held += len(chunk)
        if held < size:
            continue
        end = block.rfind(b"\n", 0, held)
        if end >= 0:
            yield pa.py_buffer(block).slice(0, end)
        rest = block[end + 1 : held]
        is_skipping = len(rest) > MAX_LINE
        held = 0 if is_skipping else len(rest)
        memoryview(block)[:held] = rest[:held]
    if is_skipping:
        yield pa.py_buffer(TOO_LONG)
    elif held:
        yield pa.py_buffer(block).slice(0, held - (block[held - 1] == 10))


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


def beside_lines(path: Path) -> bytes:
    """What a packed file says beside its lines, as one text: names, comments and extra fields of gzip's members, and
    frames that zstd skips. Empty where there is nothing.

    Every place is looked at where such a header could begin, for members follow one another; what is none says nothing.
    """
    with path.open("rb") as file:
        head = file.read(4)
        if not head.startswith((GZIP, ZSTD)):
            return b""
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            found = (_of_member if head.startswith(GZIP) else _of_frame)(data)
            return b" ///// ".join(text for text in found if text)


def _of_member(data: mmap.mmap) -> Iterator[bytes]:
    for match in re.finditer(rb"\x1f\x8b\x08[\x04-\x1f]", data):
        flags, at = data[match.end() - 1], match.start() + 10
        if flags & 4:
            size = int.from_bytes(data[at : at + 2], "little")
            yield data[at + 2 : at + 2 + size]
            at += 2 + size
        for flag in (8, 16):  # the name, the comment; each ends with a zero
            if flags & flag:
                end = data.find(b"\0", at, at + MAX_NAME)
                yield data[at : end if end >= 0 else at + MAX_NAME]
                at = end + 1 if end >= 0 else at + MAX_NAME


def _of_frame(data: mmap.mmap) -> Iterator[bytes]:
    for match in re.finditer(rb"[\x50-\x5f]\x2a\x4d\x18", data):
        at = match.end() + 4
        yield data[at : at + int.from_bytes(data[match.end() : at], "little")]


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
