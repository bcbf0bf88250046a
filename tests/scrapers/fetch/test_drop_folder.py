"""Which dropped file belongs to whom, and which is left alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scrapers import registry
from scrapers.fetch import drop_folder
from scrapers.registry import Source
from tests.scrapers.publisher import make_source


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "home" / "inbox"
    folder.mkdir(parents=True)
    return folder


def names(inbox: Path, source: Source) -> list[str]:
    return [f.name for f in drop_folder.waiting(inbox.parent, source)]


@pytest.fixture
def packaged() -> dict[str, Source]:
    return {i: registry.read(registry.PACKAGED / i / "source.yml", {}) for i in ("drop_folder", "drop_feed")}


def test_the_ending_decides_between_pages_and_feeds(inbox: Path, packaged: dict[str, Source]) -> None:
    for name in ("a.html", "b.NDJSON", "c.ndjson.gz", "d.ndjson.zst", "e.csv", "f.xlsx", "g.txt", "h.gz", "i"):
        (inbox / name).write_text("x")
    assert sorted(names(inbox, packaged["drop_feed"])) == ["b.NDJSON", "c.ndjson.gz", "d.ndjson.zst", "e.csv", "f.xlsx"]
    assert sorted(names(inbox, packaged["drop_folder"])) == ["a.html", "g.txt", "h.gz", "i"]


def test_a_folder_belongs_to_its_source(inbox: Path, tmp_path: Path, packaged: dict[str, Source]) -> None:
    own = make_source(tmp_path / "sources", "city_group")
    (inbox / "city_group").mkdir()
    (inbox / "city_group" / "a.html").write_text("x")
    (inbox / "b.html").write_text("x")
    assert names(inbox, own) == ["a.html"]
    assert names(inbox, packaged["drop_folder"]) == ["b.html"]
    assert drop_folder.address(inbox / "city_group" / "a.html", inbox.parent) == "inbox:city_group/a.html"
    assert drop_folder.address(inbox / "b.html", inbox.parent) == "inbox:b.html"


def test_what_is_not_a_whole_file_is_left_alone(inbox: Path, packaged: dict[str, Source]) -> None:
    for name in (".hidden.html", "a.html.part", "b.tmp", "C.TMP", "d.html"):
        (inbox / name).write_text("x")
    (inbox / "link.html").symlink_to("/etc/hostname")
    (inbox / "folder.html").mkdir()
    os.mkfifo(inbox / "pipe.html")
    assert names(inbox, packaged["drop_folder"]) == ["d.html"]


def test_a_file_that_is_being_written_waits(inbox: Path, packaged: dict[str, Source]) -> None:
    with (inbox / "a.html").open("w") as upload:
        upload.write("half")
        upload.flush()
        assert names(inbox, packaged["drop_folder"]) == []
    assert names(inbox, packaged["drop_folder"]) == ["a.html"]


def test_older_files_come_first(inbox: Path, packaged: dict[str, Source]) -> None:
    for age, name in ((1, "a.html"), (3, "b.html"), (2, "c.html")):
        (inbox / name).write_text("x")
        os.utime(inbox / name, (1_000_000 - age, 1_000_000 - age))
    assert names(inbox, packaged["drop_folder"]) == ["b.html", "c.html", "a.html"]


def test_names_of_any_encoding(inbox: Path) -> None:
    for encoding in ("utf-8", "gb18030"):
        file = inbox / os.fsdecode("互认公告.html".encode(encoding))
        assert drop_folder.address(file, inbox.parent) == "inbox:互认公告.html"


def test_no_inbox_no_files(tmp_path: Path, packaged: dict[str, Source]) -> None:
    assert drop_folder.waiting(tmp_path, packaged["drop_folder"]) == []
