"""The only place that connects to DuckDB.

Three kinds of connection: a private build file (read and write), a published version (read only, closed to the
file system and the network), and memory for set-based work outside the warehouse. Every connection thinks in
Asia/Shanghai. Never here: SQL of the subject.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

DATABASE_NAME = "yilian.duckdb"  # always: the file name is the catalog name that views and BI tools keep
STORAGE_VERSION = "v1.5.0"  # DuckDB 1.5 drivers refuse files written with 2.0's default

Connection = duckdb.DuckDBPyConnection
Error = duckdb.Error


def create(path: Path) -> None:
    """Create an empty database file that DuckDB 1.5 readers can open. Raises if the name is not DATABASE_NAME."""
    if path.name != DATABASE_NAME:
        raise ValueError(f"a database of ours is named {DATABASE_NAME}, not {path.name}")
    with duckdb.connect() as con:
        con.execute(f"attach '{_quoted(path)}' as fresh (storage_version '{STORAGE_VERSION}')")


def build(path: Path, *, threads: int = 2) -> Connection:
    """Open a build file for writing. Its spill files live beside it."""
    con = duckdb.connect(str(path), config={"threads": threads})
    con.execute(f"set temp_directory = '{_quoted(path.parent / 'spill')}'")
    return _shanghai(con)


def published(path: Path) -> Connection:
    """Open a published version for reading; queries reach nothing but its own tables."""
    con = _shanghai(duckdb.connect(str(path), read_only=True))
    con.execute("set enable_external_access = false")
    con.execute("set lock_configuration = true")
    return con


def memory(*, threads: int = 2, spill: Path | None = None) -> Connection:
    """A database in memory, for set-based work on files."""
    con = duckdb.connect(config={"threads": threads})
    if spill is not None:
        con.execute(f"set temp_directory = '{_quoted(spill)}'")
    return _shanghai(con)


def attach_read_only(con: Connection, path: Path, name: str) -> None:
    """Attach another database file to an open connection, read only."""
    con.execute(f"attach '{_quoted(path)}' as {name} (read_only)")


def identifier(name: str) -> str:
    """A quoted identifier."""
    return '"' + name.replace('"', '""') + '"'


def _shanghai(con: Connection) -> Connection:
    con.execute("set enable_progress_bar = false")  # DuckDB 2.0 draws it on stdout, terminal or not
    con.execute("set TimeZone = 'Asia/Shanghai'")
    return con


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
