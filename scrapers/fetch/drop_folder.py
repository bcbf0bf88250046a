"""Which files in the inbox are due to a source.

Comes in: the home and a source. Goes out: paths, oldest first. Never here: moving or reading a file.

A file directly in inbox/ belongs to `drop_feed` where its name ends as a feed file's does, else to `drop_folder`;
one in inbox/<source_id>/ belongs to that source. Hidden files, directories, links, partial uploads
(`.part`, `.tmp`) and files that a process is still writing are left alone until a later run.
"""

from __future__ import annotations

import fcntl
import os
import signal
from collections.abc import Iterator
from pathlib import Path

from scrapers.registry import Source

GENERIC_NOTICES = "drop_folder"
GENERIC_FEED = "drop_feed"
FEED_ENDINGS = (".ndjson", ".ndjson.gz", ".ndjson.zst", ".csv", ".csv.gz", ".xlsx", ".manifest.json")
PARTIAL_ENDINGS = (".part", ".tmp", ".crdownload", ".filepart")
ASIDE = ".rejected"  # beside a file that turned out not to be a document; hidden, so that it is not taken again


def waiting(home: Path, source: Source) -> list[Path]:
    """The files due to a source now: by time of change, then by name, so that a later version comes later."""
    found = [*_own(home / "inbox", source), *_files(home / "inbox" / source.id)]
    return sorted((f for f in found if not _is_being_written(f)), key=lambda f: (_changed_at(f), f.name))


def address(file: Path, home: Path) -> str:
    """`inbox:<name>`, or `inbox:<source_id>/<name>` for a file in a source's own folder."""
    return "inbox:" + readable(os.fsencode(file.relative_to(home / "inbox")))


def readable(name: bytes) -> str:
    """A file name as text. Archives packed on Windows leave GB18030 names behind."""
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError:
        return name.decode("gb18030", "replace")


def _own(inbox: Path, source: Source) -> Iterator[Path]:
    if source.id not in (GENERIC_FEED, GENERIC_NOTICES):
        return
    for file in _files(inbox):
        is_feed = file.name.lower().endswith(FEED_ENDINGS)
        if is_feed == (source.id == GENERIC_FEED):
            yield file


def _files(folder: Path) -> Iterator[Path]:
    try:
        entries = list(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in entries:
        is_partial = entry.name.startswith(".") or entry.name.lower().endswith(PARTIAL_ENDINGS)
        if not is_partial and entry.is_file() and not entry.is_symlink():
            yield entry


def _changed_at(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except FileNotFoundError:
        return 0  # taken by another run since


def _is_being_written(file: Path) -> bool:
    """Does any process have the file open for writing? The kernel grants a read lease only if none has.

    Where leases cannot be had (network disks, other people's files) the answer is no.
    """
    if not hasattr(fcntl, "F_SETLEASE"):
        return False
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)  # ignored by default, unlike SIGIO
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False
