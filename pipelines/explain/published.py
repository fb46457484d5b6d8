"""Read of a published build what one judgement is made of."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb
import orjson

from pipelines.errors import ConfigurationError, DamagedError, PlumblineError
from pipelines.identity.keys import read_key
from pipelines.identity.pseudonyms import Pseudonymiser
from pipelines.publish.folders import current_build_id, kept_builds
from pipelines.publish.manifest import read_manifest
from pipelines.publish.marts import open_marts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime
    from pathlib import Path
    from uuid import UUID

    from pipelines.home import Home
    from pipelines.publish.manifest import Build
    from pipelines.settings import Settings

MEASURE = "mastery"


class Standard(NamedTuple):
    """An academic standard."""

    standard_id: str
    code: str | None
    statement: str


class EvidenceRow(NamedTuple):
    """A row of learning.mastery_evidence."""

    source: str
    event_id: UUID
    item_id: str
    evidence_date: date
    performed_at: datetime
    method: str
    attempt_number: int
    is_assisted: bool
    is_included: bool
    exclusion_reason: str | None
    outcome: float | None
    weight: float


class PublishedJudgement(NamedTuple):
    """A row of learning.mastery."""

    status: str
    is_stale: bool
    estimate: float
    interval_low: float
    interval_high: float
    prior_free_estimate: float
    effective_n: float
    base_rate: float
    evidence_count: int
    evidence_days: int
    last_evidence_date: date
    definition_version: str
    definition_hash: str


class PublishedDefinition(NamedTuple):
    """A measure as it was defined for a build."""

    version: str
    hash: str
    parameters: dict[str, float]


class Case(NamedTuple):
    """All that a build has of one student and standard."""

    build: Build
    definition: PublishedDefinition
    standard: Standard
    evidence: tuple[EvidenceRow, ...]
    judgement: PublishedJudgement | None


def read_case(settings: Settings, folder: Path, asked: tuple[str, str]) -> Case:
    """Return the case of a learner and a standard, as `asked`; raise where one is not known.

    A learner is a pseudonym of the roster or a sourcedId; no message repeats it.
    """
    learner, named = asked
    with _open(settings, folder) as (build, connection):
        student_key = _student_key(connection, settings, learner)
        standard = _standard(connection, named)
        key = [student_key, standard.standard_id]
        return Case(
            build,
            _definition(connection),
            standard,
            tuple(EvidenceRow(*row) for row in _rows(connection, EvidenceRow, key)),
            next(
                (PublishedJudgement(*row) for row in _rows(connection, PublishedJudgement, key)),
                None,
            ),
        )


def current_folder(home: Home) -> Path:
    """Return the folder of the build that readers see."""
    build_id = current_build_id(home.current_build)
    if build_id is None:
        raise ConfigurationError("nothing is published yet", "run `plumbline nightly` first")
    return home.published / build_id


def kept_folder(home: Home, build_id: str) -> Path:
    """Return the folder of a kept build by its name or the beginning of it."""
    found = [each for each in kept_builds(home.published) if each.name.startswith(build_id)]
    if len(found) != 1:
        raise ConfigurationError(
            f"{len(found)} kept builds have a name that begins with {build_id}",
            "give one that `plumbline status` lists",
        )
    return found[0]


@contextmanager
def _open(settings: Settings, folder: Path) -> Iterator[tuple[Build, duckdb.DuckDBPyConnection]]:
    try:
        manifest = read_manifest(folder)
        key = read_key(settings.keys_folder, "marts") if manifest.is_encrypted else None
        with open_marts(folder, key=key) as connection:
            yield manifest.build, connection
    except (OSError, ValueError, KeyError, TypeError, duckdb.Error):
        raise DamagedError(
            f"the published build {folder.name} is damaged or lacks a table",
            "build and publish again",
        ) from None


def _student_key(connection: duckdb.DuckDBPyConnection, settings: Settings, learner: str) -> str:
    key = read_key(settings.keys_folder, "pseudonym")
    hashed = Pseudonymiser(key, settings.district_id).student_key(learner)
    row = connection.execute(
        "select student_key from roster.students where student_key in (?, ?)", [learner, hashed]
    ).fetchone()
    if row is None:
        raise PlumblineError(
            "no student of this build has that pseudonym or sourcedId",
            "give a student_key of roster.students, or the roster's sourcedId",
        )
    return str(row[0])


def _standard(connection: duckdb.DuckDBPyConnection, named: str) -> Standard:
    rows = connection.execute(
        "select standard_id, code, statement from roster.standards"
        " where standard_id = $1 or code = $1 or uri = $1 order by all",
        [named],
    ).fetchall()
    if len(rows) != 1:
        listed = ", ".join(str(row[0]) for row in rows) or "none"
        raise PlumblineError(
            f"{len(rows)} standards are called {named}: {listed}",
            "give a code or a standard_id of roster.standards",
        )
    return Standard(*rows[0])


def _definition(connection: duckdb.DuckDBPyConnection) -> PublishedDefinition:
    row = connection.execute(
        "select version, hash, parameters from audit.measure_definitions where measure = ?",
        [MEASURE],
    ).fetchone()
    if row is None:
        raise ValueError(MEASURE)
    return PublishedDefinition(row[0], row[1], orjson.loads(row[2]))


def _rows(
    connection: duckdb.DuckDBPyConnection, shape: type[NamedTuple], key: list[str]
) -> list[tuple[Any, ...]]:
    table, order = _TABLES[shape.__name__]
    columns = ", ".join(shape._fields)
    return connection.execute(
        f"select {columns} from {table} where student_key = ? and standard_id = ? order by {order}",
        key,
    ).fetchall()


_TABLES = {
    "EvidenceRow": ("learning.mastery_evidence", "performed_at, event_id, source"),
    "PublishedJudgement": ("learning.mastery", "1"),
}
