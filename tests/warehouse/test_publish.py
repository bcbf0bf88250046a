"""Versions: compare-and-swap on the base, one pointer, a checksum that means the content and nothing else."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import duckdb
import pytest

from warehouse import database, publish
from warehouse.settings import Settings

ROWS = [(1, "甲", None, "2026-01-01"), (2, "乙", 0.5, "2026-01-02")]


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    s = Settings(tmp_path / "home", keep_versions=2)
    s.open_home()
    return s


def build(home: Settings, run: str, rows: list[tuple[object, ...]] = ROWS) -> Path:
    file = home.build / run / database.DATABASE_NAME
    file.parent.mkdir()
    database.create(file)
    con = database.build(file)
    con.execute("create table fct_x (id int, name varchar, share double, day date, run_id varchar)")
    con.executemany("insert into fct_x values (?, ?, ?, ?, ?)", [[*row, run] for row in rows])
    con.execute("create view dim_y as select id, name from fct_x")
    con.execute("create schema operations; create table operations.fct_load (loaded_at timestamp)")
    con.close()
    return file


def go(home: Settings, run: str, base: str | None, rows: list[tuple[object, ...]] = ROWS) -> publish.Version:
    return publish.publish(home, build(home, run, rows), run_id=run, base=base, notes={"business_date": "2026-01-02"})


def test_a_version_is_complete_and_readable_through_the_link(home: Settings) -> None:
    version = go(home, "r1", None)
    con = duckdb.connect(str(home.current / database.DATABASE_NAME), read_only=True)
    assert con.execute("select count(*) from dim_y").fetchone() == (2,)
    con.close()
    manifest = json.loads((home.current / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["tables"]["fct_x"]["rows"] == 2
    assert set(manifest["tables"]) == {"fct_x", "dim_y"}
    assert manifest["checksum"] == version.checksum
    assert duckdb.sql(f"select count(*) from '{home.current}/parquet/fct_x.parquet'").fetchall() == [(2,)]


def test_the_storage_version_is_the_one_that_older_drivers_read(home: Settings) -> None:
    go(home, "r1", None)
    con = duckdb.connect(str(home.current / database.DATABASE_NAME), read_only=True)
    tags = con.execute("select tags from duckdb_databases() where database_name = 'yilian'").fetchone()
    con.close()
    assert tags is not None
    assert tags[0]["storage_version"].startswith("v1.5")


def test_the_checksum_ignores_order_and_run_ids_and_nothing_else(home: Settings) -> None:
    def of(name: str, rows: list[tuple[object, ...]]) -> str:
        con = database.build(build(home, name, rows))
        try:
            return publish.checksum(con)[0]
        finally:
            con.close()

    same = of("a", ROWS)
    assert of("b", ROWS[::-1]) == same
    assert of("c", [*ROWS, ROWS[0]]) != same
    assert of("d", ROWS[:1]) != same
    assert of("e", [(1, "甲", 0.0, "2026-01-01"), ROWS[1]]) != same  # zero is not NULL
    assert of("f", [(1, "甲", None, "2026-01-01"), (2, "甲", 0.5, "2026-01-02")]) != same
    assert of("g", [(1, "乙", None, "2026-01-01"), (2, "甲", 0.5, "2026-01-02")]) != same  # values swapped between rows


def test_of_two_builds_on_one_base_the_second_is_refused(home: Settings) -> None:
    base = go(home, "r1", None).name
    go(home, "r2", base)
    with pytest.raises(publish.PublishRefused, match="this build was made on vr1, but vr2 is published now"):
        go(home, "r3", base)
    assert publish.current(home) == "vr2"
    assert not (home.published / "vr3").exists()


def test_a_killed_publication_leaves_the_pointer_and_is_cleared_away(home: Settings) -> None:
    go(home, "r1", None)
    (home.published / ".vr2.part").mkdir()
    (home.published / ".current.ab12").symlink_to("vr2")
    go(home, "r3", "vr1")
    assert [p.name for p in sorted(home.published.iterdir())] == ["current", "vr1", "vr3"]


def test_a_run_killed_between_rename_and_swap_publishes_again(home: Settings) -> None:
    go(home, "r1", None)
    (home.published / "vr2").mkdir()
    assert go(home, "r2", "vr1").name == "vr2"
    assert publish.current(home) == "vr2"


def test_old_versions_go_but_never_the_current_one(home: Settings) -> None:
    base = None
    for run in ("r1", "r2", "r3", "r4"):
        base = go(home, run, base).name
    assert [v.name for v in publish.versions(home)] == ["vr4", "vr3", "vr2"]
    publish.rollback(home, "vr2")
    go(home, "r5", "vr2")
    assert publish.current(home) == "vr5"


def test_rollback_moves_the_pointer_and_names_what_is_missing(home: Settings) -> None:
    go(home, "r1", None)
    with pytest.raises(publish.NoVersion, match="no version before vr1"):
        publish.rollback(home)
    go(home, "r2", "vr1")
    assert publish.rollback(home).name == "vr1"
    assert publish.current(home) == "vr1"
    with pytest.raises(publish.NoVersion, match="no version v9; there are: vr2, vr1"):
        publish.rollback(home, "v9")


def test_a_finished_file_that_differs_from_its_build_is_not_published(home: Settings, tmp_path: Path) -> None:
    file = build(home, "r1")
    with pytest.raises(publish.PublishRefused, match="fct_x has 2 rows in the finished file, 3 in the build"):
        publish.smoke(file, {"fct_x": 3})


def test_readers_through_the_link_see_no_error_while_versions_are_swapped(home: Settings) -> None:
    base = go(home, "r0", None).name
    errors: list[Exception] = []
    stop = threading.Event()
    reads = 0

    def read() -> None:
        nonlocal reads
        while not stop.is_set():
            try:
                con = duckdb.connect(
                    str((home.published / "current").resolve() / database.DATABASE_NAME), read_only=True
                )
                assert con.execute("select count(*) from fct_x").fetchone() == (2,)
                con.close()
                reads += 1
            except Exception as error:
                errors.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(1, 6):
        base = go(home, f"r{number}", base).name
    stop.set()
    reader.join()
    assert not errors
    assert reads > 5
