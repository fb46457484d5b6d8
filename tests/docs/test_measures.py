"""The measures are what docs/measures.md says, and its example can be followed by hand."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.docs.generated import shipped_definitions
from tests.docs.marts import published_tables
from tests.docs.repository import REPOSITORY, read, without_code, written_by_hand
from tests.oracles.mastery import judge_mastery
from tests.oracles.values import District, Event, Reading

OUTCOMES = (1, 0, 1, 1, 1)
BASE_RATE = 0.75
SENTENCE = "Time with software open. Not learning, not effort."
VERB = "http://adlnet.gov/expapi/verbs/answered"
BEFORE_PERIOD = date(2026, 2, 2)
PERIOD = (date(2026, 3, 2), date(2026, 5, 1))
THREE_OF_FOUR = (True, True, True, False)
DISTRICT = District(
    zone=ZoneInfo("UTC"),
    as_of_date=date(2026, 3, 31),
    grading_periods=(PERIOD,),
    students_by_actor={"student": "student", "classmate": "classmate"},
    schools_by_student={},
    enrollments=(),
    standards=(("uri", "standard"),),
    school_days={},
    duration_placements={},
    readings=(Reading(False, "xapi", VERB, None, None, "answered"),),  # noqa: FBT003
)
_NUMBER = re.compile(r"(?<![\w.])\d*\.?\d+(?![\w.]*\w)")
_EXAMPLE = re.compile(r"^A worked example.*?^### ", re.DOTALL | re.MULTILINE)


def _parameters() -> dict[str, float]:
    return {
        name: value for each in shipped_definitions() for name, value in each.parameters.items()
    }


def _value(name: str) -> float:
    return _parameters()[name]


def _stated(name: str) -> float:
    found = re.search(rf"{name} = (\d*\.\d+)", read("measures.md"))
    assert found, name
    return float(found[1])


def test_the_worked_example_can_be_computed_by_hand() -> None:
    """S, F, alpha, beta and the estimate come out as the document states them."""
    discounted = [_value("decay") ** age for age in reversed(range(len(OUTCOMES)))]
    successes = sum(share * outcome for share, outcome in zip(discounted, OUTCOMES, strict=True))
    failures = sum(discounted) - successes
    alpha = successes + _value("prior_weight") * BASE_RATE
    beta = failures + _value("prior_weight") * (1 - BASE_RATE)
    assert (round(successes, 3), round(failures, 3)) == (_stated("S"), _stated("F"))
    assert (round(alpha, 3), round(beta, 3)) == (
        _stated("\N{GREEK SMALL LETTER ALPHA}"),
        _stated("β"),
    )
    assert round(alpha / (alpha + beta), 3) == _stated("estimate")


def test_the_oracle_gives_the_worked_example() -> None:
    """The independent oracle comes to the same estimate and the same amount of evidence."""
    earlier = [
        _try("classmate", BEFORE_PERIOD, number, is_right)
        for number, is_right in enumerate(THREE_OF_FOUR)
    ]
    tries = [
        _try("student", PERIOD[0], number, outcome == 1) for number, outcome in enumerate(OUTCOMES)
    ]
    judged = {row.student_key: row for row in judge_mastery(DISTRICT, [*earlier, *tries])}
    assert judged["student"].base_rate == pytest.approx(BASE_RATE)
    assert round(judged["student"].estimate, 3) == _stated("estimate")
    assert judged["student"].effective_n == pytest.approx(_stated("S") + _stated("F"), abs=0.001)


def _try(learner: str, first: date, number: int, is_right: bool) -> Event:  # noqa: FBT001
    day = datetime(first.year, first.month, first.day, 15, tzinfo=UTC) + timedelta(days=number)
    return Event(
        source="mathpath",
        event_id=f"{learner}-{number}",
        standard="xapi",
        verb=VERB,
        occurred_at=day,
        actor_key=learner,
        activity_id=f"item-{number}",
        standard_refs=("uri",),
        success=is_right,
    )


def test_a_number_in_the_text_is_a_parameter() -> None:
    """Besides 0, 1 and the example, the prose states no number that the parameters do not have."""
    prose = _EXAMPLE.sub("### ", without_code(written_by_hand(read("measures.md"))))
    prose = re.sub(r"^ {4}.*$|^\d+\. ", "", prose, flags=re.MULTILINE)
    allowed = {0.0, 1.0} | set(_parameters().values())
    assert {float(number) for number in _NUMBER.findall(prose)} <= allowed


def test_every_parameter_that_decides_a_status_is_named() -> None:
    """The text names each threshold of the status and each parameter of time on task."""
    text = written_by_hand(read("measures.md"))
    names = set(_parameters())
    unexplained = {name for name in names if f"`{name}`" not in text and name not in text}
    assert unexplained == {"tries_before_repeat"}


def test_time_is_never_shown_without_its_sentence() -> None:
    """The sentence stands in the document and in the description of the table."""
    assert SENTENCE in read("measures.md")
    described = {table.name: table.description for table in published_tables()}
    assert SENTENCE in " ".join(described["time_on_task"].split())


def test_no_setting_changes_a_measure() -> None:
    """district.toml knows no parameter of a measure, and refuses what it does not know."""
    schema = json.loads((REPOSITORY / "schemas/district/district.schema.json").read_text())
    names = {name for section in _objects(schema) for name in section.get("properties", ())}
    assert names.isdisjoint(_parameters())
    assert all(
        section["additionalProperties"] is False
        for section in _objects(schema)
        if "properties" in section
    )


def _objects(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, list):
        return [each for part in node for each in _objects(part)]
    if isinstance(node, dict):
        return [node, *(each for part in node.values() for each in _objects(part))]
    return []


def test_measures_carry_their_version() -> None:
    """Every table of a family of measures has definition_version and definition_hash."""
    wanted = {"definition_version", "definition_hash"}
    for table in published_tables():
        if table.schema in {"learning", "proxies", "signals"}:
            assert wanted <= {column.name for column in table.columns}, table.name


def test_a_measure_has_one_name() -> None:
    """A measure's name in the definitions is the name of its table."""
    tables = {table.name for table in published_tables()}
    assert {each.measure for each in shipped_definitions()} <= tables
