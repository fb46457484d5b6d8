"""The field policy names every column and its consumer, and nothing else is read."""

from __future__ import annotations

import copy
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.canonical import event_columns
from pipelines.ingest.policy import (
    MAXIMUM_SHAPES,
    UNUSUAL_NAME,
    FieldRule,
    Minimiser,
    RefusedField,
    Surplus,
    SurplusShape,
    field_rules,
    steps_of,
)
from pipelines.validation.findings import Standard
from tests.unit.examples import caliper_event, statement

MARTS = Path(__file__).parents[3] / "dbt" / "models" / "marts"
TREATMENTS = {"kept", "pseudonym", "digest", "derived", "counted"}
# What the pipeline itself says of an event; no member of the event is read for it.
NOT_FROM_THE_EVENT = {"source", "standard", "body_digest", "line_number", "item_number"}

# A member that the policy cannot name: it begins with a plus sign.
EXTRA_MEMBERS = st.dictionaries(
    st.sampled_from(["+", "+id", "+name", "+ada@x.example"]),
    st.sampled_from(
        [None, True, 7, "Ada", [], {}, {"id": "Ada"}, [{"id": {"type": "Ada"}}, "Ada"]]
    ),
    max_size=3,
)
RULES = pytest.mark.parametrize(
    "rule",
    [pytest.param(rule, id=f"{rule.standard}-{rule.path}-{rule.column}") for rule in field_rules()],
)


@RULES
def test_a_row_names_a_column_and_a_mart_that_exist(rule: FieldRule) -> None:
    """A field is read only for a column of the canonical event that feeds an existing mart."""
    assert rule.column in {column.name for column in event_columns()}
    schema, mart = rule.consumer.split(".")
    assert (MARTS / schema / f"{mart}.sql").is_file()
    assert rule.standard in {standard.value for standard in Standard}
    assert rule.treatment in TREATMENTS
    assert rule.purpose.endswith(".")
    assert rule.retention_days > 0


def test_every_column_is_granted_by_a_row() -> None:
    """No column of the canonical event is filled without a row that allows it."""
    granted = {rule.column for rule in field_rules()}
    columns = {column.name for column in event_columns()}
    assert columns - granted <= NOT_FROM_THE_EVENT


def test_no_row_stands_twice() -> None:
    """A field is granted to a column once."""
    rows = [(rule.standard, rule.path, rule.column) for rule in field_rules()]
    assert len(rows) == len(set(rows))


@RULES
def test_a_granted_field_survives(rule: FieldRule) -> None:
    """An event that holds only a granted field keeps it."""
    event: Any = "value"
    for step in reversed(steps_of(rule.path)):
        event = {step: event}
    assert _minimised(event, Standard(rule.standard)) == (event, Counter())


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        pytest.param("actor.account.name", ["actor", "account", "name"], id="members"),
        pytest.param("parent[].definition.type", ["parent", "definition", "type"], id="list"),
        pytest.param(
            'extensions["https://x.org/a.b"]', ["extensions", "https://x.org/a.b"], id="iri"
        ),
        pytest.param("@context", ["@context"], id="at-sign"),
    ],
)
def test_a_path_is_split_into_member_names(path: str, steps: list[str]) -> None:
    """Dots within an IRI split nothing, and lists add no step."""
    assert steps_of(path) == steps


def _minimised(
    event: dict[str, Any], standard: Standard
) -> tuple[dict[str, Any], Counter[RefusedField]]:
    """Return what is left of an event, and what was removed."""
    left = copy.deepcopy(event)
    minimiser = Minimiser(standard)
    minimiser.minimise(left)
    return left, minimiser.refused()


def _objects(value: Any) -> list[dict[str, Any]]:
    """Return every object in a value, itself first."""
    if isinstance(value, list):
        return [found for element in value for found in _objects(element)]
    if not isinstance(value, dict):
        return []
    return [value, *(found for member in value.values() for found in _objects(member))]


@pytest.mark.parametrize(
    ("standard", "event"),
    [
        pytest.param(
            Standard.XAPI,
            statement(
                result={"score": {"scaled": 0.5}, "success": True},
                context={"contextActivities": {"parent": [{"id": "https://a.example/p"}]}},
            ),
            id="xapi",
        ),
        pytest.param(
            Standard.CALIPER,
            caliper_event(
                object={
                    "id": "https://a.example/i",
                    "type": "AssessmentItem",
                    "isPartOf": {"id": "https://a.example/q"},
                    "learningObjectives": [{"id": "https://a.example/o"}],
                }
            ),
            id="caliper",
        ),
    ],
)
@settings(max_examples=50)
@given(data=st.data())
def test_whatever_is_not_named_is_removed_at_any_depth(
    standard: Standard, event: dict[str, Any], data: st.DataObject
) -> None:
    """Unknown members, wherever they stand and whatever they hold, leave no trace but a count."""
    expected, refused_before = _minimised(event, standard)
    spoiled = copy.deepcopy(event)
    added = 0
    for place in _objects(spoiled):
        extra = data.draw(EXTRA_MEMBERS)
        place.update(extra)
        added += len(extra)
    found, refused = _minimised(spoiled, standard)
    assert found == expected
    assert refused.total() == added + refused_before.total()


