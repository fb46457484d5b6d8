"""The measures are what docs/measures.md says, and its example can be followed by hand."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.docs.generated import shipped_definitions
from tests.docs.marts import published_tables
from tests.docs.repository import REPOSITORY, read, without_code, written_by_hand
from tests.oracles.attribution import (
    BOUNDS,
    MODES,
    attribute_time,
    measure_activities,
    measure_screen_share,
)
from tests.oracles.mastery import judge_mastery
from tests.oracles.practice import judge_practice
from tests.oracles.time_on_task import measure_time
from tests.oracles.values import District, Enrollment, Event, Reading, SchoolDay

OUTCOMES = (1, 0, 1, 1, 1)
BASE_RATE = 0.75
SENTENCE = "Time with software open. Not learning, not effort."
SIGNAL = "has worked on … 11 times over 4 days without three right in a row; a look may help"
VERB = "http://adlnet.gov/expapi/verbs/answered"
OTHER_VERB = "http://adlnet.gov/expapi/verbs/experienced"
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
_EXAMPLE = re.compile(r"^A worked example.*?^##", re.DOTALL | re.MULTILINE)
_ROW = re.compile(r"^\| (?!---)(.+) \|$", re.MULTILINE)


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


def _example(title: str) -> tuple[list[dict[str, str]], dict[str, float]]:
    """Return the rows of the worked example of a section, and the values that it comes to."""
    _, _, section = read("measures.md").partition(f"# {title}\n")
    _, _, example = section.partition("\n## ")[0].partition("A worked example")
    example, _, _ = example.partition("\n##")
    head, *rows = [[cell.strip() for cell in line.split(" |")] for line in _rows(example)]
    values = dict(re.findall(r"(\w+) = (\d*\.?\d+)", example))
    return (
        [dict(zip(head, row, strict=True)) for row in rows],
        {name: float(value) for name, value in values.items()},
    )


def _rows(text: str) -> list[str]:
    return [
        line.replace("| ", "", 1) if line.startswith("| ") else line for line in _ROW.findall(text)
    ]


def test_every_measure_has_a_worked_example() -> None:
    """The section of each measure works one through."""
    for each in shipped_definitions():
        title = each.measure.replace("_", " ").capitalize()
        rows, values = _example(title)
        assert rows, title
        assert values, title


def test_the_example_of_time_can_be_computed() -> None:
    """Credits follow from the gaps and the parameters, minutes and share from the oracle."""
    rows, stated = _example("Time on task")
    for row in rows:
        assert [float(row[bound]) for bound in ("low", "mid", "high")] == _credits(row)
    [measured] = measure_time(DISTRICT, [_activity(row) for row in rows])
    assert measured.day_part == "weekend_or_holiday"
    assert stated == {
        "minutes_low": measured.minutes("low"),
        "minutes_mid": measured.minutes("mid"),
        "minutes_high": measured.minutes("high"),
        "share_inferred": pytest.approx(measured.share_inferred, abs=0.0005),
    }


def _credits(row: dict[str, str]) -> list[float]:
    if row["reported duration"]:
        return [float(row["reported duration"])] * 3
    gap = float(row["gap to the next"])
    return [
        gap if gap <= _value("low_gap") else 0,
        gap if gap <= _value("mid_gap") else _value("mid_tail_unknown"),
        min(gap, _value("high_credit")) if gap <= _value("high_gap") else _value("high_tail"),
    ]


def _activity(row: dict[str, str]) -> Event:
    hour, minute, second = map(int, row["time"].split(":"))
    duration = row["reported duration"]
    return Event(
        source="mathpath",
        event_id=row["time"],
        standard="xapi",
        verb=VERB if row["action"] == "answered" else OTHER_VERB,
        occurred_at=datetime(2026, 3, 7, hour, minute, second, tzinfo=UTC),
        actor_key="student",
        activity_id="page",
        duration_seconds=float(duration) if duration else None,
    )


def test_the_example_of_counts_can_be_counted() -> None:
    """Each count is that of the rows that its definition names."""
    rows, stated = _example("Activity counts")
    items = [row["item"] for row in rows if row["action"] == "answered"]
    by_student = [row["action"] for row in rows if row["chosen by"] == "student"]
    actions = [row["action"] for row in rows]
    assert stated == {
        "events": len(rows),
        "attempts": len(items),
        "repeat_attempts": len(items) - len(set(items)) * _value("tries_before_repeat"),
        "hints": actions.count("hinted"),
        "completions": actions.count("completed"),
        "self_chosen": len(by_student) - by_student.count("goal_set"),
        "goals_set_by_student": by_student.count("goal_set"),
    }


def test_the_example_of_time_by_activity_can_be_computed() -> None:
    """Each activity has the minutes of its row, and they add up to the union."""
    rows, stated = _example("Time by activity")
    events = [replace(_activity(row), activity_id=row["activity"]) for row in rows]
    measured = measure_activities(attribute_time(DISTRICT, events))
    assert {activity: minutes for (_, _, activity), minutes in measured.items()} == {
        row["activity"]: {bound: float(row[f"minutes_{bound}"]) for bound in BOUNDS} for row in rows
    }
    [union] = measure_time(DISTRICT, events)
    assert stated == {f"total_{bound}": union.minutes(bound) for bound in BOUNDS}


def test_the_example_of_screen_share_can_be_computed() -> None:
    """Minutes by mode and shares follow from the rows, by the oracle."""
    rows, stated = _example("Screen share")
    monday = date(2026, 3, 9)
    days = {"Monday": monday, "Tuesday": monday + timedelta(days=1)}
    school_day = SchoolDay(is_instructional=True, opens_at=time(8), closes_at=time(15))
    students = sorted({row["student"] for row in rows})
    district = replace(
        DISTRICT,
        students_by_actor={student: student for student in students},
        enrollments=tuple(
            Enrollment(student, "section", "school", None, None) for student in students
        ),
        school_days={("school", day): school_day for day in days.values()},
    )
    events = [
        replace(
            _activity({**row, "action": "viewed"}),
            event_id=str(number),
            actor_key=row["student"],
            activity_id=str(number),
            interaction_mode=row["mode"],
            occurred_at=datetime.combine(days[row["day"]], time.fromisoformat(row["time"]), UTC),
        )
        for number, row in enumerate(rows)
    ]
    stretches = attribute_time(district, events)
    school = [each for each in stretches if each.day_part == "school"]
    for number, row in enumerate(rows):
        own = [each for each in school if each.activity_id == str(number)]
        for bound in BOUNDS:
            lengths = (each.length for each in own if each.bound == bound)
            assert sum(lengths, timedelta()) == timedelta(minutes=float(row[bound]))
    [measured] = measure_screen_share(district, stretches)
    assert stated == {
        **{f"share_{bound}": round(measured.share(bound), 4) for bound in BOUNDS},
        **{
            f"share_{mode}": pytest.approx(measured.share_of_mode(mode), abs=0.0005)
            for mode in MODES
        },
    }


def test_the_example_of_practice_can_be_followed() -> None:
    """The oracle comes to the state, the counts and the end of the interval that are stated."""
    rows, stated = _example("Practice episodes")
    tries = [
        replace(
            _try("student", date.fromisoformat(row["date"]), 0, row["outcome"] == "1"),
            event_id=str(number),
            activity_id=str(number),
        )
        for number, row in enumerate(rows)
    ]
    enrollments = (Enrollment("student", "section", "school", None, None),)
    district = replace(DISTRICT, as_of_date=date(2026, 3, 18), enrollments=enrollments)
    [episode] = judge_practice(district, tries)
    [mastery] = judge_mastery(district, tries)
    assert episode.state == "stalled"
    assert stated == {
        "b": mastery.base_rate,
        "attempts": episode.attempts,
        "days": episode.days,
        "interval_high": round(mastery.interval_high, 3),
        "expires_after": _value("expires_after"),
    }
    after = episode.last_evidence_date + timedelta(days=stated["expires_after"] + 1)
    assert judge_practice(replace(district, as_of_date=after), tries) == []


def test_a_number_in_the_text_is_a_parameter() -> None:
    """Besides 0, 1 and the example, the prose states no number that the parameters do not have."""
    prose = _EXAMPLE.sub("##", without_code(written_by_hand(read("measures.md"))))
    prose = re.sub(r"^ {4}.*$|^\d+\. ", "", prose, flags=re.MULTILINE)
    allowed = {0.0, 1.0} | set(_parameters().values())
    assert {float(number) for number in _NUMBER.findall(prose)} <= allowed


def test_every_parameter_that_decides_a_status_is_named() -> None:
    """The text names each threshold of the status and each parameter of time on task."""
    text = written_by_hand(read("measures.md"))
    names = set(_parameters())
    unexplained = {name for name in names if f"`{name}`" not in text and name not in text}
    assert unexplained == {"tries_before_repeat"}


@pytest.mark.parametrize("name", ["time_on_task", "time_on_activity", "screen_share"])
def test_time_is_never_shown_without_its_sentence(name: str) -> None:
    """The sentence stands in the document and in the description of each table of time."""
    assert SENTENCE in read("measures.md")
    described = {table.name: table.description for table in published_tables()}
    assert SENTENCE in " ".join(described[name].split())


def test_a_signal_has_its_sentence() -> None:
    """The words of a signal are those of the definition, in the document and in the SQL."""
    assert SIGNAL in read("measures.md")
    before, after = SIGNAL.split("… 11 times over 4 days ")
    query = (REPOSITORY / "dbt/models/marts/signals/practice_episodes.sql").read_text("utf-8")
    assert f"'{before}'" in query
    assert all(part in query for part in (" times over ", *after.split("; ")))


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
    """Every table of a family of measures has definition_version and definition_hash.

    What people wrote down themselves is defined by nobody else.
    """
    wanted = {"definition_version", "definition_hash"}
    for table in published_tables():
        is_measure = table.schema in {"learning", "proxies", "signals"}
        if is_measure and table.name not in {"teacher_judgements", "goals", "student_feedback"}:
            assert wanted <= {column.name for column in table.columns}, table.name


def test_a_measure_has_one_name() -> None:
    """A measure's name in the definitions is the name of its table."""
    tables = {table.name for table in published_tables()}
    assert {each.measure for each in shipped_definitions()} <= tables
