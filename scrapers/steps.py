"""The verbs that DAGs and the command line both call: fetch a source, read what was fetched, read it again.

Comes in: a home, sources, a business date, the wall. Goes out: archived bytes, capture lines, a `StepResult` a
source, and (through scrapers.notices) parsed notices. Never here: one run's talk with a publisher (visit.py), how a
request is made (fetch/http.py), where bytes are kept (archive.py), what a page says (notices/).

A fault of the outside world is an outcome, never an exception: the other sources go on.
"""

from __future__ import annotations

import fcntl
import logging
import mimetypes
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from scrapers.addresses import natural_key
from scrapers.archive import (
    Archive,
    EventLog,
    Wall,
    archive_path,
    new_run_id,
    read_captures,
    read_events,
)
from scrapers.discover import Scope, ShapeChanged, lists, relevance
from scrapers.fetch.http import PoliteSession
from scrapers.records import Capture, Role, now, timestamp
from scrapers.registry import Source
from scrapers.visit import LONGEST_BACK_OFF, NoProgress, Progress, SourceVisit, StepResult, where

log = logging.getLogger(__name__)

__all__ = [
    "NoProgress",
    "Progress",
    "Scope",
    "StepResult",
    "collect",
    "crawl",
    "fetch_source",
    "parse_pending",
    "record",
    "replay",
]


def crawl(
    home: Path,
    sources: Sequence[Source],
    business_date: str,
    wall: Wall | None,
    progress: Progress | None = None,
    scope: Scope | None = None,
) -> list[StepResult]:
    """Fetch notices, one source after another, then read those that were not read yet. One result a source."""
    results = [fetch_source(home, source, business_date, wall, progress, scope) for source in sources]
    skipped = Counter[str]()
    lacking: dict[str, str] = {}
    parse_pending(home, sources, progress, skipped, lacking)
    for result in results:
        if skipped[result.source_id]:
            result.counts["skipped"] = result.counts.get("skipped", 0) + skipped[result.source_id]
        if result.outcome == "ok" and result.source_id in lacking:
            result.outcome, result.error = "suspect", lacking[result.source_id]
    return results


def collect(
    home: Path,
    sources: Sequence[Source],
    business_date: str,
    wall: Wall | None,
    progress: Progress | None = None,
    scope: Scope | None = None,
) -> list[StepResult]:
    """Fetch the feed files of the sources, one after another. One result a source."""
    return [fetch_source(home, source, business_date, wall, progress, scope) for source in sources]


def fetch_source(
    home: Path,
    source: Source,
    business_date: str,
    wall: Wall | None,
    progress: Progress | None = None,
    scope: Scope | None = None,
) -> StepResult:
    """One run of one source: heal what dead runs left, take its dropped files, discover, fetch all, log every attempt.

    Whatever goes wrong is in the result and in the event log.
    """
    verb = "crawl" if source.kind == "notices" else "collect"
    events = EventLog(home, new_run_id(verb))
    events.append("run_started", verb=verb, source_id=source.id, business_date=business_date)
    with Archive(home, events, wall) as archive:
        visit = SourceVisit(home, source, business_date, scope or Scope(), archive, progress or NoProgress())
        try:
            with _alone(home, source):
                archive.recover()
                visit.take_dropped()
                if source.fetch.mode == "http":
                    visit.ask_publisher()
        except Exception as error:  # ours, not the publisher's; still no reason to stop the other sources
            log.error("source %s: the run broke off\n%s", source.id, where(error))
            visit.fault("error", f"broke off: {type(error).__name__} (see the log of this run)")
    result = visit.result()
    if result.outcome != "ok" and (failed := failed_runs(home, source.id) + 1) % source.fetch.alert_after == 0:
        reason = f"{failed} runs in a row without success, this one {result.outcome}: {result.error}"
        events.append("alert", durable=True, source_id=source.id, reason=reason)
        result.error = f"{result.error} ({failed} runs in a row)"
    events.append(
        "run_finished",
        verb=verb,
        source_id=source.id,
        outcome=result.outcome,
        counts=result.counts,
        error=result.error,
        note=visit.note,
    )
    return result


