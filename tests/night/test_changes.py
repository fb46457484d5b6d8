"""After late, voided and corrected events, `plumbline changes` says what moved and why."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from pipelines.identity.pseudonyms import Pseudonymiser
from pipelines.publish.folders import current_build_id
from tests.night.homes import plumbline
from tests.unit.examples import (
    CASE,
    DISTRICT_ID,
    PSEUDONYM_KEY,
    SSO,
    deliver,
    event_id,
    lines,
    make_small_home,
    statement,
)

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.home import Home
    from tests.forks.command import Ended

NIGHT = "2025-09-02"
ADA, BEN = (Pseudonymiser(PSEUDONYM_KEY, DISTRICT_ID).student_key(f"student-{n}") for n in (1, 2))
VOIDED = {"id": "http://adlnet.gov/expapi/verbs/voided"}


class TwoNights(NamedTuple):
    """A home after two nights of one date, and what the comparison of their builds said."""

    home: Home
    first_build: str
    nights: tuple[Ended, Ended]
    changes: Ended

    def marts(self) -> dict[str, dict[str, Any]]:
        """Return what changed, by mart."""
        return {mart["mart"]: mart for mart in json.loads(self.changes.out)["marts"]}

    def reasons(self, mart: str) -> dict[tuple[str, ...], list[str]]:
        """Return the reasons of each row of a mart, by the values of its key."""
        rows = self.marts()[mart]["rows"]
        return {tuple(row["key"].values()): row["reasons"] for row in rows}


def _try(number: int, student: int, day: str, *, scaled: float, standard: str = "ratio") -> Any:
    """Return an answer to an item of its own, which is evidence of one standard."""
    return statement(
        number,
        actor={"account": {"homePage": SSO, "name": f"student-{student}"}},
        object={"id": f"https://mathpath.example/items/{number}"},
        result={"score": {"scaled": scaled}},
        timestamp=f"{day}T15:00:00Z",
        context={"contextActivities": {"grouping": [{"id": f"{CASE}/{standard}"}]}},
    )


def _void(number: int, target: int) -> Any:
    reference = {"objectType": "StatementRef", "id": event_id(target)}
    return statement(number, verb=VOIDED, object=reference, timestamp="2025-09-02T05:00:00Z")


@pytest.fixture(scope="module")
def two_nights(tmp_path_factory: pytest.TempPathFactory) -> TwoNights:
    """Run a night, deliver what is late, voided and said again, and run another of that date."""
    home = make_small_home(tmp_path_factory.mktemp("changes") / "home")
    days = [f"2025-08-{day}" for day in range(18, 30)]
    first = [_try(n, 1, day, scaled=0.5) for n, day in enumerate(days, 100)]
    first += [_try(n, 1, day, scaled=0.5, standard="area") for n, day in enumerate(days, 200)]
    first += [_try(n, 2, day, scaled=0.5) for n, day in enumerate(days, 300)]
    first += [_try(n, 2, day, scaled=0.5, standard="area") for n, day in enumerate(days, 400)]
    # The void of what comes only in the second night waits in the first.
    deliver(home, "mathpath/a.ndjson", lines(*first, _void(900, 501)))
    before = _night(home.root)
    build = current_build_id(home.current_build) or ""
    second = [
        _try(500, 1, "2025-08-20", scaled=1.0),
        _try(501, 1, "2025-08-21", scaled=1.0),
        _void(901, 303),
        _void(902, 305),
        _try(502, 2, days[5], scaled=1.0),
    ]
    deliver(home, "mathpath/b.ndjson", lines(*second))
    nights = (before, _night(home.root))
    changes = plumbline("changes", "--home", home.root, "--since", build, "--json")
    return TwoNights(home, build, nights, changes)


def _night(root: Path) -> Ended:
    return plumbline("nightly", "--home", root, "--date", NIGHT)


def test_both_nights_publish(two_nights: TwoNights) -> None:
    """The second build is another one, and everything that differs is explained."""
    assert [ran.code for ran in two_nights.nights] in ([0, 0], [2, 2], [0, 2], [2, 0])
    assert two_nights.changes.code == 0, two_nights.changes.err
    assert current_build_id(two_nights.home.current_build) != two_nights.first_build


def test_only_the_learners_and_standards_concerned_change(two_nights: TwoNights) -> None:
    """A late event changes its learner's estimate of its standard, and no other."""
    assert two_nights.reasons("learning.mastery") == {
        (ADA, "ratio"): ["late_event"],
        (BEN, "ratio"): ["void", "correction"],
    }


def test_events_change_the_dates_they_belong_to(two_nights: TwoNights) -> None:
    """The school-local date of an event changes, whatever night brings it; a voided one goes."""
    rows = {
        key: row["reasons"]
        for row in two_nights.marts()["learning.mastery_evidence"]["rows"]
        if row["kind"] != "changed"
        for key in [(row["kind"], row["key"]["student_key"], row["key"]["event_id"])]
    }
    assert rows == {
        ("added", ADA, event_id(500)): ["late_event"],
        ("removed", BEN, event_id(303)): ["void"],
        ("removed", BEN, event_id(305)): ["correction"],
        ("added", BEN, event_id(502)): ["correction"],
    }
    counts = two_nights.reasons("proxies.activity_counts")
    assert counts[ADA, "2025-08-20"] == ["late_event"]
    assert counts[BEN, "2025-08-21"] == ["void"]
    assert (BEN, "2025-08-23") not in counts


def test_a_waiting_void_is_seen_and_then_applied(two_nights: TwoNights) -> None:
    """A void that came before its target takes it back in the night that brings it."""
    first = two_nights.home.published / two_nights.first_build / "parquet/audit/voids/voids.parquet"
    last = two_nights.home.current_build / "parquet/audit/voids/voids.parquet"
    assert _states(first) == {event_id(501): "waiting"}
    assert _states(last) == {event_id(number): "applied" for number in (303, 305, 501)}


def test_the_text_names_builds_marts_and_reasons(two_nights: TwoNights) -> None:
    """What a person reads has counts first, then rows, and no identifier but pseudonyms."""
    text = plumbline(
        "changes", "--home", two_nights.home.root, "--since", two_nights.first_build[:6]
    )
    assert text.code == 0
    assert f"from build {two_nights.first_build} as of {NIGHT}" in text.out
    assert "learning.mastery: 2 row(s) differ" in text.out
    assert "late_event" in text.out
    assert "student-1" not in text.out


def _states(file: Path) -> dict[str, str]:
    import pyarrow.parquet as pq

    table = pq.read_table(file, columns=["voids_event_id", "state"])
    return {row["voids_event_id"]: row["state"] for row in table.to_pylist()}
