"""A proxy is not learning: time, sessions and clicks may change, learning stays as it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any

import pytest

from tests.oracles.values import Event, action_of
from tests.warehouse.conftest import ONLY_MODELS
from tests.warehouse.students import ADL, id_after
from tests.warehouse.warehouse import Contents

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.oracles.values import District
    from tests.warehouse.conftest import BuiltDistrict

TIMES = {"occurred_at", "performed_at"}
UNSCORED_ACTIONS = {
    "viewed",
    "media_played",
    "media_stopped",
    "heartbeat",
    "session_ended",
    "other",
}


@pytest.fixture(scope="module")
def distorted(
    riverbend: BuiltDistrict, build_district: Callable[..., BuiltDistrict]
) -> BuiltDistrict:
    """Riverbend with other durations, gaps, sessions and clicks, but the same evidence."""
    district = riverbend.district
    kept = [
        _distort(district, event, number)
        for number, event in enumerate(riverbend.contents.events)
        if number % 2 or action_of(district, event) not in UNSCORED_ACTIONS or event.voids_event_id
    ]
    added = [
        replace(event, event_id=id_after(event.event_id), verb=f"{ADL}experienced")
        for event in kept
        if event.verb == f"{ADL}answered"
    ]
    contents = Contents(riverbend.contents.tables, [*kept, *added])
    return build_district(contents, *ONLY_MODELS, "--select", "+path:models/marts/learning")


@pytest.fixture(scope="module")
def regraded(
    riverbend: BuiltDistrict, build_district: Callable[..., BuiltDistrict]
) -> BuiltDistrict:
    """Riverbend, where every student is in another grade, or in none."""
    students = [
        (student, (None, "K", "12")[number % 3], school)
        for number, (student, _, school) in enumerate(riverbend.contents.tables["students"])
    ]
    contents = Contents(
        {**riverbend.contents.tables, "students": students}, riverbend.contents.events
    )
    return build_district(contents, *ONLY_MODELS, "--select", "+path:models/marts/learning")


def _distort(district: District, event: Event, number: int) -> Event:
    duration = event.duration_seconds
    return replace(
        event,
        duration_seconds=None if number % 3 else duration and duration * 10,
        started_at=None,
        session_key=f"session-{number}",
        chosen_by=("student", None, "system")[number % 3],
        occurred_at=_squeeze(district, event.occurred_at),
        ended_at=event.ended_at and _squeeze(district, event.ended_at),
    )


def _squeeze(district: District, moment: datetime) -> datetime:
    """Move a moment towards its midnight: gaps change, order and local date do not."""
    day = moment.astimezone(district.zone).date()
    midnight = datetime.combine(day, time(), district.zone).astimezone(UTC)
    return midnight + (moment - midnight) / 2


@pytest.mark.parametrize("mart", ["mastery", "mastery_evidence", "class_mastery"])
def test_learning_does_not_move(
    riverbend: BuiltDistrict, distorted: BuiltDistrict, mart: str
) -> None:
    """Order, date and outcome of assessed tries are all that learning reads."""
    before, after = (_rows(built, f"learning.{mart}") for built in (riverbend, distorted))
    assert before
    assert after == before


@pytest.mark.parametrize("mart", ["mastery", "mastery_evidence", "class_mastery"])
def test_grades_decide_nothing(
    riverbend: BuiltDistrict, regraded: BuiltDistrict, mart: str
) -> None:
    """With every grade changed, learning is the same to the last digit."""
    before, after = (built.build.mart(f"learning.{mart}") for built in (riverbend, regraded))
    assert before
    assert after == before


def _rows(built: BuiltDistrict, mart: str) -> list[dict[str, Any]]:
    rows = [
        {name: value for name, value in row.items() if name not in TIMES}
        for row in built.build.mart(mart)
    ]
    return sorted(rows, key=str)
