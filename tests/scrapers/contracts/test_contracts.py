"""The contracts say what they must, and mean what the domain schema means."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import jsonschema_rs
import pytest

from scrapers import contracts
from tests.scrapers.contracts import generated

TYPES = {
    "capacity", "capacity_release", "centre_activity", "centre_coverage", "dispatch_activity", "dispatch_assignment",
    "group_membership", "indicator_value", "medical_team_tour", "organization", "recognition_activity",
    "recognition_item", "referral_activity", "shared_centre", "telemedicine_activity", "visit_volume",
}  # fmt: skip


def test_there_is_a_contract_for_each_record_type() -> None:
    assert set(contracts.load()) == TYPES


@pytest.mark.parametrize("record_type", sorted(TYPES))
def test_a_contract_says_what_documents_and_loaders_need(record_type: str) -> None:
    contract = contracts.load()[record_type]
    assert contract.version == "1.0"
    assert set(contract.authority) == {"制定机关", "表号", "批准文号", "有效期"}
    assert contract.zh
    assert contract.en
    names = [name for name, _ in contracts.raw_columns(contract)]
    assert len(names) == len(set(names))
    assert set(contract.grain) <= set(names)
    assert ("event_date" in contract.grain) == (not contract.is_master) or record_type in (
        "dispatch_assignment",
        "medical_team_tour",
    )
    types = dict(contracts.raw_columns(contract))
    assert all(types[measure] == "bigint" for measure in contract.measures)


def test_nested_fields_become_flat_columns() -> None:
    columns = {c.name: c for c in contracts.load()["recognition_activity"].columns}
    assert columns["item_code"].json_path == "payload.item.code"
    assert columns["item_code"].duckdb_type == "varchar"
    reason = columns["reason_r1_condition_changed"]
    assert (reason.json_path, reason.duckdb_type) == ("payload.not_recognised_reasons.R1_condition_changed", "bigint")
    assert columns["eligible_results"].required
    assert not columns["reminded"].required


def test_the_table_has_its_columns_in_the_order_that_loaders_expect() -> None:
    contract = contracts.load()["capacity"]
    names = [name for name, _ in contracts.raw_columns(contract)]
    assert names[:4] == ["source_id", "file_sha256", "line_no", "contract_version"]
    assert names[13:] == [
        "lead_org_code", "resource_type", "clinic_class", "bed_basis", "capacity_total", "load_run",
        "loaded_at",
    ]  # fmt: skip
    ddl = contracts.ddl(contract)
    assert ddl.startswith("create table if not exists raw.capacity (")
    assert "capacity_total bigint" in ddl


def good(record_type: str) -> dict[str, object]:
    """Each field of the contract with its example."""
    made: dict[str, object] = {f.name: f.example for f in contracts.envelope().fields if f.required}
    payload = {f.name: f.example for f in contracts.load()[record_type].fields if f.required and f.type != "object"}
    if record_type in ("recognition_activity", "recognition_item"):
        payload["item"] = {"system": "urn:hr-catalogue:110000", "code": "LAB-0001"}
    return {**made, "record_type": record_type, "payload": payload}


@pytest.mark.parametrize("record_type", sorted(TYPES))
def test_the_examples_keep_to_the_schema(record_type: str) -> None:
    jsonschema_rs.validate(contracts.json_schema(contracts.load()[record_type]), good(record_type))


DAMAGE = [
    ({"extra": 1}, {}),
    ({}, {"extra": 1}),
    ({"op": "delete"}, {}),
    ({"schema_version": "2.0"}, {}),
    ({"source_version": 0}, {}),
    ({"source_version": "1"}, {}),
    ({"source_record_id": "a b"}, {}),
    ({"reporter_org_code": "12110105O00500001X"}, {}),
    ({"event_date": "2026-02-30"}, {}),
    ({"produced_at": "2026-11-20T23:30:00"}, {}),
    ({"period_type": "week"}, {}),
    ({"not_provided": "requested"}, {}),
    ({"not_provided": ["x" * 61]}, {}),
    ({"payload": None}, {}),
    ({}, {"requested": -1}),
    ({}, {"requested": 1.5}),
    ({}, {"requested": "12"}),
    ({}, {"requested": None}),
    ({}, {"centre_code": "x" * 41}),
    ({}, {"unit": "box"}),
    ({}, {"is_partial": "true"}),
    ({}, {"tat_minutes_sum": -0.5}),
    ({}, {"item": {"code": "LAB-0001"}}),
    ({}, {"item": {"system": "not a uri", "code": "LAB-0001"}}),
    ({}, {"item": {"system": "urn:hr-catalogue:1", "code": "LAB-0001", "loinc": "7188"}}),
]


@pytest.mark.parametrize(("envelope", "payload"), DAMAGE)
def test_the_schema_refuses(envelope: dict[str, object], payload: dict[str, object]) -> None:
    validator = jsonschema_rs.validator_for(
        contracts.json_schema(contracts.load()["centre_activity"]), validate_formats=True
    )
    record = good("centre_activity")
    assert validator.is_valid(record)
    record |= envelope
    if payload:
        record["payload"] |= payload  # type: ignore[operator]
    assert not validator.is_valid(record)


def test_a_void_needs_no_payload_and_an_upsert_does() -> None:
    validator = jsonschema_rs.validator_for(contracts.json_schema(contracts.load()["capacity"]), validate_formats=True)
    record = good("capacity")
    del record["payload"]
    assert not validator.is_valid(record)
    assert validator.is_valid({**record, "op": "void"})


@pytest.mark.shared
def test_verdicts_equal_those_of_the_domain_schema(shared: Path) -> None:
    domain = json.loads((shared / "domain" / "schemas" / "feed.schema.json").read_text(encoding="utf-8"))
    theirs = jsonschema_rs.validator_for(domain, validate_formats=True)
    rng = random.Random(20261120)
    seen = {True: 0, False: 0}
    for contract in contracts.load().values():
        ours = jsonschema_rs.validator_for(contracts.json_schema(contract), validate_formats=True)
        for turn in range(200):
            record = generated.damaged(rng, contract) if turn % 2 else generated.record(rng, contract)
            if record.get("record_type") != contract.record_type:
                continue
            verdict = theirs.is_valid(record)
            seen[verdict] += 1
            assert ours.is_valid(record) == verdict, json.dumps(record, ensure_ascii=False)
    assert min(seen.values()) > 500


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("tier: minimum", "tier: minimum\ncolour: red"), "unknown key 'colour'"),
        (("record_type: capacity", "record_type: capacities"), "is not the file's name"),
        (("kind: count", "kind: counter"), "unknown kind 'counter'"),
        (("grain: [lead_org_code", "grain: [lead_organisation"), "grain names lead_organisation"),
        (("measures: [capacity_total]", "measures: [capacity_sum]"), "measures names capacity_sum"),
        (("name: bed_basis", "name: clinic_class"), "two fields become the column clinic_class"),
        (("{lead_org_code: organization}", "{lead_org_code: hospital}"), "not hospital"),
    ],
)
def test_a_contract_that_says_less_or_more_is_refused(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    for name in ("capacity.yml", "kinds.yml", "envelope.yml"):
        shutil.copy(contracts.HERE / name, tmp_path / name)
    file = tmp_path / "capacity.yml"
    text = file.read_text(encoding="utf-8")
    assert change[0] in text
    file.write_text(text.replace(*change, 1), encoding="utf-8")
    with pytest.raises(contracts.ContractError, match=message) as caught:
        contracts.load(tmp_path)
    assert "capacity.yml" in str(caught.value)
