"""The kinds that columns declare, and which of them a family of marts may hold."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What a column is; those of marts, then those that only sources have."""

    IDENTIFIER = "identifier"
    ROSTER = "roster"
    EVIDENCE = "evidence"
    INFERENCE = "inference"
    PROXY = "proxy"
    SIGNAL = "signal"
    AUDIT = "audit"
    # A point in time: its order, its date and its age may matter, a distance within a day may not.
    MOMENT = "moment"
    # What a person is rather than what the person did: grade, age, group.
    DEMOGRAPHIC = "demographic"
    # A setting or a word of the definitions, the same for everybody.
    DEFINITION = "definition"


class Rows(StrEnum):
    """What the rows of a source stand for."""

    EVENTS = "events"  # something was done or delivered: their number is a proxy
    RECORDS = "records"  # the roster, the calendar, the standards, the settings


KINDS_OF_MARTS = frozenset(
    {
        Kind.IDENTIFIER,
        Kind.ROSTER,
        Kind.EVIDENCE,
        Kind.INFERENCE,
        Kind.PROXY,
        Kind.SIGNAL,
        Kind.AUDIT,
    }
)
LEARNING = frozenset({Kind.EVIDENCE, Kind.INFERENCE})
_SHARED = frozenset({Kind.IDENTIFIER, Kind.ROSTER, Kind.AUDIT})
KINDS_BY_FAMILY = {
    "roster": _SHARED,
    "learning": _SHARED | LEARNING,
    "proxies": _SHARED | {Kind.PROXY},
    "signals": _SHARED | {Kind.SIGNAL},
    # A table of aggregates is of one family or of the other, never of both.
    "district": _SHARED | LEARNING | {Kind.PROXY},
    "audit": _SHARED | LEARNING,
}
# Hooks of models that are brought up to date; they only remove rows that are written anew.
KNOWN_HOOKS = frozenset(
    {
        "{{ delete_changed_rows() }}",
        "{{ forget_later_batches() }}",
        "{{ forget_other_baselines() }}",
    }
)
SIGNALS = "signals"
FAMILIES_OF_LEARNING = frozenset({"learning"})
# No mart may have both of these.
OPPOSED = (LEARNING, frozenset({Kind.PROXY, Kind.SIGNAL}))
