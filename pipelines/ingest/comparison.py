"""What counts when two copies of an event are compared; the rest is left out or written one way.

Two copies of a statement are the same where all that differs may differ between stores (xAPI 1.0.3
Data 2.3.1): what a store assigns, definitions of activities, the display of verbs, attachments, the
order of a group's members, the zone of a time, the case of what has none. A single context activity
is a list of one, which a store has to make of it (Data 2.4.6.2). Numbers are those of RFC 8785. The
id is not compared, since it is what finds the other copy.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import orjson

from pipelines.ingest.times import normal_time

if TYPE_CHECKING:
    from collections.abc import Callable

# An integer beyond is none in IEEE 754, on which RFC 8785 rests.
_LARGEST_INTEGER = 2**53 - 1
_MAY_BE_WRITTEN_OTHERWISE = re.compile(rb"\.0(?!\d)|\d{16}")


def comparable_member(name: str, value: Any) -> bytes:
    """Return what counts of actor, verb, object or context of a statement, with sorted members."""
    return _canonical(_FORM_OF_MEMBER[name](value))


def comparable_own(
    timestamp: str | None, result: dict[str, Any] | None, registration: str | None
) -> bytes:
    """Return what counts of the members that a statement shares with no other."""
    return written_own(
        b"" if timestamp is None else _escaped(normal_time(timestamp)),
        b"" if result is None else comparable_result(result),
        b"" if registration is None else _escaped(registration.lower()),
    )


def comparable_result(result: dict[str, Any]) -> bytes:
    """Return what counts of a result: the numbers of a score as doubles, which is what they are."""
    if "extensions" in result:
        result = {**result, "extensions": normal_numbers(result["extensions"])}
    if "score" in result:
        score = {
            name: float(number) if type(number) is int else number
            for name, number in result["score"].items()
        }
        result = {**result, "score": score}
    return orjson.dumps(result, option=orjson.OPT_SORT_KEYS)


def written_own(timestamp: bytes, result: bytes, registration: bytes) -> bytes:
    """Put together what counts of a statement's own members, each as it stands in JSON or nothing.

    Timestamp and registration are given without their quotes.
    """
    own = b'"timestamp":"%b"' % timestamp if timestamp else b""
    if result:
        own = b'"result":%b,%b' % (result, own)
    if registration:
        own = b'"registration":"%b",%b' % (registration, own)
    return b"{%b}" % own.rstrip(b",")


def _escaped(text: str) -> bytes:
    return orjson.dumps(text)[1:-1]


def comparable_event(event: dict[str, Any]) -> bytes:
    """Return what counts of a Caliper event: all but the id, which finds the other copy."""
    return _canonical({name: value for name, value in event.items() if name != "id"})


def normal_numbers(value: Any) -> Any:
    """Return a JSON value in which a number has one form, however it was written (RFC 8785)."""
    if isinstance(value, dict):
        return {name: normal_numbers(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [normal_numbers(inner) for inner in value]
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) <= _LARGEST_INTEGER else value
    if isinstance(value, int) and abs(value) > _LARGEST_INTEGER:
        return float(value)
    return value


def _canonical(value: Any) -> bytes:
    body = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    if _MAY_BE_WRITTEN_OTHERWISE.search(body):
        return orjson.dumps(normal_numbers(value), option=orjson.OPT_SORT_KEYS)
    return body


def _sub_statement(statement: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _FORM_OF_MEMBER[name](value) if name in _FORM_OF_MEMBER else value
        for name, value in statement.items()
        if name != "attachments"
    }


def _verb(verb: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in verb.items() if name != "display"}


def _object(target: dict[str, Any]) -> Any:
    kind = target.get("objectType", "Activity")
    return _FORM_OF_OBJECT[kind](target) if kind in _FORM_OF_OBJECT else _activity(target)


def _activity(activity: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in activity.items() if name != "definition"}


def _reference(reference: dict[str, Any]) -> dict[str, Any]:
    return {**reference, "id": reference["id"].lower()}


def _agent(agent: dict[str, Any]) -> dict[str, Any]:
    """Write an Agent or a Group one way; the members of a Group have no order."""
    kept = dict(agent)
    if "mbox" in kept:
        kept["mbox"] = _mbox(kept["mbox"])
    if "mbox_sha1sum" in kept:
        kept["mbox_sha1sum"] = kept["mbox_sha1sum"].lower()
    if "member" in kept:
        kept["member"] = sorted((_agent(member) for member in kept["member"]), key=_canonical)
    return kept


def _mbox(address: str) -> str:
    """Write the domain in small letters: the part before it has a case (RFC 5321 2.4)."""
    local, at, domain = address.rpartition("@")
    return local + at + domain.lower()


def _context(context: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _FORM_IN_CONTEXT[name](value) if name in _FORM_IN_CONTEXT else value
        for name, value in context.items()
    }


def _activities(groups: dict[str, Any]) -> dict[str, Any]:
    return {
        name: [_activity(each) for each in (group if isinstance(group, list) else [group])]
        for name, group in groups.items()
    }


def _related(name: str) -> Callable[[list[dict[str, Any]]], list[dict[str, Any]]]:
    """Return the form of 2.0.0's contextAgents and contextGroups, which hold agents by a name."""
    return lambda entries: [{**each, name: _agent(each[name])} for each in entries]


_FORM_OF_MEMBER: dict[str, Callable[[Any], Any]] = {
    "actor": _agent,
    "verb": _verb,
    "object": _object,
    "context": _context,
    "timestamp": normal_time,
}
_FORM_OF_OBJECT: dict[str, Callable[[Any], Any]] = {
    "Agent": _agent,
    "Group": _agent,
    "StatementRef": _reference,
    "SubStatement": _sub_statement,
}
_FORM_IN_CONTEXT: dict[str, Callable[[Any], Any]] = {
    "contextActivities": _activities,
    "contextAgents": _related("agent"),
    "contextGroups": _related("group"),
    "instructor": _agent,
    "language": str.lower,
    "registration": str.lower,
    "statement": _reference,
    "team": _agent,
}
