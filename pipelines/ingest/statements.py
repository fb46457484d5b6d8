"""The short way from the bytes of ordinary statements to the columns of their events.

Only a statement that is certain to be valid goes this way. Any other takes the long way, which
finds out what it is and says what is wrong with it. Both ways give the same events and counts.
Statements are taken some at a time and column by column: a step costs less for many than for each.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import chain, compress
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import numpy as np
from msgspec import Raw

from pipelines.ingest.acts import STATEMENTS_AT_ONCE, Acts
from pipelines.ingest.comparison import written_own
from pipelines.ingest.forms import TIME, UUID
from pipelines.ingest.members import (
    DURATION,
    REGISTRATION,
    UNUSUAL,
    UNUSUAL_DURATION,
    KnownMembers,
    Member,
    Members,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from pipelines.ingest.acts import EventsOfActs
    from pipelines.ingest.items import RawItem
    from pipelines.ingest.policy import Minimiser, Surplus
    from pipelines.ingest.rows import Keyring
    from pipelines.ingest.time_limits import TimeLimits

# A member that is not there; the splitter gives the others as Raw.
_NO_BYTES: Any = b""
_COLON_IN_DISGUISE = b"\\u003"


class _Statement(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, gc=False):
    """The members of an ordinary statement, cut apart; only texts are read."""

    id: str
    actor: Raw
    verb: Raw
    object: Raw
    timestamp: str
    result: Raw = _NO_BYTES
    context: Raw = _NO_BYTES
    stored: str = ""
    authority: Raw = _NO_BYTES
    version: str = ""


_cut_statement = msgspec.json.Decoder(_Statement).decode
_members_of = attrgetter(*_Statement.__struct_fields__)
# What is said of bytes that are no ordinary statement; the long way finds better words.
_NOT_ORDINARY = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_COMPARED, _PARTS = map(attrgetter, ("compared", "parts"))


class _Raws(NamedTuple):
    """The members of statements as they stand in JSON, column by column.

    A text is given without its quotes and escapes. A member that is not there has no bytes.
    """

    id: list[bytes]
    actor: list[bytes]
    verb: list[bytes]
    object: list[bytes]
    timestamp: list[bytes]
    result: list[bytes]
    context: list[bytes]
    stored: list[bytes]
    authority: list[bytes]
    version: list[bytes]


class _Drafts(NamedTuple):
    """Statements whose members are looked up, column by column."""

    numbers: Sequence[int]
    ids: Sequence[bytes]
    times: Sequence[bytes]
    microseconds: Sequence[int]
    registrations: Sequence[bytes]
    durations: Sequence[bytes]
    seconds: Sequence[float | None]
    actors: Sequence[Member]
    verbs: Sequence[Member]
    objects: Sequence[Member]
    contexts: Sequence[Member]
    results: Sequence[Member]
    authorities: Sequence[Member]

    @property
    def shared(self) -> tuple[Sequence[Member], ...]:
        """The columns of members that other statements may share; the last is read no further."""
        return (
            self.actors,
            self.verbs,
            self.objects,
            self.contexts,
            self.results,
            self.authorities,
        )


_TEXTS = frozenset(("id", "stored", "timestamp", "version"))
_AS_BYTES = [str.encode if name in _TEXTS else bytes for name in _Raws._fields]
# What stands around a member: its name, a colon, the comma or brace before, the quotes of a text.
_AROUND = [len(f'"{name}":,') + 2 * (name in _TEXTS) for name in _Raws._fields]


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

    def _read_together(self, items: list[RawItem]) -> list[RawItem]:
        taken: set[int] = set()
        for members, statements in self._cut(items).items():
            drafts = self._certain(items, statements, members)
            if drafts.numbers:
                self._used.update(chain.from_iterable(drafts.shared))
                lines = [items[number].line_number for number in drafts.numbers]
                keyring = self._known.keyring
                self._acts.add(_acts(lines, drafts, members=members, keyring=keyring))
                taken.update(drafts.numbers)
        if len(taken) == len(items):
            return []
        return [item for number, item in enumerate(items) if number not in taken]

    def _certain(
        self, items: list[RawItem], statements: dict[int, _Statement], members: Members
    ) -> _Drafts:
        """Look up the members of statements; return those that are certain to be accepted."""
        raws = _raws(statements.values())
        drafts = _drafts([*statements], raws, members)
        lines = [items[number].raw for number in statements]
        are_certain = _are_texts_certain(drafts, self._limits)
        are_certain &= _are_stored_certain(raws.stored, members)
        are_certain &= _are_whole(lines, raws)
        for column in drafts.shared:
            if UNUSUAL in column:
                are_certain &= np.array([member is not UNUSUAL for member in column])
        if are_certain.all():
            return drafts
        columns: Iterable[Any] = ([*compress(column, are_certain)] for column in drafts)
        return _Drafts(*columns)

    def _cut(self, items: list[RawItem]) -> dict[Members, dict[int, _Statement]]:
        """Cut what may be ordinary statements, and group them by what is known of their version."""
        statements: dict[Members, dict[int, _Statement]] = defaultdict(dict)
        for number, item in enumerate(items):
            try:
                statement = _cut_statement(item.raw)
            except _NOT_ORDINARY:
                continue
            members = self._known.of_version(statement.version)
            if members is not None:
                statements[members][number] = statement
        return statements


def _raws(statements: Iterable[_Statement]) -> _Raws:
    """Turn the members of some statements, one at the least, into columns."""
    columns = zip(*map(_members_of, statements), strict=True)
    return _Raws(*([*map(kind, column)] for kind, column in zip(_AS_BYTES, columns, strict=True)))


def _drafts(numbers: list[int], raws: _Raws, members: Members) -> _Drafts:
    """Look up what is known of the members of statements."""
    results, durations = zip(*map(DURATION.cut, raws.result), strict=True)
    contexts, registrations = zip(*map(REGISTRATION.cut, raws.context), strict=True)
    return _Drafts(
        numbers,
        raws.id,
        *members.moments.read(raws.timestamp),
        registrations,
        durations,
        members.durations.look_up(durations),
        members.actor.look_up(raws.actor),
        members.verb.look_up(raws.verb),
        members.object.look_up(raws.object),
        members.context.look_up(contexts),
        members.result.look_up(results),
        members.authority.look_up(raws.authority),
    )


def _are_texts_certain(drafts: _Drafts, limits: TimeLimits) -> NDArray[np.bool_]:
    """Tell of each statement whether the texts that it has for itself are certain to be taken."""
    are_certain = UUID.fits(UUID.table(drafts.ids))
    times = TIME.table(drafts.times)
    are_certain &= limits.hold_each(times) & (times != _NO_BYTES)
    registrations = UUID.table(drafts.registrations)
    are_certain &= UUID.fits(registrations) | (registrations == _NO_BYTES)
    if UNUSUAL_DURATION in drafts.seconds:
        are_certain &= np.array([each != UNUSUAL_DURATION for each in drafts.seconds])
    return are_certain


def _are_stored_certain(stored: list[bytes], members: Members) -> NDArray[np.bool_] | bool:
    if not any(stored):
        return True
    texts = members.moments.read(stored).texts
    return np.array([not raw or bool(text) for raw, text in zip(stored, texts, strict=True)])


def _are_whole(lines: list[bytes], raws: _Raws) -> NDArray[np.bool_]:
    """Tell of each line whether no member stands twice in it: such a one is cut out but once.

    Then more stands in the line than its members and what has to be around them; where there is
    space between them as well, there are colons too many.
    """
    if _are_compact(lines, raws):
        return np.ones(len(lines), np.bool_)
    rows = zip(*raws, strict=True)
    return np.array([*map(_has_no_colons_but_of, rows, lines)])


def _are_compact(lines: list[bytes], raws: _Raws) -> bool:
    """Tell whether nothing stands in any line but its members and what has to be around them."""
    length = len(lines)
    for column, around in zip(raws, _AROUND, strict=True):
        length += len(b"".join(column)) + around * (len(lines) - column.count(_NO_BYTES))
    return length == sum(map(len, lines))


def _has_no_colons_but_of(members: Iterable[bytes], line: bytes) -> bool:
    colons = (b":" + b":".join(filter(None, members))).count(b":")
    return line.count(b":") == colons and _COLON_IN_DISGUISE not in line


def _acts(lines: list[int], drafts: _Drafts, *, members: Members, keyring: Keyring) -> Acts:
    """Return statements as columns."""
    sittings = [*map(bytes.decode, drafts.registrations)]
    return Acts(
        lines,
        [0] * len(lines),
        [members.version.value] * len(lines),
        b" ".join(drafts.ids).decode().lower().split(),
        keyring.digests_of_statements(_owns(drafts), _digests(drafts)),
        [keyring.session_key(sitting) if sitting else None for sitting in sittings],
        [*drafts.microseconds],
        [*drafts.seconds],
        *([*map(_PARTS, column)] for column in drafts.shared[:-1]),
    )


def _owns(drafts: _Drafts) -> Iterator[bytes]:
    """Yield what counts of the members that each statement has for itself."""
    results = [
        result.replace(DURATION.kept, duration) if duration else result
        for result, duration in zip(map(_COMPARED, drafts.results), drafts.durations, strict=True)
    ]
    return map(written_own, drafts.times, results, map(bytes.lower, drafts.registrations))


def _digests(drafts: _Drafts) -> Iterator[bytes]:
    """Yield the digests of the members that each statement shares, apart from its result."""
    columns = (drafts.actors, drafts.objects, drafts.verbs, drafts.contexts)
    return map(b"".join, zip(*(map(_COMPARED, column) for column in columns), strict=True))
