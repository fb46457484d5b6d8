"""Rejected items are run again once each, and every file still adds up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from pipelines import files
from pipelines.ingest import write
from pipelines.settings import IngestSettings
from tests.unit.examples import CALIPER_CONTEXT, caliper_event, deliver, lines, statement
from tests.unit.quarantine.homes import STRICT_RULE, SmallDistrict, bytes_below, small_district

if TYPE_CHECKING:
    from pathlib import Path

FILE, QUIZ_FILE = "mathpath/a.ndjson", "quizroom/b.ndjson"
DONE = {"id": "http://adlnet.gov/expapi/verbs/completed"}
ENVELOPE = {
    "sensor": "https://quizroom.example",
    "sendTime": "2025-09-01T15:00:00.000Z",
    "dataVersion": CALIPER_CONTEXT,
}
# Two that the strict rule refuses, one that breaks a rule for good, one accepted, and no JSON.
CONTENT = lines(
    statement(1), statement(2), statement(3, object=None), statement(4, verb=DONE), b"{"
)

# Read, loaded, duplicate, conflicting, rejected and minimised once nothing is too strict.
WHOLE = {FILE: (5, 3, 0, 0, 2, 0), QUIZ_FILE: (4, 3, 0, 0, 0, 1)}


def _envelope() -> dict[str, Any]:
    """Return entries of which the strict rule refuses all but the second, and one is an entity."""
    person = {"@context": CALIPER_CONTEXT, "id": "https://x.example/1", "type": "Person"}
    events = [
        caliper_event(11),
        caliper_event(12, type="NavigationEvent", action="NavigatedTo", profile="ReadingProfile"),
        person,
        caliper_event(13),
    ]
    return {**ENVELOPE, "data": events}


@pytest.fixture
def strict(district: SmallDistrict) -> SmallDistrict:
    """A district whose deliveries were judged by an over-strict rule, and loaded."""
    deliver(district.home, FILE, CONTENT)
    deliver(district.home, QUIZ_FILE, lines(_envelope()))
    district.ingest(is_strict=True)
    district.load()
    return district


def _as_if_never_strict(tmp_path: Path) -> SmallDistrict:
    other = small_district(tmp_path / "other")
    deliver(other.home, FILE, CONTENT)
    deliver(other.home, QUIZ_FILE, lines(_envelope()))
    other.ingest()
    other.load()
    return other


def test_replay_comes_to_what_ingest_would_have(strict: SmallDistrict, tmp_path: Path) -> None:
    """Under today's rules the counts and events are those of a home that never was strict."""
    assert strict.counts()[FILE] == (5, 1, 0, 0, 4, 0)
    assert strict.counts()[QUIZ_FILE] == (4, 1, 0, 0, 2, 1)
    replayed = {each.file_name: each for each in strict.replay()}
    assert replayed[FILE][2:] == (4, 0, 2, 0, 2)
    assert replayed[QUIZ_FILE][2:] == (2, 0, 2, 0, 0)
    assert {each.file_name for each in strict.load().replayed} == {FILE, QUIZ_FILE}
    other = _as_if_never_strict(tmp_path)
    assert strict.counts() == other.counts()
    assert strict.events() == other.events()
    rules = "select file_digest, stage, rule, events from loaded.rejections order by all"
    assert strict.query(rules) == other.query(rules)


def test_replaying_again_changes_nothing(strict: SmallDistrict) -> None:
    """Each item is run once: a second replay leaves lake and ledger byte for byte."""
    strict.replay()
    strict.load()
    lake, counts, events = bytes_below(strict.home.lake), strict.counts(), strict.events()
    assert sum(each.accepted for each in strict.replay()) == 0
    assert strict.load().replayed == ()
    assert (bytes_below(strict.home.lake), strict.counts(), strict.events()) == (
        lake,
        counts,
        events,
    )


def test_only_what_is_selected_is_run(strict: SmallDistrict) -> None:
    """A source or a rule narrows the selection; the rest stays rejected."""
    assert strict.replay(source="nobody") == ()
    assert [each.file_name for each in strict.replay(source="quizroom")] == [QUIZ_FILE]
    assert strict.replay(rule="json.syntax")[0].run_again == 1
    strict.load()
    assert strict.counts()[FILE][4] == 4
    assert strict.replay(rule=STRICT_RULE)[0].run_again == 3
    strict.load()
    assert strict.counts()[FILE] == (5, 3, 0, 0, 2, 0)


