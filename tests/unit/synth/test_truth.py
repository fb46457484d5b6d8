"""The truth agrees with the events, and the events with the truth."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pipelines.synth.values import Tool

if TYPE_CHECKING:
    from pipelines.synth import SyntheticDistrict
    from tests.unit.synth.conftest import Delivered, Truth

ALIGNMENTS = "https://w3id.org/plumbline/extensions/alignments"


def _answers(delivered: list[Delivered], truth: Truth) -> list[dict[str, Any]]:
    """Return the tutor's good answers of learners, each once, in the order of time."""
    excused = {row["event_id"] for row in truth.entries("defect") + truth.entries("off_roster")}
    found: dict[str, dict[str, Any]] = {}
    for item in delivered:
        if item.source != Tool.MATHPATH.value or item.event is None:
            continue
        if item.event_id and item.event_id not in excused and _is_answer(item.event):
            found.setdefault(item.event_id, item.event)
    return sorted(found.values(), key=lambda event: str(event["timestamp"]))


def _is_answer(event: dict[str, Any]) -> bool:
    return str(event["verb"]["id"]).endswith("/answered")


def _standards(event: dict[str, Any]) -> list[str]:
    context = event["context"]
    aligned = [each["targetUrl"] for each in context["extensions"].get(ALIGNMENTS, [])]
    grouping = [activity["id"] for activity in context["contextActivities"]["grouping"]]
    return [each for each in aligned + grouping if "/CFItems/" in each]


def test_knowledge_is_a_probability_that_practice_does_not_lower(truth: Truth) -> None:
    """Probabilities lie strictly between 0 and 1 and never fall from day to day."""
    series: dict[tuple[str, str], list[float]] = defaultdict(list)
    for row in truth.knowledge:
        series[row["sourced_id"], row["standard_uri"]].append(row["probability"])
    assert all(0 < value < 1 for values in series.values() for value in values)
    assert all(
        later >= earlier for values in series.values() for earlier, later in pairwise(values)
    )
    risen = [values for values in series.values() if values[-1] - values[0] > 0.1]
    assert len(risen) > 0.2 * len(series)


def test_those_who_know_answer_better(delivered: list[Delivered], truth: Truth) -> None:
    """First answers of learners who know a standard are right far more often than of others."""
    known = {
        (row["sourced_id"], row["standard_uri"]): row["probability"] for row in truth.knowledge
    }
    right: dict[bool, list[bool]] = {True: [], False: []}
    for event in _answers(delivered, truth):
        for standard in _standards(event):
            probability = known.get((event["actor"]["account"]["name"], standard))
            if probability is not None and not 0.35 < probability < 0.75:
                right[probability >= 0.75].append(event["result"].get("success", False))
    shares = {is_known: sum(found) / len(found) for is_known, found in right.items()}
    assert shares[True] > shares[False] + 0.25


def test_loops_are_practice_without_three_right_in_a_row(
    delivered: list[Delivered], truth: Truth
) -> None:
    """Planted loops have many tries on many days, and no three full first tries in a row."""
    loops = [row for row in truth.plants if row["habit"] == "remediation_loop"]
    assert loops
    answers = _answers(delivered, truth)
    for loop in loops:
        seen: set[tuple[str, str]] = set()
        outcomes = []
        for event in answers:
            if event["actor"]["account"]["name"] != loop["sourced_id"]:
                continue
            place = (event["context"]["registration"], event["object"]["id"])
            if loop["standard_uri"] in _standards(event) and place not in seen:
                outcomes.append(event["result"].get("score", {}).get("scaled") == 1)
            seen.add(place)
        assert len(outcomes) >= 10
        assert not any(all(outcomes[at : at + 3]) for at in range(len(outcomes) - 2))


def test_over_practice_is_right_at_the_first_try_again_and_again(
    delivered: list[Delivered], truth: Truth
) -> None:
    """Planted over-practice has far more tries than being secure takes, and no slip."""
    plants = [row for row in truth.plants if row["habit"] == "over_practice"]
    excused = {row["event_id"] for row in truth.entries("conflict")}
    assert plants
    answers = [event for event in _answers(delivered, truth) if event["id"] not in excused]
    for plant in plants:
        scores = [
            event["result"]["score"]["scaled"]
            for event in answers
            if event["actor"]["account"]["name"] == plant["sourced_id"]
            and plant["standard_uri"] in _standards(event)
        ]
        assert len(scores) >= 15
        assert set(scores) == {1}


