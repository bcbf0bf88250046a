"""The night: the ordered steps of a refresh and its lease, called by DAG and command line alike.

open → load → transform (layer by layer) → gate → publish. A refresh works on a private copy of the published
version, build/<run_id>/yilian.duckdb, so a refused or killed build leaves nothing behind: what it had loaded is
simply loaded again. Each step takes the lease and is safe to repeat for the same run_id; `night` holds one lease
over all of them. Raises Refused with one clear line where the build must not go on, LeaseHeld where another writes.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

from scrapers import registry
from scrapers.archive import archive_path, new_run_id, read_captures
from scrapers.records import timestamp
from scrapers.registry import Source
from warehouse import catalogue, database, door, lease, receipts, report
from warehouse import gate as gates
from warehouse import load as loads
from warehouse import publish as publishing
from warehouse import transform as dbt
from warehouse.events import EventLog
from warehouse.lease import LeaseHeld
from warehouse.settings import Settings

__all__ = ["LAYERS", "LeaseHeld", "Refused", "gate", "load", "night", "open_build", "publish", "transform"]

LAYERS = dbt.LAYERS
Say = Callable[[str], None]


class Refused(RuntimeError):
    """The build must not go on; last night's version stays published."""


def _quiet(_line: str) -> None:
    return None


@dataclass(frozen=True, slots=True)
class State:
    """What a build knows of itself: build/<run_id>/state.json."""

    run_id: str
    base: str | None
    business_date: str
    opened_at: str
    full_refresh: bool
    project_hash: str
    accepted_checks: tuple[str, ...] = ()
    is_gated: bool = False

    @classmethod
    def read(cls, settings: Settings, run_id: str) -> State:
        path = settings.build / run_id / "state.json"
        if not path.exists():
            raise Refused(f"build {run_id} is not here: it was never opened, or another refresh took over since")
        fields = json.loads(path.read_text(encoding="utf-8"))
        return cls(**{**fields, "accepted_checks": tuple(fields["accepted_checks"])})

    def write(self, settings: Settings) -> None:
        folder = settings.build / self.run_id
        part = folder / ".state.json.part"
        part.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")
        part.replace(folder / "state.json")


def build_file(settings: Settings, run_id: str) -> Path:
    """The private work file of a refresh."""
    return settings.build / run_id / database.DATABASE_NAME


# ---- the steps


def open_build(
    settings: Settings,
    run_id: str,
    business_date: str,
    *,
    full_refresh: bool = False,
    accepted_checks: tuple[str, ...] = (),
    say: Say = _quiet,
) -> State:
    """Copy the published version to this run's build file; what other builds left is swept away.

    A base made by other models than today's is rebuilt in full.
    """
    with _step(settings, run_id, "open", say):
        _sweep(settings)
        base = publishing.current(settings)
        folder = settings.build / run_id
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        file = build_file(settings, run_id)
        if base is None:
            database.create(file)
        else:
            shutil.copyfile(settings.published / base / database.DATABASE_NAME, file)
        project = dbt.project_hash()
        if base is not None and not full_refresh:
            manifest = json.loads((settings.published / base / "manifest.json").read_text(encoding="utf-8"))
            full_refresh = manifest.get("project_hash") != project
            if full_refresh:
                say("the models changed since the published version: a full refresh")
        con = database.build(file, threads=settings.threads)
        try:
            loads.prepare(con, home_kind := settings.open_home(), registry.select(settings.sources(), home_kind))
        finally:
            con.close()
        state = State(run_id, base, business_date, timestamp(), full_refresh, project, accepted_checks)
        state.write(settings)
        say(f"build {run_id} on {base or 'nothing: the first version'}")
        return state


def load(settings: Settings, run_id: str, *, say: Say = _quiet) -> loads.Loaded:
    """Bring new feed files before the door, then load all that is new."""
    with _step(settings, run_id, "load", say) as (log, _):
        state = State.read(settings, run_id)
        con = database.build(build_file(settings, run_id), threads=settings.threads)
        try:
            loaded = loads.load(con, settings.home, run_id, _door(settings, log, say), say)
            _tell_senders(settings, con, run_id, state.business_date)
        finally:
            con.close()
        log.append("loaded", **asdict(loaded))
        say(f"loaded {loaded}")
        return loaded


