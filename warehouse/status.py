"""What `yilian status` tells: straight from the event logs, because a refused night never reaches the warehouse.

Two clocks a source: `last_real_page`, the last time that it answered with the document (also 304 or the same bytes),
and `last_change`, the last time that its content was new: for a notice its text, not the page around it. A source that
fails every night keeps both standing still. `fresh` and `fresh_change` hold them against source.yml.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from scrapers.records import now
from scrapers.registry import Freshness
from warehouse import events, lease, publish
from warehouse.settings import Settings

_REAL = frozenset({"new", "changed", "unchanged", "not_modified"})
_NEWS = frozenset({"new", "changed"})
_EVENTS = frozenset({"capture", "run_finished", "published", "alert", "same_text", "filled"})


def read(settings: Settings) -> dict[str, Any]:
    """The state of a home as one JSON object: home, published, lease, sources, runs, alerts."""
    home_kind = settings.kind()
    statuses = {"sample": "sample", "real": "active"}
    sources = {
        i: _blank(i, s.kind, s.freshness)
        for i, s in settings.sources().items()
        if home_kind is None or s.status == statuses[home_kind]
    }
    runs: list[dict[str, Any]] = []
    alerts: list[dict[str, Any]] = []
    same_text: set[str] = set()  # captures of a changed page around an unchanged text; told by a later log
    filled: dict[str, str | None] = {}  # by source, what its newest notices lack
    for event in events.tail(settings.home, _EVENTS, limit=200_000):
        name = event["event"]
        source = sources.get(event.get("source_id") or "")
        if name == "same_text":
            same_text.add(event["capture_id"])
        elif name == "filled":
            filled.setdefault(event["source_id"], event["error"])
        elif name == "capture" and source is not None:
            _see_capture(source, event, same_text)
        elif name == "run_finished":
            if source is not None and source["outcome"] is None:
                source |= {"outcome": event.get("outcome"), "last_run": event["at"], "error": event.get("error")}
            if source is None and len(runs) < 10:
                runs.append({k: event.get(k) for k in ("at", "run_id", "verb", "outcome", "error")})
        elif name == "alert" and len(alerts) < 10:
            alerts.append({k: v for k, v in event.items() if k != "event"})
    for source in sources.values():
        source["fresh"] = _freshness(source["last_real_page"], source["limits"])
        source["fresh_change"] = _freshness(source["last_change"], source["change_limits"])
        if source["outcome"] == "ok" and filled.get(source["source"]):
            source |= {"outcome": "suspect", "error": filled[source["source"]]}
    versions = publish.versions(settings)
    current = next((v for v in versions if v.is_current), None)
    return {
        "home": str(settings.home),
        "kind": home_kind,
        "published": {
            "version": current.name,
            "published_at": current.manifest["published_at"],
            "business_date": current.manifest["business_date"],
            "checksum": current.checksum,
        }
        if current
        else None,
        "lease": lease.holder(settings.build / "lease"),
        "sources": [{k: v for k, v in s.items() if k not in ("limits", "change_limits")} for s in sources.values()],
        "runs": runs,
        "alerts": alerts,
    }


def tables(found: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The same as titled tables for people."""
    published = found["published"] or {"version": "none yet"}
    held = found["lease"]
    head = {
        "home": f"{found['home']} ({found['kind'] or 'never used'})",
        "published": published["version"],
        "at": _short(published.get("published_at")),
        "checksum": published.get("checksum"),
        "refresh": f"running: {held.get('run_id')}" if held else "none running",
    }
    sources = [
        {k: _short(v) if k in ("last_run", "last_real_page", "last_change") else v for k, v in s.items()}
        for s in found["sources"]
    ]
    runs = [{**r, "at": _short(r["at"])} for r in found["runs"]]
    alerts = [
        {"at": _short(a.get("at")), "run_id": a.get("run_id"), "source": a.get("source_id"), "reason": a.get("reason")}
        for a in found["alerts"]
    ]
    named = [("Home", [head]), ("Sources", sources), ("Last refreshes", runs), ("Alerts", alerts)]
    return [(title, rows) for title, rows in named if rows]


def _blank(source_id: str, kind: str, freshness: Freshness) -> dict[str, Any]:
    return {
        "source": source_id,
        "kind": kind,
        "outcome": None,
        "last_run": None,
        "last_real_page": None,
        "last_change": None,
        "fresh": None,
        "fresh_change": None,
        "error": None,
        "limits": (freshness.warn_after, freshness.error_after),
        "change_limits": (freshness.unchanged_warn_after, freshness.unchanged_error_after),
    }


def _see_capture(source: dict[str, Any], event: dict[str, Any], same_text: set[str]) -> None:
    if event["outcome"] in _REAL and source["last_real_page"] is None:
        source["last_real_page"] = event["at"]
    is_news = event["outcome"] in _NEWS and event["capture_id"] not in same_text
    if is_news and event.get("role") == "document" and source["last_change"] is None:
        source["last_change"] = event["at"]


def _freshness(last: str | None, limits: tuple[timedelta | None, timedelta | None]) -> str:
    """ok, warn or error by the age; `never` where there was none; `not set` where source.yml sets no limit."""
    if limits == (None, None):
        return "not set"
    if last is None:
        return "never"
    age = now() - datetime.fromisoformat(last)
    for name, limit in zip(("error", "warn"), reversed(limits), strict=True):
        if limit is not None and age > limit:
            return name
    return "ok"


def _short(text: str | None) -> str | None:
    return text[:19].replace("T", " ") if text else None
