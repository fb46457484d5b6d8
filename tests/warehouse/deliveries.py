"""Deliver a district's events and records to a warehouse in batches, by the real load.

The lake is written without ingest: its parts hold the canonical events that ingest would write.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.canonical import event_arrow_schema
from pipelines.home import Home
from pipelines.ingest.manifest import Manifest
from pipelines.warehouse.baseline import accept_as_baseline, plan_build
from pipelines.warehouse.changes import list_changes, remember_records
from pipelines.warehouse.connection import open_encrypted
from pipelines.warehouse.definitions import write_definitions
from pipelines.warehouse.events import load_files
from pipelines.warehouse.local_dates import place_students
from tests.warehouse.districts import AS_OF_DATE, DATES
from tests.warehouse.warehouse import (
    DEFINITIONS,
    KEY,
    Baseline,
    Build,
    canonical,
    make_tables,
    run_dbt,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from pipelines.measures import Definitions
    from pipelines.warehouse.baseline import BuildPlan
    from tests.oracles.values import Event
    from tests.warehouse.warehouse import Contents

ONLY_MODELS = ("build", "--exclude-resource-type", "unit_test", "--exclude-resource-type", "test")
# What a district may correct from one night to the next: the statements of such a night.
CORRECTIONS = (
    "delete from loaded.learner_identifiers where actor_key like 'actor-1-%'",
    "update loaded.learner_identifiers set student_key = 'student-2' where actor_key = 'actor-3-0'",
    # However often it is drawn: a roster says of a pseudonym once whose it is.
    (
        "insert into loaded.learner_identifiers select 'actor-of-a-stranger', 'student-4'"
        " where 'actor-of-a-stranger' not in (select actor_key from loaded.learner_identifiers)"
    ),
    "update loaded.enrollments set section_id = 'section-2' where person_key = 'student-0'",
    "update loaded.students set school_id = 'south' where student_key = 'student-9'",
    "update loaded.sections set starts_on = '2026-03-01' where section_id = 'section-1'",
    "update loaded.school_days set closes_at = '12:00' where date = '2026-03-04'",
    "delete from loaded.school_days where date = '2025-10-29'",
    "update loaded.classroom_evidence set score = 0 where record_key like '%0001'",
    "update loaded.classroom_evidence set assessed_on = '2026-03-04' where record_key like '%0002'",
    "delete from loaded.classroom_evidence where record_key like '%0003'",
    "delete from loaded.classroom_judgements where student_key = 'student-1'",
    "update loaded.sources set reported_duration = 'after' where source = 'reader'",
    "delete from loaded.standards where code = 'S.1'",
)


@dataclass(frozen=True, slots=True)
class Night:
    """What one night brings: files of events, corrections of records, and its date."""

    as_of_date: date
    files: tuple[tuple[Event, ...], ...]
    corrections: tuple[str, ...] = ()


@dataclass(slots=True)
class District:
    """A warehouse that nights are loaded into, and what was built of it last."""

    home: Home
    as_of_date: date = AS_OF_DATE
    builds: int = 0
    definitions: Definitions = DEFINITIONS
    plans: list[BuildPlan] = field(default_factory=list)

    @property
    def file(self) -> Path:
        """The warehouse."""
        return self.home.warehouse_file

    def load(self, night: Night) -> None:
        """Load a night as `plumbline load` does, in one transaction."""
        manifests = [_deliver(self.home, events) for events in night.files]
        self.as_of_date = night.as_of_date
        with open_encrypted(self.file, KEY) as connection:
            connection.begin()
            last_batch = remember_records(connection)
            for statement in night.corrections:
                connection.execute(statement)
            load_files(connection, self.home, manifests, night=night.as_of_date)
            place_students(connection, is_changed=True)
            list_changes(connection, night.as_of_date, last_batch=last_batch)
            connection.commit()

    def build(self, *arguments: str, passes: bool = True, is_full: bool = False) -> Build:
        """Build as `plumbline build` decides; where it `passes`, it becomes the baseline."""
        self.builds += 1
        build_id = f"build-{self.builds}"
        with open_encrypted(self.file, KEY) as connection:
            plan = plan_build(connection, self.definitions, is_full=is_full)
            write_definitions(connection, self.definitions)
            if plan.baseline is None:
                connection.execute("delete from loaded.baseline")
        self.plans.append(plan)
        known = plan.baseline
        baseline = (
            Baseline(known.build_id, known.batch_number, known.as_of_date.isoformat())
            if known
            else Baseline()
        )
        build = run_dbt(self.file, self.as_of_date, *(arguments or ONLY_MODELS), baseline=baseline)
        if passes:
            with open_encrypted(self.file, KEY) as connection:
                _record(connection, build_id, plan, self.as_of_date)
        return build


def _record(
    connection: DuckDBPyConnection, build_id: str, plan: BuildPlan, as_of_date: date
) -> None:
    connection.execute(
        "insert into loaded.builds by name select ? as build_id, ? as as_of_date, '' as"
        " inputs_hash, ? as batch_number, ? as definitions_hash, now() as started_at,"
        " 1 as tests_passed",
        [build_id, as_of_date, plan.batch_number, plan.definitions_hash],
    )
    accept_as_baseline(connection, build_id)
    # The ledger of builds is a mart as well: what it says of the clock is not compared.
    connection.execute("delete from loaded.builds")


def new_district(root: Path, contents: Contents) -> District:
    """Return a district with its records and no events."""
    home = Home(root)
    home.warehouse_file.parent.mkdir(parents=True)
    make_tables(home.warehouse_file, contents)
    return District(home)


def random_nights(contents: Contents, seed: int, *, nights: int) -> Iterator[Night]:
    """Yield a district's events in random order and batches, with copies and corrections.

    Whether an event comes before its date or months after it is left to chance. Some come twice,
    some a second time with another body. Dates of nights go on, now and then back.
    """
    draws = random.Random(seed)  # noqa: S311 - the same nights for the same seed
    events = [*contents.events, *draws.choices(contents.events, k=20)]
    events += [_other_body(event) for event in draws.choices(contents.events, k=20)]
    draws.shuffle(events)
    cuts = sorted(draws.sample(range(len(events)), 2 * nights - 1))
    files = [
        tuple(events[start:end])
        for start, end in zip([0, *cuts], [*cuts, len(events)], strict=True)
    ]
    dates = [*sorted(draws.choices(DATES[8:], k=nights - 1)), AS_OF_DATE]
    if draws.random() < 0.5:
        dates[-2] = AS_OF_DATE + timedelta(days=2)
    for number, day in enumerate(dates):
        corrections = draws.sample(CORRECTIONS[:-2], draws.choice((0, 0, 1, 2)))
        yield Night(day, tuple(files[2 * number : 2 * number + 2]), tuple(corrections))


def _other_body(event: Event) -> Event:
    return replace(event, success=not event.success, duration_seconds=77.0)


def _deliver(home: Home, events: Iterable[Event]) -> Manifest:
    """Write a file of the lake and its manifest."""
    rows = [canonical(event, number) for number, event in enumerate(events, start=1)]
    digest = sha256(repr(rows).encode()).hexdigest()
    folder = home.events / digest
    folder.mkdir(parents=True)
    pq.write_table(
        pa.Table.from_pylist(rows, schema=event_arrow_schema()), folder / "000000.parquet"
    )
    return Manifest(
        digest, f"{digest[:8]}.ndjson", "mathpath", 1, "fingerprint", len(rows), len(rows)
    )
