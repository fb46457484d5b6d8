"""The short way from the bytes of an ordinary statement to its row.

Only a statement that is certain to be valid goes this way. Any other takes the long way, which
finds out what it is and says what is wrong with it. Both ways give the same rows and counts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import orjson
from msgspec import Raw

from pipelines.ingest.comparison import comparable_own
from pipelines.ingest.members import KnownMembers, Member, Members, cut_context
from pipelines.ingest.rows import EventRow, Identity, Place, normal_event_id
from pipelines.ingest.xapi import Parts, row_of_parts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipelines.ingest.items import RawItem
    from pipelines.ingest.policy import Minimiser
    from pipelines.ingest.time_limits import TimeLimits

# How many statements are judged together: one that is wrong costs the others a second look.
STATEMENTS_AT_ONCE = 128
# A member that is not there; the splitter gives the others as Raw.
_NO_BYTES: Any = b""
_COLON_IN_DISGUISE = b"\\u003"


class _Statement(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, gc=False):
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


_cut_statement = msgspec.json.Decoder(_Statement).decode
# What is said of bytes that are no ordinary statement; the long way finds better words.
_NOT_ORDINARY = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class _Draft(NamedTuple):
    """A statement whose shared members are known, and the bytes of those that it has for itself.

    `colons` is how many there are in the bytes, if no member of it stands twice.
    """

    item_number: int
    shared: tuple[Member, ...]
    own: bytes
    colons: int


class StatementReader:
    """Reads ordinary statements of one part and counts what is removed from them."""

    def __init__(self, known: KnownMembers, minimiser: Minimiser, limits: TimeLimits) -> None:
        self._known = known
        self._minimiser = minimiser
        self._limits = limits
        self._used: list[Member] = []

    def read(self, items: Sequence[RawItem], source: str) -> Iterator[EventRow | None]:
        """Yield the row of each ordinary valid statement, and None where the long way is to go."""
        for start in range(0, len(items), STATEMENTS_AT_ONCE):
            yield from self._read_together(items[start : start + STATEMENTS_AT_ONCE], source)

    def _read_together(self, items: Sequence[RawItem], source: str) -> list[EventRow | None]:
        rows: list[EventRow | None] = [None] * len(items)
        for members, drafts in self._drafts(items).items():
            for draft, own in self._valid(drafts, members):
                place = Place(source, items[draft.item_number].line_number, 0)
                rows[draft.item_number] = self._row(draft, own, place=place, members=members)
        return rows

    def finish(self) -> None:
        """Count what was removed from the members of the statements read."""
        for member, times in Counter(self._used).items():
            self._minimiser.count_again(member.surplus, times)
        self._used.clear()

    def _drafts(self, items: Sequence[RawItem]) -> dict[Members, list[_Draft]]:
        drafts: dict[Members, list[_Draft]] = defaultdict(list)
        for number, item in enumerate(items):
            try:
                statement = _cut_statement(item.raw)
            except _NOT_ORDINARY:
                continue
            members = self._known.of_version(bytes(statement.version))
            if members is not None:
                drafts[members].append(_draft(number, item.raw, statement, members))
        return drafts

    def _valid(
        self, drafts: list[_Draft], members: Members
    ) -> Iterator[tuple[_Draft, dict[str, Any]]]:
        """Yield the drafts whose own members are valid, and these."""
        all_own = _read_all(drafts)
        if all_own and self._known.validator.keep_own_members(all_own, version=members.version):
            yield from zip(drafts, all_own, strict=True)
        elif len(drafts) > 1:
            for draft in drafts:
                yield from self._valid([draft], members)

    def _row(
        self, draft: _Draft, own: dict[str, Any], *, place: Place, members: Members
    ) -> EventRow | None:
        canonical = orjson.dumps(own, option=orjson.OPT_SORT_KEYS)
        # A member that stands twice was read but once: its colons are missing (as in decode).
        if canonical.count(b":") != draft.colons or _COLON_IN_DISGUISE in draft.own:
            return None
        if not self._limits.hold(own["timestamp"]):
            return None
        own.pop("stored", None)
        registration = own.pop("registration", None)
        compared = comparable_own(own["timestamp"], own.get("result"), registration)
        actor, context, target, verb, *_ = draft.shared
        digests = (actor.digest, target.digest, verb.digest, context.digest)
        digest = self._known.keyring.digest_of_statement(compared, digests)
        self._minimiser.minimise(own)
        self._used += draft.shared
        identity = Identity(normal_event_id(own["id"]), digest, members.version.value)
        parts = Parts(
            actor.parts.actor_key,
            verb.parts.verb,
            target.parts.activity_id,
            target.parts.activity_type,
            target.parts.choice_count,
            None,
            context.parts.parent_id,
            context.parts.standard_refs,
            context.parts.chosen_by,
            self._known.keyring.session_key(registration) if registration else None,
        )
        return row_of_parts(own, identity, place=place, parts=parts)


def _draft(number: int, raw: bytes, statement: _Statement, members: Members) -> _Draft:
    context, registration = cut_context(bytes(statement.context))
    shared = (
        members.actor[bytes(statement.actor), b""],
        members.context[context],
        members.object[bytes(statement.object), b""],
        members.verb[bytes(statement.verb), b""],
        members.authority[bytes(statement.authority), b""],
        members.version_member[bytes(statement.version), b""],
    )
    colons = raw.count(b":") - sum([member.colons for member in shared])
    return _Draft(number, shared, _own(statement, registration), colons)


def _own(statement: _Statement, registration: bytes) -> bytes:
    """Write the members that a statement has for itself as one object."""
    own = b'{"id":%b,"timestamp":%b' % (statement.id, statement.timestamp)
    if statement.result:
        own = b'%b,"result":%b' % (own, statement.result)
    if statement.stored:
        own = b'%b,"stored":%b' % (own, statement.stored)
    if registration:
        own = b'%b,"registration":"%b"' % (own, registration)
    return own + b"}"


def _read_all(drafts: list[_Draft]) -> list[dict[str, Any]] | None:
    try:
        all_own = orjson.loads(b"[%b]" % b",".join([draft.own for draft in drafts]))
    except orjson.JSONDecodeError:
        return None
    return all_own if len(all_own) == len(drafts) else None
