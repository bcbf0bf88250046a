"""The `yilian` command: every job by hand, the same steps that the DAGs call.

Exit 0 on success, 1 on a refused or failed job with one clear line on stderr, 2 on wrong usage. Progress shows on a
terminal as bars, elsewhere as lines on stderr; results go to stdout.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from scrapers import archive, bundle, contracts, examples, notices, records, registry, steps
from scrapers.contracts import guide, sample, template
from scrapers.feeds.table import HeaderError
from warehouse import (
    airflow_local,
    catalogue,
    database,
    door,
    events,
    lease,
    privacy,
    publish,
    receipts,
    refresh,
    report,
    status,
)
from warehouse import first_run as sample_night
from warehouse import settings as environment
from warehouse.settings import Settings

err = Console(stderr=True, highlight=False, soft_wrap=True)
out = Console(highlight=False, width=None if sys.stdout.isatty() else 10_000)  # piped tables never wrap

Say = Callable[[str], None]


class Failed(click.ClickException):
    """A refused or failed job: one line on stderr, exit 1."""

    exit_code = 1

    def show(self, file: Any = None) -> None:
        click.echo(f"yilian: {self.message}", err=True)


FAILURES = (
    bundle.BundleRefused,
    environment.HomeError,
    registry.RegistryError,
    HeaderError,
    refresh.Refused,
    lease.LeaseHeld,
    publish.NoVersion,
    airflow_local.AirflowFailed,
    steps.RecordFailed,
    database.Error,
    OSError,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="yilian")
def main() -> None:
    """Yilian 医联: a nightly warehouse on compact medical groups.

    The data home is YILIAN_HOME (default ./data). Every job is safe to run again.
    """


def settings() -> Settings:
    return environment.load()


# ---- pages and files, without a home


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object a file (the only format there is).")
def parse(files: tuple[Path, ...], as_json: bool) -> None:
    """Read pages and print what they say, one JSON object a file. No database, no network."""
    missing = 0
    for file in files:
        try:
            data = file.read_bytes()
        except OSError as error:
            click.echo(f"yilian: {file}: {error.strerror}", err=True)
            missing += 1
            continue
        click.echo(json.dumps(notices.as_json(str(file), notices.parse_page(data)), ensure_ascii=False))
    if missing:
        raise Failed(f"{missing} of {len(files)} files could not be read")


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object a file (the only format there is).")
@click.option(
    "--source", "source_id", metavar="SOURCE", help="Judge as files of this source: its types, organisations."
)
def check(files: tuple[Path, ...], as_json: bool, source_id: str | None) -> None:
    """Bring feed files before the door without loading them, one JSON object a file. No home, no network.

    NDJSON (plain, .gz, .zst), CSV and XLSX; a manifest beside a file (<file>.manifest.json) is held to. The line of a
    table is the sheet's row.
    """
    with _failures():
        source = _feed_source(source_id) if source_id else None
    bad = 0
    for file in files:
        if not file.is_file():
            click.echo(f"yilian: {file}: no such file", err=True)
            bad += 1
            continue
        try:
            verdict = door.check(file, source)
        except OSError as error:
            click.echo(f"yilian: {file}: {error.strerror}", err=True)
            bad += 1
            continue
        bad += bool(verdict["rejections"] or verdict["file_refused"])
        click.echo(json.dumps(verdict, ensure_ascii=False))
    if bad:
        raise Failed(f"{bad} of {len(files)} files hold something that the door refuses")


@main.command()
@click.argument("source_id", metavar="SOURCE")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--draft", is_flag=True, help="Write the expectation that is missing, for you to review.")
def example(source_id: str, folder: Path, draft: bool) -> None:
    """Compare what SOURCE reads from its recorded files in FOLDER with what was reviewed. No database, no network."""
    with _failures():
        source = settings().sources().get(source_id)
        if source is None:
            raise Failed(f"there is no source {source_id!r}")
        cases = examples.cases(folder)
        if not cases:
            raise Failed(f"{folder} holds no recorded file")
        for case in cases if draft else ():
            file = examples.expectation(case)
            if not file.exists():
                content = json.dumps(examples.draft(source, case, door.check), ensure_ascii=False, indent=2)
                file.write_text(content + "\n", encoding="utf-8")
                click.echo(f"drafted {file}")
        faults = [fault for case in cases for fault in examples.faults(source, case, door.check)]
    for fault in faults:
        click.echo(fault)
    if faults and not draft:
        raise Failed(f"{len(faults)} faults in the examples of {source_id}")
    if not draft:
        click.echo(f"{source_id}: {len(cases)} examples as reviewed")


@main.command()
@click.argument("source_id", metavar="SOURCE")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def record(source_id: str, folder: Path) -> None:
    """Save the list of SOURCE and its first article in FOLDER, as the start of its recorded examples."""
    with _failures():
        source = settings().sources().get(source_id)
        if source is None or not source.urls:
            raise Failed(f"there is no source {source_id!r} with an address")
        for file in steps.record(source, folder):
            click.echo(str(file))


def _feed_source(source_id: str) -> registry.Source:
    found = settings().sources().get(source_id)
    if found is None or found.kind != "feed":
        raise Failed(f"there is no feed source {source_id!r}")
    return found


@main.group("contracts")
def contracts_group() -> None:
    """What hospitals may send: record types, templates to fill in, samples, the guide for senders."""


def _contract(record_type: str) -> contracts.Contract:
    found = contracts.load().get(record_type)
    if found is None:
        raise click.BadParameter(f"{record_type!r} is none of {', '.join(contracts.load())}")
    return found


@contracts_group.command("list")
def contracts_list() -> None:
    """The record types, those that every sender owes first."""
    rows = [
        {"record_type": c.record_type, "title": c.zh, "tier": c.tier, "version": c.version, "fields": len(c.columns)}
        for c in sorted(contracts.load().values(), key=lambda c: (c.tier != "minimum", c.record_type))
    ]
    _print_table(None, rows)


@contracts_group.command("template")
@click.argument("record_type")
@click.option("-o", "--out", "target", type=click.Path(path_type=Path), help="Where to (default <RECORD_TYPE>.xlsx).")
def contracts_template(record_type: str, target: Path | None) -> None:
    """An XLSX template with drop-down lists and an example row."""
    with _failures():
        file = target or Path(f"{record_type}.xlsx")
        file.write_bytes(template.workbook(_contract(record_type)))
    click.echo(str(file))


@contracts_group.command("sample")
@click.argument("record_type")
def contracts_sample(record_type: str) -> None:
    """A valid record, as one line of NDJSON."""
    click.echo(json.dumps(sample.record(_contract(record_type)), ensure_ascii=False))


@contracts_group.command("schema")
@click.argument("record_type")
def contracts_schema(record_type: str) -> None:
    """The JSON Schema of a record."""
    click.echo(json.dumps(contracts.json_schema(_contract(record_type)), ensure_ascii=False, indent=2))


@contracts_group.command("guide")
@click.option("-o", "--out", "target", type=click.Path(path_type=Path), help="Where to (default standard output).")
def contracts_guide(target: Path | None) -> None:
    """The guide for senders (docs/send-a-feed.md), made from the contracts."""
    text = guide.markdown()
    if target is None:
        click.echo(text, nl=False)
    else:
        with _failures():
            target.write_text(text, encoding="utf-8", newline="\n")


@main.command("receipts")
@click.argument("source_id", metavar="[SOURCE]", required=False)
@click.option(
    "--json", "as_json", is_flag=True, help="As one JSON object: files with their findings, periods by state."
)
def receipts_command(source_id: str | None, as_json: bool) -> None:
    """What came of each feed file, newest first, and which periods are missing (as of the published version).

    The pages for the senders stand in accepted/receipts/<source>/index.html of the home.
    """
    with _failures():
        s = settings()
        ids = [i for i, source in s.sources().items() if source.kind == "feed" and source_id in (None, i)]
        if not ids:
            raise Failed(f"there is no feed source {source_id!r}")
        found = [receipt for i in ids for receipt in receipts.told(s.home, i, None if as_json else ())]
        periods = _due_periods(s, source_id)
    if as_json:
        files = [asdict(receipt) for receipt in found]
        click.echo(json.dumps({"files": files, "periods": periods}, ensure_ascii=False))
        return
    rows = [
        {
            "received": r.received_at[:19],
            "source": r.source_id,
            "file": r.file,
            "accepted": r.accepted,
            "refused": r.rejected,
            "warnings": sum(w.count for w in r.warnings),
            "whole file": r.file_refused.rule if r.file_refused else "",
        }
        for r in found
    ]
    _print_table("files", rows)
    missing = [p for p in periods if p["state"] in ("silent", "late", "not_provided")]
    _print_table("periods silent, late or not provided", missing[:100])


def _due_periods(s: Settings, source_id: str | None) -> list[dict[str, Any]]:
    if publish.current(s) is None:
        return []
    con = _published(s)
    try:
        return receipts.published_periods(con, source_id)
    finally:
        con.close()


# ---- the outside world


def _scope_options(command: Callable[..., None]) -> Callable[..., None]:
    """How far a visit looks: crawl and collect alike."""
    for option in (
        click.option("--until", metavar="DATE", help="Only what lists date on or before this day."),
        click.option("--since", metavar="DATE", help="Only what lists date on or after this day."),
        click.option("--full", is_flag=True, help="Lists to their ends, not to the first page without news."),
        click.option("--date", "day", metavar="DATE", help="Business date (default today in Asia/Shanghai)."),
    ):
        command = option(command)
    return command


@main.command()
@click.argument("sources", nargs=-1)
@_scope_options
def crawl(sources: tuple[str, ...], day: str | None, full: bool, since: str | None, until: str | None) -> None:
    """Fetch, archive and read the notices of SOURCES (default all)."""
    _gather("notices", sources, day, _scope(full, since, until))


@main.command()
@click.argument("sources", nargs=-1)
@_scope_options
def collect(sources: tuple[str, ...], day: str | None, full: bool, since: str | None, until: str | None) -> None:
    """Fetch and archive the feed files of SOURCES (default all)."""
    _gather("feed", sources, day, _scope(full, since, until))


def _scope(full: bool, since: str | None, until: str | None) -> steps.Scope:
    dates = (since and _day(since)) or None, (until and _day(until)) or None
    if full and any(dates):
        raise click.UsageError("--full or dates, not both")
    try:
        return steps.Scope("full" if full else "dated" if any(dates) else "incremental", *dates)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _gather(kind: records.Kind, ids: tuple[str, ...], day: str | None, scope: steps.Scope) -> None:
    with _failures():
        s = settings()
        home_kind = s.open_home()
        chosen = registry.select(s.sources(), home_kind, kind, ids)
        verb = steps.crawl if kind == "notices" else steps.collect
        with _bars() as bar:
            results = verb(s.home, chosen, environment.business_date(day), privacy.wall, bar, scope)
    failed = [r for r in results if r.outcome != "ok"]
    for result in results:
        counts = ", ".join(f"{n} {outcome}" for outcome, n in sorted(result.counts.items())) or "nothing"
        click.echo(f"{result.source_id}: {result.outcome} ({counts})" + (f": {result.error}" if result.error else ""))
    if failed:
        names = ", ".join(f"{r.source_id} {r.outcome}" for r in failed)
        raise Failed(f"{len(failed)} of {len(results)} sources did not end well: {names}")


@main.command()
@click.option("--since", "since", required=True, metavar="DATE", help="Captures from this day on.")
@click.argument("sources", nargs=-1)
def replay(since: str, sources: tuple[str, ...]) -> None:
    """Read archived pages and feed files again, without network; the next refresh loads them."""
    with _failures():
        s = settings()
        chosen = registry.select(s.sources(), s.open_home(), None, sources)
        with _bars() as bar:
            count = steps.replay(s.home, [c for c in chosen if c.kind == "notices"], _day(since), bar)
        files = refresh.ask_again(s, [c for c in chosen if c.kind == "feed"], _day(since))
    click.echo(f"{count} captures read again")
    if files:
        click.echo(f"{files} feed files come before the door again at the next refresh")


# ---- the archive across a gap


@main.group("archive")
def archive_group() -> None:
    """Carry the archive across a one-way network gap, as signed files."""


@archive_group.command("keygen")
@click.argument("name", type=click.Path(path_type=Path))
def keygen(name: Path) -> None:
    """Make NAME.key, which signs exports outside, and NAME.pub, which is trusted inside."""
    with _failures():
        private, public = bundle.keygen(name)
    click.echo(f"private key {private} (keep it outside)\npublic key {public} (carry it inside once)")


@archive_group.command("export")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--key", type=click.Path(path_type=Path), help="Private key (default YILIAN_EXPORT_KEY).")
@click.option("--since", metavar="DATE", help="All runs from this day on (default what no export has carried yet).")
def archive_export(file: Path, key: Path | None, since: str | None) -> None:
    """Write what was fetched to FILE, signed."""
    with _failures():
        s = settings()
        private = key or s.export_key
        if private is None:
            raise click.UsageError("no key: give --key or set YILIAN_EXPORT_KEY")
        day = _day(since).isoformat() if since else None
        done = bundle.export(s.home, s.open_home(), file, bundle.private_key(private), day)
    if done.runs:
        click.echo(f"{done.path}: {done.runs} runs, {done.files} files, {done.size} bytes")
    else:
        click.echo("nothing that was not exported yet")


@archive_group.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--key",
    "keys",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Trusted public key (default YILIAN_TRUSTED_KEYS).",
)
def archive_import(files: tuple[Path, ...], keys: tuple[Path, ...]) -> None:
    """Take bundles in, each whole or not at all; the next refresh reads and loads them."""
    with _failures():
        s = settings()
        trusted = [bundle.public_key(path) for path in keys or s.trusted_keys]
        if not trusted:
            raise click.UsageError("no trusted key: give --key or set YILIAN_TRUSTED_KEYS")
        home_kind = s.open_home()
        for file in files:
            try:
                with _bars() as bar:
                    got = bundle.take_in(s.home, home_kind, file, trusted, s.sources(), privacy.wall, tell=bar.advance)
            except bundle.BundleRefused as refusal:
                raise bundle.BundleRefused(f"{file} is refused: {refusal}") from None
            refused = f", {got.refused} refused by the wall" if got.refused else ""
            click.echo(
                f"{file}: {got.captures} captures of {got.runs} runs, {got.files} files{refused}; signed {got.signer}"
            )


# ---- the night


@main.command("refresh")
@click.option("--date", "day", metavar="DATE", help="Business date (default today in Asia/Shanghai).")
@click.option("--full-refresh", is_flag=True, help="Build every fact anew from raw.")
@click.option("--accept", "accepted", multiple=True, metavar="CHECK", help="Publish although this gate check fails.")
def refresh_command(day: str | None, full_refresh: bool, accepted: tuple[str, ...]) -> None:
    """The night, in order: load, transform, gate, publish."""
    with _failures():
        s = settings()
        home_kind = s.open_home()
        with _bars() as bar, _say() as say:
            read = steps.parse_pending(s.home, registry.select(s.sources(), home_kind, "notices"), bar)
            if read:
                say(f"read {read} archived pages that were not read yet")
            version = refresh.night(
                s,
                environment.business_date(day),
                full_refresh=full_refresh,
                accepted_checks=accepted,
                say=say,
                progress=bar.advance,
            )
    click.echo(f"published {version.name}")
    click.echo(f"checksum {version.checksum}")
    click.echo(f"report {version.path / 'report' / 'index.html'}")


@main.command("open")
@click.option("--date", "day", metavar="DATE", help="Business date (default today in Asia/Shanghai).")
@click.option("--full-refresh", is_flag=True, help="Build every fact anew from raw.")
def open_command(day: str | None, full_refresh: bool) -> None:
    """First step of a refresh by hand: copy the published version to a build; prints the run id."""
    with _failures(), _say() as say:
        s = settings()
        s.open_home()
        run_id = archive.new_run_id("refresh")
        refresh.open_build(s, run_id, environment.business_date(day), full_refresh=full_refresh, say=say)
    click.echo(run_id)


@main.command()
@click.argument("run_id")
def load(run_id: str) -> None:
    """Step of a refresh: load all that is new into the build RUN_ID."""
    with _failures(), _say() as say:
        refresh.load(settings(), run_id, say=say)


@main.command()
@click.argument("run_id")
@click.option("--layer", type=click.Choice(refresh.LAYERS), multiple=True, help="Only this layer (default all).")
def transform(run_id: str, layer: tuple[str, ...]) -> None:
    """Step of a refresh: build the models of the build RUN_ID with dbt."""
    with _failures(), _say() as say:
        for name in layer or refresh.LAYERS:
            refresh.transform(settings(), run_id, name, say=say)


@main.command()
@click.argument("run_id")
def gate(run_id: str) -> None:
    """Step of a refresh: may the build RUN_ID be published?"""
    with _failures(), _say() as say:
        checks = refresh.gate(settings(), run_id, say=say)
    for item in checks:
        click.echo(f"{'ok  ' if item.is_ok else item.severity} {item}")


@main.command("publish")
@click.argument("run_id")
def publish_command(run_id: str) -> None:
    """Step of a refresh: publish the gated build RUN_ID."""
    with _failures(), _say() as say:
        version = refresh.publish(settings(), run_id, say=say)
    click.echo(f"published {version.name}\nchecksum {version.checksum}")


# ---- looking


@main.command("status")
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
def status_command(as_json: bool) -> None:
    """Sources with both freshness clocks, last runs, the lease, the published version."""
    with _failures():
        found = status.read(settings())
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for title, rows in status.tables(found):
        _print_table(title, rows)


@main.command()
@click.argument("query")
@click.option("--csv", "as_csv", is_flag=True, help="As CSV with a heading.")
@click.option("--json", "as_json", is_flag=True, help="As a JSON array of objects.")
def sql(query: str, as_csv: bool, as_json: bool) -> None:
    """Ask the published version, read only."""
    if as_csv and as_json:
        raise click.UsageError("--csv or --json, not both")
    with _failures():
        s = settings()
        if publish.current(s) is None:
            raise Failed(f"{s.home} has no published version yet: run `yilian refresh`")
        con = database.published(s.current.resolve() / database.DATABASE_NAME)
        try:
            cursor = con.execute(query)
            names = [d[0] for d in cursor.description or []]
            rows = cursor.fetchall()
        finally:
            con.close()
    if as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(rows)
    elif as_json:
        click.echo(json.dumps([dict(zip(names, r, strict=True)) for r in rows], ensure_ascii=False, default=str))
    else:
        _print_table(None, [dict(zip(names, r, strict=True)) for r in rows], names)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="As a JSON array.")
def versions(as_json: bool) -> None:
    """The published versions with their checksums, newest first."""
    with _failures():
        there = publish.versions(settings())
    rows = [
        {
            "current": "→" if v.is_current else "",
            "version": v.name,
            "published_at": v.manifest["published_at"][:19],
            "business_date": v.manifest["business_date"],
            "MB": round(v.manifest["bytes"] / 1e6, 1),
            "checksum": v.checksum,
        }
        for v in there
    ]
    if as_json:
        click.echo(json.dumps([{**r, "current": bool(r["current"])} for r in rows], ensure_ascii=False))
    else:
        _print_table(None, rows, ["current", "version", "published_at", "business_date", "MB", "checksum"])


@main.command()
@click.argument("version", required=False)
def rollback(version: str | None) -> None:
    """Point published/current back to VERSION (default the one before)."""
    with _failures():
        s = settings()
        with lease.hold(s.build / "lease", "rollback", "rollback"):
            chosen = publish.rollback(s, version)
        events.EventLog(s.home, archive.new_run_id("rollback")).append("rolled_back", version=chosen.name)
    click.echo(f"published/current is {chosen.name}, checksum {chosen.checksum}")


@main.command("report")
@click.option("--out", "target", type=click.Path(path_type=Path), help="Where to (default report.html here).")
def report_command(target: Path | None) -> None:
    """Build the report of the published version anew."""
    with _failures():
        s = settings()
        file = target or Path("report.html")
        con = _published(s)
        try:
            report.build(con, file, is_sample=s.kind() == "sample")
        finally:
            con.close()
    click.echo(str(file))


@main.command("catalogue")
@click.option("--out", "target", type=click.Path(path_type=Path), help="Folder (default ./catalogue).")
def catalogue_command(target: Path | None) -> None:
    """Build the data dictionary of the published version anew."""
    with _failures():
        folder = target or Path("catalogue")
        con = _published(settings())
        try:
            catalogue.build(con, folder)
        finally:
            con.close()
    click.echo(str(folder))


def _published(s: Settings) -> database.Connection:
    if publish.current(s) is None:
        raise Failed(f"{s.home} has no published version yet: run `yilian refresh`")
    return database.published(s.current.resolve() / database.DATABASE_NAME)


# ---- the first run and a standing Airflow (make run, up, down)


@main.command("first-run")
def first_run() -> None:
    """Sample site, Airflow, one whole night, the published version: what `make run` does."""
    with _failures(), _say() as say:
        sample_night.run(settings(), say)


@main.command()
def up() -> None:
    """Start Airflow in the background, with the DAGs on their schedule."""
    with _failures(), _say() as say:
        airflow_local.up(settings(), say)


@main.command()
def down() -> None:
    """Stop the Airflow that `up` started, whole."""
    with _failures(), _say() as say:
        airflow_local.down(settings(), say)


# ---- helpers


@contextmanager
def _failures() -> Iterator[None]:
    """Known failures end as one line and exit 1."""
    try:
        yield
    except FAILURES as failure:
        _fail(failure)


def _fail(failure: BaseException) -> NoReturn:
    line = " ".join(str(failure).split()) or type(failure).__name__
    raise Failed(line) from failure


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a date like 2026-11-20") from None


@contextmanager
def _say() -> Iterator[Say]:
    """Lines about what goes on, on stderr."""
    yield lambda line: click.echo(line, err=True)


class _Bars:
    """A progress bar a label."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def advance(self, label: str, done: int, total: int | None) -> None:
        if label not in self._tasks:
            self._tasks[label] = self._progress.add_task(label, total=total)
        self._progress.update(self._tasks[label], completed=done, total=total)


@contextmanager
def _bars() -> Iterator[steps.Progress]:
    """Progress bars on a terminal, none elsewhere."""
    if not err.is_terminal:
        yield steps.NoProgress()
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True) as progress:
        yield _Bars(progress)


def _print_table(title: str | None, rows: list[dict[str, Any]], names: list[str] | None = None) -> None:
    names = names or (list(rows[0]) if rows else [])
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for name in names:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*("" if row[n] is None else str(row[n]) for n in names))
    out.print(table)
    if not rows:
        out.print("(no rows)")
