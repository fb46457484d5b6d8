"""A whole night on a synthetic district comes to what was planted in it."""

from __future__ import annotations

import csv
import shutil
from typing import TYPE_CHECKING

import orjson
import pytest

from pipelines.cli import district_at
from pipelines.planted_truth import compare_with_truth
from pipelines.synth.values import Way
from pipelines.warehouse.load import open_warehouse
from tests.night.homes import all_rows, counts_by_file, planted_counts, plumbline, run_night
from tests.oracles.mastery import judge_mastery
from tests.oracles.time_on_task import measure_time
from tests.oracles.values import District, Event, read_district, read_events

if TYPE_CHECKING:
    from pathlib import Path

    from tests.night.homes import DistrictNight

SECOND_IN_MINUTES = 1 / 60


def test_night_publishes(night: DistrictNight) -> None:
    """The night ends with a published build and says what it loaded."""
    assert night.ran.code in {0, 2}, night.ran.err
    assert "is now current" in night.ran.out


def test_every_file_is_counted_as_planted(night: DistrictNight) -> None:
    """Read, loaded, duplicate, conflicting, rejected, minimised and voided are the truth's."""
    with night.marts() as marts:
        assert counts_by_file(marts) == planted_counts(night.root)


def test_every_file_adds_up(night: DistrictNight) -> None:
    """Nothing of any file is unaccounted for."""
    with night.marts() as marts:
        assert marts.sql("select bool_and(adds_up) from audit.reconciliation").fetchall() == [
            (True,)
        ]


def test_second_run_finds_nothing_new(night: DistrictNight) -> None:
    """Running the same night again loads nothing, publishes nothing, and says so."""
    before = _digest_of_published(night.root)
    again = run_night(night.root, night.district.as_of_date)
    assert again.code in {0, 2}
    assert "nothing new to load" in again.out
    assert "readers already have build" in again.out
    assert _digest_of_published(night.root) == before


def test_lake_is_the_same_bytes_from_scratch(
    night: DistrictNight, second_night: DistrictNight
) -> None:
    """Two runs from scratch give byte-identical Parquet in the lake."""
    assert _bytes_below(night.root / "lake") == _bytes_below(second_night.root / "lake")


def test_marts_are_the_same_rows_from_scratch(
    night: DistrictNight, second_night: DistrictNight
) -> None:
    """Two runs from scratch give identical rows; only audit.builds knows the clock."""
    with night.marts() as first, second_night.marts() as second:
        rows, others = all_rows(first), all_rows(second)
    assert rows.pop("audit.builds") != []
    assert others.pop("audit.builds") != []
    assert rows == others


def test_mastery_is_that_of_the_oracle(night: DistrictNight) -> None:
    """Every estimate of the district is the slow calculation's, to 1e-9."""
    district, events = _loaded(night)
    expected = {
        (row.student_key, row.standard_id): (
            row.status,
            pytest.approx(row.estimate, abs=1e-9),
            pytest.approx(row.interval_low, abs=1e-9),
            pytest.approx(row.interval_high, abs=1e-9),
            row.evidence_count,
        )
        for row in judge_mastery(district, events)
    }
    with night.marts() as marts:
        found = marts.sql(
            "select student_key, standard_id, status, estimate, interval_low, interval_high,"
            " evidence_count from learning.mastery"
        ).fetchall()
    assert {row[:2]: row[2:] for row in found} == expected


def test_time_on_task_is_that_of_the_oracle(night: DistrictNight) -> None:
    """Every number of minutes is the slow calculation's, to the second."""
    district, events = _loaded(night)
    expected = {
        (row.student_key, row.activity_date, row.day_part): tuple(
            pytest.approx(row.minutes(bound), abs=SECOND_IN_MINUTES)
            for bound in ("low", "mid", "high")
        )
        for row in measure_time(district, events)
    }
    with night.marts() as marts:
        found = marts.sql(
            "select student_key, activity_date, day_part, minutes_low, minutes_mid, minutes_high"
            " from proxies.time_on_task"
        ).fetchall()
    assert {row[:3]: row[3:] for row in found} == expected


def test_what_people_wrote_down_is_counted_as_planted(night: DistrictNight) -> None:
    """Rows of every form stand or are refused as the truth says, and are evidence of their own."""
    planted = [
        (each["form"], int(each["rows"]), int(each["refused"]))
        for each in _truth(night, "classroom")
    ]
    with night.marts() as marts:
        files = marts.sql(
            "select form, read, rejected from audit.classroom_files where adds_up order by all"
        ).fetchall()
        methods = marts.sql("select distinct method from learning.evidence_mix").fetchall()
        own = marts.sql(
            "select distinct set_by from learning.goals where is_students_own"
        ).fetchall()
    assert files == sorted(planted)
    assert sum(refused for _, _, refused in planted) > 0
    assert {("paper_test",), ("rubric",), ("project",), ("auto_scored",)} <= set(methods)
    assert own == [("student",)]


