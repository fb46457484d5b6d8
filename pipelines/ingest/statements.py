"""The short way from the bytes of an ordinary statement to its row.

Only a statement that is certain to be valid goes this way. Any other takes the long way, which
finds out what it is and says what is wrong with it. Both ways give the same rows and counts.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from msgspec import Raw
from msgspec.structs import astuple

from pipelines.ingest.members import ABSENT, UNUSUAL, KnownMembers, Member
from pipelines.ingest.rows import EventRow, Identity, Place, normal_event_id
from pipelines.ingest.xapi import Parts, row_of_parts
from pipelines.validation.decode import Undecodable, decode

if TYPE_CHECKING:
    from pipelines.ingest.policy import Minimiser

# A member that is not there; the splitter gives the others as Raw.
_NO_BYTES: Any = b""
_START_OF_ID = b'{"id":"'
_END_OF_ID = len(_START_OF_ID) + 36 + 1


class _Statement(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The members of an ordinary statement, cut apart but not read."""

    id: Raw
    actor: Raw
    verb: Raw
    object: Raw
    timestamp: Raw
    result: Raw = _NO_BYTES
    context: Raw = _NO_BYTES
    stored: Raw = _NO_BYTES
    authority: Raw = _NO_BYTES
    version: Raw = _NO_BYTES


class _Context(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """The members of an ordinary context, in the order of their names."""

    context_activities: Raw = _NO_BYTES
    extensions: Raw = _NO_BYTES
    instructor: Raw = _NO_BYTES
    language: Raw = _NO_BYTES
    platform: Raw = _NO_BYTES
    registration: Raw = _NO_BYTES
    revision: Raw = _NO_BYTES
    team: Raw = _NO_BYTES


_cut_statement = msgspec.json.Decoder(_Statement).decode
_cut_context = msgspec.json.Decoder(_Context).decode
# What is said of bytes that are no ordinary statement; the long way finds better words.
_NOT_ORDINARY = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class _Own(NamedTuple):
    """The members that a statement has for itself; what a store added is not canonical."""

    values: dict[str, Any]
    canonical: bytes
    colons: int


class StatementReader:
    """Reads ordinary statements of one part and counts what is removed from them."""

    def __init__(self, known: KnownMembers, minimiser: Minimiser) -> None:
        self._known = known
        self._minimiser = minimiser
        self._used: list[Member] = []

    def read(self, raw: bytes, place: Place) -> EventRow | None:
        """Return the row of an ordinary valid statement, or None: then the long way is to go."""
        try:
            statement = _cut_statement(raw)
            context = _cut_context(statement.context) if statement.context else None
        except _NOT_ORDINARY:
            return None
        members = self._known.of_version(bytes(statement.version))
        own = _own_members(statement)
        if members is None or own is None:
            return None
        shared = members.of_parts(_shared_parts(statement, context))
        # A member that stands twice was cut out but once: its colons are missing (as in decode).
        colons = sum([member.colons for member in shared], own.colons + (context is not None))
        if colons != raw.count(b":") or UNUSUAL in shared:
            return None
        if not self._known.validator.keeps_own_members(own.values, version=members.version):
            return None
        self._minimiser.minimise(own.values)
        self._used += shared
        body = _canonical_body(own, shared, has_context=context is not None)
        digest = self._known.keyring.digest_of(body)
        identity = Identity(normal_event_id(own.values["id"]), digest, members.version.value)
        return row_of_parts(own.values, identity, place=place, parts=_parts_of(shared))

    def finish(self) -> None:
        """Count what was removed from the members of the statements read."""
        for member, times in Counter(self._used).items():
            self._minimiser.count_again(member.surplus, times)
        self._used.clear()


def _own_members(statement: _Statement) -> _Own | None:
    raw = b'{"id":%b,"timestamp":%b}' % (statement.id, statement.timestamp)
    if statement.result:
        raw = b'%b,"result":%b}' % (raw[:-1], statement.result)
    own = decode(raw)
    if isinstance(own, Undecodable):
        return None
    colons = raw.count(b":")
    if statement.stored:
        raw = b'{"stored":%b}' % statement.stored
        stored = decode(raw)
        if isinstance(stored, Undecodable):
            return None
        own.value.update(stored.value)
        colons += raw.count(b":")
    return _Own(own.value, own.canonical, colons)


def _shared_parts(statement: _Statement, context: _Context | None) -> tuple[Raw, ...]:
    """Return the parts named in SHARED and, if there is a context, in SHARED_IN_CONTEXT."""
    parts = (
        statement.actor,
        statement.authority,
        statement.object,
        statement.verb,
        statement.version,
    )
    return parts if context is None else parts + astuple(context)


def _canonical_body(own: _Own, shared: list[Member], *, has_context: bool) -> bytes:
    """Return what `Keyring.body_digest` takes of a statement, with its members sorted."""
    actor, _, target, verb, _, *around = shared
    pieces = [
        own.canonical[1:_END_OF_ID],
        target.canonical,
        own.canonical[_END_OF_ID + 1 : -1],
        verb.canonical,
    ]
    if has_context:
        context = b",".join([member.canonical for member in around if member.colons])
        pieces.insert(0, b'"context":{%b}' % context)
    return b"{%b,%b}" % (actor.canonical, b",".join(pieces))


def _parts_of(shared: list[Member]) -> Parts:
    actor, _, target, verb, _, *around = shared
    activities = extensions = registration = ABSENT
    if around:
        activities, extensions, _, _, _, registration, _, _ = around
    return Parts(
        actor.parts.actor_key,
        verb.parts.verb,
        target.parts.activity_id,
        target.parts.activity_type,
        target.parts.choice_count,
        None,
        activities.parts.parent_id,
        activities.parts.standard_refs,
        extensions.parts.chosen_by,
        registration.parts.session_key,
    )
