"""Two copies of one event have one body, and two events that share an id have two."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.ingest.rows import Keyring
from pipelines.ingest.times import normal_time, parse_time
from tests.unit.examples import (
    DISTRICT_ID,
    PSEUDONYM_KEY,
    SSO,
    caliper_event,
    event_id,
    statement,
)

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from pipelines.ingest.rows import EventRow

_ADA = {"mbox": "mailto:ada@x.example", "name": "Ada"}
_BEN = {"account": {"homePage": SSO, "name": "student-2"}}
_CLEO = {"mbox_sha1sum": "ab" * 20}
_ACTIVITY = {"objectType": "Activity", "id": "https://mathpath.example/items/1"}
_DEFINITION = {"type": "http://adlnet.gov/expapi/activities/cmi.interaction", "name": {"en": "One"}}
_FULL = statement(
    actor={"objectType": "Group", "member": [_ADA, _BEN, _CLEO]},
    object={
        "objectType": "SubStatement",
        "actor": _ADA,
        "verb": {"id": "http://adlnet.gov/expapi/verbs/answered", "display": {"en": "did"}},
        "object": _ACTIVITY | {"definition": _DEFINITION},
        "timestamp": "2025-09-01T14:00:00.250Z",
    },
    result={"score": {"scaled": 1, "raw": 2.5, "max": 3}, "extensions": {"x:y": [10, {"z": 1e3}]}},
    context={
        "registration": event_id(0xAB),
        "language": "en-US",
        "instructor": _ADA,
        "team": {"objectType": "Group", "member": [_CLEO, _ADA]},
        "statement": {"objectType": "StatementRef", "id": event_id(0xCD)},
        "contextActivities": {"parent": [_ACTIVITY | {"definition": _DEFINITION}]},
    },
    version="1.0.3",
)
_XAPI_2 = statement(
    version="2.0.0",
    context={
        "contextAgents": [{"objectType": "contextAgent", "agent": _ADA, "relevantTypes": ["x:t"]}],
        "contextGroups": [
            {"objectType": "contextGroup", "group": {"objectType": "Group", "member": [_ADA, _BEN]}}
        ],
    },
)


_KEYRING = Keyring(PSEUDONYM_KEY, DISTRICT_ID)
_body = _KEYRING.statement_digest


def _edited(path: str, value: Any, *, of: dict[str, Any] = _FULL) -> dict[str, Any]:
    """Return a copy of a statement with another value at a path; None takes the member out."""
    edited: dict[str, Any] = orjson.loads(orjson.dumps(of))
    *steps, last = (int(step) if step.isdigit() else step for step in path.split("."))
    place: Any = edited
    for step in steps:
        place = place[step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return edited


@pytest.mark.parametrize(
    "copy",
    [
        pytest.param(_edited("id", event_id(1).upper()), id="id-in-capitals"),
        pytest.param(_edited("stored", "2025-09-01T15:00:00Z"), id="stored"),
        pytest.param(_edited("authority", {"mbox": "mailto:lrs@x.example"}), id="authority"),
        pytest.param(_edited("version", "1.0.0"), id="version"),
        pytest.param(_edited("version", None), id="no-version"),
        pytest.param(_edited("attachments", [{"usageType": "x:y"}]), id="attachments"),
        pytest.param(_edited("verb.display", {"en": "answered"}), id="display-of-the-verb"),
        pytest.param(_edited("object.verb.display", None), id="display-in-a-sub-statement"),
        pytest.param(_edited("object.object.definition", None), id="definition-of-the-object"),
        pytest.param(
            _edited("context.contextActivities.parent.0.definition.type", "x:other"),
            id="definition-in-the-context",
        ),
        pytest.param(_edited("timestamp", "2025-09-01T14:00:00.0004Z"), id="finer-than-kept"),
        pytest.param(_edited("timestamp", "2025-09-01T09:00:00-05:00"), id="another-zone"),
        pytest.param(_edited("timestamp", "20250901T140000Z"), id="basic-form"),
        pytest.param(_edited("timestamp", "2025-09-01T14:00Z"), id="to-the-minute"),
        pytest.param(_edited("object.timestamp", "2025-09-01T15:00:00.25+01"), id="sub-timestamp"),
        pytest.param(_edited("actor.member", [_CLEO, _BEN, _ADA]), id="order-of-a-group"),
        pytest.param(_edited("context.team.member", [_ADA, _CLEO]), id="order-of-a-team"),
        pytest.param(
            _edited("context.instructor.mbox", "mailto:ada@X.Example"), id="case-of-a-domain"
        ),
        pytest.param(_edited("actor.member.2.mbox_sha1sum", "AB" * 20), id="case-of-a-sha1"),
        pytest.param(_edited("context.registration", event_id(0xAB).upper()), id="registration"),
        pytest.param(_edited("context.statement.id", event_id(0xCD).upper()), id="reference"),
        pytest.param(_edited("context.language", "en-us"), id="case-of-a-language"),
        pytest.param(
            _edited("context.contextActivities.parent", _ACTIVITY), id="one-context-activity"
        ),
        pytest.param(_edited("result.score.scaled", 1.0), id="1.0-for-1"),
        pytest.param(_edited("result.extensions", {"x:y": [1e1, {"z": 1000}]}), id="1e1-for-10"),
        pytest.param(dict(reversed(_FULL.items())), id="order-of-members"),
    ],
)
def test_a_copy_has_the_same_body(copy: dict[str, Any]) -> None:
    """What xAPI lets differ between two copies of a statement makes no conflict (Data 2.3.1)."""
    assert _body(copy) == _body(_FULL)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(_edited("timestamp", "2025-09-01T14:00:01Z"), id="timestamp"),
        pytest.param(_edited("timestamp", None), id="no-timestamp"),
        pytest.param(_edited("result.score.scaled", 0.5), id="score"),
        pytest.param(_edited("result.score.raw", 2), id="2-for-2.5"),
        pytest.param(_edited("result.score.scaled", "1"), id="text-for-a-number"),
        pytest.param(_edited("result.score", {"scaled": True}), id="true-for-1"),
        pytest.param(_edited("result.duration", "PT60S"), id="duration"),
        pytest.param(_edited("verb.id", "http://adlnet.gov/expapi/verbs/Answered"), id="verb"),
        pytest.param(_edited("actor.member", [_ADA, _BEN]), id="another-group"),
        pytest.param(_edited("actor.member", [_ADA, _ADA, _BEN, _CLEO]), id="a-member-twice"),
        pytest.param(_edited("actor.member.0.name", "Ada E."), id="name-of-an-agent"),
        pytest.param(_edited("actor.member.0.mbox", "mailto:Ada@x.example"), id="local-part"),
        pytest.param(_edited("object.actor.mbox", "mailto:eve@x.example"), id="sub-statement"),
        pytest.param(_edited("object.object.objectType", None), id="written-default"),
        pytest.param(_edited("context.statement.id", event_id(0xCE)), id="reference"),
        pytest.param(_edited("context.contextActivities.parent.0.id", "x:other"), id="parent"),
        pytest.param(_edited("result.extensions", {"x:y": [{"z": 1e3}, 10]}), id="order-of-a-list"),
    ],
)
def test_another_act_has_another_body(other: dict[str, Any]) -> None:
    """Whatever is no exception of Data 2.3.1 tells two statements apart."""
    assert _body(other) != _body(_FULL)


def test_a_duration_is_compared_as_it_is_written() -> None:
    """PT60S and PT1M are two durations (Data 2.3.1)."""
    minute, seconds = (_edited("result.duration", text) for text in ("PT1M", "PT60S"))
    assert _body(minute) != _body(seconds)


def test_the_agents_of_a_context_are_compared_as_agents() -> None:
    """What 2.0.0 added to a context follows the same rules."""
    names = "context.contextGroups.0.group.member"
    assert _body(_edited(names, [_BEN, _ADA], of=_XAPI_2)) == _body(_XAPI_2)
    capital = _edited("context.contextAgents.0.agent.mbox", "mailto:ada@X.example", of=_XAPI_2)
    assert _body(capital) == _body(_XAPI_2)
    assert _body(_edited(names, [_BEN], of=_XAPI_2)) != _body(_XAPI_2)


def test_caliper_is_compared_as_json() -> None:
    """Caliper has no stores that add to an event: all but the id counts, as canonical JSON."""
    event = caliper_event(1, extensions={"count": 1, "huge": 2**53 + 1})
    same = dict(reversed((event | {"id": "URN:UUID:X"}).items()))
    same["extensions"] = {"huge": 2.0**53, "count": 1.0}
    other = event | {"authority": "x"}
    bodies = [_KEYRING.event_digest(each) for each in (event, same, other)]
    assert bodies[0] == bodies[1] != bodies[2]


def test_the_body_covers_what_the_policy_removes(row_of: Callable[[Any], EventRow]) -> None:
    """Two bodies that differ only in a refused member are still two bodies."""
    plain = row_of(statement())
    named = row_of(statement(actor=statement()["actor"] | {"name": "Ada"}))
    assert plain._replace(body_digest="") == named._replace(body_digest="")
    assert plain.body_digest != named.body_digest


_ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_FIRST = datetime(2000, 1, 2, tzinfo=UTC)
_MOMENTS = st.integers(0, 10**15 * 3).map(lambda count: _FIRST + timedelta(microseconds=count))


def _forwarded(value: Any, order: random.Random) -> Any:
    """Write a JSON value anew as a store might: in another order, numbers in another form."""
    if isinstance(value, dict):
        names = list(value)
        order.shuffle(names)
        written = {name: _forwarded(value[name], order) for name in names}
        if "member" in written:
            order.shuffle(written["member"])
        return written
    if isinstance(value, list):
        return [_forwarded(each, order) for each in value]
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and order.random() < 0.5 else value


@settings(max_examples=150, deadline=None)
@given(
    of=st.sampled_from([_FULL, _XAPI_2]),
    order=st.randoms(use_true_random=False),
    moment=_MOMENTS,
    zone=_ZONES,
    stored=_MOMENTS,
)
def test_a_statement_that_went_through_a_store_is_the_same(
    of: dict[str, Any], order: random.Random, moment: datetime, zone: timezone, stored: datetime
) -> None:
    """However a store orders, assigns and writes, the body is that of the statement sent."""
    sent = of | {"timestamp": moment.isoformat()}
    forwarded = _forwarded(sent, order) | {
        "timestamp": moment.astimezone(zone).isoformat(timespec="milliseconds"),
        "stored": stored.isoformat(),
        "authority": {"mbox": "mailto:lrs@x.example"},
    }
    assert _body(orjson.loads(orjson.dumps(forwarded))) == _body(sent)


@settings(max_examples=200, deadline=None)
@given(moments=st.tuples(_MOMENTS, _MOMENTS), zones=st.tuples(_ZONES, _ZONES))
def test_normal_times_are_in_the_order_of_time(
    moments: tuple[datetime, datetime], zones: tuple[timezone, timezone]
) -> None:
    """Times are compared as text once they are in their normal form, whatever their zones were."""
    texts = [
        normal_time(moment.astimezone(zone).isoformat())
        for moment, zone in zip(moments, zones, strict=True)
    ]
    kept = [moment.replace(microsecond=moment.microsecond // 1000 * 1000) for moment in moments]
    assert (texts[0] < texts[1]) == (kept[0] < kept[1])
    assert [parse_time(text) for text in texts] == kept


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("2025-09-01T14:00:00Z", "2025-09-01T14:00:00.000Z"),
        ("2025-09-01T14:00:00.123Z", "2025-09-01T14:00:00.123Z"),
        ("2025-09-01T14:00:00.123456Z", "2025-09-01T14:00:00.123Z"),
        ("20250901T140000.123Z", "2025-09-01T14:00:00.123Z"),
        ("20250901T140000.1234567Z", "2025-09-01T14:00:00.123Z"),
        ("2025-09-01T14:00:60Z", "2025-09-01T14:01:00.000Z"),
        ("2025-09-01T14:00:60.000Z", "2025-09-01T14:01:00.000Z"),
        ("2025-09-01T14:00:00", "2025-09-01T14:00:00.000Z"),
        ("2025-09-01T09:00:00-05", "2025-09-01T14:00:00.000Z"),
        ("0001-01-01T00:00:00+05:00", "0001-01-01T00:00:00+05:00"),
    ],
)
def test_a_time_has_one_normal_form(text: str, normal: str) -> None:
    """UTC, to the millisecond; what is no time that can be told stays as it is."""
    assert normal_time(text) == normal
