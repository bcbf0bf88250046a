"""A sample home with a prepared Airflow, the sample site, publishers that fail, and DAGs run in their own process."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from scrapers.registry import PACKAGED
from scrapers.sample_site import SampleSite
from tests.scrapers.publisher import Page, Publisher
from warehouse.airflow_local import DAGS, LocalAirflow
from warehouse.settings import PROJECT, Settings

CHALLENGE = b"<html><head><script>var a=1;document.cookie='k='+a;location.reload()</script></head><body></body></html>"


@dataclass
class World:
    """A home, who publishes to it, and the environment in which Airflow works on it."""

    settings: Settings
    airflow: LocalAirflow
    publisher: Publisher

    def probe(self, *arguments: str, **environment: str) -> dict[str, Any]:
        """tests.dags.probe in a process of its own; its answer."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.dags.probe", *arguments],
            env={**self.airflow.environment(), "AIRFLOW__CORE__DEFAULT_TASK_RETRY_DELAY": "1", **environment},
            cwd=PROJECT,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return answer

    def run(self, dag_id: str, conf: dict[str, Any], **environment: str) -> dict[str, Any]:
        """One run by dag.test()."""
        return self.probe("run", str(DAGS), dag_id, json.dumps(conf), **environment)


def source(folder: Path, source_id: str, kind: str, url: str) -> None:
    """One more sample source, in a folder of its own, that gives up quickly."""
    text: dict[str, Any] = {
        "id": source_id,
        "title": source_id,
        "publisher": {"name": "示例", "level": "various"},
        "kind": kind,
        "status": "sample",
        "urls": [url],
        "discover": {"method": "list_pages" if kind == "notices" else "feed_manifest"},
        "fetch": {
            "mode": "http",
            "min_interval_s": 0,
            "retries": 0,
            "timeout_s": 2,
            "allow_private": True,
            "plain_http": True,
        },
        "cadence": "daily",
        "freshness": {"warn_after": "36h", "error_after": "72h"},
        "contains_personal_data": False,
        "licence": "made up",
        "owner": "tests",
    }
    if kind == "feed":
        text |= {"record_types": ["capacity"], "source_systems": ["test"]}
    (folder / source_id).mkdir(parents=True)
    (folder / source_id / "source.yml").write_text(yaml.safe_dump(text, allow_unicode=True), encoding="utf-8")


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Four pilots for two days, beside a feed that answers 500 and notices behind a challenge page."""
    root = tmp_path_factory.mktemp("world")
    with SampleSite(days=2, pilots=4, articles=6).serve() as site, Publisher() as publisher:
        publisher.pages["/feeds/index.json"] = Page(b"out of order", 500)
        publisher.pages["/list.shtml"] = Page(CHALLENGE, 412, {"Content-Type": "text/html"})
        source(root / "sources", "broken_feed", "feed", f"{publisher.url}/feeds/index.json")
        source(root / "sources", "guarded_notices", "notices", f"{publisher.url}/list.shtml")
        settings = Settings(
            home=root / "home",
            source_folders=(PACKAGED, root / "sources"),
            variables={"sample_site": site},
            alert_webhook=f"{publisher.url}/alerts",
        )
        settings.open_home("sample")
        airflow = LocalAirflow(settings)
        airflow.prepare()
        yield World(settings, airflow, publisher)
