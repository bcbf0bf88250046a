"""One run's visit to one source: what `discover.Visit` promises a walk, and the drop folder.

Comes in: a source, the archive of a run, how far to look. Goes out: a capture line and archived bytes for every address
asked and every dropped file, and a `StepResult`. Never here: which addresses are asked (discover/ walks), how a request
is made (fetch/http.py), what a body is (fetch/challenge.py, fetch/documents.py).

A fault of the outside world is an outcome, never an exception.
"""

from __future__ import annotations

import logging
import mimetypes
import os
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, Protocol
from urllib.parse import unquote, urlsplit

from scrapers.addresses import absolute
from scrapers.archive import WALLED_ROLES, Archive, WallFault, endings, read_events, reason
from scrapers.discover import Scope, Visit, attachments, feed_manifest, feed_query, lists
from scrapers.feeds import manifest
from scrapers.fetch import challenge, documents, drop_folder
from scrapers.fetch.challenge import Due, Verdict
from scrapers.fetch.http import BACK_OFF_S, Answer, Pause, PoliteSession
from scrapers.records import CONTENT_OUTCOMES, Capture, Role, now, timestamp
from scrapers.registry import Source

log = logging.getLogger(__name__)

ERRORS_IN_A_ROW = 3  # then the publisher is left in peace until the next run
LONGEST_BACK_OFF = timedelta(days=31)

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


class _Stop(Exception):
    """The publisher is not asked for anything else in this run."""


class SourceVisit:
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
        if kept is None or kept.role == "attachment" or capture.outcome not in CONTENT_OUTCOMES | {"not_modified"}:
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
        if unnamed := self._refused_name(capture):
            self.archive.record(unnamed)
            self._count(unnamed)
            return unnamed, None
        held = self.archive.hold(capture.capture_id, link.name if link else urlsplit(url).path.rpartition("/")[2])
        last = None if sha256 else self.archive.last(self.source.id, url)
        conditions = {"etag": last.etag, "last_modified": last.last_modified} if last else {}
        answer = self._session.get(url, held, as_file=due == "file" and not link, **conditions)
        capture = _answered(capture, answer)
        if self.source.kind == "feed" and answer.redirects:  # the wall was asked of the name above, of no other
            capture = replace(capture, filename=unquote(urlsplit(url).path).rpartition("/")[2], redirects=None)
        verdict = None
        if answer.outcome == "body":
            if link:
                capture = replace(capture, filename=link.name)
            elif role == "document" and due == "page" and documents.format_of(held):
                capture, due = replace(capture, role="attachment"), "file"  # a list may link to a PDF itself
            is_empty_as_promised = sha256 is not None and sha256 == answer.sha256 and answer.size == 0
            if not is_empty_as_promised:
                verdict = self._judge(held, due, check, whole=True) or _compare(answer, sha256)
            if capture.role == "attachment" and not verdict:
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

    def _refused_name(self, capture: Capture) -> Capture | None:
        """The capture of an address whose file name the wall refuses: it is not asked, and the name is told nowhere."""
        if capture.role not in WALLED_ROLES:
            return None
        folder, _, name = capture.url.rpartition("/")
        try:
            refusal = self.archive.ask_wall_of_name(unquote(name), self.source)
        except WallFault as fault:
            return self._failed(capture, fault)
        told = f"{folder}/?{endings(urlsplit(name).path)}"
        return replace(capture, url=told, outcome="refused", error=reason(refusal)) if refusal else None

    def _admit(self, held: Path, capture: Capture) -> Capture:
        try:
            return self.archive.admit(held, replace(capture, outcome="new"), self.source)
        except WallFault as fault:  # one file must not stop the others
            capture = self._failed(capture, fault)
            self.archive.discard(held, capture)
            return capture

    def _failed(self, capture: Capture, fault: WallFault) -> Capture:
        log.error("source %s: %s: %s\n%s", self.source.id, capture.url, fault, where(fault.__cause__ or fault))
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


def where(error: BaseException) -> str:
    """The places of the code an error came through, without its text: that may quote a file."""
    return "".join(traceback.format_tb(error.__traceback__)) + type(error).__name__


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
