"""The verbs that DAGs and the command line both call: fetch a source, read what was fetched, read it again.

Comes in: a home, sources, a business date, the wall. Goes out: archived bytes, capture lines, a `StepResult` a
source, and (through scrapers.notices) parsed notices. Never here: how a request is made (fetch/http.py), what a
body is (fetch/challenge.py), where bytes are kept (archive.py), what a page says (notices/).

A fault of the outside world is an outcome, never an exception: the other sources go on.
"""

from __future__ import annotations

import fcntl
import logging
import mimetypes
import os
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal, Protocol
from urllib.parse import urlsplit

from scrapers.archive import (
    Archive,
    EventLog,
    Wall,
    WallFault,
    archive_path,
    endings,
    new_run_id,
    read_captures,
    read_events,
)
from scrapers.discover import (
    Scope,
    ShapeChanged,
    Visit,
    absolute,
    attachments,
    feed_manifest,
    feed_query,
    lists,
    natural_key,
    relevance,
)
from scrapers.feeds import manifest
from scrapers.fetch import challenge, documents, drop_folder
from scrapers.fetch.challenge import Due, Verdict
from scrapers.fetch.http import BACK_OFF_S, Answer, Pause, PoliteSession
from scrapers.records import CONTENT_OUTCOMES, Capture, Role, now, timestamp
from scrapers.registry import Source

log = logging.getLogger(__name__)

ERRORS_IN_A_ROW = 3  # then the publisher is left in peace until the next run
LONGEST_BACK_OFF = timedelta(days=31)

__all__ = ["Scope", "StepResult", "collect", "crawl", "fetch_source", "parse_pending", "record", "replay"]

RunOutcome = Literal["ok", "error", "blocked", "suspect"]
_SEVERITY: tuple[RunOutcome, ...] = ("blocked", "error", "suspect")  # what a run is called that had several

Check = Callable[[bytes], Verdict | None]

WALKS: dict[str, Callable[[Visit], None]] = {
    **dict.fromkeys(lists.METHODS, lists.walk),
    "feed_manifest": feed_manifest.walk,
    "feed_query": feed_query.walk,
}


class Progress(Protocol):
    """Told how far a step is; `total` is None while nobody knows."""

    def advance(self, label: str, done: int, total: int | None) -> None: ...


class NoProgress:
    """Where nobody watches."""

    def advance(self, label: str, done: int, total: int | None) -> None:
        pass


@dataclass(slots=True)
class StepResult:
    """How one source's run ended. `counts`: documents by outcome; `error`: the first fault, in one line."""

    source_id: str
    outcome: RunOutcome
    counts: dict[str, int] = field(default_factory=dict)
    error: str | None = None


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
        visit = _Visit(home, source, business_date, scope or Scope(), archive, progress or NoProgress())
        try:
            with _alone(home, source):
                archive.recover()
                visit.take_dropped()
                if source.fetch.mode == "http":
                    visit.ask_publisher()
        except Exception as error:  # ours, not the publisher's; still no reason to stop the other sources
            log.error("source %s: the run broke off\n%s", source.id, _where(error))
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


class _Stop(Exception):
    """The publisher is not asked for anything else in this run."""


