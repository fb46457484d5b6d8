"""Say which school and which clocks hold for a student, and when dates begin where schools are.

A student's dates follow one another without a gap: each begins with the midnight of the school that
holds on it. So the school decides the date of a moment, and no date has to be known to find it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.resources import resource_path

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_PLACES = "pipelines/warehouse/student_zones.sql"
# Where clocks go back at midnight, midnight comes twice: a date begins with the first.
_FIRST_MOMENT = """
create or replace temp macro first_moment(zone, day) as case
    when timezone(zone, timezone(zone, day::timestamp) - interval 1 hour)::date = day
        then timezone(zone, day::timestamp) - interval 1 hour
    else timezone(zone, day::timestamp)
end
"""
# A local date begins within a date of UTC or the one before; what is done on it may reach into the
# dates beside it.
_DATES = """
insert into loaded.zone_dates
with zones as (
    select zone from loaded.district
    union
    select zone from loaded.school_zones
),

moments as (
    select distinct epoch_us(occurred_at) // 86400000000 as utc_day
    from loaded.events where batch_number = (select max(batch_number) from loaded.events)
    union
    select distinct epoch_us(started_at) // 86400000000
    from loaded.events where batch_number = (select max(batch_number) from loaded.events)
    union
    select distinct epoch_us(ended_at) // 86400000000
    from loaded.events where batch_number = (select max(batch_number) from loaded.events)
),

dates as (
    select date '1970-01-01' + (utc_day + unnest([-2, -1, 0, 1, 2]))::integer as local_date
    from moments
    where utc_day is not null
    union
    select local_date from loaded.zone_dates
),

missing as (
    select zones.zone, dates.local_date
    from zones
    cross join dates
    anti join loaded.zone_dates as known
        on zones.zone = known.zone and dates.local_date = known.local_date
)

select zone, local_date, first_moment(zone, local_date), first_moment(zone, local_date + 1)
from missing
order by all
"""
_DAYS = """
unnest(range(
    epoch_us({dates}.starts_at) // 86400000000, (epoch_us({dates}.ends_at) - 1) // 86400000000 + 1
)) as utc_day
"""
_JOIN = """
left join {dates} as {name}
    on epoch_us({moment}) // 86400000000 = {name}.utc_day
    and {moment} >= {name}.starts_at
    and {moment} < {name}.ends_at
"""
DATES_OF_DISTRICT = f"""(
    select zone_dates.local_date, zone_dates.starts_at, zone_dates.ends_at,
        {_DAYS.format(dates="zone_dates")}
    from loaded.zone_dates as zone_dates
    inner join loaded.district as district on zone_dates.zone = district.zone
)"""


def place_students(connection: DuckDBPyConnection, *, is_changed: bool) -> None:
    """Write the schools and zones of students where they changed, and the dates of new events."""
    connection.execute(_FIRST_MOMENT)
    if is_changed:
        connection.execute(resource_path(_PLACES).read_text(encoding="utf-8"))
    connection.execute(_DATES)


def dates_of_students(zones: str = "loaded.student_zones") -> str:
    """Return the query of the dates of all for whom the district's zone does not always hold."""
    ends_at = "case when days.local_date + 1 = zones.ends_on then zones.ends_at end"
    return f"""(
        with dated as (
            select zones.student_key, days.local_date, days.starts_at,
                coalesce({ends_at}, days.ends_at) as ends_at
            from {zones} as zones
            inner join loaded.zone_dates as days
                on zones.zone = days.zone
                and days.local_date >= zones.starts_on
                and days.local_date < zones.ends_on
        )
        select dated.*, {_DAYS.format(dates="dated")} from dated
    )"""


def join_dates(moment: str, student_key: str, *, zones: str = "loaded.student_zones") -> str:
    """Return joins for the date of a moment: `own.local_date`, else `here.local_date`."""
    here = _JOIN.format(dates=DATES_OF_DISTRICT, name="here", moment=moment)
    own = _JOIN.format(dates=dates_of_students(zones), name="own", moment=moment)
    return f"{here}{own}    and {student_key} = own.student_key\n"
