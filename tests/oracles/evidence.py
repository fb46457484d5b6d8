"""Evidence of learning the slow, obvious way, written from the definition, not from the SQL.

`judge_evidence` gives the rows of learning.mastery_evidence from a plain list of events.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from tests.oracles.values import Event, LearnerEvent, learner_events

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from tests.oracles.values import District, Written


@dataclass(frozen=True, slots=True)
class Evidence:
    """One try of a student, looked at from one academic standard."""

    student_key: str
    standard_id: str
    method: str
    event: Event
    performed_at: datetime
    evidence_date: date
    outcome: float | None
    weight: float
    attempt_number: int
    is_assisted: bool
    exclusion_reason: str | None

    @property
    def is_included(self) -> bool:
        """Whether it counts."""
        return self.exclusion_reason is None


class _Happening(NamedTuple):
    """A try or a hint; sorts by time, then event, then source."""

    performed_at: datetime
    event_id: str
    source: str
    learner_event: LearnerEvent

    @property
    def event(self) -> Event:
        return self.learner_event.event


def judge_evidence(district: District, events: Iterable[Event]) -> list[Evidence]:
    """Return a row for each student, standard and assessed event."""
    tries, hints = defaultdict(list), defaultdict(list)
    written = [_as_event(district, each) for each in district.written]
    for learner_event in [*learner_events(district, events), *written]:
        happening = _happening(learner_event)
        if _date(district, happening) > district.as_of_date:
            continue
        item = learner_event.event.activity_id
        if learner_event.action == "hinted":
            for hinted in {item, learner_event.event.parent_id} - {None}:
                hints[learner_event.student_key, hinted].append(happening)
        elif item is not None and _is_candidate(learner_event):
            tries[learner_event.student_key, item].append(happening)
    return [
        row
        for key, tries_of_item in tries.items()
        for row in _judge_item(district, sorted(tries_of_item), hints[key])
    ]


def _as_event(district: District, written: Written) -> LearnerEvent:
    """Return a score that was written down as a try at the end of its date."""
    midnight = district.midnight(written.student_key, written.assessed_on + timedelta(days=1))
    end = midnight - timedelta(microseconds=1)
    event = Event(
        source="classroom",
        event_id=written.record_key,
        standard="xapi",
        verb=written.method,
        occurred_at=end,
        activity_id=f"{written.item_id}#{written.standard_id}",
        standard_refs=(written.standard_id,),
        score_raw=written.score,
        score_min=written.min_score or 0.0,
        score_max=written.max_score,
    )
    return LearnerEvent(written.student_key, "graded", event)


def _method(event: Event) -> str:
    if event.source == "classroom":
        return event.verb
    return "teacher_scored" if event.scored_by == "person" else "auto_scored"


def _scale(district: District, event: Event) -> str | None:
    if event.source == "classroom":
        return next(one.scale for one in district.written if one.record_key == event.event_id)
    return district.scales_by_source.get(event.source)


def _has_score(event: Event) -> bool:
    return event.score_scaled is not None or event.score_raw is not None


def _is_unreviewed(district: District, event: Event) -> bool:
    is_scaled = _scale(district, event) is not None and _has_score(event)
    return is_scaled and _score_credit(district, event) is None


def _happening(learner_event: LearnerEvent) -> _Happening:
    event = learner_event.event
    performed_at = event.occurred_at
    if event.learner_role == "assignee" and event.ended_at is not None:
        performed_at = event.ended_at
    return _Happening(performed_at, event.event_id, event.source, learner_event)


def _is_candidate(learner_event: LearnerEvent) -> bool:
    event = learner_event.event
    has_score = _has_score(event)
    if learner_event.action == "completed":
        return has_score
    if learner_event.action in ("answered", "graded", "passed_failed"):
        return has_score or event.success is not None
    return False


def _score_credit(district: District, event: Event) -> float | None:
    """Return the credit that the score alone gives."""
    credit = None
    scale = _scale(district, event)
    if scale is not None:
        score = event.score_scaled if event.score_raw is None else event.score_raw
        steps = [step for step in district.steps if step.scale == scale]
        reached = [step for step in steps if score is not None and step.score_from <= score]
        return max(reached, key=lambda step: step.score_from).outcome if reached else None
    if event.standard == "caliper":
        if event.score_raw is not None and event.score_max is not None and event.score_max > 0:
            credit = event.score_raw / event.score_max
    elif event.score_scaled is not None:
        credit = event.score_scaled
    elif None not in (event.score_raw, event.score_min, event.score_max):
        raw, low, high = event.score_raw, event.score_min, event.score_max
        assert raw is not None
        assert low is not None
        assert high is not None
        if high > low:
            credit = (raw - low) / (high - low)
    return None if credit is None else min(1.0, max(0.0, credit))


def _credit(district: District, learner_event: LearnerEvent) -> float | None:
    event = learner_event.event
    credit = _score_credit(district, event)
    if (
        credit is None
        and not _is_unreviewed(district, event)
        and event.standard == "xapi"
        and learner_event.action != "completed"
        and event.success is not None
    ):
        return 1.0 if event.success else 0.0
    return credit


def _judge_item(
    district: District, tries: list[_Happening], hints: list[_Happening]
) -> list[Evidence]:
    """Judge all tries of one student at one item, given in order."""
    rows = []
    attempts: dict[str, int] = defaultdict(int)
    dates_that_count = _dates_that_count([_date(district, happening) for happening in tries])
    for place, happening in enumerate(tries):
        day = _date(district, happening)
        earlier = [other for other in tries[:place] if _date(district, other) == day]
        is_assisted = any(_is_wrong(district, other) for other in earlier) or any(
            hint[:3] < happening[:3] and _date(district, hint) == day for hint in hints
        )
        reason = _exclusion(
            district,
            happening,
            is_first_of_day=not earlier,
            date_counts=day in dates_that_count,
        )
        credit = _credit(district, happening.learner_event)
        standards = standards_of(district, happening.event)
        for standard_id in standards:
            attempts[standard_id] += 1
            rows.append(
                Evidence(
                    student_key=happening.learner_event.student_key,
                    standard_id=standard_id,
                    method=_method(happening.event),
                    event=happening.event,
                    performed_at=happening.performed_at,
                    evidence_date=day,
                    outcome=0.0 if is_assisted and credit is not None else credit,
                    weight=_guess_weight(happening.event) / len(standards),
                    attempt_number=attempts[standard_id],
                    is_assisted=is_assisted,
                    exclusion_reason=reason,
                )
            )
    return rows


def _date(district: District, happening: _Happening) -> date:
    return district.local_date(happening.learner_event.student_key, happening.performed_at)


def _dates_that_count(dates: list[date]) -> set[date]:
    """Walk from date to date; one counts when a whole date lies behind the last that counted."""
    counting: list[date] = []
    for day in sorted(set(dates)):
        if not counting or day - counting[-1] >= timedelta(days=2):
            counting.append(day)
    return set(counting)


def _is_wrong(district: District, happening: _Happening) -> bool:
    if happening.event.success is not None:
        return not happening.event.success
    credit = _credit(district, happening.learner_event)
    return credit is not None and credit < 1


def _exclusion(
    district: District, happening: _Happening, *, is_first_of_day: bool, date_counts: bool
) -> str | None:
    success, score_credit = happening.event.success, _score_credit(district, happening.event)
    if _is_unreviewed(district, happening.event):
        return "unreviewed_scale"
    if _credit(district, happening.learner_event) is None:
        return "no_scale"
    if (score_credit == 1 and success is False) or (score_credit == 0 and success is True):
        return "score_success_conflict"
    if not is_first_of_day:
        return "repeat_same_day"
    return None if date_counts else "repeat_too_soon"


def standards_of(district: District, event: Event) -> list[str]:
    """Return the standards that an event is evidence of."""
    referred = {
        standard_id
        for name, standard_id in district.standards
        for reference in event.standard_refs
        if reference == name
    }
    aligned = {
        standard_id
        for activity_id, standard_id in district.alignments
        if activity_id == event.activity_id
    }
    return sorted(referred | aligned)


def _guess_weight(event: Event) -> float:
    if event.choice_count is None or event.choice_count < 2:
        return 1.0
    return 1 - 1 / event.choice_count
