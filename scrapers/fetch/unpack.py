"""Packed bytes, and how far they may grow: the encoding of an answer, and containers (zip, docx, xlsx).

Comes in: compressed chunks, or a file. Goes out: the chunks inflated, or the members of the container. Never here:
believing a stated size (whoever packs a bomb writes what he likes there: every member is inflated and counted), or
writing anything unpacked to the disk.

A bomb is what outgrows the limit it is given, or grows more than MAX_RATIO times once it is larger than ROOM. Real
pages and sheets pack 3 to 40 times, the emptiest forms 100 times; deflate can do 1,032.
"""

from __future__ import annotations

import copy
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

MAX_RATIO = 200
ROOM = 8 * 1024 * 1024  # bytes that anything may grow to
MAX_MEMBERS = 10_000
MAX_UNPACKED = 512 * 1024 * 1024  # all members of a container together
CHUNK = 256 * 1024

_IDENTITY = frozenset({"", "identity"})
_UTF8_NAME = 0x800  # the flag of a zip member whose name is UTF-8
_ENCRYPTED = 0x1


class Bomb(ValueError):
    """It grows beyond every measure."""


class Broken(ValueError):
    """It is not packed as it says, or ends too early."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file in a container, with the size that it really has (as stated where it is encrypted)."""

    name: str
    size: int
    is_encrypted: bool


# ---------------------------------------------------------------- the encoding of an answer


def inflate(chunks: Iterable[bytes], encoding: str, limit: int) -> Iterator[bytes]:
    """The bytes of an answer without its Content-Encoding (gzip, deflate or none: those that are asked for).

    Raises Broken for another encoding and for a body that ends within its compressed stream; Bomb for one that grows
    beyond `limit` or beyond the ratio.
    """
    name = encoding.strip().lower()
    if name in _IDENTITY:
        yield from chunks
        return
    if name not in ("gzip", "x-gzip", "deflate"):
        raise Broken(f"Content-Encoding {name[:40]!r}, which was not asked for")
    stream = _Stream(is_gzip=name != "deflate")
    taken = grown = 0
    for chunk in chunks:
        taken += len(chunk)
        for piece in stream.feed(chunk):
            grown += len(piece)
            heed(taken, grown, limit)
            yield piece
    yield from stream.drain()
    if not stream.is_whole(taken):
        raise Broken(f"the {name} stream ends too early")


def heed(packed: int, grown: int, limit: int) -> None:
    """Raise Bomb where bytes have grown too far."""
    if grown > limit:
        raise Bomb(f"larger than {limit} bytes once it is unpacked")
    if grown > ROOM and grown > MAX_RATIO * packed:
        raise Bomb(f"a decompression bomb: {packed} bytes grow to more than {MAX_RATIO} times as many")


class _Stream:
    """gzip of one or more members; deflate with the zlib header that is due, or without, as some servers send it."""

    def __init__(self, is_gzip: bool) -> None:
        self._is_gzip = is_gzip
        self._z = zlib.decompressobj(16 + zlib.MAX_WBITS if is_gzip else zlib.MAX_WBITS)
        self._is_first = True

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._z.eof:
                if not self._is_gzip or not data.strip(b"\0"):
                    return  # padding behind the end
                self._z = zlib.decompressobj(16 + zlib.MAX_WBITS)
            piece = self._decompress(data)
            self._is_first = False
            if piece:
                yield piece
            data = self._z.unconsumed_tail or self._z.unused_data

    def _decompress(self, data: bytes) -> bytes:
        try:
            return self._z.decompress(data, CHUNK)
        except zlib.error as error:
            if self._is_gzip or not self._is_first:
                raise Broken(f"not the compressed stream it is said to be: {error}") from None
            self._z = zlib.decompressobj(-zlib.MAX_WBITS)
            try:
                return self._z.decompress(data, CHUNK)
            except zlib.error as raw_error:
                raise Broken(f"not the compressed stream it is said to be: {raw_error}") from None

    def drain(self) -> Iterator[bytes]:
        """What is still to come when the last byte is in."""
        while not self._z.eof and (piece := self._decompress(b"")):
            yield piece

    def is_whole(self, taken: int) -> bool:
        return self._z.eof or taken == 0


# ---------------------------------------------------------------- containers


def members(path: Path, limit: int = MAX_UNPACKED) -> list[Member]:
    """The members of a zip container, each inflated once and counted. Raises Bomb and Broken."""
    found: list[Member] = []
    total = 0
    try:
        with zipfile.ZipFile(path) as container:
            infos = container.infolist()
            if len(infos) > MAX_MEMBERS:
                raise Bomb(f"a container of more than {MAX_MEMBERS} files")
            for info in infos:
                size = _measure(container, info, limit - total)
                total += size
                found.append(Member(_name(info), size, bool(info.flag_bits & _ENCRYPTED)))
    except (zipfile.BadZipFile, EOFError, OSError, zlib.error, RuntimeError) as error:
        raise Broken(f"not a sound zip container: {str(error)[:120]}") from None
    return found


def _measure(container: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> int:
    """How many bytes a member really holds."""
    if info.flag_bits & _ENCRYPTED:
        return info.file_size
    unbound = copy.copy(info)
    unbound.file_size = 1 << 62  # else the reader stops at the stated size, and a bomb states a small one
    size = 0
    try:
        with container.open(unbound) as stream:
            while piece := stream.read(CHUNK):
                size += len(piece)
                heed(info.compress_size, size, limit)
    except NotImplementedError:
        return info.file_size  # packed in a way that nothing here could unpack
    if size != info.file_size:
        raise Broken(f"a member of {size} bytes says that it has {info.file_size}")
    return size


def _name(info: zipfile.ZipInfo) -> str:
    """Archives packed on Chinese Windows hold GB18030 names without saying so; zipfile reads them as cp437."""
    if info.flag_bits & _UTF8_NAME:
        return info.filename
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename
