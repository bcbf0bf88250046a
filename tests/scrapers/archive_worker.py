"""A run that works on an archive in a process of its own, to be killed. Imported by that process: no pytest here."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path

from scrapers import archive, registry, steps
from scrapers.archive import Archive, EventLog, Refusal
from scrapers.records import Capture, timestamp
from scrapers.registry import Source

REFUSED = b"person"
SOURCE = registry.read(registry.PACKAGED / "drop_folder" / "source.yml", {})


def wall(path: Path, source: Source) -> Refusal | None:
    return Refusal("Q99", "name", 1) if REFUSED in path.read_bytes() else None


def blank(store: Archive, url: str) -> Capture:
    moment = timestamp()
    return Capture(
        capture_id=store.new_capture_id(),
        run_id=store.log.run_id,
        source_id=SOURCE.id,
        kind="notices",
        role="document",
        url=url,
        business_date="2026-11-20",
        requested_at=moment,
        finished_at=moment,
        outcome="error",
    )


def fetched(store: Archive, url: str, body: bytes) -> Capture:
    """Stream a body into held/, in two writes, and admit it."""
    capture = blank(store, url)
    held = store.hold(capture.capture_id, "page.html")
    with held.open("wb", buffering=0) as file:
        file.write(body[: len(body) // 2])
        archive.checkpoint("half streamed")
        file.write(body[len(body) // 2 :])
    return store.admit(held, replace(capture, outcome="new"), SOURCE)


def dropped(store: Archive, file: Path) -> Capture:
    capture = blank(store, f"inbox:{file.name}")
    held = store.hold_dropped(capture.capture_id, file)
    if b"challenge" in held.read_bytes():
        capture = replace(capture, outcome="blocked", error="a challenge page")
        store.put_back(held, capture, file.parent / ".rejected" / file.name)
        return capture
    return store.admit(held, replace(capture, outcome="new"), SOURCE)


def bodies(tag: str) -> list[bytes]:
    """What `work` fetches: complete bodies; nothing else may ever be content."""
    return [f"whole {tag} {n} ".encode() * 50 + b"end" for n in range(2)] + [b"whole and the same in every run, end"]


def work(home: Path, run_id: str, tag: str, kill_at: int | None = None, rounds: int = 1) -> None:
    """Every way through the archive, `rounds` times; SIGKILL at the `kill_at`-th checkpoint."""
    passed = 0

    def count(_: str) -> None:
        nonlocal passed
        passed += 1
        if passed == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    archive.checkpoint = count
    with Archive(home, EventLog(home, run_id), wall) as store:
        store.recover()
        for turn in range(rounds):
            tagged = f"{tag}-{turn}" if rounds > 1 else tag
            for number, body in enumerate(bodies(tagged)):
                fetched(store, f"http://h/{number}", body)
            fetched(store, "http://h/refused", b"whole person " + tagged.encode())
            capture = blank(store, "http://h/discarded")
            held = store.hold(capture.capture_id)
            held.write_bytes(b"a challenge page")
            store.discard(held, replace(capture, outcome="blocked", error="a challenge page"))
            store.record(blank(store, "http://h/error"))
            for file in sorted((home / "inbox").glob("*.html")):
                try:
                    dropped(store, file)
                except FileNotFoundError:
                    continue  # another run took it
    (home / f"{run_id}.checkpoints").write_text(str(passed))


def crawl(home: Path, folder: Path, source_id: str) -> None:
    """A whole crawl of one source, as `yilian crawl` does it."""
    steps.crawl(home, [registry.load([folder])[source_id]], "2026-11-20", None)
