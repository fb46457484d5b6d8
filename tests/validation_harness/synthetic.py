"""Does a night find again what was planted in a synthetic district, whose truth is known?

Of mastery: the estimate beside the chance of a right answer, and the status beside knowing. Of
time: how long software was truly open on a student's day, which is what is measured, beside low
and high, and the truly active minutes with it. Of signals: the planted habits, and what is truly
known where nothing was planted.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from pipelines.cli_options import district_at
from pipelines.identity.keys import read_key
from pipelines.identity.pseudonyms import Pseudonymiser
from pipelines.synth import write_district
from pipelines.warehouse.load import open_warehouse
from tests.validation_harness.nights import published, run_whole_night

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection

# As pipelines/synth/knowledge.py has it.
SLIP, GUESS = 0.06, 0.04
_KNOWN = """
create temp table known as
select learners.student_key, standards.standard_id, last(truth.probability order by truth.date)
    as probability
from read_ndjson_auto('{truth}/knowledge.ndjson') as truth
inner join learners using (sourced_id)
inner join roster.standards as standards on truth.standard_uri = standards.uri
group by all
"""
_STATUSES = """
select
    mastery.status,
    count(*) as pairs,
    avg(known.probability) as known,
    avg(mastery.estimate) as estimate,
    avg(known.probability * (1 - {slip}) + (1 - known.probability) * {guess}) as chance
from learning.mastery as mastery
inner join known using (student_key, standard_id)
group by mastery.status
order by mastery.status
"""
_BINS = """
select
    least(floor(mastery.estimate * 10)::integer, 9) as tenth,
    count(*) as pairs,
    avg(mastery.estimate) as estimate,
    avg(known.probability * (1 - {slip}) + (1 - known.probability) * {guess}) as chance
from learning.mastery as mastery
inner join known using (student_key, standard_id)
where mastery.status <> 'insufficient_evidence'
group by tenth
order by tenth
"""
_ACTIVE = """
active as (
    select learners.student_key, truth.date as activity_date, sum(active_seconds) / 60 as minutes
    from read_csv('{truth}/active_minutes.csv') as truth
    inner join learners using (sourced_id)
    group by all
)
"""
_MINUTES = (
    """
with opened as (
    select learners.student_key, truth.date as activity_date, sum(open_seconds) / 60 as minutes
    from read_csv('{truth}/open_seconds.csv') as truth
    inner join learners using (sourced_id)
    group by all
),
"""
    + _ACTIVE
    + """,
measured as (
    select student_key, activity_date, sum(minutes_low) as low, sum(minutes_mid) as mid,
        sum(minutes_high) as high
    from proxies.time_on_task
    group by all
)
select
    count(*) as days,
    avg((opened.minutes >= measured.low - {minute})::integer) as open_not_under_low,
    avg((opened.minutes <= measured.high + {minute})::integer) as open_not_over_high,
    avg((active.minutes >= measured.low - {minute})::integer) as active_not_under_low,
    avg((active.minutes <= measured.high + {minute})::integer) as active_not_over_high,
    sum(measured.low), sum(measured.mid), sum(measured.high),
    sum(opened.minutes), sum(active.minutes)
from measured
inner join opened using (student_key, activity_date)
inner join active using (student_key, activity_date)
"""
)
# Of the days with more low minutes than active ones: what low credits while nobody was active,
# second by second, where a tool told when or how long, and in gaps.
_EXCESS = (
    """
