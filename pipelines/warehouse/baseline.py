"""Decide whether a build brings an earlier one up to date or makes everything, and say why."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from pipelines.resources import resource_path
from pipelines.warehouse.definitions import changed_measures, record_definitions

if TYPE_CHECKING:
    from datetime import date

    from duckdb import DuckDBPyConnection

    from pipelines.measures import Definitions

_MODEL_FILES = ("*.sql", "*.yml", "*.csv", "*.md")
_EVERYTHING = """
select string_agg(distinct reason, ', ' order by reason)
from loaded.changes
where batch_number > ? and student_key is null and activity_date is null
"""


class Baseline(NamedTuple):
    """The newest build that passed its checks: what it had taken in, and by which models."""

    build_id: str
    batch_number: int
    as_of_date: date
    definitions_hash: str


class BuildPlan(NamedTuple):
    """What a build does: it brings the baseline up to date, or makes everything for a reason."""

    batch_number: int
    definitions_hash: str
    baseline: Baseline | None
    full_build_reason: str | None

    def variables(self) -> dict[str, str | int]:
        """Return what the models are told of it."""
        if self.baseline is None:
            return {"baseline_build_id": ""}
        return {
            "baseline_build_id": self.baseline.build_id,
            "baseline_batch": self.baseline.batch_number,
            "baseline_date": self.baseline.as_of_date.isoformat(),
        }


def plan_build(
    connection: DuckDBPyConnection, definitions: Definitions, *, is_full: bool = False
) -> BuildPlan:
    """Return what the next build does; `is_full` asks for everything."""
    query = "select coalesce(max(batch_number), 0) from loaded.batches"
    batch_number = connection.execute(query).fetchall()[0][0]
    definitions_hash = hash_definitions(definitions)
    baseline = _baseline(connection)
    reason = "asked for" if is_full else _full_build_reason(connection, baseline, definitions)
    return BuildPlan(batch_number, definitions_hash, None if reason else baseline, reason)


def begin_full_build(connection: DuckDBPyConnection) -> None:
    """Take away the baseline: until the build has passed there is nothing to bring up to date."""
    connection.execute("delete from loaded.baseline")


def accept_as_baseline(connection: DuckDBPyConnection, build_id: str) -> None:
    """Let the next build bring this one up to date."""
    record_definitions(connection)
    connection.execute("delete from loaded.baseline")
    connection.execute(
        "insert into loaded.baseline by name"
        " select build_id, batch_number, as_of_date, definitions_hash"
        " from loaded.builds where build_id = ? and tests_passed is not null",
        [build_id],
    )


def hash_definitions(definitions: Definitions) -> str:
    """Digest the dbt project and the measures: another definition is another build."""
    project = resource_path("dbt")
    total = sha256(definitions.hash.encode())
    files = [
        file
        for pattern in _MODEL_FILES
        for folder in ("models", "macros", "seeds")
        for file in (project / folder).rglob(pattern)
    ]
    for file in sorted(files):
        total.update(file.relative_to(project).as_posix().encode())
        total.update(file.read_bytes())
    return total.hexdigest()


def _baseline(connection: DuckDBPyConnection) -> Baseline | None:
    row = connection.execute("from loaded.baseline").fetchone()
    return Baseline(*row) if row else None


def _full_build_reason(
    connection: DuckDBPyConnection, baseline: Baseline | None, definitions: Definitions
) -> str | None:
    if baseline is None:
        return "no earlier build has passed its checks"
    changed_definitions = changed_measures(connection, definitions)
    if changed_definitions:
        return f"the measures are defined otherwise: {', '.join(changed_definitions)}"
    if baseline.definitions_hash != hash_definitions(definitions):
        return f"the models are others than those of build {baseline.build_id}"
    (changed,) = connection.execute(_EVERYTHING, [baseline.batch_number]).fetchall()[0]
    return f"changed for every event: {changed}" if changed else None