def test_a_refused_member_is_counted_but_not_looked_into() -> None:
    """The name of a refused member is counted; the names within it may be personal."""
    event = statement(context={"statement": {"name": "Cleo", "mbox": "mailto:cleo@x.example"}})
    _, refused = _minimised(event, Standard.XAPI)
    assert refused == {RefusedField("xapi", "$.context.statement"): 1}


def test_of_a_team_nothing_is_kept_but_that_there_is_one() -> None:
    """Who works in a team, and what it is called, is refused and counted."""
    team = {"objectType": "Group", "name": "Cleo", "mbox": "mailto:cleo@x.example"}
    kept, refused = _minimised(statement(context={"team": team}), Standard.XAPI)
    assert kept["context"]["team"] == {"objectType": "Group"}
    assert refused == {
        RefusedField("xapi", f"$.context.team.{name}"): 1 for name in ("mbox", "name")
    }


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        pytest.param("display", "$.verb.display", id="plain"),
        pytest.param("@type", "$.verb.@type", id="json-ld"),
        pytest.param("https://x.example/a", '$.verb["https://x.example/a"]', id="iri"),
        pytest.param("ada@x.example", f"$.verb.{UNUSUAL_NAME}", id="e-mail"),
        pytest.param("Ada Example", f"$.verb.{UNUSUAL_NAME}", id="full-name"),
        pytest.param("4711", f"$.verb.{UNUSUAL_NAME}", id="number"),
        pytest.param("Zoë", f"$.verb.{UNUSUAL_NAME}", id="not-ascii"),
        pytest.param("x" * 65, f"$.verb.{UNUSUAL_NAME}", id="long"),
        pytest.param("a\n", f"$.verb.{UNUSUAL_NAME}", id="line-end"),
        pytest.param("https://x.example/?user=ada", f"$.verb.{UNUSUAL_NAME}", id="iri-with-query"),
        pytest.param("mailto:ada@x.example", f"$.verb.{UNUSUAL_NAME}", id="mailto"),
        pytest.param("", f"$.verb.{UNUSUAL_NAME}", id="empty"),
    ],
)
def test_a_name_that_may_be_personal_is_not_shown(name: str, shown: str) -> None:
    """Only what looks like the name of a member is written into a manifest."""
    _, refused = _minimised({"verb": {name: "value"}}, Standard.XAPI)
    assert refused == {RefusedField("xapi", shown): 1}


def test_names_made_up_for_every_event_are_removed_and_counted() -> None:
    """However many names a tool makes up, all are removed, and their counts add up."""
    minimiser = Minimiser(Standard.XAPI)
    for number in range(MAXIMUM_SHAPES + 100):
        event = {"verb": {"id": "kept", f"a{number}": 1, f"b{number}": 2}, "x": 1, f"y{number}": 2}
        minimiser.minimise(event)
        assert event == {"verb": {"id": "kept"}}
    assert minimiser.refused().total() == 4 * (MAXIMUM_SHAPES + 100)


def test_every_member_is_counted_each_time() -> None:
    """The same member of two events counts twice, under one name."""
    minimiser = Minimiser(Standard.XAPI)
    for _ in range(2):
        minimiser.minimise(statement(authority={"mbox": "mailto:a@x.example"}))
    assert minimiser.refused() == {RefusedField("xapi", "$.authority"): 2}


def test_surplus_counted_again_is_as_if_minimised_again() -> None:
    """What one event had too much can be counted for all events like it."""
    event = statement(
        authority={"mbox": "mailto:a@x.example"},
        actor={"mbox": "mailto:b@x.example", "name": "B"},
        context={"contextActivities": {"parent": [{"id": "x:1", "x": 1}, {"id": "x:2", "x": 2}]}},
    )
    once, again, directly = (Minimiser(Standard.XAPI) for _ in range(3))
    once.minimise(copy.deepcopy(event))
    again.count_again(once.take_surplus(), 3)
    for _ in range(3):
        directly.minimise(copy.deepcopy(event))
    assert again.refused() == directly.refused()
    assert again.types() == directly.types()
    assert again.refused().total() == 4 * 3
    assert once.refused() == Counter()


def test_surplus_of_many_shapes_counted_again_is_bounded() -> None:
    """Shapes beyond those kept are counted without their names, each as often as it came."""
    minimiser = Minimiser(Standard.XAPI)
    for name in (f"x{number}" for number in range(MAXIMUM_SHAPES + 10)):
        shape = SurplusShape("$.verb", ("id", name), 2, ((name, frozenset({"number"})),))
        minimiser.count_again(Surplus((shape,)), 3)
    assert minimiser.refused().total() == 6 * (MAXIMUM_SHAPES + 10)
    assert len(minimiser.refused()) == MAXIMUM_SHAPES + 1
