"""Members of statements, each judged and read once however often the same bytes come again.

Tools repeat themselves: one activity, verb or course stands in thousands of statements. What is
known of a member holds beside whatever other known members, because only two rules tie members
to each other: who voids needs a reference (Data 2.3.2), and revision and platform need an activity
(Data 2.4.6). A member is known only if it keeps the standard within PROBE, where the object is an
activity and both are there. So no known verb voids, and every known object is an activity.

Each sitting has its own registration and each act its own duration, so contexts and results are
known by all but these.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines.ingest.comparison import comparable_result
from pipelines.ingest.moments import MomentReader
from pipelines.ingest.policy import MAXIMUM_SHAPES, Minimiser, Surplus, surplus_of
from pipelines.ingest.times import parse_duration_seconds
from pipelines.ingest.xapi import Parts, parts_of, parts_of_result
from pipelines.validation.decode import Undecodable, decode
from pipelines.validation.findings import Finding, SpecVersion, Standard
from pipelines.validation.recognise import recognise

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipelines.ingest.rows import Keyring
    from pipelines.validation.validator import Validator

PROBE: dict[str, Any] = {
    "actor": {"mbox": "mailto:a@x.example"},
    "verb": {"id": "x:v"},
    "object": {"id": "x:o"},
    "context": {"platform": "", "revision": ""},
}
COMPARED = frozenset({"actor", "context", "object", "verb"})
SHARED = ("actor", "authority", "context", "object", "result", "verb")
LONGEST_BYTES = 1 << 14
LONGEST_DURATION_BYTES = 64
MOST_DURATIONS_KEPT = 1 << 16
MOST_BYTES_KEPT = 1 << 24
MOST_VERSIONS_KEPT = 256
_BYTES_BESIDE = 1024
_PARTS_OF_NOTHING = Parts()
_NO_SURPLUS = surplus_of(())


class CutOut:
    """A text that is cut out of a member; `kept` stands there instead."""

    def __init__(self, name: str, kept: str) -> None:
        self.name = name
        self.kept = kept.encode()
        self._named = b'"%b":"' % name.encode()
        self._named_with_a_space = b'"%b": "' % name.encode()

    def cut(self, raw: bytes) -> tuple[bytes, bytes]:
        """Cut the text out of the bytes of a member, if it has it.

        Where the same text stands in another place before, or goes on behind a backslash, too much
        or too little is cut out; `is_of` and whoever reads the text do not take it then.
        """
        start = raw.find(self._named) + len(self._named)
        if start < len(self._named):
            start = raw.find(self._named_with_a_space) + len(self._named_with_a_space)
            if start < len(self._named_with_a_space):
                return raw, b""
        text = raw[start : raw.find(b'"', start)]
        return (raw.replace(text, self.kept, 1), text) if text else (raw, b"")

    def is_of(self, raw: bytes, value: dict[str, Any]) -> bool:
        """Tell whether `kept` stands in a member where the text belongs, and there alone.

        Where it does not, the text was cut out of another place, or was not found.
        """
        times = raw.count(self.kept)
        return times <= 1 and value.get(self.name) == (self.kept.decode() if times else None)


REGISTRATION = CutOut("registration", "b7a1f9d2-6c3e-4f58-9a0b-1d2c3e4f5a6b")
DURATION = CutOut("duration", "PT73856.0291746S")
_CUT_OUT_OF = {"context": REGISTRATION, "result": DURATION}


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """What is known of the bytes of one member.

    `compared` is what counts of its value when copies are compared: of a result itself, else its
    digest.
    """

    compared: bytes = b""
    parts: Parts = _PARTS_OF_NOTHING
    surplus: Surplus = _NO_SURPLUS


ABSENT = Member()
# Not valid, not about an activity, or too long: the whole statement needs a closer look.
UNUSUAL = Member()
# No duration is negative.
UNUSUAL_DURATION = -1.0


class Memo(dict[bytes, Member]):
    """What is known of the values of one member; all is forgotten when it fills its memory."""

    def __init__(self, name: str, examiner: Examiner) -> None:
        super().__init__({b"": ABSENT})
        self._name = name
        self._examiner = examiner
        self._bytes_kept = 0

    def look_up(self, raws: Iterable[bytes]) -> list[Member]:
        """Return what is known of values, in their order."""
        return [*map(self.__getitem__, raws)]

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
        self._surplus_of_results: dict[tuple[tuple[str, ...], ...], Surplus] = {}

    def examine(self, name: str, raw: bytes) -> Member:
        """Return what is known of a member, as it is left when its own text is cut out."""
        document = decode(b'{"%b":%b}' % (name.encode(), raw))
        if isinstance(document, Undecodable) or not self._keeps_the_standard(document.value):
            return UNUSUAL
        value = document.value[name]
        own = _CUT_OUT_OF.get(name)
        if own and not own.is_of(raw, value):
            return UNUSUAL
        compared = self._compared(name, value)
        if name == "result" and compared.count(DURATION.kept) != raw.count(DURATION.kept):
            # Written with an escape, the same text stands in another place as well.
            return UNUSUAL
        if name == "result":
            return Member(compared, parts_of_result(value), self._surplus_of_result(value))
        surplus = self._surplus_of(document.value)
        return Member(compared, parts_of(document.value, self._keyring), surplus)

    def _compared(self, name: str, value: Any) -> bytes:
        if name == "result":
            return comparable_result(value)
        if name == "context":
            value = {inner: each for inner, each in value.items() if inner != REGISTRATION.name}
        return self._keyring.digest_of_member(name, value) if name in COMPARED else b""

    def _surplus_of_result(self, result: dict[str, Any]) -> Surplus:
        """Return what is too much in a result; those of one shape have the same.

        Where tools write what no two results share, each of them is examined.
        """
        shape = (tuple(result), tuple(result.get("score", ())))
        surplus = self._surplus_of_results.get(shape)
        if surplus is None:
            if len(self._surplus_of_results) >= MAXIMUM_SHAPES:
                self._surplus_of_results.clear()
            surplus = self._surplus_of_results[shape] = self._surplus_of({"result": result})
        return surplus

    def _surplus_of(self, part: dict[str, Any]) -> Surplus:
        """Remove what is too much from a part of a statement, and return what it was."""
        self._minimiser.minimise(part)
        return self._minimiser.take_surplus()

    def _keeps_the_standard(self, part: dict[str, Any]) -> bool:
        statement = {**PROBE, **part}
        if type(part.get("context")) is dict:
            statement["context"] = {**PROBE["context"], **part["context"]}
        return not self._validator.check(statement, standard=Standard.XAPI, version=self._version)


class Durations(dict[bytes, float | None]):
    """The seconds of durations as they stand in JSON; UNUSUAL_DURATION of what may be none."""

    def __init__(self, version: SpecVersion, validator: Validator) -> None:
        super().__init__({b"": None})
        self._version = version
        self._validator = validator

    def look_up(self, raws: Iterable[bytes]) -> list[float | None]:
        """Return the seconds of durations, in their order; None where there is no duration."""
        return [*map(self.__getitem__, raws)]

    def __missing__(self, raw: bytes) -> float | None:
        """Read and keep a duration that was not met before."""
        if len(raw) > LONGEST_DURATION_BYTES or not raw.isascii() or b"\\" in raw:
            return UNUSUAL_DURATION
        if len(self) >= MOST_DURATIONS_KEPT:
            self.clear()
            self[b""] = None
        self[raw] = seconds = self._seconds(raw.decode())
        return seconds

    def _seconds(self, text: str) -> float | None:
        if self._validator.keeps_own("result", {"duration": text}, version=self._version):
            return parse_duration_seconds(text)
        return UNUSUAL_DURATION


class Members:
    """The members met so far in statements of one version."""

    def __init__(self, version: SpecVersion, validator: Validator, keyring: Keyring) -> None:
        examiner = Examiner(version, validator, keyring)
        self.version = version
        self.moments = MomentReader(version, validator)
        self.durations = Durations(version, validator)
        self.actor, self.authority, self.context, self.object, self.result, self.verb = (
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
        self._of_text: dict[str, Members] = {}

    def of_version(self, text: str) -> Members | None:
        """Return the members for a statement's version, or for none."""
        members = self._of_text.get(text)
        if members is not None:
            return members
        members = self._recognised(text)
        if members and len(self._of_text) < MOST_VERSIONS_KEPT and len(text) < LONGEST_BYTES:
            self._of_text[text] = members
        return members

    def _recognised(self, text: str) -> Members | None:
        recognised = recognise({"verb": {}, "version": text} if text else {"verb": {}})
        if isinstance(recognised, Finding):
            return None
        version = recognised.version
        is_valid = not text or self.validator.keeps_own("version", text, version=version)
        return self._members[version] if is_valid else None
