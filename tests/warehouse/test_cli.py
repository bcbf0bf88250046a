"""The command line: exit codes, one clear line on stderr, output for programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests import feed
from tests.night import yilian
from warehouse import database, publish
from warehouse.settings import Settings


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A home with one tiny version."""
    s = Settings(tmp_path)
    s.open_home()
    file = s.build / "r1" / database.DATABASE_NAME
    file.parent.mkdir()
    database.create(file)
    con = database.build(file)
    con.execute(
        "create table dim_x as select 1 as id, '一,二' as name, null::date as day "
        "union all select 2, '三', '2026-01-02'"
    )
    con.close()
    publish.publish(s, file, run_id="20260101T000000-refresh-ab", base=None, notes={"business_date": "2026-01-01"})
    return tmp_path


def test_sql_speaks_table_csv_and_json(published: Path) -> None:
    query = "select * from dim_x order by id"
    assert yilian(published, "sql", query, "--csv").stdout == 'id,name,day\n1,"一,二",\n2,三,2026-01-02\n'
    assert json.loads(yilian(published, "sql", query, "--json").stdout)[1] == {
        "id": 2,
        "name": "三",
        "day": "2026-01-02",
    }
    assert "一,二" in yilian(published, "sql", query).stdout


@pytest.mark.parametrize(
    "query",
    [
        "create table y (id int)",
        "insert into dim_x values (3, '', null)",
        "with a as (select 1) insert into dim_x select 1, '', null",
        "copy dim_x to '/tmp/leak.csv'",
        "select * from read_csv('/etc/passwd')",
        "attach '/tmp/other.duckdb'",
        "select * from nowhere",
    ],
)
def test_sql_only_reads_the_published_version(published: Path, query: str) -> None:
    done = yilian(published, "sql", query, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("yilian: ")
    assert done.stderr.count("\n") == 1


def test_wrong_usage_is_2_and_a_failed_job_is_1(tmp_path: Path) -> None:
    assert yilian(tmp_path, "sql", check=False).returncode == 2
    assert yilian(tmp_path, "nonsense", check=False).returncode == 2
    assert yilian(tmp_path, "replay", "--since", "yesterday", check=False).returncode == 2
    for arguments in (("sql", "select 1"), ("rollback",), ("crawl", "nowhere"), ("gate", "r0"), ("report",)):
        done = yilian(tmp_path, *arguments, check=False)
        assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr


@pytest.mark.parametrize(
    "command",
    [
        "parse",
        "check",
        "crawl",
        "collect",
        "refresh",
        "load",
        "transform",
        "gate",
        "publish",
        "replay",
        "status",
        "sql",
        "versions",
        "rollback",
        "report",
        "catalogue",
    ],
)
def test_every_command_explains_itself(tmp_path: Path, command: str) -> None:
    assert "Usage: yilian" in yilian(tmp_path, command, "--help").stdout


def test_a_sample_home_refuses_a_real_source(tmp_path: Path) -> None:
    Settings(tmp_path).open_home("sample")
    done = yilian(tmp_path, "collect", "drop_feed", check=False)
    assert done.returncode == 1
    assert "drop_feed is active and this home holds sample data" in done.stderr


def test_check_names_line_field_and_rule_and_no_value(tmp_path: Path) -> None:
    records = [*feed.masters(), feed.activity("bad", "2026-09-01", reported=-987654)]
    file = feed.write(tmp_path, "a.ndjson", records)
    done = yilian(tmp_path, "check", str(file), check=False)
    verdict = json.loads(done.stdout)
    assert done.returncode == 1
    assert verdict["accepted"] == len(records) - 1
    assert [(r["line"], r["rule"], r["field"]) for r in verdict["rejections"]] == [
        (len(records), "Q07", "payload.reported")
    ]
    assert "987654" not in done.stdout + done.stderr


def test_status_of_a_fresh_home(tmp_path: Path) -> None:
    found = json.loads(yilian(tmp_path, "status", "--json").stdout)
    assert found["published"] is None
    assert found["kind"] is None
    assert "never" in yilian(tmp_path, "status").stdout
