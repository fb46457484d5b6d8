"""Members of statements, each judged and read once however often the same bytes come again.

Tools repeat themselves: one activity, verb or course stands in thousands of statements. What is
known of a member holds beside whatever other known members, because only two rules tie members
to each other: who voids needs a reference (Data 2.3.2), and revision and platform need an activity
(Data 2.4.6). A member is known only if it keeps the standard within PROBE, where the object is an
activity and both are there. So no known verb voids, and every known object is an activity.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines.ingest.policy import Minimiser, Surplus, surplus_of
from pipelines.ingest.xapi import Parts, parts_of
from pipelines.validation.decode import Undecodable, decode
from pipelines.validation.findings import Finding, SpecVersion, Standard
from pipelines.validation.recognise import recognise

if TYPE_CHECKING:
    from collections.abc import Iterable

    from msgspec import Raw

    from pipelines.ingest.rows import Keyring
    from pipelines.validation.validator import Validator

PROBE: dict[str, Any] = {
    "actor": {"mbox": "mailto:a@x.example"},
    "verb": {"id": "x:v"},
    "object": {"id": "x:o"},
    "context": {"platform": "", "revision": ""},
}
COMPARED = frozenset({"actor", "context", "object", "verb"})
SHARED = ("actor", "authority", "context", "object", "verb", "version")
LONGEST_BYTES = 1 << 14
MOST_BYTES_KEPT = 1 << 24
MOST_VERSIONS_KEPT = 256
_BYTES_BESIDE = 1024
_PARTS_OF_NOTHING = Parts()
_NO_SURPLUS = surplus_of(())
_REGISTRATION = b'"registration":'
_OF_UUIDS = b"0123456789ABCDEFabcdef-"
ANY_REGISTRATION = "b7a1f9d2-6c3e-4f58-9a0b-1d2c3e4f5a6b"
_ANY = b'"%b"' % ANY_REGISTRATION.encode()


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """What is known of the bytes of one member.

    `digest` is that of its value as it is compared; `colons` counts those of value and name.
    """

    digest: bytes = b""
    colons: int = 0
    parts: Parts = _PARTS_OF_NOTHING
    surplus: Surplus = _NO_SURPLUS


ABSENT = Member()
# Not valid, not about an activity, or too long: the whole statement needs a closer look, and gets
# one because there are too few colons for it.
UNUSUAL = Member(colons=1 << 62)


class Memo(dict[bytes, Member]):
    """What is known of the values of one member; all is forgotten when it fills its memory."""

    def __init__(self, name: str, examiner: Examiner) -> None:
        super().__init__({b"": ABSENT})
        self._name = name
        self._examiner = examiner
        self._bytes_kept = 0

    def look_up(self, raws: Iterable[Raw | bytes]) -> list[Member]:
        """Return what is known of values, in their order."""
        return [self[bytes(raw)] for raw in raws]

    def __missing__(self, raw: bytes) -> Member:
        """Examine and keep a value that was not met before."""
        if len(raw) > LONGEST_BYTES:
            return UNUSUAL
        member = self._examiner.examine(self._name, raw)
        self._bytes_kept += len(raw) + _BYTES_BESIDE
        if self._bytes_kept > MOST_BYTES_KEPT:
            self._bytes_kept = 0
            self.clear()
            self[b""] = ABSENT
        self[raw] = member
        return member


class Examiner:
    """Judges and reads one member of statements of one version."""

    def __init__(self, version: SpecVersion, validator: Validator, keyring: Keyring) -> None:
        self._version = version
        self._validator = validator
        self._keyring = keyring
        self._minimiser = Minimiser(Standard.XAPI)

    def examine(self, name: str, raw: bytes) -> Member:
        """Return what is known of a member; of a context, as `cut_context` leaves it."""
        document = decode(b'{"%b":%b}' % (name.encode(), raw))
        if isinstance(document, Undecodable) or not self._keeps_the_standard(document.value):
            return UNUSUAL
        colons = raw.count(b":") + 1
        if name == "context":
            registrations = raw.count(_ANY)
            registration = document.value[name].pop("registration", None)
            if registrations > 1 or registration != (ANY_REGISTRATION if registrations else None):
                return UNUSUAL
            colons -= registrations
        digest = b""
        if name in COMPARED:
            digest = self._keyring.digest_of_member(name, document.value[name])
        self._minimiser.minimise(document.value)
        surplus = self._minimiser.take_surplus()
        return Member(digest, colons, parts_of(document.value, self._keyring), surplus)

    def _keeps_the_standard(self, part: dict[str, Any]) -> bool:
        statement = {**PROBE, **part}
        if type(part.get("context")) is dict:
            statement["context"] = {**PROBE["context"], **part["context"]}
        return not self._validator.check(statement, standard=Standard.XAPI, version=self._version)


class Members:
    """The members met so far in statements of one version."""

    def __init__(self, version: SpecVersion, validator: Validator, keyring: Keyring) -> None:
        examiner = Examiner(version, validator, keyring)
        self.version = version
        self.actor, self.authority, self.context, self.object, self.verb, self.version_member = (
            Memo(name, examiner) for name in SHARED
        )


class KnownMembers:
    """The members met so far, of every version: what one version takes, another may not."""

    def __init__(self, validator: Validator, keyring: Keyring) -> None:
        self.validator = validator
        self.keyring = keyring
        self._members = {
            version: Members(version, validator, keyring)
            for version in (SpecVersion.XAPI_1_0_3, SpecVersion.XAPI_2_0_0)
        }
        self._of_bytes: dict[bytes, Members] = {}

    def of_version(self, raw: bytes) -> Members | None:
        """Return the members for the bytes of a statement's version, or for none."""
        members = self._of_bytes.get(raw)
        if members is not None:
            return members
        members = self._recognised(raw)
        if members and len(self._of_bytes) < MOST_VERSIONS_KEPT and len(raw) < LONGEST_BYTES:
            self._of_bytes[raw] = members
        return members

    def _recognised(self, raw: bytes) -> Members | None:
        document = decode(b'{"verb":{},"version":%b}' % (raw or b"null"))
        if isinstance(document, Undecodable):
            return None
        recognised = recognise(document.value)
        return None if isinstance(recognised, Finding) else self._members[recognised.version]


def cut_context(raw: bytes) -> tuple[bytes, bytes]:
    """Cut the registration out of a context: each sitting has its own, and shares the rest.

    The rest is the context with the same registration for all, if it has one; what was cut out is
    like a UUID in quotes, or nothing.
    """
    named = raw.find(_REGISTRATION)
    if named < 0:
        return raw, b""
    start = named + len(_REGISTRATION)
    start += raw.startswith(b" ", start)
    end = start + len(_ANY)
    registration = raw[start:end]
    if registration.translate(None, _OF_UUIDS) != b'""' or registration[-1:] != b'"':
        return raw, b""
    return raw[:start] + _ANY + raw[end:], registration