def ask_again(settings: Settings, sources: Sequence[Source], since: date) -> int:
    """Ask the next load to bring the archived feed files of these sources before the door again, as today's contracts
    are: those that came on or after a day. Returns how many. Nothing is written but the wish: a load that is not
    published leaves it open."""
    log = EventLog(settings.home, new_run_id("replay"))
    files = set()
    for source in sources:
        log.append("replay_asked", source_id=source.id, since=since.isoformat())
        captures = read_captures(settings.home, source.id, since.isoformat())
        files |= {(source.id, c.sha256) for c in captures if c.role == "document" and c.sha256}
    return len(files)


def transform(settings: Settings, run_id: str, layer: str, *, say: Say = _quiet) -> None:
    """Build one layer of models with its tests, or all. Raises Refused with what failed."""
    with _step(settings, run_id, f"transform {layer}", say) as (log, descriptor):
        state = State.read(settings, run_id)
        try:
            results = dbt.run_layer(
                settings,
                build_file(settings, run_id),
                layer,
                log=log,
                full_refresh=state.full_refresh,
                lease_fd=descriptor,
                say=say,
            )
        except dbt.TransformFailed as failure:
            raise Refused(str(failure)) from None
        say(f"transformed {layer}: {len(results)} models, seeds and tests")


def gate(settings: Settings, run_id: str, *, say: Say = _quiet) -> list[gates.Check]:
    """May this build be published? Raises Refused with every failed check of severity error."""
    with _step(settings, run_id, "gate", say) as (log, _):
        state = State.read(settings, run_id)
        base = settings.published / state.base / database.DATABASE_NAME if state.base else None
        con = database.build(build_file(settings, run_id), threads=settings.threads)
        try:
            checks = gates.run(con, base, is_full=state.full_refresh or base is None)
        finally:
            con.close()
        for check in checks:
            log.append("check", **asdict(check))
            if not check.is_ok:
                say(f"{check.severity}: {check}")
        failed = [c for c in checks if not c.is_ok and c.severity == "error" and c.name not in state.accepted_checks]
        if failed:
            raise Refused("the gate refused this build: " + "; ".join(str(c) for c in failed))
        replace(state, is_gated=True).write(settings)
        say(f"gate: {len(checks)} checks, {sum(not c.is_ok for c in checks)} warnings")
        return checks


def publish(settings: Settings, run_id: str, *, say: Say = _quiet) -> publishing.Version:
    """Publish a gated build. Raises Refused where it was not gated or its base is no longer the published one."""
    with _step(settings, run_id, "publish", say) as (log, _):
        state = State.read(settings, run_id)
        if not state.is_gated:
            raise Refused(f"build {run_id} has not passed the gate")
        notes = {"business_date": state.business_date, "project_hash": state.project_hash}
        try:
            version = publishing.publish(
                settings,
                build_file(settings, run_id),
                run_id=run_id,
                base=state.base,
                notes=notes,
                extras=_extras(settings),
                say=say,
            )
        except publishing.PublishRefused as refusal:
            raise Refused(str(refusal)) from None
        log.append("published", version=version.name, base=state.base, checksum=version.checksum)
        shutil.rmtree(settings.build / run_id)
        say(f"published {version.name}, checksum {version.checksum}")
        return version


def night(
    settings: Settings,
    business_date: str,
    *,
    full_refresh: bool = False,
    accepted_checks: tuple[str, ...] = (),
    say: Say = _quiet,
    progress: Callable[[str, int, int | None], None] = lambda _label, _done, _total: None,
) -> publishing.Version:
    """All steps in order under one lease."""
    run_id = new_run_id("refresh")
    steps = 5
    with _step(settings, run_id, "refresh", say):
        progress("open", 0, steps)
        open_build(settings, run_id, business_date, full_refresh=full_refresh, accepted_checks=accepted_checks, say=say)
        progress("load", 1, steps)
        load(settings, run_id, say=say)
        progress("transform", 2, steps)
        transform(settings, run_id, dbt.ALL, say=say)
        progress("gate", 3, steps)
        gate(settings, run_id, say=say)
        progress("publish", 4, steps)
        version = publish(settings, run_id, say=say)
        progress("published", steps, steps)
        return version


