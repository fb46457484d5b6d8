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

from pipelines.ingest.policy import Minimiser, SurplusShape
from pipelines.ingest.xapi import Parts, parts_of
from pipelines.validation.decode import Undecodable, decode
from pipelines.validation.findings import Finding, SpecVersion, Standard
from pipelines.validation.recognise import recognise

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from pipelines.ingest.rows import Keyring
    from pipelines.validation.validator import Validator

PROBE: dict[str, Any] = {
    "actor": {"mbox": "mailto:a@x.example"},
    "verb": {"id": "x:v"},
    "object": {"id": "x:o"},
    "context": {"platform": "", "revision": ""},
}
# In the order of their names, in which a canonical statement has them.
SHARED = ("actor", "authority", "object", "verb", "version")
SHARED_IN_CONTEXT = (
    *("contextActivities", "extensions", "instructor", "language"),
    *("platform", "registration", "revision", "team"),
)
LONGEST_BYTES = 1 << 14
MOST_BYTES_KEPT = 1 << 22
MOST_VERSIONS_KEPT = 256
_BYTES_BESIDE = 1024
_PARTS_OF_NOTHING = Parts()


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """What is known of the bytes of one member: name and value with sorted members, and more.

    `colons` counts those of the value and the one before it.
    """

    canonical: bytes = b""
    colons: int = 0
    parts: Parts = _PARTS_OF_NOTHING
    surplus: tuple[SurplusShape, ...] = ()


ABSENT = Member()
# Not valid, not about an activity, or too long: the whole statement needs a closer look.
UNUSUAL = Member()


class Memo(dict[bytes, Member]):
    """What is known of the values of one member; all is forgotten when it fills its memory."""

    def __init__(self, name: str, examiner: Examiner, parent: str = "") -> None:
        super().__init__({b"": ABSENT})
        before, after = (f'{{"{parent}":{{', "}}") if parent else ("{", "}")
        self._before, self._after = f'{before}"{name}":'.encode(), after.encode()
        self._cut = slice(len(before), -len(after))
        self._examiner = examiner
        self._bytes_kept = 0

    def __missing__(self, raw: bytes) -> Member:
        """Examine and keep a value that was not met before."""
        if len(raw) > LONGEST_BYTES:
            return UNUSUAL
        member = self._examiner.examine(self._before + raw + self._after, raw, self._cut)
        self._bytes_kept += 2 * len(raw) + _BYTES_BESIDE
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

    def examine(self, text: bytes, raw: bytes, cut: slice) -> Member:
        """Return what is known of a member, of which `text` is a statement with nothing else."""
        document = decode(text)
        if isinstance(document, Undecodable) or not self._keeps_the_standard(document.value):
            return UNUSUAL
        self._minimiser.minimise(document.value)
        surplus = self._minimiser.take_surplus()
        parts = parts_of(document.value, self._keyring)
        return Member(document.canonical[cut], raw.count(b":") + 1, parts, surplus)

    def _keeps_the_standard(self, part: dict[str, Any]) -> bool:
        statement = {**PROBE, **part}
        if "context" in part:
            statement["context"] = {**PROBE["context"], **part["context"]}
        return not self._validator.check(statement, standard=Standard.XAPI, version=self._version)


class Members:
    """The members met so far in statements of one version."""

    def __init__(self, version: SpecVersion, validator: Validator, keyring: Keyring) -> None:
        examiner = Examiner(version, validator, keyring)
        self.version = version
        self._memos = (
            *(Memo(name, examiner) for name in SHARED),
            *(Memo(name, examiner, parent="context") for name in SHARED_IN_CONTEXT),
        )

    def of_parts(self, parts: tuple[Buffer, ...]) -> list[Member]:
        """Return what is known of the parts named in SHARED and SHARED_IN_CONTEXT."""
        return [memo[bytes(part)] for memo, part in zip(self._memos, parts, strict=False)]


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