with active_seconds as (
    select distinct
        learners.student_key,
        unnest(range(epoch_ms(told.started_at) // 1000, epoch_ms(told.ended_at) // 1000)) as second
    from read_ndjson('{truth}/active_intervals.ndjson', columns = {{
        sourced_id: 'varchar', started_at: 'timestamptz', ended_at: 'timestamptz'
    }}) as told
    inner join learners using (sourced_id)
),
credited_seconds as (
    select student_key, activity_date, second, bool_or(bound = 'trusted') as is_told
    from (
        select student_key, activity_date, bound,
            unnest(range(starts_us // 1000000, ends_us // 1000000)) as second
        from intermediate.int_activity_pieces
        where bound in ('trusted', 'low')
    )
    group by all
),
idle as (
    select
        student_key,
        activity_date,
        count(*) filter (where is_told) / 60 as told,
        count(*) filter (where not is_told) / 60 as gaps
    from credited_seconds
    anti join active_seconds using (student_key, second)
    group by all
),
"""
    + _ACTIVE
    + """,
measured as (
    select student_key, activity_date, sum(minutes_low) as low
    from proxies.time_on_task
    group by all
),
days_over as (
    select measured.low - active.minutes as over, idle.told, idle.gaps
    from measured
    inner join active using (student_key, activity_date)
    inner join idle using (student_key, activity_date)
    where active.minutes < measured.low - {minute}
)
select
    count(*),
    avg(over),
    max(over),
    sum(told),
    sum(gaps),
    count(*) filter (where over - told <= {minute}),
    count(*) filter (where over - gaps <= {minute})
from days_over
"""
)
_MINUTE = 1
# How probable it truly is that a student knows a standard, at first and at last.
WITH_TRUTH = """
with truth as (
    select
        learners.student_key,
        standards.standard_id,
        first(told.probability order by told.date) as at_first,
        last(told.probability order by told.date) as at_last
    from read_ndjson_auto('{truth}/knowledge.ndjson') as told
    inner join learners using (sourced_id)
    inner join loaded.standards as standards on told.standard_uri = standards.uri
    group by all
)
"""
_SIGNALS = (
    WITH_TRUTH
    + """,
planted as (
    select learners.student_key, standards.standard_id, plants.habit
    from read_csv('{truth}/plants.csv') as plants
    inner join learners using (sourced_id)
    inner join loaded.standards as standards on plants.standard_uri = standards.uri
),
judged as (
    select
        states.state,
        coalesce(planted.habit = states.state, false) as is_planted,
        case states.state
            when 'over_practice' then truth.at_last < {unknown}
            when 'indeterminate' then false
            else truth.at_first >= {known}
        end as is_invented
    from intermediate.int_practice_states as states
    inner join truth using (student_key, standard_id)
    left join planted using (student_key, standard_id)
)
select
    states.state,
    (select count(*) from planted where habit = states.state) as planted,
    count(*) filter (where judged.is_planted) as found,
    count(judged.state) as judged,
    count(*) filter (where judged.is_invented) as invented
from (
    select unnest([
        'remediation_loop', 'stalled', 'productive_struggle', 'over_practice', 'indeterminate'
    ]) as state
) as states
left join judged using (state)
group by states.state
order by states.state
"""
)
# Whoever knew from the first day on does not struggle; whoever does not know is not secure.
_KNOWN_AT_LEAST, _UNKNOWN_BELOW = 0.9, 0.5


class StatusTruth(NamedTuple):
    """Pairs of student and standard with a status: mean knowing, estimate and chance."""

    status: str
    pairs: int
    known: float
    estimate: float
    chance: float


class Tenth(NamedTuple):
    """Told pairs whose estimate lies in one tenth: mean estimate, and mean chance of success."""

    tenth: int
    pairs: int
    estimate: float
    chance: float


class Minutes(NamedTuple):
    """Student-days, shares of them within a bound, and minutes in all."""

    days: int
    open_not_under_low: float
    open_not_over_high: float
    active_not_under_low: float
    active_not_over_high: float
    low: float
    mid: float
    high: float
    opened: float
    active: float


class Excess(NamedTuple):
    """Student-days with more low minutes than active ones: how many, and by how many minutes.

    `told` and `gaps` are the minutes of these days that low credits while nobody was active, told
    by tools and in gaps; the days without each are those that would not be over without them.
    """

    days: int
    mean: float | None
    most: float | None
    told: float | None
    gaps: float | None
    days_without_told: int
    days_without_gaps: int


class SignalTruth(NamedTuple):
    """A state: pairs planted in it and found, pairs in it, and those that the truth denies."""

    state: str
    planted: int
    found: int
    judged: int
    invented: int


class SyntheticResult(NamedTuple):
    """What was found again in one district."""

    seed: int
    statuses: list[StatusTruth]
    tenths: list[Tenth]
    minutes: Minutes
    excess: Excess
    signals: list[SignalTruth]

    @property
    def calibration_error(self) -> float:
        """Mean distance of estimate and chance of success, over tenths of the estimate."""
        pairs = sum(each.pairs for each in self.tenths)
        return sum(each.pairs * abs(each.estimate - each.chance) for each in self.tenths) / pairs


def recover(seeds: Sequence[int], *, students: int, days: int) -> list[SyntheticResult]:
    """Run a night on a district of each seed, and compare with its truth."""
    return [_recover(seed, students, days) for seed in seeds]


def _recover(seed: int, students: int, days: int) -> SyntheticResult:
    with TemporaryDirectory() as folder:
        district = write_district(Path(folder) / "home", students=students, days=days, seed=seed)
        run_whole_night(district.home, district.as_of_date)
        return compare_with_truth(district.home, seed)


def compare_with_truth(root: Path, seed: int) -> SyntheticResult:
    """Return how what is published of a synthetic home compares with its truth."""
    places = {"slip": SLIP, "guess": GUESS, "truth": root / "truth", "minute": _MINUTE}
    with published(root) as marts:
        _register_learners(marts, root)
        marts.execute(_KNOWN.format(**places))
        statuses, tenths, [minutes] = (
            marts.execute(query.format(**places)).fetchall()
            for query in (_STATUSES, _BINS, _MINUTES)
        )
    return SyntheticResult(
        seed,
        [StatusTruth(*row) for row in statuses],
        [Tenth(*row) for row in tenths],
        Minutes(*minutes),
        *_compare_unpublished(root),
    )


def _compare_unpublished(root: Path) -> tuple[Excess, list[SignalTruth]]:
    """Look into what low is made of, and at all states, also those a class has no room for."""
    home, settings = district_at(root)
    query = _SIGNALS.format(truth=root / "truth", known=_KNOWN_AT_LEAST, unknown=_UNKNOWN_BELOW)
    with open_warehouse(home, settings, read_only=True) as warehouse:
        _register_learners(warehouse, root)
        signals = [SignalTruth(*row) for row in warehouse.execute(query).fetchall()]
        return find_excess(warehouse, root / "truth"), signals


def find_excess(warehouse: DuckDBPyConnection, truth: Path) -> Excess:
    """Return how far low is over the active minutes, and what it credits there."""
    [row] = warehouse.execute(_EXCESS.format(truth=truth, minute=_MINUTE)).fetchall()
    return Excess(*row)


def _register_learners(marts: DuckDBPyConnection, root: Path) -> None:
    _, settings = district_at(root)
    key = read_key(settings.keys_folder, "pseudonym")
    pseudonymiser = Pseudonymiser(key, settings.district_id)
    rows = marts.execute(
        f"select distinct sourced_id from read_csv('{root}/truth/active_minutes.csv') order by all"
    ).fetchall()
    marts.execute("create temp table learners (sourced_id varchar, student_key varchar)")
    marts.executemany(
        "insert into learners values (?, ?)",
        [(name, pseudonymiser.student_key(name)) for (name,) in rows],
    )
