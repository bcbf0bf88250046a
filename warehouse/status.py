"""What `yilian status` tells: straight from the event logs, because a refused night never reaches the warehouse.

Two clocks a source: `last_real_page`, the last time that it answered with the document (also 304 or the same bytes),
and `last_change`, the last time that its content was new. A source that fails every night keeps both standing still.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from scrapers.records import now
from warehouse import events, lease, publish
from warehouse.settings import Settings

_REAL = frozenset({"new", "changed", "unchanged", "not_modified"})
_NEWS = frozenset({"new", "changed"})
_EVENTS = frozenset({"capture", "run_finished", "published", "alert"})


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
    for event in events.tail(settings.home, _EVENTS, limit=200_000):
        name = event["event"]
        source = sources.get(event.get("source_id") or "")
        if name == "capture" and source is not None:
            _see_capture(source, event)
        elif name == "run_finished":
            if source is not None and source["outcome"] is None:
                source |= {"outcome": event.get("outcome"), "last_run": event["at"], "error": event.get("error")}
            if source is None and len(runs) < 10:
                runs.append({k: event.get(k) for k in ("at", "run_id", "verb", "outcome", "error")})
        elif name == "alert" and len(alerts) < 10:
            alerts.append({k: v for k, v in event.items() if k != "event"})
    for source in sources.values():
        source["fresh"] = _freshness(source)
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
        "sources": [{k: v for k, v in s.items() if k not in ("warn_after", "error_after")} for s in sources.values()],
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


def _blank(source_id: str, kind: str, freshness: Any) -> dict[str, Any]:
    return {
        "source": source_id,
        "kind": kind,
        "outcome": None,
        "last_run": None,
        "last_real_page": None,
        "last_change": None,
        "fresh": None,
        "error": None,
        "warn_after": getattr(freshness, "warn_after", None),
        "error_after": getattr(freshness, "error_after", None),
    }


def _see_capture(source: dict[str, Any], event: dict[str, Any]) -> None:
    if event["outcome"] in _REAL and source["last_real_page"] is None:
        source["last_real_page"] = event["at"]
    if event["outcome"] in _NEWS and event.get("role") == "document" and source["last_change"] is None:
        source["last_change"] = event["at"]


def _freshness(source: dict[str, Any]) -> str:
    """ok, warn or error by the age of the last real page; `never` where there was none."""
    if source["last_real_page"] is None:
        return "never"
    age = now() - datetime.fromisoformat(source["last_real_page"])
    for name, limit in (("error", source["error_after"]), ("warn", source["warn_after"])):
        if isinstance(limit, timedelta) and age > limit:
            return name
    return "ok"


def _short(text: str | None) -> str | None:
    return text[:19].replace("T", " ") if text else None