def record(source: Source, folder: Path) -> list[Path]:
    """Save what a source's first address answers, and the first article it lists: the start of its examples.

    Asks as politely as a run does, and logs nothing: this is a person at work on a source.yml. What was asked for is
    saved even where it is not the document, so that it can be looked at. Raises RecordFailed.
    """
    saved: list[Path] = []
    folder.mkdir(parents=True, exist_ok=True)
    with PoliteSession(source.fetch, source.owner) as session:
        saved.append(_save(session, source.urls[0], folder, "list"))
        if method := lists.METHODS.get(source.discover.method):
            try:
                page = method.read(saved[0].read_bytes(), source.urls[0], source.discover, source.fetch.encoding)
            except ShapeChanged as change:
                raise RecordFailed(f"{saved[0]} is saved, and no list as discover.method says: {change}") from None
            if not page.entries:
                raise RecordFailed(f"{saved[0]} is saved, and discover finds no article in it")
            saved.append(_save(session, page.entries[0].url, folder, "article"))
    return saved


class RecordFailed(RuntimeError):
    """An example could not be recorded; one line says why."""


def _save(session: PoliteSession, url: str, folder: Path, name: str) -> Path:
    held = folder / f".{name}.part"
    answer = session.get(url, held)
    if answer.outcome != "body":
        held.unlink(missing_ok=True)
        raise RecordFailed(f"{url}: {answer.outcome}: {answer.error or f'HTTP {answer.status}'}")
    media_type = (answer.media_type or "").partition(";")[0].strip()
    ending = _ENDINGS.get(media_type) or mimetypes.guess_extension(media_type) or ".html"
    return held.replace(folder / f"{name}{ending}")


_ENDINGS = {"text/html": ".html", "application/json": ".json", "text/xml": ".xml", "application/xml": ".xml"}


def parse_pending(
    home: Path,
    sources: Sequence[Source],
    progress: Progress | None = None,
    skipped: Counter[str] | None = None,
    lacking: dict[str, str] | None = None,
) -> int:
    """Read every archived notice that this parser version has not read. Returns how many captures were read.

    `skipped` is told, by source, how many pages were found off topic by their body and so not read; `lacking` what
    the source's latest notices lack by its fill rates.
    """
    from scrapers.notices import batch

    captures = batch.pending(home, _documents(home, sources))
    count = _read(home, "parse", sources, captures, progress, Counter() if skipped is None else skipped)
    for source in sources:
        if (fault := _lack(home, source)) and lacking is not None:
            lacking[source.id] = fault
    files = batch.pending_attachments(home, _documents(home, sources, role="attachment"))
    return count + batch.read_attachments(home, files, progress)


def _lack(home: Path, source: Source) -> str | None:
    """What the latest notices lack by the source's fill rates: a page rebuilt outside often loses its date first."""
    from scrapers.notices import batch

    rules = source.assertions
    if not rules.fill_rate:
        return None
    rates = batch.fill_rates(home, _documents(home, [source]), rules.fill_rate, rules.fill_rate_over)
    low = [
        f"{name} in {rates[name]:.0%} (assertions.fill_rate asks for {least:.0%})"
        for name, least in rules.fill_rate.items()
        if name in rates and rates[name] < least
    ]
    reason = f"of the latest notices (at most {rules.fill_rate_over}) too few state {', '.join(low)}" if low else None
    EventLog(home, new_run_id("judge")).append("filled", source_id=source.id, rates=rates, error=reason)
    return reason


def _tell_same_texts(home: Path, read: Sequence[Capture], events: EventLog) -> None:
    """An event for every capture whose bytes changed and whose text did not: no news for the freshness clock."""
    from scrapers.notices import batch

    changed = {capture.capture_id for capture in read if capture.outcome == "changed"}
    if not changed:
        return
    before: dict[str, Capture] = {}
    for capture in sorted(_of_sources(home, {c.source_id for c in read}), key=lambda c: (c.finished_at, c.capture_id)):
        key = natural_key(capture.url)
        if capture.capture_id in changed and key in before and batch.is_same_text(home, before[key], capture):
            events.append("same_text", source_id=capture.source_id, capture_id=capture.capture_id, url=capture.url)
        before[key] = capture


