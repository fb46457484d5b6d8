"""The evidence of a published build as attempts to predict, and what the marts say before each.

What is said before an attempt is made by the SQL of the marts themselves: the earlier attempts of
that student and standard are given to it as if there were no others. Base rates come from the
students of the other folds, so that nothing of a predicted student is in them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from tests.validation_harness.mart_sql import MartSql

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from duckdb import DuckDBPyConnection

    from tests.validation_harness.figures import Column

FOLDS = 5
_EVIDENCE = """
create table attempts as
with included as (
    select
        people.person,
        people.fold,
        evidence.*
    from evidence
    inner join people using (student_key)
    where evidence.is_included
)
select
    row_number() over (order by performed_at, event_id, source) - 1 as number,
    *,
    row_number() over pair - 1 as earlier,
    coalesce(
        (select max(starts_on) from windows where starts_on <= included.evidence_date),
        (select min(starts_on) from windows)
    ) as window_starts_on
from included
window pair as (
    partition by student_key, standard_id order by performed_at, event_id, source
)
order by number
"""
# The earlier attempts of each attempt, as the evidence of somebody who has that attempt's number.
_PREFIXES = """
create or replace view intermediate.int_evidence_weighted as
select
    targets.number::varchar as student_key,
    earlier.standard_id,
    earlier.event_id,
    earlier.source,
    earlier.outcome,
    earlier.weight,
    true as is_included,
    earlier.evidence_date as performed_date,
    earlier.performed_at
from attempts as targets
inner join attempts as earlier
    on targets.student_key = earlier.student_key
    and targets.standard_id = earlier.standard_id
    and targets.earlier > earlier.earlier
"""
_OTHERS = """
create or replace view intermediate.int_evidence_weighted as
select standard_id, outcome, true as is_included, evidence_date as performed_date
from attempts where fold <> {fold}
"""
_SETTINGS = """
create or replace table staging.stg_case__standards as
select null::varchar as standard_id, null::varchar as parent_id where false;
create or replace table intermediate.int_build_settings as
select date '{day}' as as_of_date, date '{day}' as reporting_window_starts_on
"""
_OF_FOLD = """
create or replace view intermediate.int_evidence_discounted as
select said.*
from prefixes as said
inner join attempts on said.student_key = attempts.number::varchar
where attempts.fold = {fold} and attempts.window_starts_on = date '{day}'
"""
_SAY = """
insert into said
select
    attempts.number,
    coalesce(mastery.estimate, rates.base_rate),
    coalesce(mastery.prior_free_estimate, 0.5),
    coalesce(mastery.status, 'none'),
    rates.base_rate
from attempts
inner join intermediate.int_evidence_base_rates as rates using (standard_id)
left join learning.mastery as mastery on mastery.student_key = attempts.number::varchar
where attempts.fold = {fold} and attempts.window_starts_on = date '{day}'
"""
_RESULT = """
select attempts.*, said.* exclude (number)
from attempts inner join said using (number) order by number
"""


class Attempts(NamedTuple):
    """Attempts in the order of time, as columns of equal length.

    `earlier` is how many attempts of the same student and standard came before; `estimate`,
    `prior_free`, `status` and `base_rate` are what the marts say with only these.
    """

    person: Column
    fold: Column
    standard: Column
    item: Column
    outcome: Column
    earlier: Column
    estimate: Column
    prior_free: Column
    base_rate: Column
    status: Column
    standard_id: Column
    item_id: Column
    window_starts_on: Column

    def where(self, mask: Column) -> Attempts:
        """Return some of them."""
        return Attempts(*(column[mask] for column in self))


def say_before_each(evidence: pa.Table, people: pa.Table, windows: Iterable[date]) -> Attempts:
    """Return the included rows of learning.mastery_evidence with what the marts say before each.

    `people` has student_key, person (a number) and fold; base rates are those before the window
    that an attempt lies in.
    """
    marts = MartSql()
    connection = marts.connection
    starts = pa.table({"starts_on": pa.array(list(windows), pa.date32())})
    for name, table in (("evidence", evidence), ("people", people), ("windows", starts)):
        connection.register(name, table)
    connection.execute(_EVIDENCE)
    connection.execute(_PREFIXES)
    marts.build("int_evidence_numbers", "int_evidence_discounted")
    connection.execute("create table prefixes as from intermediate.int_evidence_discounted")
    connection.execute("drop table intermediate.int_evidence_discounted")
    connection.execute(
        "create table said (number bigint, estimate double, prior_free double, status varchar,"
        " base_rate double)"
    )
    days = connection.execute("select distinct window_starts_on from attempts order by all")
    for (day,) in days.fetchall():
        connection.execute(_SETTINGS.format(day=day))
        for fold in range(FOLDS):
            _say(marts, {"fold": fold, "day": day})
    return _columns(connection)


def _say(marts: MartSql, place: dict[str, object]) -> None:
    marts.connection.execute(_OTHERS.format(**place))
    marts.build("int_evidence_base_rates")
    marts.connection.execute(_OF_FOLD.format(**place))
    marts.build("mastery")
    marts.connection.execute(_SAY.format(**place))


def _columns(connection: DuckDBPyConnection) -> Attempts:
    table = connection.execute(_RESULT).arrow().read_all()
    columns = {name: table[name].to_numpy(zero_copy_only=False) for name in table.column_names}
    return Attempts(
        columns["person"].astype(np.int64),
        columns["fold"].astype(np.int64),
        np.unique(columns["standard_id"], return_inverse=True)[1],
        np.unique(columns["item_id"], return_inverse=True)[1],
        columns["outcome"].astype(np.float64),
        columns["earlier"].astype(np.int64),
        columns["estimate"],
        columns["prior_free"],
        columns["base_rate"],
        columns["status"],
        columns["standard_id"],
        columns["item_id"],
        columns["window_starts_on"],
    )
