"""The typed rows that the scrapers hand on, and the one clock.

Comes in: nothing. Goes out: `Capture`, `Notice`, `Fact`, `Statement`, and the Parquet schemas under which
notices and facts travel to the warehouse. Never here: fetching, parsing, storage.

Times are ISO 8601 strings with the offset +08:00 (Asia/Shanghai); dates are ISO strings. Offsets are Python
character offsets, end exclusive.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any, Literal

import pyarrow as pa

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")  # no summer time since 1991

_clock: Callable[[], datetime] = lambda: datetime.now(SHANGHAI)  # noqa: E731


def now() -> datetime:
    """The current time in Asia/Shanghai; the only place that asks the machine's clock."""
    return _clock().astimezone(SHANGHAI)


def set_clock(clock: Callable[[], datetime] | None) -> None:
    """Replace the clock (tests, replays); None gives the machine's clock back."""
    global _clock
    _clock = clock or (lambda: datetime.now(SHANGHAI))


def timestamp(moment: datetime | None = None) -> str:
    """`2026-11-20T02:30:00.123+08:00`: how every time is written in logs and captures."""
    return (moment or now()).astimezone(SHANGHAI).isoformat(timespec="milliseconds")


Kind = Literal["notices", "feed"]
Role = Literal["document", "discovery", "manifest", "attachment"]
Outcome = Literal[
    "new",  # first bytes of this address
    "changed",  # other bytes than last time
    "unchanged",  # fetched again, same bytes
    "not_modified",  # HTTP 304
    "missing",  # HTTP 404 or 410
    "blocked",  # an anti-bot page instead of the document
    "suspect",  # a body that is not what the source promises (must_match failed, HTML where a file was due)
    "refused",  # the wall refused the bytes; a tombstone stays
    "error",  # no usable answer: network, TLS, 5xx, too large, parse failure
]
CONTENT_OUTCOMES: frozenset[str] = frozenset({"new", "changed", "unchanged"})


@dataclass(frozen=True, slots=True)
class Capture:
    """One attempt to get one address, whatever came of it: a line of the capture log.

    `sha256` is set exactly where `outcome` is in CONTENT_OUTCOMES; the bytes are then in the archive under it.
    """

    capture_id: str
    run_id: str
    source_id: str
    kind: Kind
    role: Role
    url: str  # canonical address; a dropped file has inbox:<name>
    business_date: str
    requested_at: str
    finished_at: str
    outcome: Outcome
    http_status: int | None = None
    sha256: str | None = None
    size: int | None = None
    media_type: str | None = None
    filename: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    attempts: int = 1
    error: str | None = None
    redirects: str | None = None  # `302 <address> 301 <address>`: where each answer on the way led; None: nowhere else
    parent_url: str | None = None  # of an attachment: the notice in whose body it was found

    def as_event(self) -> dict[str, Any]:
        """The capture as a line of the event log (`event` = "capture")."""
        return {"event": "capture", "at": self.finished_at, **asdict(self)}


@dataclass(slots=True)
class Fact:
    """A number that a notice states, with the characters that prove it.

    `start`/`end` count in `Notice.text`, of which the body is the head: so `evidence == text[start:end]` always,
    and `body[start:end]` too for the segment `main`. `raw_start`/`raw_end` count in the decoded page before any
    cleaning (for HTML: in its text as `scrapers.notices` first draws it from the markup).
    A fraction keeps numerator and denominator; `value` is then their quotient for charts only.

    `date`: of a target the day it is due, of anything else the day it holds for; only a year, 2024, where the page says
    no more. `date_precision`: day, month, months, quarter, half-year, year-end, year (the last day of that period, as
    the sentence names it); as-of and approx (what the page is dated, and its dateline); year-inferred.
    """

    indicator: str
    indicator_code: str | None
    subject: str | None
    geography: str | None
    adcode: str | None
    value: float | None
    value_max: float | None
    numerator: int | None
    denominator: int | None
    unit: str | None
    comparator: str  # = > >= < <= between
    date: str | None
    date_precision: str | None
    kind: str  # actual | target | requirement | plan | definition
    topic: str
    segment: str  # main | related
    trust: str  # high | medium (of a table, or a damaged page) | low (of another article on the page)
    evidence: str
    start: int
    end: int
    raw_start: int
    raw_end: int


@dataclass(slots=True)
class Statement:
    """A fact without a number: what something is, includes, or is due by a date."""

    indicator: str
    indicator_code: str | None
    subject: str | None
    comparator: str  # in | includes | = | <=
    value: str
    date: str | None
    date_precision: str | None
    kind: str
    topic: str
    segment: str
    trust: str
    evidence: str
    start: int
    end: int
    raw_start: int
    raw_end: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """A number that was looked at and is no fact, and the rule that says so. Offsets as in `Fact`."""

    start: int
    end: int
    rule: str


@dataclass(slots=True)
class PlaceRow:
    """A row of a list of places: as printed, and as the administrative codes prove it.

    `adcode` is None where the name proves no region; `flags` then say why. `correction` is set only where the place
    proves the print wrong. Offsets as in `Fact`; they are those of the place, not of its province.
    """

    list_no: int  # lists of the page, 1..
    row_no: int  # as printed, else counted in the list
    province_raw: str | None
    city_raw: str
    province: str | None
    name: str | None
    adcode: str | None
    province_adcode: str | None
    report_province_code: str | None
    level: str | None
    mapping_method: str | None  # full_name | short_name | stem
    correction: str | None  # province_wrong | prefecture_wrong
    correction_reason: str | None
    flags: list[str]
    evidence: str
    start: int
    end: int
    raw_start: int
    raw_end: int