def replay(home: Path, sources: Sequence[Source], since: date, progress: Progress | None = None) -> int:
    """Read the notices fetched on or after a day again, from the archive. Returns how many captures were read."""
    from scrapers.notices import batch

    day = since.isoformat()
    count = _read(home, "replay", sources, _documents(home, sources, day), progress, Counter())
    return count + batch.read_attachments(home, _documents(home, sources, day, "attachment"), progress)


def _documents(
    home: Path, sources: Sequence[Source], since: str | None = None, role: Role = "document"
) -> list[Capture]:
    """Captures that brought news of a notice, or of its files; the same bytes again need no second reading."""
    return _of_sources(home, {s.id for s in sources if s.kind == "notices"}, since, role)


def _of_sources(home: Path, wanted: set[str], since: str | None = None, role: Role = "document") -> list[Capture]:
    return [
        capture
        for capture in read_captures(home, since=since)
        if capture.source_id in wanted and capture.role == role and capture.outcome in ("new", "changed")
    ]


def _read(
    home: Path,
    verb: str,
    sources: Sequence[Source],
    captures: Sequence[Capture],
    progress: Progress | None,
    skipped: Counter[str],
) -> int:
    from scrapers.notices import batch

    by_id = {source.id: source for source in sources}
    events = EventLog(home, new_run_id(verb))
    captures = list(_on_topic(home, by_id, captures, events, skipped))
    if not captures and not skipped:
        return 0
    events.append("run_started", verb=verb, source_id=None)
    count, error = 0, None
    try:
        count = batch.parse_captures(home, captures, by_id, progress or NoProgress())
        _tell_same_texts(home, captures, events)
    except Exception as fault:
        error = f"broke off: {type(fault).__name__}"
        raise
    finally:
        counts = {"parsed": count} | ({"skipped": skipped.total()} if skipped else {})
        outcome = "error" if error else "ok"
        events.append("run_finished", verb=verb, source_id=None, outcome=outcome, counts=counts, error=error)
    return count


def _on_topic(
    home: Path, sources: dict[str, Source], captures: Sequence[Capture], events: EventLog, skipped: Counter[str]
) -> Iterator[Capture]:
    """The captures that their source's body patterns let in; the first time that one is not, an event says why.

    A page that a person dropped is always read.
    """
    told = {
        event["capture_id"]: event["patterns"]
        for event in (read_events(home, name="skipped") if any(s.relevance.body for s in sources.values()) else ())
    }
    for capture in captures:
        source = sources[capture.source_id]
        patterns = list(source.relevance.body)
        if not patterns or capture.url.startswith("inbox:") or capture.sha256 is None:
            yield capture
        elif told.get(capture.capture_id) == patterns:
            continue
        elif reason := relevance.body_fault(
            source.relevance, archive_path(home, capture.sha256).read_bytes(), source.fetch.encoding
        ):
            skipped[source.id] += 1
            events.append(
                "skipped",
                source_id=source.id,
                capture_id=capture.capture_id,
                url=capture.url,
                reason=reason,
                patterns=patterns,
            )
        else:
            yield capture


@contextmanager
def _alone(home: Path, source: Source) -> Iterator[None]:
    """Wait until no other run fetches this source: two at once would ask the publisher twice as fast."""
    lock = home / "held" / f".{source.id}.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def failed_runs(home: Path, source_id: str) -> int:
    """How many runs of a source have ended without success since the last one that did not (31 days are looked at)."""
    since = timestamp(now() - LONGEST_BACK_OFF)
    runs = [e for e in read_events(home, since, "run_finished") if e.get("source_id") == source_id]
    outcomes = [e["outcome"] for e in sorted(runs, key=lambda e: str(e["at"]))]
    return next((n for n, outcome in enumerate(reversed(outcomes)) if outcome == "ok"), len(outcomes))
