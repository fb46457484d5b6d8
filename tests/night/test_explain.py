"""`plumbline explain` finds what is published again, from the rows that a reader has."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.explain.explain import explain, explain_case, explain_change
from pipelines.explain.published import read_case
from pipelines.home import Home
from pipelines.measures import SHIPPED, read_definitions
from pipelines.resources import resource_path
from pipelines.settings import read_settings
from tests.night.homes import plumbline

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from tests.night.homes import DistrictNight

EARLIER = "anearlierbuild"
DEFINED = next(
    each for each in read_definitions(resource_path(SHIPPED)).measures if each.measure == "mastery"
)


def _judgements(night: DistrictNight, query: str) -> list[tuple[Any, ...]]:
    with night.marts() as marts:
        return marts.execute(
            f"select student_key, standard_id from learning.mastery {query}"
        ).fetchall()


def test_every_status_is_found_again(night: DistrictNight) -> None:
    """Numbers agree to 1e-9 and the status is the same, for some of each status."""
    home = Home.at(night.root)
    settings = read_settings(home)
    some = _judgements(
        night,
        "qualify row_number() over (partition by status order by student_key, standard_id) <= 4",
    )
    assert len(some) > 8
    for student_key, standard_id in some:
        found = explain(home, settings, (student_key, standard_id))
        assert found.judgement is not None
        assert found.differences == {}
        assert found.case.definition.hash == DEFINED.hash


def test_a_person_can_follow_it(night: DistrictNight) -> None:
    """The text gives definition, evidence, sums, formulas, and says that it agrees."""
    [(student_key, standard_id)] = _judgements(
        night, "order by evidence_count desc, student_key limit 1"
    )
    ran = plumbline(
        "explain", "--home", night.root, "--learner", student_key, "--standard", standard_id
    )
    assert ran.code == 0, ran.err
    for words in ("hash ", "decay = 0.9", "1. Evidence", "alpha = S + 4 * b", "right to 1e-9"):
        assert words in ran.out
    assert "days since the last evidence > stale_after" in ran.out


def test_a_judgement_that_went_stale_unnoticed_is_told(night: DistrictNight) -> None:
    """What is published as fresh is not confirmed on a date on which it would be stale."""
    home = Home.at(night.root)
    [asked] = _judgements(night, "order by student_key, standard_id limit 1")
    case = read_case(read_settings(home), home.current_build, asked)
    assert explain_case(case).differences == {}
    later = replace(case.build, as_of_date=case.build.as_of_date + timedelta(days=400))
    assert explain_case(case._replace(build=later)).differences == {"is_stale": 1.0}


def test_a_sourced_id_is_hashed_and_shown_nowhere(night: DistrictNight) -> None:
    """The roster's identifier finds the student; nothing repeats it."""
    with (night.root / "rosters" / "roles.csv").open(encoding="utf-8", newline="") as stream:
        students = [
            row["userSourcedId"] for row in csv.DictReader(stream) if row["role"] == "student"
        ]
    ran = plumbline("explain", "--home", night.root, "--learner", students[0], "--standard", "none")
    assert ran.code == 1
    assert "0 standards are called none" in ran.err
    assert students[0] not in ran.out + ran.err


def test_what_is_not_known_is_told(night: DistrictNight) -> None:
    """Unknown names end with 1 and one message that repeats no identifier."""
    ran = plumbline("explain", "--home", night.root, "--learner", "Ada", "--standard", "x")
    assert (ran.code, ran.out) == (1, "")
    assert "no student of this build" in ran.err
    assert "Ada" not in ran.err


def test_what_changed_is_told_by_its_rows(night: DistrictNight, tmp_path: Path) -> None:
    """A row that came and one that changed since an earlier build are named, and nothing else."""
    root = tmp_path / "home"
    shutil.copytree(night.root, root, symlinks=True)
    home = Home.at(root)
    [asked] = _judgements(night, "order by evidence_count desc, student_key limit 1")
    before = explain(home, read_settings(home), asked)
    came, changed = [row for row in before.case.evidence if row.is_included][:2]
    _change_earlier_build(home, asked, came.event_id, changed.event_id)

    found = explain_change(home, read_settings(home), asked, EARLIER[:6])

    kinds = {change.row.event_id: (change.kind, set(change.before)) for change in found.rows}
    assert kinds == {
        came.event_id: ("came", set()),
        changed.event_id: ("changed", {"outcome"}),
    }
    assert found.now.agrees
    assert {"estimate", "evidence_count"} <= found.before.differences.keys()
    words = ("--standard", asked[1], "--why-changed", "--since", EARLIER)
    ran = plumbline("explain", "--home", root, "--learner", asked[0], *words)
    assert ran.code == 1
    assert f"came: {came.evidence_date} {came.item_id}" in ran.out
    assert "CANNOT be computed again for build anearlierbuild" in ran.out


def _change_earlier_build(home: Home, asked: tuple[str, str], went: UUID, changed: UUID) -> None:
    """Keep a copy of the build as an earlier one, with a row less and another outcome."""
    current = home.current_build.resolve()
    earlier = current.with_name(EARLIER)
    shutil.copytree(current, earlier)
    file = earlier / "build.json"
    document = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps({**document, "build_id": EARLIER}), "utf-8")
    where = "where (student_key, standard_id, event_id) = (?, ?, ?)"
    with duckdb.connect(earlier / "marts.duckdb") as marts:
        marts.execute(f"delete from dated.mastery_evidence {where}", [*asked, went])
        marts.execute(
            f"update dated.mastery_evidence set outcome = 0.123 {where}", [*asked, changed]
        )
