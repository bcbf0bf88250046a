"""The environment is read in one place, and a home holds one kind of data for ever."""

from __future__ import annotations

from pathlib import Path

import pytest

from scrapers import records
from warehouse import settings


def test_a_fresh_home_is_real_unless_said_otherwise(tmp_path: Path) -> None:
    s = settings.load({"YILIAN_HOME": str(tmp_path / "home")})
    assert s.kind() is None
    assert s.open_home() == "real"
    assert (tmp_path / "home" / "inbox").is_dir()
    assert settings.load({"YILIAN_HOME": str(tmp_path / "home")}).kind() == "real"


def test_real_and_sample_never_share_a_home(tmp_path: Path) -> None:
    s = settings.load({"YILIAN_HOME": str(tmp_path)})
    s.open_home("sample")
    with pytest.raises(settings.HomeError, match="holds sample data and is kept apart from real data"):
        s.open_home("real")
    assert s.open_home() == "sample"


def test_a_damaged_marker_is_not_taken_for_a_fresh_home(tmp_path: Path) -> None:
    (tmp_path / "home.json").write_text('{"kind": "both"}', encoding="utf-8")
    with pytest.raises(settings.HomeError, match="kind must be sample or real"):
        settings.load({"YILIAN_HOME": str(tmp_path)}).open_home()


def test_secrets_become_variables_and_more_sources_are_added(tmp_path: Path) -> None:
    s = settings.load(
        {"YILIAN_HOME": str(tmp_path), "YILIAN_SECRET_TOKEN_A": "x", "YILIAN_SOURCES": f"{tmp_path}/a:{tmp_path}/b"}
    )
    assert s.variables["secret_token_a"] == "x"
    assert s.source_folders[1:] == (tmp_path / "a", tmp_path / "b")


@pytest.mark.parametrize("text", ["0", "-1", "many"])
def test_a_count_that_is_none_is_refused_with_its_name(tmp_path: Path, text: str) -> None:
    with pytest.raises(settings.HomeError, match="YILIAN_KEEP_VERSIONS"):
        settings.load({"YILIAN_HOME": str(tmp_path), "YILIAN_KEEP_VERSIONS": text})


def test_the_clock_can_be_set_from_the_environment(tmp_path: Path) -> None:
    settings.load({"YILIAN_HOME": str(tmp_path), "YILIAN_NOW": "2026-11-20T23:30:00+00:00"})
    assert records.timestamp() == "2026-11-21T07:30:00.000+08:00"
    assert settings.business_date() == "2026-11-21"
    assert settings.business_date("2026-01-02") == "2026-01-02"
