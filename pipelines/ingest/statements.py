"""The short way from the bytes of ordinary statements to their rows.

Only a statement that is certain to be valid goes this way. Any other takes the long way, which
finds out what it is and says what is wrong with it. Both ways give the same rows and counts.
Statements are taken some at a time and column by column: a step costs less for many than for each.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import orjson
from msgspec import Raw

from pipelines.ingest.comparison import comparable_own
from pipelines.ingest.members import KnownMembers, Member, Members, cut_context
from pipelines.ingest.rows import EventRow, Place, normal_event_id
from pipelines.ingest.xapi import Acts, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipelines.ingest.items import RawItem
    from pipelines.ingest.policy import Minimiser
    from pipelines.ingest.time_limits import TimeLimits
    from pipelines.validation.findings import SpecVersion

# Few enough to stay in the cache of a processor from their first step to their last.
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

    `colons` is how many `own` holds if no member of the statement stands twice; `shared` are
    actor, object, verb, context, authority and version.
    """

    number: int
    own: bytes
    colons: int
    shared: tuple[Member, ...]


class StatementReader:
    """Reads ordinary statements of one part and counts what is removed from them."""

    def __init__(self, known: KnownMembers, minimiser: Minimiser, limits: TimeLimits) -> None:
        self._known = known
        self._minimiser = minimiser
        self._limits = limits
        self._used: Counter[Member] = Counter()

    def read(self, items: Sequence[RawItem], source: str) -> Iterator[EventRow | None]:
        """Yield the row of each ordinary valid statement, and None where the long way is to go."""
        for start in range(0, len(items), STATEMENTS_AT_ONCE):
            yield from self._read_together(items[start : start + STATEMENTS_AT_ONCE], source)

    def finish(self) -> None:
        """Count what was removed from the members of the statements read."""
        for member, times in self._used.items():
            self._minimiser.count_again(member.surplus, times)
        self._used.clear()

    def _read_together(self, items: Sequence[RawItem], source: str) -> list[EventRow | None]:
        rows: list[EventRow | None] = [None] * len(items)
        for members, numbered in self._cut(items).items():
            drafts = _drafts(items, numbered, members)
            for valid, all_own in self._valid(drafts, members):
                places = [Place(source, items[draft.number].line_number, 0) for draft in valid]
                acts = self._acts(valid, all_own, members.version)
                for draft, row in zip(valid, rows_of(acts, places), strict=True):
                    rows[draft.number] = row
        return rows

    def _cut(self, items: Sequence[RawItem]) -> dict[Members, dict[int, _Statement]]:
        """Cut what may be ordinary statements, and group them by what is known of their version."""
        statements: dict[Members, dict[int, _Statement]] = defaultdict(dict)
        for number, item in enumerate(items):
            try:
                statement = _cut_statement(item.raw)
            except _NOT_ORDINARY:
                continue
            members = self._known.of_version(bytes(statement.version))
            if members is not None:
                statements[members][number] = statement
        return statements

    def _valid(
        self, drafts: list[_Draft], members: Members
    ) -> Iterator[tuple[list[_Draft], list[dict[str, Any]]]]:
        """Yield drafts that are certain to be accepted, and their own members."""
        all_own = _read_all(drafts)
        if (
            all_own
            and self._known.validator.keep_own_members(all_own, version=members.version)
            and self._limits.hold_all([own["timestamp"] for own in all_own])
        ):
            yield drafts, all_own
        elif len(drafts) > 1:
            for draft in drafts:
                yield from self._valid([draft], members)

    def _acts(
        self, drafts: list[_Draft], all_own: list[dict[str, Any]], version: SpecVersion
    ) -> Acts:
        """Return what rows are made of, and count what is removed."""
        columns = tuple(zip(*[draft.shared for draft in drafts], strict=True))
        actors, targets, verbs, contexts, *_ = columns
        sittings = [own.pop("registration", None) for own in all_own]
        keyring = self._known.keyring
        digests = [
            keyring.digest_of_statement(
                comparable_own(own["timestamp"], own.get("result"), sitting),
                actor.digest + target.digest + verb.digest + context.digest,
            )
            for own, sitting, actor, target, verb, context in zip(
                all_own, sittings, actors, targets, verbs, contexts, strict=True
            )
        ]
        self._minimiser.minimise_all(all_own)
        self._used.update(chain(*columns))
        return Acts(
            version.value,
            [normal_event_id(own["id"]) for own in all_own],
            digests,
            all_own,
            [member.parts for member in actors],
            [member.parts for member in verbs],
            [member.parts for member in targets],
            [member.parts for member in contexts],
            [sitting and keyring.session_key(sitting) for sitting in sittings],
        )


def _drafts(
    items: Sequence[RawItem], numbered: dict[int, _Statement], members: Members
) -> list[_Draft]:
    """Look up the shared members of statements; leave out those of which one is unusual."""
    drafts = []
    for number, statement in numbered.items():
        context, registration = cut_context(bytes(statement.context))
        shared = (
            members.actor[bytes(statement.actor), b""],
            members.object[bytes(statement.object), b""],
            members.verb[bytes(statement.verb), b""],
            members.context[context],
            members.authority[bytes(statement.authority), b""],
            members.version_member[bytes(statement.version), b""],
        )
        actor, target, verb, around, authority, version = shared
        colons = actor.colons + target.colons + verb.colons + around.colons
        colons += authority.colons + version.colons
        colons = items[number].raw.count(b":") - colons
        if colons > 0:
            drafts.append(_Draft(number, _own(statement, registration), colons, shared))
    return drafts


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
    """Read the own members of drafts; None if one of them, or a member that stands twice, is odd.

    A member that stands twice is read but once, so its colons are missing (as in `decode`).
    """
    raw = b"[%b]" % b",".join([draft.own for draft in drafts])
    if _COLON_IN_DISGUISE in raw:
        return None
    try:
        all_own = orjson.loads(raw)
        colons = orjson.dumps(all_own).count(b":")
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return None
    is_whole = len(all_own) == len(drafts) and colons == sum([draft.colons for draft in drafts])
    return all_own if is_whole else None
