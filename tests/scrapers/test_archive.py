"""The archive: immutable bytes, one line an attempt, and nothing lost or invented when a run is killed."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import random
import signal
import time
from datetime import datetime
from itertools import count
from pathlib import Path

import pytest

from scrapers import archive, records
from scrapers.archive import (
    Archive,
    EventLog,
    archive_path,
    new_run_id,
    read_captures,
    read_events,
    tombstone_path,
)
from tests.scrapers.archive_worker import SOURCE, blank, bodies, dropped, fetched, wall, work

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["tests.scrapers.archive_worker"])


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    return tmp_path


def opened(home: Path, verb: str = "crawl") -> Archive:
    return Archive(home, EventLog(home, new_run_id(verb)), wall)


def sha(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


# -- the event log


def test_a_run_has_one_log_in_the_month_it_started(home: Path) -> None:
    records.set_clock(lambda: datetime(2026, 10, 31, 23, 59, 59, tzinfo=records.SHANGHAI))
    log = EventLog(home, new_run_id("crawl"))
    log.append("run_started", verb="crawl")
    records.set_clock(lambda: datetime(2026, 11, 1, 0, 0, 1, tzinfo=records.SHANGHAI))
    log.append("run_finished", verb="crawl", outcome="ok")
    (path,) = (home / "events").rglob("*.ndjson")
    assert path.parent.name == "2026-10"
    assert path.name.startswith("20261031T235959-crawl-")
    assert [e["event"] for e in read_events(home)] == ["run_started", "run_finished"]
    assert [e["event"] for e in read_events(home, since="2026-11-01")] == ["run_finished"]
    assert [e["event"] for e in read_events(home, name="run_started")] == ["run_started"]
    assert list(read_events(home, since="2026-11-02")) == []


def test_run_ids_sort_by_time() -> None:
    moments = [datetime(2026, 1, 2, 3, 4, s, tzinfo=records.SHANGHAI) for s in range(3)]
    ids = []
    for moment in moments:
        records.set_clock(lambda moment=moment: moment)
        ids.append(new_run_id("crawl"))
    assert ids == sorted(ids)
    assert len({new_run_id("crawl") for _ in range(500)}) == 500


def test_a_torn_last_line_is_skipped_and_then_cut(home: Path) -> None:
    log = EventLog(home, new_run_id("crawl"))
    log.append("one")
    with log.path.open("ab") as file:
        file.write(b'{"event":"two","at":"20' + b"x" * 10_000)
    assert [e["event"] for e in read_events(home)] == ["one"]
    log.append("three")
    assert [e["event"] for e in read_events(home)] == ["one", "three"]
    assert log.path.read_bytes().count(b"\n") == 2


def test_a_log_that_is_all_torn_starts_again(home: Path) -> None:
    log = EventLog(home, new_run_id("crawl"))
    log.path.parent.mkdir(parents=True)
    log.path.write_bytes(b"{" * 5000)
    assert list(read_events(home)) == []
    log.append("one")
    assert [e["event"] for e in read_events(home)] == ["one"]


def test_a_broken_line_in_the_middle_is_named(home: Path) -> None:
    log = EventLog(home, new_run_id("crawl"))
    log.append("one")
    with log.path.open("ab") as file:
        file.write(b"not an event\n")
    with pytest.raises(ValueError, match=rf"{log.path.name}:2"):
        list(read_events(home))


# -- content


def test_bytes_become_content_once(home: Path) -> None:
    with opened(home) as store:
        captures = [fetched(store, "http://h/a", body) for body in (b"1", b"1", b"2", b"1")]
        other = fetched(store, "http://h/b", b"1")
        last = store.last(SOURCE.id, "http://h/a")
        assert store.read(sha(b"1")) == b"1"
    assert [c.outcome for c in captures] == ["new", "unchanged", "changed", "changed"]
    assert other.outcome == "new"
    assert last == captures[-1]
    assert {c.sha256 for c in captures} == {sha(b"1"), sha(b"2")}
    assert list(read_captures(home)) == [*captures, other]
    assert list(read_captures(home, "other_source")) == []
    assert not os.access(archive_path(home, sha(b"1")), os.W_OK) or os.geteuid() == 0
    assert list((home / "held").iterdir()) == [], "a run that ends leaves no room behind"


def test_what_is_known_outlives_the_run(home: Path) -> None:
    with opened(home) as store:
        first = fetched(store, "http://h/a", b"1")
    with opened(home) as store:
        assert store.last(SOURCE.id, "http://h/a") == first
        assert store.last(SOURCE.id, "http://h/b") is None
        assert store.holds(SOURCE.id, sha(b"1"))
        assert not store.holds("other_source", sha(b"1"))
        assert store.last_attempt(SOURCE.id, "http://h/a") == first.finished_at
        assert store.last_attempt(SOURCE.id, "http://h/b") == ""
        assert fetched(store, "http://h/a", b"1").outcome == "unchanged"


def test_a_dropped_file_moves_and_the_same_bytes_are_no_news(home: Path) -> None:
    with opened(home) as store:
        outcomes = []
        for name, body in (("a.html", b"1"), ("a.html", b"1"), ("b.html", b"1"), ("a.html", b"2")):
            (home / "inbox" / name).write_bytes(body)
            outcomes.append(dropped(store, home / "inbox" / name).outcome)
            assert list((home / "inbox").iterdir()) == []
    assert outcomes == ["new", "unchanged", "unchanged", "changed"]


def test_what_the_wall_refuses_leaves_a_tombstone_and_no_bytes(home: Path) -> None:
    body = b"whole person 110101199003070000"
    (home / "inbox" / "a.html").write_bytes(body)
    with opened(home) as store:
        for capture in (fetched(store, "http://h/a", body), dropped(store, home / "inbox" / "a.html")):
            assert (capture.outcome, capture.sha256, capture.error) == ("refused", None, "rule Q99 line 1 field name")
        assert store.last(SOURCE.id, "http://h/a") is None
    assert json.loads(tombstone_path(home, sha(body)).read_text()) == {
        "sha256": sha(body),
        "rule": "Q99",
        "field": "name",
        "line": 1,
    }
    everything = b"".join(p.read_bytes() for p in home.rglob("*") if p.is_file())
    assert b"110101199003070000" not in everything


def test_an_attempt_without_bytes_is_a_line(home: Path) -> None:
    with opened(home) as store:
        capture = blank(store, "http://h/a")
        store.record(capture)
        with pytest.raises(ValueError, match="admit"):
            store.record(fetched(store, "http://h/b", b"1"))
    assert next(read_captures(home)) == capture


def test_a_sha256_is_no_path() -> None:
    with pytest.raises(ValueError, match="64"):
        archive_path(Path("home"), "../../etc/passwd")


# -- being killed


def check(home: Path, complete: set[bytes]) -> None:
    """The promise: content has bytes, bytes have content, and only complete bodies are content."""
    captures = list(read_captures(home))
    ids = [c.capture_id for c in captures]
    assert len(ids) == len(set(ids)), "an attempt is logged once"
    content = {c.sha256 for c in captures if c.outcome in records.CONTENT_OUTCOMES}
    assert None not in content
    files = [p for p in (home / "archive").glob("*/*") if not p.name.endswith(".tombstone.json")]
    assert {p.name for p in files} == content
    for path in files:
        body = path.read_bytes()
        assert sha(body) == path.name
        assert body in complete, "a half-written file was taken for content"
    for path in (home / "archive").glob("*/*.tombstone.json"):
        assert json.loads(path.read_bytes())["rule"] == "Q99"
    assert not [p for p in (home / "held").iterdir() if p.is_dir()]
    for log in (home / "events").rglob("*.ndjson"):
        assert log.read_bytes().endswith(b"\n"), "a torn last line was left"


def killed(home: Path, tag: str, kill_at: int | None, run_id: str | None = None) -> str:
    run_id = run_id or new_run_id("crawl")
    child = processes.Process(target=work, args=(home, run_id, tag, kill_at))
    child.start()
    child.join(60)
    assert child.exitcode == (0 if (home / f"{run_id}.checkpoints").exists() else -signal.SIGKILL)
    return run_id


def tear(home: Path, run_id: str) -> None:
    """What a crash in mid-write leaves of a line."""
    log = EventLog(home, run_id).path
    if log.exists():
        with log.open("ab") as file:
            file.write(b'{"event":"capture","at":"2026')


def drop(home: Path, tag: str) -> set[bytes]:
    made = {f"{kind}-{tag}.html": f"whole dropped {kind} {tag}".encode() for kind in ("page", "person", "challenge")}
    for name, body in made.items():
        (home / "inbox" / name).write_bytes(body)
    return set(made.values())


def recovered(home: Path) -> int:
    with opened(home) as store:
        return store.recover()


def test_killed_at_every_point_and_again_while_recovering(home: Path) -> None:
    drop(home, "0")
    points = int((home / f"{killed(home, '0', None)}.checkpoints").read_text())
    assert points > 30
    complete, pages = set(bodies("0")), {b"whole dropped page 0"}
    complete |= pages
    for point in range(1, points + 1):
        tag = str(point)
        drop(home, tag)
        complete |= set(bodies(tag)) | {f"whole dropped page {tag}".encode()}
        tear(home, killed(home, tag, point))
        tear(home, killed(home, tag, 1 + point % 7))  # dies while it heals the first, or soon after
        recovered(home)
        check(home, complete)
        where = [
            *(home / "inbox").glob("*.html"),
            *(home / "inbox" / ".rejected").glob("*"),
            *(home / "archive").glob("*/*"),
        ]
        kept = {p.read_bytes() for p in where}
        assert f"whole dropped page {tag}".encode() in kept
        assert f"whole dropped challenge {tag}".encode() in kept
        refused = f"whole dropped person {tag}".encode()
        assert refused in kept or tombstone_path(home, sha(refused)).exists()
    killed(home, "last", None)
    assert recovered(home) == 0
    assert list((home / "inbox").glob("*.html")) == []


def test_killed_at_random_moments(home: Path) -> None:
    complete: set[bytes] = set()
    chance, tags, ends = random.Random(20261120), count(), time.monotonic() + 5
    while (number := next(tags)) < 11 or time.monotonic() < ends:  # on a busy machine five seconds hold few
        tag = f"r{number}"
        complete |= {b for turn in range(400) for b in bodies(f"{tag}-{turn}")}
        run_id = new_run_id("crawl")
        child = processes.Process(target=work, args=(home, run_id, tag, None, 400))
        child.start()
        log = EventLog(home, run_id).path
        while not log.exists():
            assert child.is_alive()
            time.sleep(0.001)
        time.sleep(chance.uniform(0, 0.08))
        assert child.pid
        os.kill(child.pid, signal.SIGKILL)
        child.join()
        recovered(home)
        check(home, complete)


def test_a_living_run_is_left_alone(home: Path) -> None:
    with opened(home) as alive:
        held = alive.hold(alive.new_capture_id())
        held.write_bytes(b"half")
        assert recovered(home) == 0
        assert held.exists()
    assert recovered(home) == 1
    assert not held.exists()


def test_lost_bytes_are_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str) -> None:
        if name == "intent written":
            raise RuntimeError

    monkeypatch.setattr(archive, "checkpoint", fail)
    with pytest.raises(RuntimeError), opened(home) as store:
        fetched(store, "http://h/a", b"1")
    monkeypatch.undo()
    for held in (home / "held").glob("*/*.html"):
        held.unlink()
    assert recovered(home) == 1
    (capture,) = read_captures(home)
    assert (capture.outcome, capture.sha256) == ("error", None)


def test_a_file_returned_to_the_inbox_replaces_none(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "inbox" / "a.html").write_bytes(b"first")

    def fail(name: str) -> None:
        if name == "drop moved":
            raise RuntimeError

    monkeypatch.setattr(archive, "checkpoint", fail)
    with pytest.raises(RuntimeError), opened(home) as store:
        dropped(store, home / "inbox" / "a.html")
    monkeypatch.undo()
    (home / "inbox" / "a.html").write_bytes(b"second")
    recovered(home)
    assert {p.read_bytes() for p in (home / "inbox").iterdir()} == {b"first", b"second"}


def test_several_runs_at_once(home: Path) -> None:
    for n in range(20):
        drop(home, str(n))
    complete = {b for w in range(4) for turn in range(8) for b in bodies(f"w{w}-{turn}")}
    complete |= {f"whole dropped page {n}".encode() for n in range(20)}
    runs = [processes.Process(target=work, args=(home, new_run_id("crawl"), f"w{w}", None, 8)) for w in range(4)]
    for run in runs:
        run.start()
    for run in runs:
        run.join(60)
    assert [run.exitcode for run in runs] == [0] * 4
    check(home, complete)
    assert list((home / "inbox").glob("*.html")) == []
    taken = [c.url for c in read_captures(home) if c.url.startswith("inbox:")]
    assert len(taken) == len(set(taken)) == 60
