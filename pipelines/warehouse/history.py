"""What checks compare a night or a build with: counts by day, and figures of each build.

Each is written once, from what a night brought or what a build made, so that comparing a night with
all nights before it reads none of their events again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.warehouse.local_dates import join_dates

if TYPE_CHECKING:
    from datetime import date

    from duckdb import DuckDBPyConnection

# Days of minutes that a build notes down: five weeks and the days before them that may still move.
FIGURE_DAYS = 42
COUNTED_MARTS = (
    "learning.mastery",
    "learning.mastery_evidence",
    "proxies.activity_counts",
    "proxies.time_on_task",
    "roster.enrollments",
    "roster.students",
)

_COUNT_DAYS = f"""
insert into loaded.daily_counts
with known_references as (
    select list(distinct reference) as known
    from (
        select uri as reference from loaded.standards
        union all
        select standard_id from loaded.standards
        union all
        select skill from loaded.skill_crosswalk where relation <> 'broader'
    )
),

learners as (
    select actor_key, any_value(student_key) as student_key
    from loaded.learner_identifiers
    group by actor_key
),

-- Before anything is counted: what a learner did on a date is one row.
brought as (
    select
        events.batch_number,
        events.source,
        coalesce(own.local_date, here.local_date) as event_date,
        events.actor_key,
        learners.actor_key is not null as is_matched,
        events.success is not null
        or events.score_scaled is not null
        or events.score_raw is not null as is_scored,
        events.activity_id in (select activity_id from loaded.alignments) as is_aligned,
        coalesce(events.standard_refs, []) as standard_refs,
        count(*) as events
    from loaded.events as events
    -- With a condition on the events beside it, DuckDB compares every event with every learner.
    left join learners
        on case when events.learner_role in ('actor', 'assignee') then events.actor_key end
            = learners.actor_key
    {join_dates("events.occurred_at", "learners.student_key")}
    where events.batch_number = (select max(batch_number) from loaded.batches)
        and events.occurred_at is not null
    group by all
)

select
    brought.batch_number,
    brought.source,
    brought.event_date,
    sum(brought.events) as events,
    coalesce(sum(brought.events) filter (brought.actor_key is null), 0) as anonymous,
    coalesce(sum(brought.events) filter (brought.is_matched), 0) as matched,
    coalesce(sum(brought.events) filter (brought.is_scored), 0) as scored,
    coalesce(
        sum(brought.events) filter (
            brought.is_scored
            and (
                brought.is_aligned
                or list_has_any(brought.standard_refs, known_references.known)
            )
        ),
        0
    ) as tagged
from brought
cross join known_references
group by brought.batch_number, brought.source, brought.event_date
order by all
"""
_MINUTES = """
insert into loaded.build_figures
select $build_id, 'minutes', activity_date::varchar, sum(minutes_mid::decimal(18, 3))
from proxies.time_on_task
where activity_date > $as_of_date::date - $days and activity_date <= $as_of_date
group by activity_date
order by activity_date
"""
_STATUSES = """
insert into loaded.build_figures
select $build_id, 'students with status', status, count(*)
from learning.mastery
group by status
order by status
"""
_ROWS = "insert into loaded.build_figures select $build_id, 'rows', '{mart}', count(*) from {mart}"


def count_days(connection: DuckDBPyConnection) -> None:
    """Write what the newest batch brought, by source and school-local date of the events."""
    connection.execute(_COUNT_DAYS)


def record_figures(connection: DuckDBPyConnection, build_id: str, as_of_date: date) -> None:
    """Write the figures of a build that stands in the warehouse: rows, statuses, minutes by day."""
    connection.begin()
    connection.execute("delete from loaded.build_figures where build_id = ?", [build_id])
    named = {"build_id": build_id}
    for mart in COUNTED_MARTS:
        connection.execute(_ROWS.format(mart=mart), named)
    connection.execute(_STATUSES, named)
    connection.execute(_MINUTES, {**named, "as_of_date": as_of_date, "days": FIGURE_DAYS})
    connection.commit()
