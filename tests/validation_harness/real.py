"""Predict each next attempt of OULAD's students by what the marts say before it."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

import duckdb
import numpy as np
import pyarrow as pa

from pipelines.cli_options import district_at
from pipelines.identity.keys import read_key
from pipelines.identity.pseudonyms import Pseudonymiser
from tests.validation_harness import challengers, figures
from tests.validation_harness.attempts import FOLDS, Attempts, say_before_each
from tests.validation_harness.figures import Bin, Figure, Group, Quality, Sample
from tests.validation_harness.nights import published, run_whole_night
from tests.validation_harness.oulad import AS_OF_DATE, STARTS, Written, account, write_home

if TYPE_CHECKING:
    from numpy.typing import NDArray

OURS, BASELINE = "mastery", "n-of-5"
SUBSETS = {"all": 0, "from the 2nd": 1, "from the 5th": 4}
STATUSES = ("not_yet", "developing", "secure", "insufficient_evidence")
GROUPS = ("gender", "age_band", "disability", "imd_band", "highest_education")
LEAST_STUDENTS, LEAST_ATTEMPTS = 100, 1000
_DEMOGRAPHICS = """
select
    id_student as person,
    'module-' || code_module as standard_id,
    max_by({group}::varchar, code_presentation) as named
from read_parquet('{folder}/oulad_student.parquet')
group by all
order by all
"""


class StatusShare(NamedTuple):
    """What came of the next attempt after one status."""

    status: str
    attempts: int
    successes: Figure


class RealResult(NamedTuple):
    """Everything that is reported of OULAD."""

    written: Written
    attempts: int
    students: int
    qualities: dict[str, dict[str, Quality]]
    ahead_of_baseline: Figure
    reliability: dict[str, list[Bin]]
    statuses: list[StatusShare]
    groups: dict[str, list[Group]]
    windows: list[Group]


def validate(folder: Path) -> RealResult:
    """Run a night on OULAD, and compare what the marts say with what came next."""
    with TemporaryDirectory() as place:
        root = Path(place) / "home"
        written = write_home(folder, root)
        run_whole_night(root, AS_OF_DATE)
        attempts = say_before_each(*_evidence(root, folder), STARTS.values())
    return judge_attempts(attempts, written, folder)


def _evidence(root: Path, folder: Path) -> tuple[pa.Table, pa.Table]:
    """Return the published evidence, and who is who in it."""
    with published(root) as marts:
        evidence = marts.execute("from learning.mastery_evidence").arrow().read_all()
    _, settings = district_at(root)
    pseudonymiser = Pseudonymiser(read_key(settings.keys_folder, "pseudonym"), settings.district_id)
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"select distinct id_student from read_parquet('{folder}/oulad_student.parquet')"
            " order by all"
        ).fetchall()
    students = [student for (student,) in rows]
    folds = np.random.default_rng(figures.SEED).permutation(len(students)) % FOLDS
    keys = [pseudonymiser.student_key(account(student)) for student in students]
    return evidence, pa.table({"student_key": keys, "person": students, "fold": folds})


def judge_attempts(attempts: Attempts, written: Written, folder: Path) -> RealResult:
    """Compare what the marts and the challengers say before each attempt with what came."""
    predictions = {
        OURS: attempts.estimate,
        "mastery, prior-free": attempts.prior_free,
        BASELINE: challengers.last_five(attempts),
        "n-of-5, with base rate": challengers.last_five_with_base_rate(attempts),
        "Elo": challengers.elo(attempts),
        "PFA": challengers.pfa(attempts),
    }
    samples = {
        name: Sample(predicted, attempts.outcome, attempts.person)
        for name, predicted in predictions.items()
    }
    return RealResult(
        written,
        len(attempts.outcome),
        len(np.unique(attempts.person)),
        {
            subset: {
                name: figures.quality(sample.where(attempts.earlier >= least))
                for name, sample in samples.items()
            }
            for subset, least in SUBSETS.items()
        },
        figures.difference_of_auc(samples[OURS], samples[BASELINE]),
        {name: figures.reliability(samples[name]) for name in (OURS, BASELINE)},
        _statuses(attempts, samples[OURS]),
        {group: _groups(attempts, samples[OURS], folder, group) for group in GROUPS},
        _by_name(samples[OURS], attempts.window_starts_on.astype(str)),
    )


def _statuses(attempts: Attempts, sample: Sample) -> list[StatusShare]:
    return [
        StatusShare(status, int(inside.sum()), figures.mean_outcome(sample.where(inside)))
        for status in STATUSES
        if (inside := attempts.status == status).any()
    ]


def _groups(attempts: Attempts, sample: Sample, folder: Path, group: str) -> list[Group]:
    """Demographics are joined here and nowhere else."""
    with duckdb.connect() as connection:
        rows = connection.execute(_DEMOGRAPHICS.format(group=group, folder=folder)).fetchall()
    named = {(person, standard): str(name) for person, standard, name in rows}
    keys = zip(attempts.person.tolist(), attempts.standard_id.tolist(), strict=True)
    return _by_name(sample, np.array([named[key] for key in keys]))


def _by_name(sample: Sample, names: NDArray[np.str_]) -> list[Group]:
    found = []
    for name in sorted(set(names.tolist())):
        inside = sample.where(names == name)
        students, attempts = len(np.unique(inside.person)), len(inside.outcome)
        if students >= LEAST_STUDENTS and attempts >= LEAST_ATTEMPTS:
            found.append(Group(name, students, attempts, figures.gap(inside), figures.auc(inside)))
    return found
