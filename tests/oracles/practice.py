"""Practice signals the slow, obvious way, written from the definition, not from the SQL.

`judge_practice` gives the rows of signals.practice_episodes from a plain list of events.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from tests.oracles.evidence import judge_evidence
from tests.oracles.mastery import find_base_rates, in_order, judge_history, outcome_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.oracles.evidence import Evidence
    from tests.oracles.values import District, Event

URGENCY = ("remediation_loop", "stalled", "productive_struggle", "over_practice", "indeterminate")
MOST_ROWS_OF_CLASS = 5


@dataclass(frozen=True, slots=True)
class Episode:
    """A current episode that may be worth a look."""

    student_key: str
    standard_id: str
    state: str
    attempts: int
    days: int
    started_on: date
    last_evidence_date: date


def judge_practice(district: District, events: Iterable[Event]) -> list[Episode]:
    """Return what is shown: of at most five rows of a class and week, those not yet expired."""
    episodes = judge_all_practice(district, events)
    monday = week_start(district)
    hidden = set()
    sections = defaultdict(set)
    for enrollment in district.enrollments:
        starts_on, ends_on = enrollment.starts_on or date.min, enrollment.ends_on or date.max
        if starts_on <= monday < ends_on:
            sections[enrollment.section_id].add(enrollment.student_key)
    for students in sections.values():
        own = [each for each in episodes if each.student_key in students]
        hidden.update(_take_turns(own)[MOST_ROWS_OF_CLASS:])
    in_a_class = {student for students in sections.values() for student in students}
    return [
        each
        for each in episodes
        if each not in hidden
        and each.student_key in in_a_class
        and not _is_expired(each.last_evidence_date, district.as_of_date)
    ]


def judge_all_practice(district: District, events: Iterable[Event]) -> list[Episode]:
    """Return every current episode with a state, as of the Monday of the week."""
    evidence = judge_evidence(district, events)
    base_rates = find_base_rates(district, [row for row in evidence if row.is_included])
    histories = defaultdict(list)
    for row in evidence:
        if row.evidence_date < week_start(district):
            histories[row.student_key, row.standard_id].append(row)
    episodes = []
    for (_, standard_id), history in sorted(histories.items()):
        tries = sorted(history, key=in_order)
        if any(row.is_included for row in tries):
            found = _judge(district, tries, base_rates[standard_id])
            episodes += [found] if found else []
    return episodes


def week_start(district: District) -> date:
    """Return the Monday of the week that holds the date of the build."""
    return district.as_of_date - timedelta(days=district.as_of_date.weekday())


def _is_expired(last_evidence_date: date, day: date) -> bool:
    return (day - last_evidence_date).days > 14


def _take_turns(episodes: list[Episode]) -> list[Episode]:
    """Return one episode of each state in turn; those that are indeterminate come last."""
    queues = {state: [each for each in episodes if each.state == state] for state in URGENCY}
    for queue in queues.values():
        queue.sort(key=lambda each: (-each.attempts, each.student_key, each.standard_id))
    unclear = queues.pop("indeterminate")
    turns = []
    while any(queues.values()):
        turns += [queue.pop(0) for queue in queues.values() if queue]
    return turns + unclear


def _judge(district: District, tries: list[Evidence], base_rate: float) -> Episode | None:
    included = [row for row in tries if row.is_included]
    if _is_expired(included[-1].evidence_date, week_start(district)):
        return None
    prefixes = [included[: place + 1] for place in range(len(included))]
    judged = [judge_history(district, prefix, base_rate) for prefix in prefixes]
    was_secure = [each.status == "secure" for each in judged]
    episode = included[_first(included, was_secure) :]
    state = _state(episode, tries, is_secure=was_secure[-1], upper=judged[-1].interval_high)
    if state is None or len(episode) < 6:
        return None
    dates = {row.evidence_date for row in episode}
    return Episode(
        student_key=included[0].student_key,
        standard_id=included[0].standard_id,
        state=state,
        attempts=len(episode),
        days=len(dates),
        started_on=min(dates),
        last_evidence_date=max(dates),
    )


def _first(included: list[Evidence], was_secure: list[bool]) -> int:
    """Return where the current episode begins: after a long gap, and after being secure.

    Where the student is secure now, it begins after the outcome that made the student so.
    """
    first = 0
    for place in range(1, len(included)):
        if included[place].evidence_date - included[place - 1].evidence_date > timedelta(days=30):
            first = place
    if was_secure[-1]:
        became = max((place + 1 for place, was in enumerate(was_secure) if not was), default=0)
        return max(first, became + 1)
    left = max((place + 1 for place, was in enumerate(was_secure) if was), default=0)
    return max(first, left)


def _state(
    episode: list[Evidence], tries: list[Evidence], *, is_secure: bool, upper: float
) -> str | None:
    if is_secure:
        return "over_practice" if len(episode) >= 5 else None
    outcomes = [outcome_of(row) for row in episode]
    three_right = any(min(outcomes[at : at + 3]) >= 1 for at in range(len(outcomes) - 2))
    if three_right or len(episode) < 6:
        return None
    if len(episode) >= 10 or _is_begun_again(episode, tries):
        return "remediation_loop"
    if len({row.evidence_date for row in episode}) < 2 or upper >= 0.70:
        return "indeterminate"
    is_better = round(sum(outcomes[-3:]) - sum(outcomes[-6:-3]), 9) > 0
    return "productive_struggle" if is_better else "stalled"


def _is_begun_again(episode: list[Evidence], tries: list[Evidence]) -> bool:
    """Tell whether one item was tried on three dates of the episode and hardly went better."""
    since = [
        row
        for row in tries
        if row.performed_at >= episode[0].performed_at and row.outcome is not None
    ]
    for item in {row.event.activity_id for row in since}:
        own = [row for row in since if row.event.activity_id == item]
        dates = {row.evidence_date for row in own}
        rise = round(outcome_of(own[-1]) - outcome_of(own[0]), 9)
        if len(own) >= 3 and len(dates) >= 3 and rise <= 0.05:
            return True
    return False