def test_evidence_counts_for_the_planted_standards(night: DistrictNight) -> None:
    """However it is told what an item assesses, its tries count for exactly those standards."""
    agreement = compare_with_truth(*district_at(night.root), night.root / "truth")
    ways = {each["item_id"]: each["way"] for each in _truth(night, "items")}
    with night.marts() as marts:
        items = marts.sql(
            "select distinct item_id from learning.mastery_evidence where source <> 'classroom'"
        ).fetchall()
    assert agreement.is_whole
    assert agreement.tries.right > agreement.tries.untagged > 0
    assert {ways[item] for (item,) in items} == {each.value for each in Way} - {Way.UNTAGGED.value}


@pytest.mark.parametrize(
    ("planted", "told"),
    [
        pytest.param("/CFItems/", "/CFItems/not-", id="another-standard"),
        pytest.param(",untagged,", ",standard,", id="no-standard"),
    ],
)
def test_a_try_of_other_standards_than_planted_is_told(
    night: DistrictNight, tmp_path: Path, *, planted: str, told: str
) -> None:
    """The comparison is not whole where a single thing is not as the truth has it."""
    truth = shutil.copytree(night.root / "truth", tmp_path / "truth")
    text = (truth / "items.csv").read_text("utf-8")
    (truth / "items.csv").write_text(text.replace(planted, told), "utf-8")
    agreement = compare_with_truth(*district_at(night.root), truth)
    assert not agreement.is_whole
    assert agreement.tries.wrong + agreement.tries.waiting > 0


def test_what_became_of_earlier_standards_is_told_as_planted(night: DistrictNight) -> None:
    """Replaced, matched, split, merged and circular ones say so, and for which they count."""
    planted = {tuple(each.values()) for each in _truth(night, "successions")}
    with night.marts() as marts:
        found = marts.sql(
            "select earlier.uri, earlier.succession, heirs.uri"
            " from roster.standards as earlier"
            " inner join roster.standards as heirs on earlier.counts_as_id = heirs.standard_id"
            " where earlier.succession <> 'current'"
        ).fetchall()
    assert set(found) == planted
    assert len({succession for _, succession, _ in planted}) == 5


def test_coverage_tells_what_is_never_assessed(night: DistrictNight) -> None:
    """A class has a row for what nobody tests, and none for what others took the place of."""
    with night.marts() as marts:
        rows = marts.sql(
            "select coverage.section_id, standards.uri, standards.succession,"
            " coverage.students_with_evidence > 0"
            " from learning.standard_coverage as coverage"
            " inner join roster.standards as standards using (standard_id)"
        ).fetchall()
    never = {(section, uri) for section, uri, _, is_assessed in rows if not is_assessed}
    covered = {section for section, _, _, is_assessed in rows if is_assessed}
    planted = {
        (each["section_id"], each["standard_uri"]) for each in _truth(night, "never_assessed")
    }
    assert {each for each in planted if each[0] in covered} <= never
    assert {section for section, _ in planted} == covered
    assessed = {uri for _, uri, _, is_assessed in rows if is_assessed}
    assert not assessed & {uri for _, uri in planted}
    kinds = {(succession, is_assessed) for _, _, succession, is_assessed in rows}
    assert kinds == {
        *(("current", True), ("current", False), ("split", True), ("merged", True)),
        *(("circular", True), ("circular", False)),
    }


def test_screen_share_tells_how_time_was_spent(night: DistrictNight) -> None:
    """Work alone, in teams and led by a teacher is in the district, and the rest is unknown."""
    with night.marts() as marts:
        modes = marts.sql(
            "select max(share_alone) > 0, max(share_group) > 0, max(share_teacher_led) > 0,"
            " max(share_unknown) > 0, max(abs(share_alone + share_group + share_teacher_led"
            " + share_unknown - 1)) < 1e-9 from proxies.screen_share"
        ).fetchall()
    assert modes == [(True,) * 5]


def test_status_tells_the_build(night: DistrictNight) -> None:
    """`plumbline status --json` names the build that readers see and its tables."""
    status = orjson.loads(plumbline("status", "--home", night.root, "--json").out)
    assert status["build_id"] == (night.root / "published/current").readlink().name
    assert any(table["name"] == "mastery" for table in status["tables"])


def test_run_report_tells_the_night(night: DistrictNight) -> None:
    """The report of the night holds its result and its checks."""
    report = orjson.loads(min((night.root / "reports/runs").iterdir()).read_bytes())
    assert report["result"] in {"published", "published_with_warnings"}
    assert set(report["checks"]) == {"after_load", "after_build"}


def _truth(night: DistrictNight, name: str) -> list[dict[str, str]]:
    with (night.root / "truth" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _loaded(night: DistrictNight) -> tuple[District, list[Event]]:
    home, settings = district_at(night.root)
    with open_warehouse(home, settings, read_only=True) as connection:
        return (
            read_district(connection, night.district.as_of_date),
            read_events(connection),
        )


def _bytes_below(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def _digest_of_published(root: Path) -> dict[str, bytes]:
    return _bytes_below(root / "published")
