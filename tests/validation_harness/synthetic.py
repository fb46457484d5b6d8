"""Does a night find again what was planted in a synthetic district, whose truth is known?

Of mastery: the estimate beside the chance of a right answer, and the status beside knowing. Of
time: the truly active minutes of a student's day beside low and high.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from pipelines.cli_options import district_at
from pipelines.identity.keys import read_key
from pipelines.identity.pseudonyms import Pseudonymiser
from pipelines.synth import write_district
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
_MINUTES = """
with active as (
    select learners.student_key, truth.date as activity_date, sum(active_seconds) / 60 as minutes
    from read_csv('{truth}/active_minutes.csv') as truth
    inner join learners using (sourced_id)
    group by all
),
measured as (
    select student_key, activity_date, sum(minutes_low) as low, sum(minutes_mid) as mid,
        sum(minutes_high) as high
    from proxies.time_on_task
    group by all
)
select
    count(*) as days,
    avg((active.minutes >= measured.low - {minute})::integer) as not_under_low,
    avg((active.minutes <= measured.high + {minute})::integer) as not_over_high,
    sum(measured.low), sum(measured.mid), sum(measured.high), sum(active.minutes)
from measured
inner join active using (student_key, activity_date)
"""
_MINUTE = 1


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
    not_under_low: float
    not_over_high: float
    low: float
    mid: float
    high: float
    active: float


class SyntheticResult(NamedTuple):
    """What was found again in one district."""

    seed: int
    statuses: list[StatusTruth]
    tenths: list[Tenth]
    minutes: Minutes

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
    )


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