class _Visit:
    """One run's visit to one source: what discover.Visit promises, and the drop folder."""

    _session: PoliteSession  # while the publisher is asked

    def __init__(
        self, home: Path, source: Source, business_date: str, scope: Scope, archive: Archive, progress: Progress
    ) -> None:
        self.home, self.source, self.archive, self.progress = home, source, archive, progress
        self.business_date, self.scope = business_date, scope
        self.note: str | None = None
        self._counts: Counter[str] = Counter()
        self._faults: list[tuple[RunOutcome, str]] = []
        self._errors_in_a_row = 0

    @property
    def is_good(self) -> bool:
        return not self._faults

    def fault(self, outcome: RunOutcome, reason: str) -> None:
        self._faults.append((outcome, reason))

    def count(self, what: str, number: int = 1) -> None:
        if number:
            self._counts[what] += number

    def tell(self, label: str, done: int, total: int | None) -> None:
        self.progress.advance(label, done, total)

    def result(self) -> StepResult:
        outcomes = {outcome for outcome, _ in self._faults}
        worst: RunOutcome = next((o for o in _SEVERITY if o in outcomes), "ok")
        first = next((reason for outcome, reason in self._faults if outcome == worst), None)
        more = f" (and {len(self._faults) - 1} more)" if len(self._faults) > 1 else ""
        return StepResult(self.source.id, worst, dict(self._counts), first and first + more)

    # -- the drop folder

    def take_dropped(self) -> None:
        files = drop_folder.waiting(self.home, self.source)
        for number, file in enumerate(files, 1):
            self._take(file)
            self.progress.advance(f"{self.source.id} inbox", number, len(files))

    def _take(self, file: Path) -> None:
        started, url = timestamp(), drop_folder.address(file, self.home)
        try:
            refusal = self.archive.ask_wall_of_name(drop_folder.readable(os.fsencode(file.name)), self.source)
        except WallFault as fault:  # ours to repair; the file waits where it was dropped
            capture = self._failed(self._capture(url, "document", started), fault)
            self.archive.record(capture)
            self._count(capture)
            return
        if refusal:  # the name is told nowhere
            url = f"inbox:{self.source.id}/?{endings(file.name)}"
        capture = self._capture(url, "document", started)
        try:
            held = self.archive.hold_dropped(capture.capture_id, file)
        except FileNotFoundError:
            return  # its owner or another run was faster
        capture = replace(
            capture, filename=url.rpartition("/")[2].removeprefix("inbox:"), media_type=mimetypes.guess_type(url)[0]
        )
        if self.source.kind == "notices" and documents.format_of(held):
            capture = replace(capture, role="attachment")
        if self.source.kind == "feed" and file.name.lower().endswith(manifest.ENDING):
            capture = replace(capture, role="manifest")
        verdict = None if refusal else self._judge_dropped(held, capture.role)
        if verdict:
            capture = replace(capture, outcome=verdict.outcome, error=verdict.reason, finished_at=timestamp())
            self.archive.put_back(held, capture, file.parent / drop_folder.ASIDE / file.name)
        else:
            try:
                capture = self.archive.admit(
                    held, replace(capture, outcome="new", finished_at=timestamp()), self.source, refusal
                )
            except WallFault as fault:  # ours to repair; the file waits where it was dropped
                capture = self._failed(capture, fault)
                self.archive.put_back(held, capture, file)
        self._count(capture)

    def _judge_dropped(self, held: Path, role: Role) -> Verdict | None:
        if held.stat().st_size > self.source.fetch.max_bytes:
            return Verdict("suspect", f"larger than {self.source.fetch.max_bytes} bytes")
        if role == "attachment":
            return documents.judge(held)
        if self.source.kind == "feed" and not held.stat().st_size:
            return None  # a file without a row says "no activity"
        return self._judge(held, "file" if self.source.kind == "feed" else "page")

    # -- the network

    def ask_publisher(self) -> None:
        until = backed_off_until(self.home, self.source.id)
        if until:
            self.fault("blocked", f"left alone until {timestamp(until)} after a challenge or a plea to wait")
            return
        with PoliteSession(self.source.fetch, self.source.owner, rest_s=self._rest_s()) as session:
            self._session = session
            try:
                WALKS[self.source.discover.method](self)
            except Pause as pause:
                self.note = f"{pause}; the rest waits for the next run"
            except _Stop:
                self.note = "stopped before everything was asked for"

    def _rest_s(self) -> float:
        """What is left of the pause after the last run's last request: two runs are no reason to hurry."""
        last = self.archive.last_attempt(self.source.id)
        if not last or self.source.fetch.mode != "http":
            return 0.0
        gone = (now() - datetime.fromisoformat(last)).total_seconds()
        return min(self.source.fetch.min_interval_s, max(0.0, self.source.fetch.min_interval_s - gone))

    def ask_notice(self, url: str) -> Capture:
        """Ask for a notice, then for the files in its body that the archive does not hold; for all if it is news."""
        capture, _ = self.ask(url, "document", "page")
        kept = self.archive.last(self.source.id, capture.url)
        if kept is None or capture.outcome not in CONTENT_OUTCOMES | {"not_modified"}:
            return capture
        markup = challenge.decode(self.archive.read(kept.sha256 or ""), self.source.fetch.encoding)
        most, is_news = self.source.fetch.attachments, capture.outcome in ("new", "changed")
        found = attachments.links(markup, _last_hop(capture))
        for link in found[:most]:
            if is_news or self.archive.last(self.source.id, link.url) is None:
                self.ask(link.url, "attachment", "file", link=link, parent_url=capture.url)
        if len(found) > most:
            log.warning("source %s: %s: %d of %d attachments asked for", self.source.id, url, most, len(found))
        return capture

    # -- one address

    def ask(
        self,
        url: str,
        role: Role,
        due: Due,
        *,
        sha256: str | None = None,
        check: Check | None = None,
        link: attachments.Link | None = None,
        parent_url: str | None = None,
    ) -> tuple[Capture, bytes | None]:
        """Ask for one address and log what came of it. Returns the capture, and for lists and manifests the bytes.

        The bytes are those of the answer, or the archived ones where the publisher says they still hold; None where
        there is nothing to read. Raises _Stop where the publisher wants to be left alone, or seems to be down.
        """
        capture = replace(self._capture(url, role, timestamp()), parent_url=parent_url)
        held = self.archive.hold(capture.capture_id, link.name if link else urlsplit(url).path.rpartition("/")[2])
        last = None if sha256 else self.archive.last(self.source.id, url)
        conditions = {"etag": last.etag, "last_modified": last.last_modified} if last else {}
        answer = self._session.get(url, held, as_file=due == "file" and not link, **conditions)
        capture = _answered(capture, answer)
        if link:
            capture = replace(capture, filename=link.name)
        verdict = None
        if answer.outcome == "body":
            is_empty_as_promised = sha256 is not None and sha256 == answer.sha256 and answer.size == 0
            if not is_empty_as_promised:
                verdict = self._judge(held, due, check, whole=True) or _compare(answer, sha256)
            if link and not verdict:
                verdict = documents.judge(held)
            if verdict:
                capture = replace(capture, outcome=verdict.outcome, error=verdict.reason)
                self.archive.discard(held, capture)
            else:
                capture = self._admit(held, replace(capture, sha256=answer.sha256, size=answer.size))
        else:
            if answer.outcome == "not_modified" and last is None:
                capture = replace(capture, outcome="error", error="HTTP 304 to a question without a condition")
            self.archive.record(capture)
        self._count(capture)
        self._heed(capture, answer, verdict)
        kept = capture.sha256 or (last.sha256 if last and capture.outcome == "not_modified" else None)
        is_read_on = role in ("discovery", "manifest")
        return capture, self.archive.read(kept) if kept and is_read_on else None

    def _admit(self, held: Path, capture: Capture) -> Capture:
        try:
            return self.archive.admit(held, replace(capture, outcome="new"), self.source)
        except WallFault as fault:  # one file must not stop the others
            capture = self._failed(capture, fault)
            self.archive.discard(held, capture)
            return capture

    def _failed(self, capture: Capture, fault: WallFault) -> Capture:
        log.error("source %s: %s: %s\n%s", self.source.id, capture.url, fault, _where(fault.__cause__ or fault))
        return replace(capture, outcome="error", sha256=None, error=str(fault), finished_at=timestamp())

    def _judge(self, held: Path, due: Due, check: Check | None = None, whole: bool = False) -> Verdict | None:
        rules = self.source.fetch
        with held.open("rb") as file:
            data = file.read(challenge.HEAD_BYTES) if due == "file" else file.read()
        verdict = challenge.judge(data, due, must_match=rules.must_match, encoding=rules.encoding, whole=whole)
        return verdict or (check(data) if check else None)

    def _heed(self, capture: Capture, answer: Answer, verdict: Verdict | None) -> None:
        """Leave the publisher alone where it asks for that, sends challenges, or fails again and again."""
        is_challenge = verdict is not None and verdict.outcome == "blocked"
        back_off_s = BACK_OFF_S if is_challenge else answer.back_off_s
        if back_off_s:
            until = now() + min(timedelta(seconds=back_off_s), LONGEST_BACK_OFF)
            self.archive.log.append(
                "backed_off", durable=True, source_id=self.source.id, until=timestamp(until), reason=capture.error
            )
        self._errors_in_a_row = self._errors_in_a_row + 1 if answer.outcome == "error" else 0
        if is_challenge or answer.stop or self._errors_in_a_row >= ERRORS_IN_A_ROW:
            raise _Stop

    def _capture(self, url: str, role: Role, requested_at: str) -> Capture:
        """A capture of which nothing is known yet."""
        return Capture(
            capture_id=self.archive.new_capture_id(),
            run_id=self.archive.log.run_id,
            source_id=self.source.id,
            kind=self.source.kind,
            role=role,
            url=url if url.startswith("inbox:") else absolute(url, "") or url,
            business_date=self.business_date,
            requested_at=requested_at,
            finished_at=requested_at,
            outcome="error",
        )

    def _count(self, capture: Capture) -> None:
        """Count documents by outcome, and whatever went wrong."""
        fault = next((o for o in _SEVERITY if o == capture.outcome), None)
        if capture.role == "document" or fault or capture.outcome == "refused":
            self._counts[capture.outcome] += 1
        elif capture.role == "attachment" and capture.outcome in ("new", "changed"):
            self._counts["attachments"] += 1
        if fault:
            self.fault(fault, f"{capture.url}: {capture.error}")


