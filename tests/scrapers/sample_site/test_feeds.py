"""The sample feeds: the same for the same seed, true to the contracts but for the dirt that is listed."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from fractions import Fraction
from pathlib import Path

import jsonschema_rs
import pytest

from scrapers import contracts, registry
from scrapers.registry import Source
from scrapers.sample_site import SampleSite, places
from scrapers.sample_site.institutions import lead_code
from warehouse import door

SEED_CSV = Path(__file__).parents[3] / "dbt_project" / "seeds" / "pilot.csv"

DIGEST = """
import hashlib
from scrapers.sample_site import SampleSite
site, digest = SampleSite(pilots=30, days=3, groups_per_pilot=(1, 2)), hashlib.sha256()
for _, name, data in site.feed_files():
    digest.update(name.encode() + data)
for article in site.articles:
    digest.update(site.document(article.path).data)
print(digest.hexdigest())
"""


def lines(name: str, data: bytes) -> list[str]:
    text = gzip.decompress(data) if name.endswith(".gz") else data
    return text.decode().splitlines()


@pytest.fixture(scope="module")
def content(whole_site: SampleSite) -> dict[str, list[str]]:
    """The lines of every file, by its name."""
    return {name: lines(name, data) for _, name, data in whole_site.feed_files()}


@pytest.fixture(scope="module")
def sources() -> dict[str, Source]:
    return registry.load(variables={"sample_site": "http://127.0.0.1:18765"})


def test_another_process_on_another_day_makes_the_same_bytes() -> None:
    digests = set()
    for hash_seed, zone in (("1", "UTC"), ("2", "America/Lima")):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": zone}
        done = subprocess.run(
            [sys.executable, "-c", DIGEST], env=environment, capture_output=True, text=True, check=True
        )
        digests.add(done.stdout)
    assert len(digests) == 1


def test_another_seed_makes_other_bytes() -> None:
    one, two = (SampleSite(seed=seed, pilots=2, days=1) for seed in (1, 2))
    assert {hashlib.sha256(d).hexdigest() for *_, d in one.feed_files()}.isdisjoint(
        hashlib.sha256(d).hexdigest() for *_, d in two.feed_files()
    )


def test_every_line_keeps_its_contract_but_for_the_dirt(whole_site: SampleSite, content: dict[str, list[str]]) -> None:
    validators = {
        record_type: jsonschema_rs.validator_for(contracts.json_schema(contract), validate_formats=True)
        for record_type, contract in contracts.load().items()
    }
    broken = set()
    for name, file_lines in content.items():
        for number, line in enumerate(file_lines, 1):
            try:
                record = json.loads(line)
            except ValueError:
                broken.add((name, number))
                continue
            if not validators[record["record_type"]].is_valid(record):
                broken.add((name, number))
    by_shape = {"Q07", "SCHEMA-unknown", "JSON-invalid"}
    assert broken == {(d.file, d.line) for d in whole_site.dirt() if d.fate == "refused" and d.rule in by_shape}


def test_the_door_refuses_the_dirt_that_is_to_be_refused_and_nothing_else(
    whole_site: SampleSite, sources: dict[str, Source], tmp_path: Path
) -> None:
    dirty = {d.file for d in whole_site.dirt()}
    refused = {}
    for source_id, name, data in whole_site.feed_files():
        if name in dirty:
            (tmp_path / name).write_bytes(data)
            told = door.check(tmp_path / name, sources[source_id])
            assert told["file_refused"] is None, name
            refused |= {(name, r["line"]): r["rule"] for r in told["rejections"]}
    assert refused == {(d.file, d.line): d.rule for d in whole_site.dirt() if d.fate == "refused"}


def test_the_dirt_has_every_kind(whole_site: SampleSite) -> None:
    kinds = Counter(d.kind for d in whole_site.dirt())
    assert kinds.pop("corrected") == 4
    assert kinds.pop("voided") == 3
    assert kinds == dict.fromkeys(
        (
            "moved_from", "moved_to", "early_version", "stale_version", "duplicate_line", "tie", "two_ids",
            "unknown_org", "unknown_centre", "negative_count", "fractional_count", "rejected_over_requested",
            "released_over_total", "reasons_differ", "unknown_field", "future_date", "wrong_check_digit", "no_json",
            "foreign_reporter", "zero_rows", "missing_file",
        ),
        1,
    )  # fmt: skip


def test_the_dirt_is_what_it_is_called(whole_site: SampleSite, content: dict[str, list[str]]) -> None:
    dirt = {d.kind: d for d in whole_site.dirt()}

    def line(kind: str) -> str:
        found = dirt[kind]
        assert found.line is not None
        return content[found.file][found.line - 1]

    assert content[dirt["duplicate_line"].file].count(line("duplicate_line")) == 2
    moved = json.loads(line("moved_from")), json.loads(line("moved_to"))
    assert moved[0]["source_record_id"] == moved[1]["source_record_id"]
    assert moved[0]["event_date"] > moved[1]["event_date"]
    tie = json.loads(line("tie"))
    twins = [r for r in map(json.loads, content[dirt["tie"].file][: dirt["tie"].line])
             if r["source_record_id"] == tie["source_record_id"]]  # fmt: skip
    assert [t["source_version"] for t in twins] == [1, 1]
    assert twins[0]["payload"] != twins[1]["payload"]
    assert json.loads(line("voided"))["op"] == "void"
    assert content[dirt["zero_rows"].file] == []
    assert dirt["missing_file"].file not in content


def test_fewer_than_three_days_are_clean() -> None:
    assert SampleSite(pilots=2, days=2).dirt() == []


def test_manifests_and_listings_say_what_the_files_are(whole_site: SampleSite, content: dict[str, list[str]]) -> None:
    files = {(source_id, name): data for source_id, name, data in whole_site.feed_files()}
    listed = {}
    for platform in places.PLATFORMS:
        source_id = f"sample_feed_{platform}"
        index = whole_site.document(f"/feeds/{source_id}/index.json")
        assert index is not None
        for entry in json.loads(index.data)["manifests"]:
            beside = whole_site.document(f"/feeds/{source_id}/{entry.pop('manifest')}")
            assert beside is not None
            assert json.loads(beside.data) == entry
            listed[source_id, entry["file"]] = entry
    assert listed.keys() == files.keys()
    for (source_id, name), entry in listed.items():
        assert entry["sha256"] == hashlib.sha256(files[source_id, name]).hexdigest()
        assert entry["rows"] == len(content[name])
        assert re.fullmatch(r"\d{8}_sample-(north|south|west)_[a-z_]+_\d{3}\.ndjson(\.gz)?", name)
        days = {json.loads(line)["event_date"] for line in content[name] if line.endswith("}")}
        assert not days or (entry["period_from"], entry["period_to"]) == (min(days), max(days)) or "_002." in name


def test_the_size_is_what_the_first_run_can_carry(content: dict[str, list[str]]) -> None:
    assert 80_000 <= sum(map(len, content.values())) <= 100_000
    days = {name[:8] for name in content}
    assert (min(days), max(days), len(days)) == ("20260901", "20260914", 14)


def test_places_are_the_pilots_of_the_warehouse() -> None:
    with SEED_CSV.open(encoding="utf-8", newline="") as file:
        seeded = [(int(r["seq"]), r["province"], r["city"], r["adcode"]) for r in csv.DictReader(file)]
    assert [(p.seq, p.province, p.city, p.adcode) for p in places.pilots()] == seeded
    by_province = defaultdict(set)
    for place in places.pilots():
        by_province[place.adcode[:2]].add(place.platform)
    assert all(len(platforms) == 1 for platforms in by_province.values())


def test_groups_differ_where_the_marts_look(whole_site: SampleSite) -> None:
    groups = whole_site.groups
    assert set(Counter(g.place.adcode for g in groups).values()) == {2, 3}
    assert len({g.place.adcode for g in groups}) == 81
    for third, shares in (
        (Fraction(1, 3), [g.slot_share for g in groups]),
        (Fraction(1, 4), [g.bed_share for g in groups]),
    ):
        assert min(shares) < third < max(shares)
        assert third in shares
    complete = Counter(sum(c.status == "operating" for c in g.centres) for g in groups)
    assert complete.keys() == {4, 5}
    assert all(3 <= len(g.members) <= 5 and g.lead.level == "tertiary" for g in groups)


def test_an_exact_third_is_exact_on_every_day(whole_site: SampleSite, content: dict[str, list[str]]) -> None:
    exact = {g.lead.code for g in whole_site.groups if g.slot_share == Fraction(1, 3)}
    held: Counter[tuple[str, str]] = Counter()
    released: Counter[tuple[str, str]] = Counter()
    for name, file_lines in content.items():
        if "_capacity_" not in name or name[:8] > "20260911":
            continue  # days with dirt
        for record in map(json.loads, file_lines):
            payload = record["payload"]
            if payload["lead_org_code"] in exact and payload["resource_type"] == "outpatient_slot":
                key = payload["lead_org_code"], record["event_date"]
                held[key] += payload.get("capacity_total", 0)
                released[key] += payload.get("capacity_released", 0)
    known = [key for key in released if held[key]]  # one platform's totals of one day are missing
    assert known
    assert all(released[key] * 3 == held[key] for key in known)


def test_sources_name_the_leads_that_may_report(whole_site: SampleSite, sources: dict[str, Source]) -> None:
    for platform in places.PLATFORMS:
        source = sources[f"sample_feed_{platform}"]
        mine = [p for p in places.pilots() if p.platform == platform]
        assert set(source.organisations) == {lead_code(p, n) for p in mine for n in (1, 2, 3)}
        assert {g.lead.code for g in whole_site.groups if g.place.platform == platform} <= set(source.organisations)
        assert source.source_systems == (f"sample-{platform}",)


def test_the_new_district_has_two_versions_of_its_institutions(content: dict[str, list[str]]) -> None:
    by_org = defaultdict(list)
    for line in content["20260901_sample-west_organization_001.ndjson"]:
        payload = json.loads(line)["payload"]
        by_org[payload["org_code"]].append((payload["adcode"], payload["valid_from"], payload["valid_to"]))
    changed = [versions for versions in by_org.values() if len(versions) > 1]
    assert changed
    assert all(
        versions == [("500105", "2023-01-01", "2025-11-06"), ("500157", "2025-11-06", None)] for versions in changed
    )


def test_everything_is_labelled(content: dict[str, list[str]]) -> None:
    for name, file_lines in content.items():
        if "_organization_" in name or "_shared_centre_" in name:
            assert all(json.loads(line)["payload"]["name"].endswith("(示例)") for line in file_lines)
