"""Measure mastery beside a grouped count of the same rows, and time on task beside sorting them.

The SQL is that of the models, as dbt compiles it for a build from scratch, over generated tables;
pairs are run in turns in one process. The ratio is what counts.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.validation_harness.mart_sql import MartSql

if TYPE_CHECKING:
    from collections.abc import Callable

THREADS = 2
STUDENTS_OF_A_MILLION = 2_000
STANDARDS = 25
_EVIDENCE = """
create table intermediate.int_evidence_weighted as
select
    md5('student-' || range % {students}) as student_key,
    'standard-' || hash(range, 1) % {standards} as standard_id,
    'tutor' as source,
    uuid() as event_id,
    'https://tutor.example/items/' || hash(range, 2) % 4000 as item_id,
    'auto_scored' as method,
    null::varchar as exclusion_reason,
    (hash(range, 3) % 11) / 10 as outcome,
    1 - (hash(range, 4) % 2) / 4 as weight,
    1::bigint as attempt_number,
    false as is_assisted,
    true as is_included,
    date '2025-09-01' + (hash(range, 5) % 180)::integer as performed_date,
    performed_date + to_seconds((hash(range, 6) % 86400)::bigint) as occurred_at,
    occurred_at at time zone 'UTC' as performed_at
from range({rows})
"""
_EVENTS = """
create table intermediate.int_activity_events as
select
    md5('student-' || range % {students}) as student_key,
    'tutor' as source,
    uuid() as event_id,
    'https://tutor.example/items/' || hash(range, 2) % 4000 as activity_id,
    'session-' || range % {students} || '-' || hash(range, 5) % 100 as session_key,
    ['answered', 'viewed', 'media_played', 'completed'][(1 + hash(range, 3) % 4)::bigint]
        as action,
    'https://types.example/' || hash(range, 3) % 4 as activity_type,
    null::varchar as chosen_by,
    null::varchar as interaction_mode,
    case when hash(range, 4) % 2 = 0 then 5.0 + hash(range, 4) % 60 end as duration_seconds,
    date '2025-09-01' + (hash(range, 5) % 20)::integer as occurred_date,
    (occurred_date + time '14:00' + to_seconds((hash(range, 6) % 7200)::bigint))
        at time zone 'UTC' as occurred_at,
    0 as baseline_batch,
    null::date as ended_date,
    null::timestamptz as started_at,
    null::timestamptz as ended_at
from range({rows})
"""
_SURROUNDINGS = """
create or replace table intermediate.int_build_settings as
select 'bench' as district_id, 'America/Chicago' as zone, date '2026-03-01' as as_of_date,
    date '2025-12-01' as reporting_window_starts_on;
create or replace table staging.stg_plumbline__sources as
select 'tutor' as source, 'by_verb' as duration_placement;
create or replace table staging.stg_oneroster__students as
select md5('student-' || range) as student_key, 'school' as school_id from range({students});
create or replace table staging.stg_case__standards as
select 'standard-' || range as standard_id, null::varchar as parent_id from range(1000);
create or replace table staging.stg_plumbline__student_schools as
select student_key, school_id, '-infinity'::date as starts_on, 'infinity'::date as ends_on
from staging.stg_oneroster__students;
create or replace table staging.stg_plumbline__school_zones as
select null::varchar as school_id, null::varchar as zone where false;
create or replace table staging.stg_plumbline__student_zones as
select null::varchar as student_key, null::varchar as zone, null::date as starts_on,
    null::date as ends_on, null::timestamptz as ends_at
where false;
create or replace table staging.stg_plumbline__zone_dates as
select 'America/Chicago' as zone, date '2025-08-30' + range::integer as local_date,
    timezone(zone, local_date::timestamp) as starts_at,
    timezone(zone, local_date + interval 1 day) as ends_at
from range(200);
create or replace table staging.stg_plumbline__school_days as
select 'school' as school_id, date '2025-09-01' + range::integer as date,
    dayofweek(date '2025-09-01' + range::integer) between 1 and 5 as is_instructional,
    time '08:00' as opens_at, time '15:00' as closes_at
from range(200);
create or replace table intermediate.int_enrollments_dated as
select student_key as person_key, 'section' as section_id, 'school' as school_id,
    'student' as role, date '2025-08-01' as starts_on, date '2026-06-30' as ends_on
from staging.stg_oneroster__students
"""
_MASTERY = (
    *("int_evidence_base_rates", "int_evidence_numbers"),
    *("int_evidence_discounted", "mastery"),
)
_TIME = (
    *("int_local_dates", "int_local_dates_elsewhere"),
    *("int_activity_timed", "int_activity_doubts", "int_activity_current_gaps"),
    *("int_activity_typical_gaps", "int_activity_credited", "int_activity_intervals"),
    *("int_activity_interval_dates", "int_activity_pieces"),
    *("int_activity_unions", "int_activity_student_days", "int_activity_day_parts"),
    *("int_activity_event_parts", "int_activity_day_totals", "time_on_task"),
)
_COUNT = """
create or replace table counted as
select student_key, standard_id, count(*) as rows
from intermediate.int_evidence_weighted group by all
"""
_SORT = """
create or replace table sorted as
from intermediate.int_activity_events order by student_key, occurred_at, event_id
"""


class Cost(NamedTuple):
    """What something took: seconds on the clock, and of all processors together."""

    seconds: float
    processor_seconds: float


class Pair(NamedTuple):
    """What the plain query and the models took over the same rows."""

    plain: Cost
    models: Cost


def main() -> None:
    """Print seconds and ratios of several pairs, for each of the two."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        marts = MartSql(str(Path(folder) / "bench.duckdb"))
        marts.connection.execute(f"set threads = {THREADS}")
        for name, rows, plain, models in (
            ("mastery beside a grouped count", _EVIDENCE, _COUNT, _MASTERY),
            ("time on task beside sorting", _EVENTS, _SORT, _TIME),
        ):
            _generate(marts, rows, arguments.rows)
            pairs = [_measure(marts, plain, models) for _ in range(arguments.pairs)]
            _print(f"{name}, {arguments.rows:,} rows", pairs)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--pairs", type=int, default=3)
    return parser.parse_args()


def _generate(marts: MartSql, table: str, rows: int) -> None:
    students = max(1, rows * STUDENTS_OF_A_MILLION // 1_000_000)
    marts.connection.execute(_SURROUNDINGS.format(students=students))
    marts.connection.execute(table.format(rows=rows, students=students, standards=STANDARDS))
    marts.connection.execute("checkpoint")


def _measure(marts: MartSql, plain: str, models: tuple[str, ...]) -> Pair:
    return Pair(
        _cost(lambda: marts.connection.execute(plain)),
        _cost(lambda: marts.build(*models)),
    )


def _cost(work: Callable[[], object]) -> Cost:
    begun = time.perf_counter(), time.process_time()
    work()
    return Cost(time.perf_counter() - begun[0], time.process_time() - begun[1])


def _print(title: str, pairs: list[Pair]) -> None:
    print(title)
    for place, name in enumerate(("seconds", "processor seconds")):
        plain = [each.plain[place] for each in pairs]
        models = [each.models[place] for each in pairs]
        ratios = [there / here for there, here in zip(models, plain, strict=True)]
        print(
            f"{name}: {statistics.median(plain):.2f} and {statistics.median(models):.2f};"
            f" ratio {statistics.median(ratios):.1f}, {min(ratios):.1f} to {max(ratios):.1f}"
        )


if __name__ == "__main__":
    main()