def test_what_was_delivered_again_meanwhile_is_a_duplicate(strict: SmallDistrict) -> None:
    """A replayed event that another file has brought is not stored twice."""
    deliver(strict.home, "mathpath/again.ndjson", lines(statement(1)))
    strict.ingest()
    strict.load()
    strict.replay()
    strict.load()
    assert strict.counts()[FILE] == (5, 2, 1, 0, 2, 0)
    assert len(strict.events()) == len(set(strict.events())) == 3 + 3


def test_a_new_warehouse_is_loaded_from_all_generations(strict: SmallDistrict) -> None:
    """A warehouse made anew from the lake has the replayed events too."""
    strict.replay()
    strict.load()
    counts, events = strict.counts(), strict.events()
    strict.home.warehouse_file.unlink()
    strict.load()
    assert (strict.counts(), strict.events()) == (counts, events)


def test_a_file_can_be_replayed_before_it_is_loaded(district: SmallDistrict) -> None:
    """What was never loaded is loaded whole, with what its replay added."""
    deliver(district.home, FILE, CONTENT)
    district.ingest(is_strict=True)
    district.replay()
    assert district.load().replayed == ()
    assert district.counts()[FILE] == (5, 3, 0, 0, 2, 0)


def test_a_replay_that_is_cut_off_is_none_or_whole(
    strict: SmallDistrict, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed at any write, each file is as before or wholly replayed; the next run ends it."""
    before, in_place = strict.counts(), files.put_in_place
    for allowed in (0, 1, 2, 4, 0, 1):
        done: list[Path] = []

        def cut_off(part: Path, file: Path, done: list[Path] = done) -> None:
            if len(done) == allowed:  # noqa: B023 - the replay runs within the round
                raise KeyboardInterrupt
            done.append(file)
            in_place(part, file)

        monkeypatch.setattr(write, "put_in_place", cut_off)
        monkeypatch.setattr(files, "put_in_place", cut_off)
        with pytest.raises(KeyboardInterrupt):
            strict.replay()
        monkeypatch.setattr(write, "put_in_place", in_place)
        monkeypatch.setattr(files, "put_in_place", in_place)
        strict.load()
        assert all(
            counts in (before[name], WHOLE[name]) for name, counts in strict.counts().items()
        )
    strict.replay()
    strict.load()
    assert strict.counts() == WHOLE
    parts = [each.name for each in strict.home.rejects.rglob("*.parquet")]
    assert parts == ["r000001-000000.parquet"]


def test_a_line_that_is_read_otherwise_now_counts_for_its_items(district: SmallDistrict) -> None:
    """A document refused as one may hold many: read and loaded grow alike."""
    small = district.with_settings(
        ingest=replace(IngestSettings(settle_seconds=0), document_items=2)
    )
    deliver(small.home, QUIZ_FILE, lines(_envelope()))
    small.ingest()
    small.load()
    assert small.counts()[QUIZ_FILE] == (1, 0, 0, 0, 1, 0)
    district.replay()
    district.load()
    assert district.counts()[QUIZ_FILE] == (4, 3, 0, 0, 0, 1)


def test_what_lay_in_the_future_comes_in_when_its_date_has_come(district: SmallDistrict) -> None:
    """A replay judges times by its own night; until then the item stays where it is."""
    ahead = statement(1, timestamp="2025-09-10T14:00:00Z")
    deliver(district.home, "mathpath/a.ndjson", lines(ahead, statement(2)))
    district.ingest()
    district.load()
    (waiting,) = district.replay(rule="time.too-late")
    assert (waiting.accepted, waiting.still_rejected) == (0, 1)
    (come,) = district.replay(rule="time.too-late", night=date(2025, 9, 10))
    assert (come.accepted, come.still_rejected) == (1, 0)
    district.load()
    assert district.query("select read, loaded, rejected from loaded.files") == [(2, 2, 0)]


def test_a_void_takes_effect_once_its_target_is_run_again(district: SmallDistrict) -> None:
    """A void waits for an event that was rejected, and holds from the load that brings it."""
    reference = {"objectType": "StatementRef", "id": statement(1)["id"]}
    void = statement(7, verb={"id": "http://adlnet.gov/expapi/verbs/voided"}, object=reference)
    deliver(district.home, FILE, lines(void, statement(1), statement(2)))
    district.ingest(is_strict=True)
    district.load()
    voided = """
        select target.event_id::varchar
        from loaded.events as target
        semi join loaded.events as voids
            on voids.source = target.source and voids.voids_event_id = target.event_id
    """
    assert district.query(voided) == []
    district.replay()
    district.load()
    assert district.query(voided) == [(statement(1)["id"],)]
