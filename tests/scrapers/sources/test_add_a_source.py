"""docs/add-a-source.md does what it says: its blocks are executed in their order, in an empty folder."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[3] / "docs" / "add-a-source.md"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.M | re.S)
PORT = "18790"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    with suppress(OSError, ValueError):
        os.kill(int((tmp_path / "site.pid").read_text()), signal.SIGTERM)


def run_page(folder: Path, text: str) -> str:
    """Write its files, run its commands in one shell; the page's port is replaced by one that is free here."""
    script = ["set -e", "trap 'kill $(cat site.pid) 2>/dev/null || true' EXIT"]
    for language, place, content in BLOCK.findall(text.replace(PORT, free_port())):
        if place:
            script.append(f"cat > '{place}' <<'END OF FILE'\n{content}END OF FILE")
        else:
            assert language == "sh", f"a block in {language}: neither a file nor commands"
            script.append(content)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("YILIAN_")}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    done = subprocess.run(
        ["bash", "-c", "\n".join(script)], cwd=folder, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def test_the_page_works_from_top_to_bottom(folder: Path) -> None:
    said = run_page(folder, PAGE.read_text(encoding="utf-8"))
    assert "city_news: 2 examples as reviewed" in said
    entries, article = (
        json.loads((folder / f"examples/city_news/{name}.expected.json").read_text(encoding="utf-8"))
        for name in ("list", "article")
    )
    assert article["url"] == entries["reads"]["entries"][0][0]
    runs = re.findall(r"^city_news: ok \((.+)\)$", said, re.M)
    assert len(runs) == 2
    assert re.search(r"\d+ new", runs[0])
    assert "not_modified" in runs[1]
    listed = json.loads((folder / "examples/city_news/list.expected.json").read_text(encoding="utf-8"))
    assert len(listed["reads"]["entries"]) == 24
    article = json.loads((folder / "examples/city_news/article.expected.json").read_text(encoding="utf-8"))
    assert article["reads"]["title"] == listed["reads"]["entries"][0][1]
    assert list((folder / "home" / "parsed").rglob("*.notice.parquet"))


def test_a_page_that_has_rotted_is_noticed(folder: Path) -> None:
    """The test above can fail: one wrong key in the page's source.yml."""
    text = PAGE.read_text(encoding="utf-8").replace("article_pattern:", "articel_pattern:")
    with pytest.raises(AssertionError, match=r"city_news/source\.yml:9: discover\.articel_pattern: unknown key"):
        run_page(folder, text)


def test_every_key_that_the_page_names_exists() -> None:
    schema = (PAGE.parents[1] / "scrapers" / "source.schema.json").read_text(encoding="utf-8")
    named = set(re.findall(r"`(\w+):(?: |`)", PAGE.read_text(encoding="utf-8").partition("## 5.")[2]))
    assert {"item", "next_page", "second_page", "method"} <= named
    assert {key for key in named if f'"{key}"' not in schema} == set()