# ---- helpers

_held: dict[Path, int] = {}  # leases that this process holds already: `night` holds one over its steps


@contextmanager
def _step(settings: Settings, run_id: str, step: str, say: Say) -> Iterator[tuple[EventLog, int]]:
    """One step: the lease, a run_started and a run_finished event, an alert where it failed."""
    file = settings.build / "lease"
    if file in _held:
        with _logged(settings, run_id, step) as log:
            yield log, _held[file]
        return
    with lease.hold(file, run_id, step, say=say) as descriptor:
        _held[file] = descriptor
        try:
            with _logged(settings, run_id, step) as log:
                yield log, descriptor
        finally:
            del _held[file]


@contextmanager
def _logged(settings: Settings, run_id: str, step: str) -> Iterator[EventLog]:
    log = EventLog(settings.home, run_id)
    log.append("run_started", verb=step)
    try:
        yield log
    except BaseException as failure:
        line = str(failure) or type(failure).__name__
        log.append(
            "run_finished", verb=step, outcome="refused" if isinstance(failure, Refused) else "error", error=line
        )
        raise
    log.append("run_finished", verb=step, outcome="ok")


def _sweep(settings: Settings) -> None:
    """Remove every build: one of a dead or refused run is never gone on with, and a live one holds the lease.

    Between the tasks of a DAG run no lease is held; a refresh by hand that comes in between takes over, and the DAG
    run's next task says that its build is gone.
    """
    for folder in settings.build.iterdir():
        if folder.is_dir() and folder.name != "dbt":
            shutil.rmtree(folder)


def _door(settings: Settings, log: EventLog, say: Say) -> loads.Judge:
    sources = settings.sources()

    def judge(file: loads.FeedFile) -> None:
        source = sources.get(file.source_id)
        if source is None:
            say(f"warning: {file.filename} came from source {file.source_id}, which is not registered: left for later")
            log.append("alert", source_id=file.source_id, reason="source is not registered", filename=file.filename)
            return
        try:
            receipt = door.judge(
                settings.home,
                archive_path(settings.home, file.file_sha256),
                source=source,
                file_sha256=file.file_sha256,
                filename=file.filename,
                received_at=file.received_at,
                manifest=file.manifest,
            )
        except Exception as error:  # one file that breaks the door must not stop the night; it is tried again tomorrow
            say(f"warning: the door broke down over {file.filename} of {file.source_id}: {type(error).__name__}")
            reason = f"the door broke down: {type(error).__name__}"  # its text may quote the file
            log.append("alert", source_id=file.source_id, reason=reason, filename=file.filename)
            return
        if receipt.file_refused or receipt.rejections:
            log.append(
                "door",
                source_id=file.source_id,
                filename=file.filename,
                file_sha256=file.file_sha256,
                rejections=receipt.rejections,
                file_refused=receipt.file_refused,
            )

    return judge


def _tell_senders(settings: Settings, con: database.Connection, run_id: str, business_date: str) -> None:
    """What is due and missing, and a page for every file that came in."""
    sources = [source for source in settings.sources().values() if source.kind == "feed"]
    receipts.expect(con, sources, business_date)
    files = con.execute("select source_id, file_sha256 from ops.feed_file where load_run = ?", [run_id]).fetchall()
    for source in sources:
        fresh = {sha256 for source_id, sha256 in files if source_id == source.id}
        due = receipts.due_periods(con, source.id)
        if fresh or due:
            receipts.write(settings.home, source, due, fresh)


def _extras(settings: Settings) -> Callable[[database.Connection, Path], None]:
    def write(con: database.Connection, folder: Path) -> None:
        report.build(con, folder / "report" / "index.html", is_sample=settings.kind() == "sample")
        catalogue.build(con, folder / "catalogue")

    return write
