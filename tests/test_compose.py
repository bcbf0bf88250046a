"""docker-compose.yml and Dockerfile: valid by the compose specification, and safe as they stand.

No container engine is needed. The specification's JSON Schema is the copy that the package check-jsonschema ships.
"""

from __future__ import annotations

import json
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[1]
COMPOSE = PROJECT / "docker-compose.yml"
DOCUMENT = PROJECT / "docs" / "docker-compose.md"

AIRFLOW = {"init", "api-server", "scheduler", "dag-processor", "triggerer"}
ONE_SHOT = {"init"}
# What may have a default: not a secret, and harmless as it is.
HARMLESS = {"YILIAN_PORT": "8080", "YILIAN_ALERT_WEBHOOK": "", "YILIAN_SOURCES": ""}
VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)(?:(:?[-?+])([^}]*))?\}")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    return parsed


@pytest.fixture(scope="module")
def specification() -> dict[str, Any]:
    package = find_spec("check_jsonschema")
    assert package is not None, "the development dependency check-jsonschema is missing"
    folder = Path(str(package.origin)).parent
    schema: dict[str, Any] = json.loads((folder / "builtin_schemas" / "vendor" / "compose-spec.json").read_text())
    return schema


def services(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return dict(compose["services"])


def test_the_file_is_valid_by_the_compose_specification(compose: dict[str, Any], specification: dict[str, Any]) -> None:
    errors = list(jsonschema.Draft202012Validator(specification).iter_errors(compose))
    assert not errors, [f"{list(e.absolute_path)}: {e.message}" for e in errors]


def test_the_specification_refuses_what_is_no_compose_file(
    compose: dict[str, Any], specification: dict[str, Any]
) -> None:
    broken = {**compose, "services": {"x": {"imagee": "postgres"}}}
    assert not jsonschema.Draft202012Validator(specification).is_valid(broken)


def test_the_services(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == AIRFLOW | {"postgres"}
    assert set(compose["volumes"]) == {"data", "metadata"}


def test_no_secret_has_a_default() -> None:
    used = {match[1]: match for match in VARIABLE.finditer(COMPOSE.read_text(encoding="utf-8"))}
    for name, match in used.items():
        if name in HARMLESS:
            assert (match[2], match[3]) == (":-", HARMLESS[name]), name
        else:
            assert match[2] == ":?", f"{name} must be required: ${{{name}:?…}}"
    assert {n for n in used if re.search("PASSWORD|KEY|SECRET", n)} == {
        "YILIAN_POSTGRES_PASSWORD",
        "YILIAN_FERNET_KEY",
        "YILIAN_API_SECRET_KEY",
        "YILIAN_JWT_SECRET",
        "YILIAN_ADMIN_PASSWORD",
    }


def test_a_setting_that_is_a_secret_comes_from_a_variable(compose: dict[str, Any]) -> None:
    for name, service in services(compose).items():
        for key, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|_KEY$|SECRET|CONN$", key):
                assert VARIABLE.search(str(value)), f"{name}: {key} is written down"


def test_every_variable_is_documented() -> None:
    used = {match[1] for match in VARIABLE.finditer(COMPOSE.read_text(encoding="utf-8"))}
    rows = set(re.findall(r"^\| `(\w+)` \|", DOCUMENT.read_text(encoding="utf-8"), flags=re.M))
    assert rows == used


def test_ports_are_bound_to_loopback(compose: dict[str, Any]) -> None:
    published = {name: s["ports"] for name, s in services(compose).items() if "ports" in s}
    assert set(published) == {"api-server"}
    assert all(str(port).startswith("127.0.0.1:") for ports in published.values() for port in ports)
    assert not any(s.get("network_mode") == "host" for s in services(compose).values())


def test_every_standing_service_has_a_health_check_and_comes_back(compose: dict[str, Any]) -> None:
    for name, service in services(compose).items():
        if name in ONE_SHOT:
            assert service["restart"] == "no"
            continue
        assert service["restart"] == "unless-stopped", name
        check = service["healthcheck"]
        assert check["test"][0] == "CMD", name
        assert {"interval", "timeout", "retries"} <= set(check), name


def test_health_checks_are_python_that_compiles(compose: dict[str, Any]) -> None:
    for name in AIRFLOW - ONE_SHOT:
        test = services(compose)[name]["healthcheck"]["test"]
        assert test[:3] == ["CMD", "python", "-c"], name
        compile(test[3], name, "exec")


def test_services_wait_for_the_database_and_for_init(compose: dict[str, Any]) -> None:
    for name in AIRFLOW - ONE_SHOT:
        due = services(compose)[name]["depends_on"]
        assert due["postgres"]["condition"] == "service_healthy"
        assert due["init"]["condition"] == "service_completed_successfully"
    assert services(compose)["init"]["depends_on"]["postgres"]["condition"] == "service_healthy"


def test_init_makes_the_tables_the_pool_and_the_administrator(compose: dict[str, Any]) -> None:
    script = services(compose)["init"]["command"][-1]
    assert services(compose)["init"]["command"][:2] == ["sh", "-ec"]
    assert "airflow db migrate" in script
    assert "airflow pools set duckdb_writer 1 " in script
    assert "airflow users create --role Admin" in script


def test_users_sign_in_with_passwords_and_nothing_calls_home(compose: dict[str, Any]) -> None:
    for name in AIRFLOW:
        environment = services(compose)[name]["environment"]
        assert environment["AIRFLOW__CORE__AUTH_MANAGER"].endswith(".FabAuthManager")
        assert environment["AIRFLOW__USAGE_DATA_COLLECTION__ENABLED"] == "False"
        assert environment["AIRFLOW__CORE__LOAD_EXAMPLES"] == "False"


def test_all_share_one_data_volume_and_few_rights(compose: dict[str, Any]) -> None:
    for name in AIRFLOW:
        service = services(compose)[name]
        assert service["volumes"] == ["data:/data"]
        assert service["environment"]["YILIAN_HOME"] == "/data"
        assert service["init"] is True
        assert service["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in service["security_opt"]
        assert not service.get("privileged")


def test_images_are_pinned(compose: dict[str, Any]) -> None:
    for name, service in services(compose).items():
        assert re.search(r":\d+\.\d+", service["image"]), name


def test_the_image_is_pinned_hashed_and_not_root() -> None:
    lines = [line.strip() for line in (PROJECT / "Dockerfile").read_text(encoding="utf-8").splitlines()]
    assert [line for line in lines if re.fullmatch(r"FROM python:3\.12\.\d+-slim-\w+", line)]
    assert any("--require-hashes" in line for line in lines if line.startswith("RUN pip install"))
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users
    assert users[-1] not in ("root", "0")
    assert not any(re.search(r"PASSWORD|SECRET|_KEY", line) for line in lines if not line.startswith("#"))


def test_data_and_keys_stay_out_of_the_image() -> None:
    ignored = (PROJECT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {".git", ".env", "*.env", "data", ".venv"} <= set(ignored)
