"""Where data lives and what the environment says: the only place that reads environment variables.

| variable | meaning | default |
| --- | --- | --- |
| YILIAN_HOME | the data home | ./data beside the project |
| YILIAN_SOURCES | more source folders (and reporters.csv in them), separated as PATH is | none |
| YILIAN_ACTIVATE | ids of packaged sources to switch on, separated by spaces or commas | none |
| YILIAN_SAMPLE_SITE | address of the sample site | as noted in the home, else http://127.0.0.1:18765 |
| YILIAN_SECRET_<NAME> | a credential that a source.yml names as {secret_<name>} in fetch.auth | none |
| YILIAN_EXPORT_KEY | the private key that signs archive bundles (outside) | none |
| YILIAN_TRUSTED_KEYS | public keys whose bundles are taken in (inside), separated as PATH is | none |
| YILIAN_ALERT_WEBHOOK | where alerts are posted as JSON | none: alerts stand in the event log only |
| YILIAN_KEEP_VERSIONS | published versions kept besides the current one | 7 |
| YILIAN_THREADS | threads of DuckDB and dbt | the machine's cores, 8 at most |
| YILIAN_NOW | a fixed ISO time for the clock (tests, replays) | the machine's clock |

A home belongs to sample data or to real data for ever: `home.json` says which.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from scrapers import records, registry

PROJECT = Path(__file__).resolve().parents[1]
DBT_PROJECT = PROJECT / "dbt_project"
DEFAULT_SAMPLE_SITE = "http://127.0.0.1:18765"
ROOMS = ("inbox", "held", "archive", "events", "parsed", "accepted", "quarantine", "build", "published")

HomeKind = Literal["sample", "real"]


class HomeError(RuntimeError):
    """The data home cannot be used as asked."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one process. Paths are absolute."""

    home: Path
    source_folders: tuple[Path, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)  # secrets are among them
    activate: tuple[str, ...] = ()
    export_key: Path | None = None
    trusted_keys: tuple[Path, ...] = ()
    alert_webhook: str | None = None
    keep_versions: int = 7
    threads: int = 2

    @property
    def build(self) -> Path:
        return self.home / "build"

    @property
    def published(self) -> Path:
        return self.home / "published"

    @property
    def current(self) -> Path:
        """The directory link that readers come through."""
        return self.published / "current"

    def kind(self) -> HomeKind | None:
        """What the home holds, or None where it was never used."""
        return read_marker(self.home).get("kind")  # type: ignore[return-value]

    def open_home(self, kind: HomeKind | None = None) -> HomeKind:
        """Make the home's rooms and mark it at its first use (real unless said otherwise).

        Raises HomeError where the home is marked as the other kind.
        """
        marked = self.kind()
        if marked and kind and marked != kind:
            raise HomeError(
                f"{self.home} holds {marked} data and is kept apart from {kind} data: "
                "set YILIAN_HOME to another directory"
            )
        for room in ROOMS:
            (self.home / room).mkdir(parents=True, exist_ok=True)
        if not marked:
            write_marker(self.home, {"kind": kind or "real"})
        return self.kind() or "real"

    def sources(self) -> dict[str, registry.Source]:
        """Every registered source, packaged and the operator's own."""
        return registry.load(self.source_folders, self.variables, self.activate)


def read_marker(home: Path) -> dict[str, str]:
    """The content of home.json, {} where there is none."""
    try:
        marker: dict[str, str] = json.loads((home / "home.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    if marker.get("kind") not in ("sample", "real"):
        raise HomeError(f"{home / 'home.json'}: kind must be sample or real")
    return marker


def write_marker(home: Path, fields: Mapping[str, str]) -> None:
    """Merge fields into home.json, by rename."""
    marker = {**(read_marker(home) if (home / "home.json").exists() else {}), **fields}
    part = home / f".home.json.{secrets.token_hex(4)}"
    part.write_text(json.dumps(marker, ensure_ascii=False) + "\n", encoding="utf-8")
    part.replace(home / "home.json")


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the environment. Sets the process's clock where YILIAN_NOW is given."""
    env = os.environ if environment is None else environment
    home = Path(env.get("YILIAN_HOME") or PROJECT / "data").resolve()
    if env.get("YILIAN_NOW"):
        fixed = datetime.fromisoformat(env["YILIAN_NOW"])
        records.set_clock(lambda: fixed)
    site = env.get("YILIAN_SAMPLE_SITE") or read_marker(home).get("sample_site") or DEFAULT_SAMPLE_SITE
    more = tuple(Path(p).resolve() for p in env.get("YILIAN_SOURCES", "").split(os.pathsep) if p)
    return Settings(
        home=home,
        source_folders=(registry.PACKAGED, *more),
        variables={"sample_site": site.rstrip("/"), **_secrets(env)},
        activate=tuple(env.get("YILIAN_ACTIVATE", "").replace(",", " ").split()),
        export_key=Path(env["YILIAN_EXPORT_KEY"]).resolve() if env.get("YILIAN_EXPORT_KEY") else None,
        trusted_keys=tuple(Path(p).resolve() for p in env.get("YILIAN_TRUSTED_KEYS", "").split(os.pathsep) if p),
        alert_webhook=env.get("YILIAN_ALERT_WEBHOOK") or None,
        keep_versions=_count(env, "YILIAN_KEEP_VERSIONS", 7),
        threads=_count(env, "YILIAN_THREADS", min(8, os.cpu_count() or 2)),
    )


def _secrets(env: Mapping[str, str]) -> dict[str, str]:
    prefix = "YILIAN_SECRET_"
    return {f"secret_{k.removeprefix(prefix).lower()}": v for k, v in env.items() if k.startswith(prefix)}


def _count(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name)
    if not text:
        return default
    if not text.isdigit() or int(text) < 1:
        raise HomeError(f"{name} must be a whole number from 1, not {text!r}")
    return int(text)


def business_date(given: str | None = None) -> str:
    """The day a run works for: as given (ISO), else today in Asia/Shanghai."""
    return date.fromisoformat(given).isoformat() if given else records.now().date().isoformat()
