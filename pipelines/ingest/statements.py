"""The short way from the bytes of ordinary statements to the columns of their events.

Only a statement that is certain to be valid goes this way. Any other takes the long way, which
finds out what it is and says what is wrong with it. Both ways give the same events and counts.
Statements are taken some at a time and column by column: a step costs less for many than for each.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import orjson
from msgspec import Raw

from pipelines.ingest.acts import STATEMENTS_AT_ONCE, Acts
from pipelines.ingest.comparison import comparable_own
from pipelines.ingest.members import KnownMembers, Member, Members, cut_context
from pipelines.ingest.rows import normal_event_id
from pipelines.ingest.times import parse_time

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.ingest.acts import EventsOfActs
    from pipelines.ingest.items import RawItem
    from pipelines.ingest.policy import Minimiser, Surplus
    from pipelines.ingest.time_limits import TimeLimits

# Where one of the statements read at once is odd, it is looked for in so many pieces of them.
_PIECES = 8
# A member that is not there; the splitter gives the others as Raw.
_NO_BYTES: Any = b""
_COLONS = attrgetter("colons")
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

    def __init__(
        self, acts: EventsOfActs, known: KnownMembers, *, minimiser: Minimiser, limits: TimeLimits
    ) -> None:
        self._acts = acts
        self._known = known
        self._minimiser = minimiser
        self._limits = limits
        self._used: Counter[Member] = Counter()

    def read(self, items: list[RawItem]) -> list[RawItem]:
        """Add the ordinary valid statements; return the items that are to go the long way."""
        left: list[RawItem] = []
        for start in range(0, len(items), STATEMENTS_AT_ONCE):
            left += self._read_together(items[start : start + STATEMENTS_AT_ONCE])
        return left

    def finish(self) -> None:
        """Count what was removed from the members of the statements read."""
        removed: Counter[Surplus] = Counter()
        for member, times in self._used.items():
            removed[member.surplus] += times
        for surplus, times in removed.items():
            self._minimiser.count_again(surplus, times)
        self._used.clear()

    def _read_together(self, items: list[RawItem]) -> Iterator[RawItem]:
        taken: set[int] = set()
        for members, numbered in self._cut(items).items():
            drafts: list[_Draft] = []
            all_own: list[dict[str, Any]] = []
            for valid, own in self._valid(_drafts(items, numbered, members), members):
                drafts += valid
                all_own += own
            if drafts:
                numbers = [draft.number for draft in drafts]
                lines = [items[number].line_number for number in numbers]
                shared = [draft.shared for draft in drafts]
                self._acts.add(self._columns(lines, all_own, shared, members=members))
                taken.update(numbers)
        return (item for number, item in enumerate(items) if number not in taken)

    def _cut(self, items: list[RawItem]) -> dict[Members, dict[int, _Statement]]:
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
            size = -(-len(drafts) // _PIECES)
            for start in range(0, len(drafts), size):
                yield from self._valid(drafts[start : start + size], members)

    def _columns(
        self,
        lines: list[int],
        all_own: list[dict[str, Any]],
        shared: list[tuple[Member, ...]],
        *,
        members: Members,
    ) -> Acts:
        """Return accepted statements as columns, and count what is removed from them."""
        keyring = self._known.keyring
        actors, targets, verbs, contexts, *_ = zip(*shared, strict=True)
        sittings = [own.pop("registration", None) for own in all_own]
        digests = [
            keyring.digest_of_statement(
                comparable_own(own["timestamp"], own.get("result"), sitting),
                actor.digest + target.digest + verb.digest + context.digest,
            )
            for own, sitting, actor, target, verb, context in zip(
                all_own, sittings, actors, targets, verbs, contexts, strict=True
            )
        ]
        self._minimiser.count_all(all_own)
        self._used.update(chain.from_iterable(shared))
        return Acts(
            lines,
            [0] * len(lines),
            [members.version.value] * len(lines),
            [normal_event_id(own["id"]) for own in all_own],
            digests,
            [sitting and keyring.session_key(sitting) for sitting in sittings],
            [parse_time(own["timestamp"]) for own in all_own],
            [own.get("result") for own in all_own],
            [member.parts for member in actors],
            [member.parts for member in verbs],
            [member.parts for member in targets],
            [member.parts for member in contexts],
        )


def _drafts(
    items: list[RawItem], numbered: dict[int, _Statement], members: Members
) -> list[_Draft]:
    """Look up the shared members of statements; leave out those of which one is unusual."""
    statements = [*numbered.values()]
    cut_out = [cut_context(bytes(each.context)) for each in statements]
    columns = (
        members.actor.look_up([each.actor for each in statements]),
        members.object.look_up([each.object for each in statements]),
        members.verb.look_up([each.verb for each in statements]),
        members.context.look_up([context for context, _ in cut_out]),
        members.authority.look_up([each.authority for each in statements]),
        members.version_member.look_up([each.version for each in statements]),
    )
    return [
        _Draft(number, _own(statement, registration), colons, known)
        for (number, statement), (_, registration), known in zip(
            numbered.items(), cut_out, zip(*columns, strict=True), strict=True
        )
        if (colons := items[number].raw.count(b":") - sum(map(_COLONS, known))) > 0
    ]


def _own(statement: _Statement, registration: bytes) -> bytes:
    """Write the members that a statement has for itself as one object."""
    own = b'{"id":%b,"timestamp":%b' % (statement.id, statement.timestamp)
    if statement.result:
        own = b'%b,"result":%b' % (own, statement.result)
    if statement.stored:
        own = b'%b,"stored":%b' % (own, statement.stored)
    if registration:
        own = b'%b,"registration":%b' % (own, registration)
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
