"""The row of a canonical event, and what both standards need to make one."""

from __future__ import annotations

import re
import uuid
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

import rfc8785

from pipelines.identity.pseudonyms import Pseudonymiser
from pipelines.ingest.comparison import (
    comparable_event,
    comparable_member,
    comparable_own,
    normal_numbers,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from pipelines.identity.keys import Key

INTERACTION_MODE_EXTENSION = "https://w3id.org/plumbline/extensions/interaction-mode"
CHOSEN_BY_EXTENSION = "https://w3id.org/plumbline/extensions/chosen-by"
ACTING_AS_EXTENSION = "https://w3id.org/plumbline/extensions/acting-as"
ALIGNMENTS_EXTENSION = "https://w3id.org/plumbline/extensions/alignments"
OBJECTIVE_TYPE = "http://adlnet.gov/expapi/activities/objective"
CASE_ITEM_PATH = "/CFItems/"
DIGEST_BYTES = 16

_CHOOSERS = frozenset({"student", "teacher", "system"})
_MODES = frozenset({"alone", "group", "teacher_led"})
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_IRI = re.compile(r"(?:https?://|urn:)[^\s]{1,500}")
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://w3id.org/plumbline/events-without-id")


class LearnerRole(StrEnum):
    """As what an event names somebody; only actors and assignees may be learners."""

    ACTOR = "actor"
    ASSIGNEE = "assignee"
    STAFF = "staff"
    IMPERSONATED = "impersonated"
    TEST_ACCOUNT = "test_account"
    GROUP = "group"
    SOFTWARE = "software"


_ACTED_AS = {
    role.value: role
    for role in (LearnerRole.STAFF, LearnerRole.IMPERSONATED, LearnerRole.TEST_ACCOUNT)
}


class EventRow(NamedTuple):
    """A canonical event; the fields are the columns of schemas/canonical/event.json, in order."""

    source: str
    event_id: str
    standard: str
    spec_version: str
    body_digest: str
    actor_key: str | None
    namespace_key: str | None
    learner_role: str | None
    verb: str
    event_type: str | None
    activity_id: str | None
    activity_type: str | None
    parent_id: str | None
    standard_refs: list[str] | None
    scored_by: str | None
    chosen_by: str | None
    interaction_mode: str | None
    session_key: str | None
    voids_event_id: str | None
    score_scaled: float | None
    score_raw: float | None
    score_min: float | None
    score_max: float | None
    choice_count: int | None
    duration_seconds: float | None
    success: bool | None
    occurred_at: datetime | None
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

    def event_digest(self, event: dict[str, Any]) -> str:
        """Digest a Caliper event; two copies of it give the same digest."""
        return self._keyed(comparable_event(event)).hexdigest()

    def statement_digest(self, statement: dict[str, Any]) -> str:
        """Digest a statement; two copies of it give the same digest."""
        context = statement.get("context")
        registration = None
        if context is not None and "registration" in context:
            registration = context["registration"]
            context = {name: value for name, value in context.items() if name != "registration"}
        own = comparable_own(statement.get("timestamp"), statement.get("result"), registration)
        names = ("actor", "object", "verb")
        digests = [self.digest_of_member(name, statement[name]) for name in names]
        if context is not None:
            digests.append(self.digest_of_member("context", context))
        return self.digests_of_statements([own], [b"".join(digests)])[0]

    def digests_of_statements(self, owns: Iterable[bytes], members: Iterable[bytes]) -> list[str]:
        """Digest statements of which the members that others share are digested already.

        `owns` are what `comparable_own` gives; `members` are the digests of actor, object, verb and
        context, of which only the last may be missing. The context is one without a registration.
        """
        digests = []
        for own, shared in zip(owns, members, strict=True):
            keyed = self._keyed_body.copy()
            keyed.update(shared + own)
            digests.append(keyed.hexdigest())
        return digests

    def digest_of_member(self, name: str, value: Any) -> bytes:
        """Digest a member of a statement that other statements may share."""
        return self._keyed(comparable_member(name, value)).digest()

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
    return lowered if _UUID.fullmatch(lowered) else str(uuid.uuid5(_NAMESPACE, given))


def chosen_by(extensions: Any) -> str | None:
    """Return who chose the work (student, teacher or system), where an extension says so."""
    value = extensions.get(CHOSEN_BY_EXTENSION) if isinstance(extensions, dict) else None
    return value if isinstance(value, str) and value in _CHOOSERS else None


def acting_as(extensions: Any) -> LearnerRole | None:
    """Return as what somebody other than the learner acted, where an extension says so."""
    value = extensions.get(ACTING_AS_EXTENSION) if isinstance(extensions, dict) else None
    return _ACTED_AS.get(value) if isinstance(value, str) else None


def alignments(extensions: Any) -> list[str]:
    """Return the IRIs of the standards that an extension aligns the work with.

    Its value is an IRI, an object that has it as `targetUrl` (AlignmentObject of schema.org), or a
    list of these; what is no IRI is left out.
    """
    value = extensions.get(ALIGNMENTS_EXTENSION) if isinstance(extensions, dict) else None
    found = [
        each.get("targetUrl") if isinstance(each, dict) else each
        for each in (value if isinstance(value, list) else [value])
    ]
    return [each for each in found if isinstance(each, str) and _IRI.fullmatch(each)]


def interaction_mode(extensions: Any, *, has_team: bool = False) -> str | None:
    """Return alone, group or teacher_led, where an extension or a team says so, else nothing."""
    value = extensions.get(INTERACTION_MODE_EXTENSION) if isinstance(extensions, dict) else None
    if isinstance(value, str) and value in _MODES:
        return value
    return "group" if has_team else None


def _canonical_json(event: dict[str, Any]) -> str:
    return rfc8785.dumps(normal_numbers(event)).decode()
