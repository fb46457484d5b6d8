"""Read and check district.toml."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import jsonschema_rs
import orjson

from pipelines.errors import ConfigurationError
from pipelines.resources import resource_path

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.home import Home

MEBIBYTE = 1 << 20
GIBIBYTE = 1 << 30


class ReportedDuration(StrEnum):
    """Where a reported duration lies relative to the time of its event (measures, section 2)."""

    BY_VERB = "by_verb"
    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Source:
    """One tool that delivers events; its name is a folder below landing/."""

    name: str
    reported_duration: ReportedDuration = ReportedDuration.BY_VERB
    score_scale: str | None = None


@dataclass(frozen=True, slots=True)
class LearnerIdentifier:
    """How a tool's identifier of a learner is found in the roster."""

    namespace: str
    roster_field: str
    template: str = "{}"


@dataclass(frozen=True, slots=True)
class AccountSetAside:
    """An account of a tool that is no person's: what it did is no learner's."""

    namespace: str
    identifier: str


@dataclass(frozen=True, slots=True)
class PeopleSetAside:
    """People of the roster who are none, by a pattern that a field of theirs matches."""

    roster_field: str
    pattern: str


@dataclass(frozen=True, slots=True)
class VerbAction:
    """What a verb of a tool means, where the standard crosswalk does not know it."""

    verb: str
    action: str
    activity_type: str | None = None


@dataclass(frozen=True, slots=True)
class SchoolSettings:
    """A school whose clocks are not the district's; `school_id` is the org's sourcedId."""

    school_id: str
    zone: str


@dataclass(frozen=True, slots=True)
class IngestSettings:
    """Limits of ingest. Sizes in bytes, times in seconds; `workers` are the most to start."""

    workers: int = 2
    block_bytes: int = 8 * MEBIBYTE
    item_bytes: int = 16 * MEBIBYTE
    settle_seconds: float = 2.0
    document_items: int = 100_000
    unpacked_bytes: int = 32 * GIBIBYTE
    unpacked_ratio: int = 250


@dataclass(frozen=True, slots=True)
class TimeLimitSettings:
    """When an event may have happened, by dates of the schools; the last counts from a night."""

    earliest_date: date = date(2000, 1, 1)
    future_days: int = 1


@dataclass(frozen=True, slots=True)
class QuarantineSettings:
    """How long the originals of rejected events are kept, by the dates of the nights."""

    retention_days: int = 90


@dataclass(frozen=True, slots=True)
class ArchiveSettings:
    """How long loaded deliveries are kept in the archive, by the dates of the nights."""

    retention_days: int = 30


@dataclass(frozen=True, slots=True)
class CircuitBreakerSettings:
    """When the new deliveries of a source are held instead of loaded."""

    reject_rate: float = 0.2
    minimum_items: int = 100
    history_factor: float = 3.0


@dataclass(frozen=True, slots=True)
class PublishSettings:
    """Whether readers need marts.key, and how many builds are kept to go back to."""

    encrypted: bool = False
    kept_builds: int = 7


@dataclass(frozen=True, slots=True)
class RosterSettings:
    """When a roster that holds less than the one before is held instead of loaded."""

    shrink_limit: float = 0.2
    minimum_rows: int = 100


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that district.toml says."""

    district_id: str
    district_name: str
    zone: str
    keys_folder: Path
    sources: tuple[Source, ...]
    learner_identifiers: tuple[LearnerIdentifier, ...]
    verbs: tuple[VerbAction, ...] = ()
    test_accounts: tuple[AccountSetAside, ...] = ()
    test_people: tuple[PeopleSetAside, ...] = ()
    schools: tuple[SchoolSettings, ...] = ()
    ingest: IngestSettings = field(default_factory=IngestSettings)
    time_limits: TimeLimitSettings = field(default_factory=TimeLimitSettings)
    quarantine: QuarantineSettings = field(default_factory=QuarantineSettings)
    archive: ArchiveSettings = field(default_factory=ArchiveSettings)
    circuit_breaker: CircuitBreakerSettings = field(default_factory=CircuitBreakerSettings)
    roster: RosterSettings = field(default_factory=RosterSettings)
    publish: PublishSettings = field(default_factory=PublishSettings)

    @property
    def zones(self) -> frozenset[str]:
        """Every zone in which the district has a school."""
        return frozenset({self.zone, *(school.zone for school in self.schools)})


def read_settings(home: Home) -> Settings:
    """Return the settings of a home; raise ConfigurationError naming file, field and mend."""
    document = _parse(home.settings_file)
    _refuse_violations(home.settings_file, document)
    _refuse_unknown_zone(home.settings_file, "district.zone", document["district"]["zone"])
    _refuse_schools(home.settings_file, document.get("schools", []))
    _refuse_impossible_date(home.settings_file, document.get("time_limits", {}))
    return _settings(home, document)


def school_date_now(settings: Settings) -> date:
    """Return today's date in the district's zone."""
    return datetime.now(ZoneInfo(settings.zone)).date()


def _parse(file: Path) -> dict[str, Any]:
    try:
        return _with_dates_as_text(tomllib.loads(file.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file} is not TOML: {error}", "correct it there") from None
    except OSError as error:
        raise ConfigurationError(
            f"{file} cannot be read: {error.strerror}", "run as a user who may read the home"
        ) from None


def _with_dates_as_text(document: dict[str, Any]) -> dict[str, Any]:
    """Write TOML's own dates as text, as the schema describes them."""
    plain: dict[str, Any] = json.loads(json.dumps(document, default=str))
    return plain