def test_answers_lie_within_real_activity(
    delivered: list[Delivered], truth: Truth, district: SyntheticDistrict
) -> None:
    """The time that a tool reports for an answer was really spent, to the rounding of a second."""
    spans: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    for row in truth.intervals:
        start, end = (datetime.fromisoformat(row[name]) for name in ("started_at", "ended_at"))
        assert start <= end
        spans[row["sourced_id"]].append((start, end))
    slack = timedelta(milliseconds=20)
    conflicts = {row["event_id"] for row in truth.entries("conflict")}
    for event in _answers(delivered, truth):
        if event["id"] in conflicts:
            continue
        end = datetime.fromisoformat(event["timestamp"])
        start = end - timedelta(seconds=_seconds(event["result"]["duration"]))
        own = spans[event["actor"]["account"]["name"]]
        assert any(first - slack <= start and end <= last + slack for first, last in own)
    assert district.truth.parent == district.home


def _seconds(duration: str) -> float:
    minutes, _, rest = duration.removeprefix("PT").rpartition("M")
    return float(minutes or 0) * 60 + float(rest.removesuffix("S"))


def test_minutes_are_the_union_of_the_intervals(truth: Truth) -> None:
    """Seconds of a day are its intervals taken together, each moment once."""
    spans: dict[tuple[str, str], list[tuple[datetime, datetime]]] = defaultdict(list)
    for row in truth.intervals:
        start, end = (datetime.fromisoformat(row[name]) for name in ("started_at", "ended_at"))
        spans[row["sourced_id"], row["date"]].append((start, end))
    told: dict[tuple[str, str], float] = defaultdict(float)
    for minutes in truth.minutes:
        told[minutes["sourced_id"], minutes["date"]] += float(minutes["active_seconds"])
    assert set(told) == {key for key, found in spans.items() if any(a < b for a, b in found)}
    for key, seconds in told.items():
        assert abs(_union_seconds(spans[key]) - seconds) < 0.01


def test_software_is_open_for_at_least_the_active_time(truth: Truth) -> None:
    """Of each day with activity it is told how long software was open; some sat idle before it."""
    active: dict[tuple[str, str], float] = defaultdict(float)
    for minutes in truth.minutes:
        active[minutes["sourced_id"], minutes["date"]] += float(minutes["active_seconds"])
    opened = {
        (row["sourced_id"], row["date"]): float(row["open_seconds"]) for row in truth.openness
    }
    assert set(active) == set(opened)
    assert all(opened[key] >= seconds - 0.01 for key, seconds in active.items())
    assert any(opened[key] > seconds + 60 for key, seconds in active.items())


def _union_seconds(spans: list[tuple[datetime, datetime]]) -> float:
    total, reached = 0.0, datetime.min.replace(tzinfo=spans[0][0].tzinfo)
    for start, end in sorted(spans):
        total += max(0.0, (end - max(start, reached)).total_seconds())
        reached = max(reached, end)
    return total


def test_every_event_has_one_owner_or_a_reason_for_none(
    delivered: list[Delivered], truth: Truth
) -> None:
    """Each event with an id of its own is attributed once; each kind of doubt occurs."""
    attributed = {(row["source"], row["event_id"]): row for row in truth.attribution}
    assert len(attributed) == len(truth.attribution)
    assert all(bool(row["sourced_id"]) != bool(row["reason"]) for row in truth.attribution)
    assert {row["reason"] for row in truth.attribution} == {
        *("", "ambiguous", "impersonated", "not_in_roster", "staff", "test_account")
    }
    sent = {(item.source, item.event_id) for item in delivered if item.event is not None}
    assert set(attributed) <= sent


def test_an_owner_is_who_acts_under_the_own_name(delivered: list[Delivered], truth: Truth) -> None:
    """In the tutor, which uses single sign-on, the planted student is the one in the statement."""
    owners = {row["event_id"]: row["sourced_id"] for row in truth.attribution}
    answers = _answers(delivered, truth)
    assert {each["id"]: each["actor"]["account"]["name"] for each in answers} == {
        each["id"]: owners[each["id"]] for each in answers
    }