def _where(error: BaseException) -> str:
    """The places of the code an error came through, without its text: that may quote a file."""
    return "".join(traceback.format_tb(error.__traceback__)) + type(error).__name__


def failed_runs(home: Path, source_id: str) -> int:
    """How many runs of a source have ended without success since the last one that did not (31 days are looked at)."""
    since = timestamp(now() - LONGEST_BACK_OFF)
    runs = [e for e in read_events(home, since, "run_finished") if e.get("source_id") == source_id]
    outcomes = [e["outcome"] for e in sorted(runs, key=lambda e: str(e["at"]))]
    return next((n for n, outcome in enumerate(reversed(outcomes)) if outcome == "ok"), len(outcomes))


def backed_off_until(home: Path, source_id: str) -> datetime | None:
    """Until when a source is to be left alone; None where it may be asked now."""
    moment = now()
    latest = max(
        (
            datetime.fromisoformat(event["until"])
            for event in read_events(home, timestamp(moment - LONGEST_BACK_OFF), "backed_off")
            if event["source_id"] == source_id
        ),
        default=moment,
    )
    return latest if latest > moment else None


def _answered(capture: Capture, answer: Answer) -> Capture:
    """The capture with what the answer says, not yet judged."""
    return replace(
        capture,
        outcome="error" if answer.outcome == "body" else answer.outcome,
        requested_at=answer.requested_at,
        finished_at=answer.finished_at,
        http_status=answer.status,
        media_type=answer.media_type,
        filename=answer.filename,
        etag=answer.etag,
        last_modified=answer.last_modified,
        attempts=answer.attempts,
        error=answer.error,
        redirects=answer.redirects,
    )


def _last_hop(capture: Capture) -> str:
    """Where the answer came from: relative links count from there."""
    return capture.redirects.rpartition(" ")[2] if capture.redirects else capture.url


def _compare(answer: Answer, sha256: str | None) -> Verdict | None:
    if sha256 and answer.sha256 != sha256:
        return Verdict("suspect", "the file's sha256 is not the one in its manifest")
    return None
