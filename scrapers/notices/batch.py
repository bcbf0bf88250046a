"""Archived captures → notices, facts, places and shingles as Parquet, four files a capture and parser version; and the
text of their attachments, `parsed/files-<READER_VERSION>/<capture_id>.attachment.parquet`.

Comes in: captures of notices, the archive. Goes out: `parsed/<PARSER_VERSION>/<capture_id>.facts.parquet`,
`….places.parquet`, `….shingles.parquet` (what reposts are matched by) and, as the commit mark, `….notice.parquet`.
Never here: deciding what a page says, or the warehouse.

A capture counts as read when its notice file is there; every file is written beside its place and renamed into it,
so a run that dies is simply done again. A page that cannot be read is recorded (flag parse_error, and an event), and
the others go on. Captures go to the disk in groups: eight waits for the disk a notice were most of a replay's time.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.parquet as pq

from scrapers import notices
from scrapers.addresses import natural_key
from scrapers.archive import EventLog, archive_path, new_run_id, sync_file
from scrapers.notices import attachments
from scrapers.records import (
    ATTACHMENT_SCHEMA,
    FACT_SCHEMA,
    NOTICE_SCHEMA,
    PLACE_SCHEMA,
    SHINGLE_SCHEMA,
    Capture,
    Fact,
    Notice,
    PlaceRow,
    Statement,
)
from scrapers.registry import Source
from scrapers.text import shingles, telephones

log = logging.getLogger(__name__)

GROUP = 50  # captures that go to the disk together; a run that dies reads so many again at most
SYNCS = 16  # at a time: the file system's journal takes them in one write
LEFTOVER_AGE_S = 86_400  # of a draft that its run did not live to rename


class Progress(Protocol):
    def advance(self, label: str, done: int, total: int | None) -> None: ...


def pending(home: Path, captures: Iterable[Capture]) -> list[Capture]:
    """The captures with bytes that this parser version has not read yet, in their order."""
    return [c for c in captures if c.sha256 is not None and not _path(home, c, "notice").exists()]


def parse_captures(
    home: Path, captures: Sequence[Capture], sources: Mapping[str, Source], progress: Progress | None = None
) -> int:
    """Read every capture and write what it says. Returns how many were read, those with a parse error included."""
    done = 0
    _sweep(home / "parsed" / notices.PARSER_VERSION)
    for group in _groups(captures):
        with _together() as files:
            for capture in group:
                if capture.sha256 is None:
                    continue
                notice = _parse(home, capture)
                write(files, home, capture, sources.get(capture.source_id), notice)
                done += 1
                if progress is not None:
                    progress.advance(f"parse {capture.source_id}", done, len(captures))
    return done


def fill_rates(home: Path, captures: Iterable[Capture], fields: Iterable[str], most: int) -> dict[str, float]:
    """The share of the latest `most` notices, each by its latest capture, that state a field; {} if none was read."""
    rows: dict[str, dict[str, Any]] = {}
    for capture in sorted(captures, key=lambda c: (c.finished_at, c.capture_id), reverse=True):
        key = notice_id(capture)
        if len(rows) < most and key not in rows and (path := _path(home, capture, "notice")).exists():
            row = pq.read_table(path).to_pylist()[0]
            if not row["is_blocked"]:
                rows[key] = row
    columns = {"source": "source_name"}
    stated = {name: sum(bool(row[columns.get(name, name)]) for row in rows.values()) for name in fields}
    return {name: count / len(rows) for name, count in stated.items() if rows}


def is_same_text(home: Path, one: Capture, other: Capture) -> bool:
    """Do two captures that were read carry the same title and body?"""
    paths = [_path(home, capture, "notice") for capture in (one, other)]
    if not all(path.exists() for path in paths):
        return False
    first, second = (pq.read_table(path, columns=["norm_sha256"]).column(0)[0].as_py() for path in paths)
    return bool(first == second)


def write(files: _Files, home: Path, capture: Capture, source: Source | None, notice: Notice) -> None:
    """Facts, places and shingles, and the notice as the mark: its file says that the capture was read."""
    key = {
        "capture_id": capture.capture_id,
        "parser_version": notices.PARSER_VERSION,
        "notice_id": notice_id(capture),
        "content_sha256": capture.sha256,
    }
    stated: list[Fact | Statement] = [*notice.facts, *notice.statements]
    rows = [{**key, "fact_no": number, **_fact_row(fact)} for number, fact in enumerate(stated, start=1)]
    files.add(_path(home, capture, "facts"), pa.Table.from_pylist(rows, schema=FACT_SCHEMA))
    rows = [{**key, "place_no": number, **_place_row(place)} for number, place in enumerate(notice.places, start=1)]
    files.add(_path(home, capture, "places"), pa.Table.from_pylist(rows, schema=PLACE_SCHEMA))
    modulus, hashes = shingles.shingles(notice.body)
    named = {name: key[name] for name in ("capture_id", "parser_version", "notice_id")}
    rows = [{**named, "shingle_hash": value} for value in hashes]
    files.add(_path(home, capture, "shingles"), pa.Table.from_pylist(rows, schema=SHINGLE_SCHEMA))
    counted = {"shingle_modulus": modulus, "shingles_count": len(hashes)}
    row = {**key, **_notice_row(capture, source, notice), **counted}
    files.add(_path(home, capture, "notice"), pa.Table.from_pylist([row], schema=NOTICE_SCHEMA), is_mark=True)


def pending_attachments(home: Path, captures: Iterable[Capture]) -> list[Capture]:
    """The captures of files that this reader version has not read yet."""
    return [c for c in captures if c.sha256 is not None and not _attachment_path(home, c).exists()]


def read_attachments(home: Path, captures: Sequence[Capture], progress: Progress | None = None) -> int:
    """Read every file and write its text. Returns how many were read, those without a text included."""
    done = 0
    _sweep(home / "parsed" / f"files-{attachments.READER_VERSION}")
    for group in _groups(captures):
        with _together() as files:
            for capture in group:
                row = _attachment_row(home, capture)
                files.add(_attachment_path(home, capture), pa.Table.from_pylist([row], schema=ATTACHMENT_SCHEMA))
                done += 1
                if progress is not None:
                    progress.advance(f"read attachments {capture.source_id}", done, len(captures))
    return done


def _attachment_row(home: Path, capture: Capture) -> dict[str, Any]:
    assert capture.sha256 is not None
    found = attachments.read(archive_path(home, capture.sha256))
    return {
        "capture_id": capture.capture_id,
        "reader_version": attachments.READER_VERSION,
        "source_id": capture.source_id,
        "notice_id": natural_key(capture.parent_url) if capture.parent_url else None,
        "notice_url": capture.parent_url,
        "url": capture.url,
        "attachment_name": capture.filename,
        "content_sha256": capture.sha256,
        "byte_count": capture.size,
        "file_format": found.file_format,
        "text_status": found.status,
        "text_length": len(found.text),
        "attachment_text": found.text or None,
    }


def _attachment_path(home: Path, capture: Capture) -> Path:
    return home / "parsed" / f"files-{attachments.READER_VERSION}" / f"{capture.capture_id}.attachment.parquet"


def notice_id(capture: Capture) -> str:
    """What names the document: the 32 hex digits of an NHC address, the bytes of a dropped file, else the address."""
    key = natural_key(capture.url)
    return f"sha256:{capture.sha256}" if key.startswith("url:inbox:") else key


def norm_sha256(notice: Notice) -> str:
    """What tells an edited notice from one whose page alone changed: title and body without white space."""
    return hashlib.sha256("".join(f"{notice.title or ''}\n{notice.body}".split()).encode()).hexdigest()


def _parse(home: Path, capture: Capture) -> Notice:
    assert capture.sha256 is not None
    try:
        data = archive_path(home, capture.sha256).read_bytes()
        return notices.parse_page(data, url=capture.url, media_type=capture.media_type)
    except Exception as fault:  # one page must not stop the others
        log.warning("capture %s could not be read: %s", capture.capture_id, type(fault).__name__)
        EventLog(home, new_run_id("parse")).append(
            "parse_error",
            capture_id=capture.capture_id,
            source_id=capture.source_id,
            parser_version=notices.PARSER_VERSION,
            error=type(fault).__name__,
        )
        return Notice(flags=["parse_error"])


def _notice_row(capture: Capture, source: Source | None, notice: Notice) -> dict[str, Any]:
    title = shingles.title(notice.title)
    return {
        "source_id": source.id if source is not None else capture.source_id,
        "url": capture.url,
        "norm_sha256": norm_sha256(notice),
        "fetched_at": capture.finished_at,
        "is_blocked": notice.blocked,
        "is_relevant": notice.relevant,
        "title": notice.title,
        "publish_date": notice.publish_date,
        "publish_time": notice.publish_time,
        "source_name": notice.source,
        "doc_number": notice.doc_number,
        "topics": json.dumps(notice.topics, ensure_ascii=False),
        "flags": json.dumps(notice.flags, ensure_ascii=False),
        "body": telephones.mask(notice.body),
        "page_text": telephones.mask(notice.text),
        "source_site": urlsplit(capture.url).hostname,
        "doc_number_key": shingles.key(notice.doc_number) or None,
        "title_core": title.core,
        "title_kind": title.kind,
        "issuers": json.dumps(notice.issuers, ensure_ascii=False),
        "signed_date": notice.signed_date,
        "effective_date": notice.effective_date,
        "cited_doc_numbers": json.dumps(notice.cited_doc_numbers, ensure_ascii=False),
        "rejected_numbers": json.dumps([[no.start, no.end, no.rule] for no in notice.rejected]),
    }


def _place_row(place: PlaceRow) -> dict[str, Any]:
    row = asdict(place)
    row["flags"] = json.dumps(row["flags"], ensure_ascii=False)
    for name in ("start", "end", "raw_start", "raw_end"):
        row[f"{name}_offset"] = row.pop(name)
    return row


def _fact_row(fact: Fact | Statement) -> dict[str, Any]:
    row: dict[str, Any] = {
        "is_statement": isinstance(fact, Statement),
        "indicator": fact.indicator,
        "indicator_code": fact.indicator_code,
        "subject": fact.subject,
        "comparator": fact.comparator,
        "fact_date": fact.date,
        "date_precision": fact.date_precision,
        "fact_kind": fact.kind,
        "topic": fact.topic,
        "segment": fact.segment,
        "trust": fact.trust,
        "evidence": telephones.mask(fact.evidence),
        "start_offset": fact.start,
        "end_offset": fact.end,
        "raw_start_offset": fact.raw_start,
        "raw_end_offset": fact.raw_end,
    }
    if isinstance(fact, Statement):
        return row | {"value_text": fact.value}
    return row | {
        "geography": fact.geography,
        "adcode": fact.adcode,
        "value": fact.value,
        "value_max": fact.value_max,
        "numerator": fact.numerator,
        "denominator": fact.denominator,
        "unit": fact.unit,
    }


def _path(home: Path, capture: Capture, kind: str) -> Path:
    return home / "parsed" / notices.PARSER_VERSION / f"{capture.capture_id}.{kind}.parquet"


def _groups(captures: Sequence[Capture]) -> Iterator[Sequence[Capture]]:
    return (captures[start : start + GROUP] for start in range(0, len(captures), GROUP))


class _Files:
    """Files that go into their places together: all to the disk, then all renamed, then the marks."""

    def __init__(self) -> None:
        self._drafts: dict[Path, Path] = {}  # place → draft beside it
        self._marks: set[Path] = set()

    def add(self, path: Path, table: pa.Table, *, is_mark: bool = False) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        self._drafts[path] = beside
        pq.write_table(table, beside)
        if is_mark:
            self._marks.add(path)

    def commit(self) -> None:
        with ThreadPoolExecutor(SYNCS) as pool:
            list(pool.map(sync_file, self._drafts.values()))
        self._rename([path for path in self._drafts if path not in self._marks])
        self._rename(list(self._marks))

    def _rename(self, paths: Sequence[Path]) -> None:
        for path in paths:
            self._drafts[path].replace(path)
        for folder in {path.parent for path in paths}:
            sync_file(folder)

    def drop(self) -> None:
        for beside in self._drafts.values():
            beside.unlink(missing_ok=True)


@contextmanager
def _together() -> Iterator[_Files]:
    files = _Files()
    try:
        yield files
        files.commit()
    finally:
        files.drop()


def _sweep(folder: Path) -> None:
    """Delete the drafts of runs that were killed."""
    for draft in folder.glob(".*.tmp"):
        with suppress(FileNotFoundError):  # another run swept it
            if time.time() - draft.stat().st_mtime > LEFTOVER_AGE_S:
                draft.unlink()
