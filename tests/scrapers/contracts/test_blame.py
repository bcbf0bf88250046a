"""One line read again: what is wrong with it, told by rule and field and never by value."""

from __future__ import annotations

import json

import pytest

from scrapers import contracts
from scrapers.contracts import MOST, blame
from scrapers.contracts.blame import Fault, Record
from tests.scrapers.contracts.test_contracts import good

ALL = frozenset(contracts.load())


def judged(**changes: object) -> Fault | Record | None:
    record = good("centre_activity")
    for name, value in changes.items():
        place = record["payload"] if name.startswith("p_") else record
        place[name.removeprefix("p_")] = value  # type: ignore[index]
    return blame.read_again(json.dumps(record).encode(), ALL)


def test_of_several_faults_the_misspelt_field_is_told_not_the_missing_one() -> None:
    record = good("centre_activity")
    record["payload"]["recieved"] = record["payload"].pop("received")  # type: ignore[index, union-attr]
    found = blame.read_again(json.dumps(record).encode(), ALL)
    assert found == Fault("SCHEMA-unknown", "payload.recieved", "centre_activity")


@pytest.mark.parametrize("name", ["13912345678", "张三 13912345678", "a" * 80, "x\ny", ""])
def test_an_unknown_name_that_could_be_a_value_is_not_repeated(name: str) -> None:
    record = good("centre_activity")
    record["payload"][name] = 1  # type: ignore[index]
    found = blame.read_again(json.dumps(record).encode(), ALL)
    assert found == Fault("SCHEMA-unknown", "payload.?", "centre_activity")


def test_whole_numbers_in_other_spellings_are_good() -> None:
    found = judged(p_requested=120.0, p_received=1e2)
    assert isinstance(found, Record)
    payload = json.loads(found.text)["payload"]
    assert (payload["requested"], payload["received"]) == (120, 100)
    assert '"requested":120,' in found.text.replace("}", ",")


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("2026-11-20T15:30:00Z", "2026-11-20T23:30:00+08:00"),
        ("2026-11-20t15:30:00z", "2026-11-20T23:30:00+08:00"),
        ("2026-11-20T23:30:00", "2026-11-20T23:30:00"),
        ("2026-11-20 23:30:00", "2026-11-20T23:30:00"),
        ("2026-12-31T23:59:60Z", "2027-01-01T07:59:59+08:00"),
    ],
)
def test_times_are_written_in_one_form(given: str, read: str) -> None:
    found = judged(produced_at=given)
    assert isinstance(found, Record)
    assert json.loads(found.text)["produced_at"] == read


def test_a_count_that_no_sum_could_hold_is_refused() -> None:
    assert isinstance(judged(p_requested=MOST), Record)
    assert judged(p_requested=MOST + 1) == Fault("SCHEMA-range", "payload.requested", "centre_activity")


@pytest.mark.parametrize(("depth", "rule"), [(60, "SCHEMA-unknown"), (256, "JSON-invalid"), (1100, "JSON-invalid")])
def test_a_line_is_judged_however_deep_it_is_nested(depth: int, rule: str) -> None:
    line = json.dumps(good("capacity")).replace("}}", ', "x": ' + "[" * depth + "]" * depth + "}}")
    found = blame.read_again(line.encode(), contracts.load())
    assert isinstance(found, Fault)
    assert found.rule == rule


@pytest.mark.parametrize("number", ["1" * 400, "1" * 5000, "1e400", "NaN"])
def test_a_number_beyond_all_bounds_is_named_as_such(number: str) -> None:
    line = json.dumps(good("capacity")).replace("66000", number)
    assert blame.read_again(line.encode(), contracts.load()) == Fault("JSON-number")


def test_a_list_item_is_named_by_its_place() -> None:
    found = judged(not_provided=["requested", 1])
    assert found == Fault("SCHEMA-type", "not_provided[1]", "centre_activity")


def test_a_void_is_good_whatever_its_payload() -> None:
    found = judged(op="void", payload={"anything": 1})
    assert isinstance(found, Record)
    assert "payload" not in json.loads(found.text)


def test_a_type_that_the_source_does_not_send_is_refused() -> None:
    line = json.dumps(good("centre_activity")).encode()
    assert blame.read_again(line, {"capacity"}) == Fault("SOURCE-record-type", "record_type", "centre_activity")
