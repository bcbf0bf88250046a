"""A build becomes a version: checksum, Parquet, report, smoke query, atomic pointer; retention; rollback.

published/<version>/ holds yilian.duckdb, parquet/, report/, catalogue/ and manifest.json. Readers come through the
directory link published/current, which is swapped by rename: they never wait and never see half a refresh. The swap
is a compare-and-swap on the base that the build was copied from: if another version was published meanwhile, this
one is refused. Everything is written before the swap; a kill before it leaves a directory without a pointer to it,
which the next publication removes.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scrapers.records import timestamp
from warehouse import database
from warehouse.database import DATABASE_NAME, Connection, identifier
from warehouse.settings import Settings

# Fetch times and run ids: the only columns that may differ between two builds of the same warehouse.
NOT_IN_CHECKSUM = frozenset(
    {
        "fetched_at",
        "first_fetched_at",
        "received_at",
        "loaded_at",
        "load_run",
        "run_id",
        "capture_id",
        "from_capture_id",
        "missing_capture_id",
        "withdrawn_capture_id",
    }
)
CHECKSUM_TABLES = "regexp_matches(table_name, '^(dim|bridge|fct|mart)_')"


class PublishRefused(RuntimeError):
    """This build may not become a version."""


class NoVersion(RuntimeError):
    """There is no such published version."""


@dataclass(frozen=True, slots=True)
class Version:
    """One published version, as its manifest tells it."""

    name: str
    path: Path
    manifest: dict[str, Any]
    is_current: bool

    @property
    def checksum(self) -> str:
        return str(self.manifest["checksum"])


def tables(con: Connection) -> list[str]:
    """The tables of a version that readers are promised, by name: dim_, bridge_, fct_, mart_ of schema main."""
    query = (
        "select table_name from information_schema.tables where table_schema = 'main' "
        f"and table_catalog = current_database() and {CHECKSUM_TABLES} order by table_name"
    )
    return [row[0] for row in con.execute(query).fetchall()]


def checksum(con: Connection) -> tuple[str, dict[str, str]]:
    """The checksum of a version and of each of its tables.

    A row is the md5 of its columns in alphabetical order; a table is its count and the sum of its rows' md5 numbers,
    which no order of rows changes and no removed or doubled row leaves alone; a version is the md5 over its tables.
    """
    parts = {table: _table_checksum(con, table) for table in tables(con)}
    whole = hashlib.md5("\n".join(f"{t} {c}" for t, c in parts.items()).encode(), usedforsecurity=False).hexdigest()
    return whole, parts


def _table_checksum(con: Connection, table: str) -> str:
    columns = [
        row[0]
        for row in con.execute(
            "select column_name from information_schema.columns where table_schema = 'main' and table_name = ? "
            "and table_catalog = current_database() order by column_name",
            [table],
        ).fetchall()
        if row[0] not in NOT_IN_CHECKSUM
    ]
    row = " || chr(31) || ".join(f"coalesce({identifier(c)}::varchar, chr(30))" for c in columns)
    result = con.execute(
        f"select count(*), coalesce(sum(md5_number_lower({row})::hugeint), 0), "
        f"coalesce(sum(md5_number_upper({row})::hugeint), 0) from main.{identifier(table)}"
    ).fetchone()
    assert result is not None
    header = ",".join(columns)
    return hashlib.md5(f"{header}|{result[0]}|{result[1]}|{result[2]}".encode(), usedforsecurity=False).hexdigest()


def publish(
    settings: Settings,
    build_file: Path,
    *,
    run_id: str,
    base: str | None,
    notes: dict[str, Any],
    extras: Callable[[Connection, Path], None] = lambda _con, _folder: None,
    say: Callable[[str], None] = lambda _line: None,
) -> Version:
    """Publish a build under the lease. `extras` writes report and catalogue into the new version's folder.

    Raises PublishRefused where another version was published since the build was copied from `base`.
    """
    _compare(settings, base)
    name = "v" + run_id
    folder = settings.published / name
    part = settings.published / f".{name}.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    con = database.build(build_file, threads=settings.threads)
    try:
        say("checksum over every dim_, bridge_, fct_ and mart_ table")
        whole, parts = checksum(con)
        counts = {t: _count(con, t) for t in parts}
        say("Parquet of every table")
        _export(con, list(parts), part / "parquet")
        say("report and catalogue")
        extras(con, part)
        con.execute("checkpoint")
    finally:
        con.close()
    say("copy of the database")
    shutil.copyfile(build_file, part / DATABASE_NAME)
    manifest = {
        "version": name,
        "run_id": run_id,
        "base": base,
        "published_at": timestamp(),
        "home": settings.kind(),
        "checksum": whole,
        "storage_version": database.STORAGE_VERSION,
        "bytes": (part / DATABASE_NAME).stat().st_size,
        **notes,
        "tables": {t: {"rows": counts[t], "checksum": c} for t, c in parts.items()},
    }
    (part / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    smoke(part / DATABASE_NAME, counts)
    _sync_tree(part)
    shutil.rmtree(folder, ignore_errors=True)  # the same run, killed between rename and swap
    part.rename(folder)
    _compare(settings, base)
    point(settings, name)
    _retain(settings)
    return Version(name, folder, manifest, True)


def smoke(database_file: Path, counts: dict[str, int]) -> None:
    """Open the finished file as a reader does and count every table. Raises PublishRefused on any difference."""
    con = database.published(database_file)
    try:
        for table, expected in counts.items():
            found = _count(con, table)
            if found != expected:
                raise PublishRefused(
                    f"smoke query: {table} has {found} rows in the finished file, {expected} in the build"
                )
    finally:
        con.close()


def current(settings: Settings) -> str | None:
    """The name of the published version, or None."""
    try:
        return settings.current.readlink().name
    except FileNotFoundError:
        return None


def versions(settings: Settings) -> list[Version]:
    """Every version there is, newest first."""
    now_current = current(settings)
    found = []
    for path in sorted(settings.published.glob("v*/manifest.json"), reverse=True):
        manifest = json.loads(path.read_text(encoding="utf-8"))
        found.append(Version(path.parent.name, path.parent, manifest, path.parent.name == now_current))
    return found


def rollback(settings: Settings, name: str | None = None) -> Version:
    """Point back at an older version (the one before the current, unless named). Raises NoVersion."""
    there = versions(settings)
    now_current = current(settings)
    older = [v for v in there if now_current is not None and v.name < now_current]
    chosen = next((v for v in there if v.name == name), None) if name else (older[0] if older else None)
    if chosen is None:
        names = ", ".join(v.name for v in there) or "none"
        raise NoVersion(f"no version {name or f'before {now_current}'}; there are: {names}")
    point(settings, chosen.name)
    return chosen


def point(settings: Settings, name: str) -> None:
    """Swap published/current to a version, atomically."""
    link = settings.published / f".current.{secrets.token_hex(4)}"
    link.symlink_to(name, target_is_directory=True)
    link.replace(settings.current)
    _sync(settings.published)


def _compare(settings: Settings, base: str | None) -> None:
    now_current = current(settings)
    if now_current != base:
        raise PublishRefused(
            f"this build was made on {base or 'an empty home'}, but {now_current or 'nothing'} is published now: "
            "run the refresh again"
        )


def _retain(settings: Settings) -> None:
    """Keep the newest versions and the current one; drop the rest and the leftovers of killed publications."""
    now_current = current(settings)
    there = sorted((p for p in settings.published.glob("v*") if p.is_dir()), reverse=True)
    for path in there[settings.keep_versions + 1 :]:
        if path.name != now_current:
            shutil.rmtree(path)
    for path in settings.published.glob(".v*.part"):
        shutil.rmtree(path)
    for path in settings.published.glob(".current.*"):
        path.unlink()


def _export(con: Connection, names: list[str], folder: Path) -> None:
    folder.mkdir()
    for name in names:
        target = str(folder / f"{name}.parquet").replace("'", "''")
        con.execute(f"copy main.{identifier(name)} to '{target}' (format parquet, compression zstd)")


def _count(con: Connection, table: str) -> int:
    row = con.execute(f"select count(*) from main.{identifier(table)}").fetchone()
    assert row is not None
    return int(row[0])


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_tree(folder: Path) -> None:
    for path in [*folder.rglob("*"), folder]:
        _sync(path)