def _refuse_violations(file: Path, document: dict[str, Any]) -> None:
    schema = orjson.loads(resource_path("schemas/district/district.schema.json").read_bytes())
    validator = jsonschema_rs.Draft202012Validator(schema)
    problems = [
        f"{'.'.join(str(step) for step in error.instance_path) or 'top level'}: {error.message}"
        for error in validator.iter_errors(document)
    ]
    if problems:
        raise ConfigurationError(
            f"{file} has {len(problems)} setting(s) that cannot be used:\n    "
            + "\n    ".join(problems),
            "correct them; schemas/district/district.schema.json describes every setting",
        )


def _refuse_schools(file: Path, tables: list[dict[str, str]]) -> None:
    """Refuse an unknown zone of a school, and a second one."""
    seen: set[str] = set()
    for place, table in enumerate(tables):
        _refuse_unknown_zone(file, f"schools.{place}.zone", table["zone"])
        if table["id"] in seen:
            raise ConfigurationError(
                f"{file}: schools.{place}.id: the school has a zone already", "keep one of the two"
            )
        seen.add(table["id"])


def _refuse_unknown_zone(file: Path, setting: str, zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise ConfigurationError(
            f"{file}: {setting}: {zone!r} is no IANA time zone",
            "give a name such as America/Chicago",
        ) from None


def _refuse_impossible_date(file: Path, table: dict[str, Any]) -> None:
    text = table.get("earliest_date", "2000-01-01")
    try:
        date.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(
            f"{file}: time_limits.earliest_date: {text} is no date", "give one such as 2000-01-01"
        ) from None


def _settings(home: Home, document: dict[str, Any]) -> Settings:
    district = document["district"]
    return Settings(
        district_id=district["id"],
        district_name=district["name"],
        zone=district["zone"],
        keys_folder=home.root / document.get("keys", {}).get("folder", "keys"),
        sources=tuple(
            Source(
                name,
                ReportedDuration(table.get("reported_duration", "by_verb")),
                table.get("score_scale"),
            )
            for name, table in sorted(document["sources"].items())
        ),
        learner_identifiers=tuple(
            LearnerIdentifier(**table) for table in document["learner_identifiers"]
        ),
        verbs=tuple(
            VerbAction(table["verb"], table["action"], table.get("activity_type") or None)
            for table in document.get("verbs", [])
        ),
        test_accounts=tuple(
            AccountSetAside(**table) for table in document.get("test_accounts", [])
        ),
        test_people=tuple(PeopleSetAside(**table) for table in document.get("test_people", [])),
        schools=tuple(
            SchoolSettings(table["id"], table["zone"]) for table in document.get("schools", [])
        ),
        ingest=IngestSettings(**document.get("ingest", {})),
        time_limits=_time_limits(document.get("time_limits", {})),
        quarantine=QuarantineSettings(**document.get("quarantine", {})),
        archive=ArchiveSettings(**document.get("archive", {})),
        circuit_breaker=CircuitBreakerSettings(**document.get("circuit_breaker", {})),
        roster=RosterSettings(**document.get("roster", {})),
        publish=PublishSettings(**document.get("publish", {})),
    )


def _time_limits(table: dict[str, Any]) -> TimeLimitSettings:
    given = dict(table)
    if "earliest_date" in given:
        given["earliest_date"] = date.fromisoformat(given["earliest_date"])
    return TimeLimitSettings(**given)