@dataclass(slots=True)
class Notice:
    """A page, read. Every field that the page does not state is None or empty; nothing is guessed."""

    blocked: bool = False
    relevant: bool = False
    title: str | None = None
    publish_date: str | None = None
    publish_time: str | None = None
    source: str | None = None
    doc_number: str | None = None
    body: str = ""  # the main segment, cleaned
    text: str = ""  # the body, then a blank line and each related segment
    topics: list[str] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    places: list[PlaceRow] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    issuers: list[str] = field(default_factory=list)  # who signed it, as printed
    signed_date: str | None = None
    effective_date: str | None = None
    cited_doc_numbers: list[str] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


NOTICE_SCHEMA = pa.schema(
    [
        ("capture_id", pa.string()),
        ("parser_version", pa.string()),
        ("source_id", pa.string()),
        ("notice_id", pa.string()),  # nhc:<32 hex> | url:<canonical> | sha256:<hex> for a dropped file
        ("url", pa.string()),
        ("content_sha256", pa.string()),
        ("norm_sha256", pa.string()),  # of title and body without white space
        ("fetched_at", pa.string()),
        ("is_blocked", pa.bool_()),
        ("is_relevant", pa.bool_()),
        ("title", pa.string()),
        ("publish_date", pa.string()),
        ("publish_time", pa.string()),
        ("source_name", pa.string()),
        ("doc_number", pa.string()),
        ("topics", pa.string()),  # JSON array
        ("flags", pa.string()),  # JSON array
        ("body", pa.string()),
        ("page_text", pa.string()),  # begins with the body; fact offsets count in it
        ("source_site", pa.string()),  # host of the address; null for a dropped file
        (
            "doc_number_key",
            pa.string(),
        ),  # this and the four below: how reposts are matched, see scrapers/text/shingles.py
        ("title_core", pa.string()),
        ("title_kind", pa.string()),
        ("shingle_modulus", pa.int64()),
        ("shingles_count", pa.int64()),
        ("issuers", pa.string()),  # JSON array
        ("signed_date", pa.string()),
        ("effective_date", pa.string()),
        ("cited_doc_numbers", pa.string()),  # JSON array
        ("rejected_numbers", pa.string()),  # JSON array of [start, end, rule]; offsets in page_text
    ]
)

PLACE_SCHEMA = pa.schema(
    [
        ("capture_id", pa.string()),
        ("parser_version", pa.string()),
        ("notice_id", pa.string()),
        ("content_sha256", pa.string()),
        ("place_no", pa.int64()),  # 1.. in the order of the page
        ("list_no", pa.int64()),
        ("row_no", pa.int64()),
        ("province_raw", pa.string()),
        ("city_raw", pa.string()),
        ("province", pa.string()),
        ("name", pa.string()),
        ("adcode", pa.string()),
        ("province_adcode", pa.string()),
        ("report_province_code", pa.string()),
        ("level", pa.string()),
        ("mapping_method", pa.string()),
        ("correction", pa.string()),
        ("correction_reason", pa.string()),
        ("flags", pa.string()),  # JSON array
        ("evidence", pa.string()),
        ("start_offset", pa.int64()),  # in page_text, within the body
        ("end_offset", pa.int64()),
        ("raw_start_offset", pa.int64()),
        ("raw_end_offset", pa.int64()),
    ]
)

SHINGLE_SCHEMA = pa.schema(
    [
        ("capture_id", pa.string()),
        ("parser_version", pa.string()),
        ("notice_id", pa.string()),
        ("shingle_hash", pa.int64()),  # of an 8-gram of a sentence; a multiple of the page's shingle_modulus
    ]
)

FACT_SCHEMA = pa.schema(
    [
        ("capture_id", pa.string()),
        ("parser_version", pa.string()),
        ("notice_id", pa.string()),
        ("content_sha256", pa.string()),
        ("fact_no", pa.int64()),  # 1.. in the order of the page; facts first, then statements
        ("is_statement", pa.bool_()),
        ("indicator", pa.string()),
        ("indicator_code", pa.string()),
        ("subject", pa.string()),
        ("geography", pa.string()),
        ("adcode", pa.string()),
        ("value", pa.float64()),
        ("value_max", pa.float64()),
        ("value_text", pa.string()),  # a statement's value
        ("numerator", pa.int64()),
        ("denominator", pa.int64()),
        ("unit", pa.string()),
        ("comparator", pa.string()),
        ("fact_date", pa.string()),
        ("date_precision", pa.string()),
        ("fact_kind", pa.string()),
        ("topic", pa.string()),
        ("segment", pa.string()),
        ("trust", pa.string()),
        ("evidence", pa.string()),
        ("start_offset", pa.int64()),  # in page_text, and so in body for the segment main
        ("end_offset", pa.int64()),
        ("raw_start_offset", pa.int64()),  # in the decoded page
        ("raw_end_offset", pa.int64()),
    ]
)

ATTACHMENT_SCHEMA = pa.schema(
    [
        ("capture_id", pa.string()),
        ("reader_version", pa.string()),
        ("source_id", pa.string()),
        ("notice_id", pa.string()),  # of the notice whose body links to the file; null for a dropped file
        ("notice_url", pa.string()),
        ("url", pa.string()),
        ("attachment_name", pa.string()),  # as the notice calls it
        ("content_sha256", pa.string()),
        ("byte_count", pa.int64()),
        ("file_format", pa.string()),
        ("text_status", pa.string()),  # read | partial | listed | no_text | no_reader | unreadable
        ("text_length", pa.int64()),
        ("attachment_text", pa.string()),
    ]
)
