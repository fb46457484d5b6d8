"""The dbt project builds from any order of rows, twice the same, and says what it is made of."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.warehouse.conftest import ONLY_MODELS
from tests.warehouse.districts import random_district
from tests.warehouse.warehouse import KEY, Contents, run_dbt

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.warehouse.conftest import BuiltDistrict

MARTS = {
    "roster": ("students", "sections", "enrollments", "schools", "standards"),
    "learning": (
        "mastery",
        "mastery_evidence",
        "class_mastery",
        "evidence_mix",
        "teacher_judgements",
        "goals",
        "student_feedback",
        "class_rollup",
        "standard_coverage",
    ),
    "proxies": ("time_on_task", "time_on_activity", "screen_share", "activity_counts"),
    "signals": ("practice_episodes",),
    "audit": (
        "reconciliation",
        "rejections",
        "unmatched",
        "refused_fields",
        "held",
        "rosters",
        "conflicts",
        "voids",
        "measure_definitions",
        "builds",
        "classroom_files",
        "classroom_refusals",
    ),
}
NAMES = [f"{schema}.{mart}" for schema, marts in MARTS.items() for mart in marts]
KINDS = {"identifier", "roster", "evidence", "inference", "proxy", "signal", "audit"}
NOT_FOR_LEARNING = ("duration", "session_key", "started_at", "chosen_by", "int_activity")


@pytest.fixture(scope="module")
def manifest(riverbend: BuiltDistrict) -> dict[str, Any]:
    """What dbt says of the project."""
    file = riverbend.build.file.parent / "dbt" / "manifest.json"
    document: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return document


def _models(manifest: dict[str, Any], folder: str) -> dict[str, dict[str, Any]]:
    return {
        name: node
        for name, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and folder in node["fqn"]
    }


def test_all_tests_of_the_project_pass(riverbend: BuiltDistrict) -> None:
    """Every test of the data and every rule's unit test has run and passed, none warned."""
    statuses = riverbend.build.statuses
    tests = {name: status for name, status in statuses.items() if "test" in name.split(".")[0]}
    assert len([name for name in tests if name.startswith("unit_test")]) >= 70
    assert len([name for name in tests if name.startswith("test")]) >= 130
    assert set(tests.values()) == {"pass"}


def test_an_event_that_is_stored_twice_is_found(
    build_district: Callable[..., BuiltDistrict],
) -> None:
    """The key of stored events is asked for where it is broken."""
    contents = random_district(1, zone="America/Chicago", students=2)
    [first, *_] = contents.events
    again = Contents(contents.tables, [*contents.events, first])
    with pytest.raises(AssertionError, match="an_event_is_stored_once"):
        build_district(again, "build", "--select", "+stg_plumbline__events")


@pytest.mark.parametrize("mart", NAMES)
def test_order_of_delivery_changes_nothing(
    riverbend: BuiltDistrict, shuffled: BuiltDistrict, mart: str
) -> None:
    """The same rows in another order give the same marts, to the last digit."""
    assert shuffled.build.mart(mart) == riverbend.build.mart(mart)


@pytest.mark.parametrize("mart", [name for name in NAMES if not name.startswith("audit.")])
def test_marts_are_as_if_a_voided_event_had_never_been(
    riverbend: BuiltDistrict, without_voided: BuiltDistrict, mart: str
) -> None:
    """Neither a voided event nor its void leaves a trace in what is measured."""
    assert without_voided.build.mart(mart) == riverbend.build.mart(mart)


def test_building_again_changes_nothing(shuffled: BuiltDistrict) -> None:
    """A second build of one warehouse gives identical rows."""
    before = {mart: shuffled.build.mart(mart) for mart in NAMES}
    again = run_dbt(shuffled.build.file, shuffled.build.as_of_date, *ONLY_MODELS)
    assert {mart: again.mart(mart) for mart in NAMES} == before


def test_schemas_have_their_names(riverbend: BuiltDistrict) -> None:
    """Readers know the schemas by name."""
    found = riverbend.build.rows(
        "select distinct schema_name from duckdb_tables() where database_name = 'warehouse'"
        " union select distinct schema_name from duckdb_views()"
        " where database_name = 'warehouse' and not internal"
    )
    expected = {*MARTS, "loaded", "staging", "intermediate"}
    assert {schema for (schema,) in found} == expected


def test_the_key_is_written_nowhere(riverbend: BuiltDistrict) -> None:
    """Neither logs nor artefacts of dbt hold the key of the warehouse."""
    files = [file for file in riverbend.build.file.parent.rglob("*") if file.is_file()]
    assert files
    assert not [file.name for file in files if KEY.hex.encode() in file.read_bytes()]


def test_every_column_of_a_mart_says_what_it_is(manifest: dict[str, Any]) -> None:
    """Contract enforced, a type, at most 200 characters of description and a kind."""
    for name, model in _models(manifest, "marts").items():
        assert model["config"]["contract"]["enforced"], name
        assert model["config"]["access"] == "public", name
        for column in model["columns"].values():
            label = f"{name}.{column['name']}"
            assert column["data_type"], label
            assert 10 <= len(column["description"]) <= 200, label
            assert column["config"]["meta"]["kind"] in KINDS, label


def test_every_model_says_its_grain(manifest: dict[str, Any]) -> None:
    """A description starts with what one row is; a mart has an example query and a key."""
    keyed = {
        node["attached_node"]
        for node in manifest["nodes"].values()
        if node.get("test_metadata", {}).get("name") == "is_key"
    }
    for name, model in _models(manifest, "plumbline").items():
        assert model["description"].startswith("One row"), name
        assert model["access"] != "private" or model["group"], name
    for name, model in _models(manifest, "marts").items():
        assert "    select " in model["description"], name
        assert name in keyed, name


def test_only_staging_reads_what_was_loaded(manifest: dict[str, Any]) -> None:
    """No other model names a source."""
    for name, model in _models(manifest, "plumbline").items():
        reads_source = any(parent.startswith("source.") for parent in model["depends_on"]["nodes"])
        assert reads_source == ("staging" in model["fqn"]), name


def test_no_proxy_is_an_ancestor_of_learning(manifest: dict[str, Any]) -> None:
    """Neither a model of activity nor a column of time reaches a model of learning."""
    learning = set(_models(manifest, "learning")) | set(_models(manifest, "evidence"))
    ancestors = set(learning)
    waiting = list(learning)
    while waiting:
        node = manifest["nodes"].get(waiting.pop(), {"depends_on": {}})
        new = set(node["depends_on"].get("nodes", ())) - ancestors
        ancestors |= new
        waiting += new
    assert not ancestors & (set(_models(manifest, "proxies")) | set(_models(manifest, "activity")))
    for name in learning:
        code = _without_comments(manifest["nodes"][name]["raw_code"])
        assert not [word for word in NOT_FOR_LEARNING if word in code], name


def _without_comments(code: str) -> str:
    return "\n".join(line for line in code.splitlines() if not line.strip().startswith("--"))
