"""The row of a canonical event, and what both standards need to make one."""

from __future__ import annotations

import uuid
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
import rfc8785

from pipelines.identity.pseudonyms import Pseudonymiser

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from pipelines.identity.keys import Key

CHOSEN_BY_EXTENSION = "https://w3id.org/plumbline/extensions/chosen-by"
OBJECTIVE_TYPE = "http://adlnet.gov/expapi/activities/objective"
CASE_ITEM_PATH = "/CFItems/"
DIGEST_BYTES = 16

# A store adds or rewrites these; they say nothing about what happened.
_ADDED_BY_STORES = frozenset({"stored", "authority", "version"})
# Statements share these members with others, and are digested by the digests of these.
_NOT_OWN = _ADDED_BY_STORES | {"actor", "object", "verb", "context"}
_CHOOSERS = frozenset({"student", "teacher", "system"})
_UUID_LENGTH = 36
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://w3id.org/plumbline/events-without-id")


class EventRow(NamedTuple):
    """A canonical event; the fields are the columns of schemas/canonical/event.json, in order."""

    source: str
    event_id: str
    standard: str
    spec_version: str
    body_digest: str
    actor_key: str | None
    learner_role: str | None
    verb: str
    event_type: str | None
    activity_id: str | None
    activity_type: str | None
    parent_id: str | None
    standard_refs: list[str] | None
    scored_by: str | None
    chosen_by: str | None
    session_key: str | None
    voids_event_id: str | None
    score_scaled: float | None
    score_raw: float | None
    score_min: float | None
    score_max: float | None
    choice_count: int | None
    duration_seconds: float | None
    success: bool | None
    completion: bool | None
    occurred_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    line_number: int
    item_number: int


class Place(NamedTuple):
    """Where an event stands: its source, line (from 1) and position within the line (from 0)."""

    source: str
    line_number: int
    item_number: int


class Identity(NamedTuple):
    """What is read of an event before it is minimised: which event of which version it is."""

    event_id: str
    body_digest: str
    spec_version: str


class Keyring:
    """Everything keyed that a row needs: pseudonyms and digests."""

    def __init__(self, pseudonym_key: Key, district_id: str) -> None:
        self.pseudonymiser = Pseudonymiser(pseudonym_key, district_id)
        self._keyed_body = blake2b(
            key=pseudonym_key.derive("event bodies"), digest_size=DIGEST_BYTES
        )
        self._session_key = pseudonym_key.derive("sessions")
        self.session_key = lru_cache(maxsize=65536)(self._digest_session)

    def body_digest(self, event: dict[str, Any], canonical: bytes | None = None) -> str:
        """Digest an event; the same members in any order give the same digest.

        `canonical` is the event with sorted members, where the caller has it.
        """
        return self._keyed(canonical or _sorted(event)).hexdigest()

    def statement_digest(self, statement: dict[str, Any]) -> str:
        """Digest a statement without what a store adds; the same act gives the same digest."""
        own = {name: value for name, value in statement.items() if name not in _NOT_OWN}
        context = statement.get("context")
        if context is not None and "registration" in context:
            context = {name: value for name, value in context.items() if name != "registration"}
            own["registration"] = statement["context"]["registration"]
        digests = [self.digest_of_member(statement[name]) for name in ("actor", "object", "verb")]
        if context is not None:
            digests.append(self.digest_of_member(context))
        return self.digest_of_statement(_sorted(own), digests)

    def digest_of_statement(self, own: bytes, members: Iterable[bytes]) -> str:
        """Digest a statement of which the members that others share are digested already.

        `own` are its other members, sorted, and the registration; `members` are the digests of
        its actor, object, verb and context, of which only the last may be missing.
        """
        return self._keyed(b"".join((*members, own))).hexdigest()

    def digest_of_member(self, value: Any) -> bytes:
        """Digest a member of a statement that other statements may share."""
        return self._keyed(_sorted(value)).digest()

    def _keyed(self, content: bytes) -> blake2b:
        keyed = self._keyed_body.copy()
        keyed.update(content)
        return keyed

    def _digest_session(self, session: str) -> str:
        return blake2b(
            session.encode(), key=self._session_key, digest_size=DIGEST_BYTES
        ).hexdigest()


def event_id_of(event: dict[str, Any]) -> str:
    """Return the event's UUID in lower case, or a UUIDv5 of its canonical JSON (RFC 8785)."""
    given = event.get("id")
    return normal_event_id(given) if given else str(uuid.uuid5(_NAMESPACE, _canonical_json(event)))


def normal_event_id(given: str) -> str:
    """Return an id without urn:uuid: in lower case; an id that is no UUID gets a UUIDv5."""
    lowered = given.lower().removeprefix("urn:uuid:")
    return lowered if len(lowered) == _UUID_LENGTH else str(uuid.uuid5(_NAMESPACE, given))


def chosen_by(extensions: Any) -> str | None:
    """Return who chose the work (student, teacher or system), where an extension says so."""
    value = extensions.get(CHOSEN_BY_EXTENSION) if isinstance(extensions, dict) else None
    return value if isinstance(value, str) and value in _CHOOSERS else None


def _canonical_json(event: dict[str, Any]) -> str:
    try:
        return rfc8785.dumps(event).decode()
    except rfc8785.CanonicalizationError:
        # An integer beyond 2^53 has no form in RFC 8785; sorted members tell it apart as well.
        return _sorted(event).decode()


def _sorted(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
