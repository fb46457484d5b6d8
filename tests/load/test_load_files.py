"""An event is loaded exactly once, and every file adds up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pipelines.report.text import describe_load
from pipelines.warehouse import events
from tests.unit.examples import (
    caliper_event,
    deliver,
    event_id,
    lines,
    statement,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipelines.home import Home
    from pipelines.warehouse.load import LoadOutcome

    Ingest = Callable[..., None]
    Load = Callable[[], LoadOutcome]
    Query = Callable[[str], list[tuple[Any, ...]]]

LATER = "2025-09-02T14:00:00Z"
LEDGER = """
select file_name, read, loaded, duplicate, conflicting, rejected, minimised
from loaded.files order by all
"""
ADDS_UP = """
select bool_and(read = loaded + duplicate + conflicting + rejected + minimised) from loaded.files
"""


def test_an_empty_lake_gives_an_empty_warehouse(load_home: Load, query: Query) -> None:
    """A home without deliveries loads its records and no file."""
    outcome = load_home()
    assert outcome.files == ()
    assert outcome.changed_records == ("calendar", "roster", "settings", "standards")
    assert query("select count(*) from loaded.events") == [(0,)]


def test_events_of_both_standards_are_loaded(ingest: Ingest, load_home: Load, query: Query) -> None:
    """Every column arrives, and each event knows its file and batch."""
    score = {"score": {"raw": 3, "max": 4}, "success": True, "duration": "PT5S"}
    ingest("mathpath/a.ndjson", statement(1, result=score), caliper_event(2), b"{broken")
    (counts,) = load_home().files
    assert counts[4:10] == (3, 2, 0, 0, 1, 0)
    assert query(
        """
        select event_id::varchar, standard, score_raw, success, duration_seconds,
            occurred_at::varchar, line_number, batch_number,
            file_digest = (select file_digest from loaded.files)
        from loaded.events order by line_number
        """
    ) == [
        (event_id(1), "xapi", 3, True, 5, "2025-09-01 14:00:00+00", 1, 1, True),
        (event_id(2), "caliper", None, None, None, "2025-09-01 14:00:00+00", 2, 1, True),
    ]


def test_duplicates_and_conflicts_within_a_file(
    ingest: Ingest, load_home: Load, query: Query
) -> None:
    """The first event of an id stays; the same body is a duplicate, another one a conflict."""
    ingest(
        "mathpath/a.ndjson",
        statement(1),
        statement(1, stored=LATER),
        statement(1, timestamp=LATER),
        statement(2),
    )
    load_home()
    assert query(LEDGER) == [("mathpath/a.ndjson", 4, 2, 1, 1, 0, 0)]
    assert query("select line_number from loaded.events order by all") == [(1,), (4,)]
    assert query("select line_number from loaded.conflicts order by all") == [(3,)]


def test_a_copy_that_went_through_a_store_is_a_duplicate(
    ingest: Ingest, load_home: Load, query: Query
) -> None:
    """Letters of the id, the zone of the time and what a store adds make no conflict."""
    sent = statement(0xAB, result={"score": {"scaled": 1}})
    forwarded = sent | {
        "id": event_id(0xAB).upper(),
        "timestamp": "2025-09-01T09:00:00.000-05:00",
        "stored": LATER,
        "version": "1.0.3",
        "verb": sent["verb"] | {"display": {"en": "answered"}},
        "result": {"score": {"scaled": 1.0}},
    }
    ingest("mathpath/a.ndjson", sent, forwarded)
    ingest("mathpath/b.ndjson", forwarded, statement(id=None), statement(id=None))
    load_home()
    assert query(LEDGER) == [
        ("mathpath/a.ndjson", 2, 1, 1, 0, 0, 0),
        ("mathpath/b.ndjson", 3, 1, 2, 0, 0, 0),
    ]


@pytest.mark.parametrize("events_at_a_time", [1, events.EVENTS_AT_A_TIME])
def test_duplicates_across_the_files_of_a_night(
    ingest: Ingest,
    load_home: Load,
    query: Query,
    *,
    monkeypatch: pytest.MonkeyPatch,
    events_at_a_time: int,
) -> None:
    """The file whose name comes first has the first event, however many are loaded at a time."""
    monkeypatch.setattr(events, "EVENTS_AT_A_TIME", events_at_a_time)
    ingest("mathpath/b.ndjson", statement(1), statement(2))
    ingest("mathpath/a.ndjson", statement(1, timestamp=LATER), statement(2))
    load_home()
    assert query(LEDGER) == [
        ("mathpath/a.ndjson", 2, 2, 0, 0, 0, 0),
        ("mathpath/b.ndjson", 2, 0, 1, 1, 0, 0),
    ]


def test_duplicates_across_nights(ingest: Ingest, load_home: Load, query: Query) -> None:
    """What an earlier night loaded stays, whatever the name of the later file."""
    ingest("mathpath/b.ndjson", statement(1), statement(2))
    load_home()
    ingest("mathpath/a.ndjson", statement(1, timestamp=LATER), statement(2), statement(3))
    (counts,) = load_home().files
    assert counts[4:11] == (3, 1, 1, 1, 0, 0, 2)
    assert query("select event_id::varchar, batch_number from loaded.events order by all") == [
        (event_id(1), 1),
        (event_id(2), 1),
        (event_id(3), 2),
    ]
    assert query("select timezone('UTC', max(occurred_at))::date::varchar from loaded.events") == [
        ("2025-09-01",)
    ]


def test_a_conflict_names_both_bodies(ingest: Ingest, load_home: Load, query: Query) -> None:
    """A conflict is kept aside with digest and place of the body that stays and of its own."""
    ingest("mathpath/a.ndjson", statement(1))
    load_home()
    ingest("mathpath/b.ndjson", statement(2), statement(1, timestamp=LATER))
    load_home()
    assert query(
        """
        select events.body_digest = conflicts.loaded_body_digest,
            events.body_digest = conflicts.conflicting_body_digest,
            events.file_digest = conflicts.loaded_file_digest,
            events.file_digest = conflicts.file_digest,
            conflicts.loaded_line_number, conflicts.line_number
        from loaded.conflicts inner join loaded.events using (source, event_id)
        """
    ) == [(True, False, True, False, 1, 2)]


def test_a_conflict_is_told(ingest: Ingest, load_home: Load) -> None:
    """What a load says names the file and the table that shows both bodies, and no value."""
    ingest("mathpath/a.ndjson", statement(1), statement(2))
    assert "audit.conflicts" not in describe_load(load_home())
    ingest("mathpath/b.ndjson", statement(1, timestamp=LATER), statement(2, timestamp=LATER))
    said = describe_load(load_home())
    assert "mathpath/b.ndjson: 2 event(s) came before with another body" in said
    assert event_id(1) not in said


def test_a_conflict_that_comes_again_is_a_conflict_again(
    ingest: Ingest, load_home: Load, query: Query
) -> None:
    """Bodies are compared with the one that stays, not with one another."""
    other = statement(1, timestamp=LATER)
    ingest("mathpath/a.ndjson", statement(1), other, other, statement(1))
    load_home()
    assert query(LEDGER) == [("mathpath/a.ndjson", 4, 1, 1, 2, 0, 0)]


def test_two_sources_may_use_the_same_id(ingest: Ingest, load_home: Load, query: Query) -> None:
    """An event is known by source and id."""
    ingest("mathpath/a.ndjson", statement(1))
    ingest("quizroom/a.ndjson", statement(1, timestamp=LATER))
    load_home()
    assert query("select source from loaded.events order by all") == [("mathpath",), ("quizroom",)]


def test_loading_again_changes_nothing(
    ingest: Ingest, load_home: Load, contents: Callable[[], dict[str, Any]]
) -> None:
    """Without anything new, every table stays as it is."""
    ingest("mathpath/a.ndjson", statement(1), statement(1), b"{", caliper_event(2))
    load_home()
    before = contents()
    outcome = load_home()
    assert (outcome.files, outcome.changed_records) == ((), ())
    assert contents() == before


def test_the_same_file_under_another_name_is_known(
    home: Home, ingest: Ingest, load_home: Load, query: Query
) -> None:
    """A file is known by its content, so that delivering it again loads nothing."""
    ingest("mathpath/a.ndjson", statement(1))
    load_home()
    deliver(home, "mathpath/a_again.ndjson", lines(statement(1)))
    ingest("mathpath/b.ndjson", statement(2))
    load_home()
    assert [row[0] for row in query(LEDGER)] == ["mathpath/a.ndjson", "mathpath/b.ndjson"]


def test_what_was_counted_is_loaded(ingest: Ingest, load_home: Load, query: Query) -> None:
    """Rules, reasons and refused fields stand beside the ledger and add up with it."""
    person = {
        "@context": caliper_event()["@context"],
        "id": "https://x.example/u",
        "type": "Person",
    }
    ingest(
        "mathpath/a.ndjson",
        *(b"{", b"[", person, statement(1, authority={"mbox": "mailto:a@x.example"})),
        statement(2, timestamp=None),
    )
    load_home()
    assert query(LEDGER) == [("mathpath/a.ndjson", 5, 1, 0, 0, 2, 2)]
    assert query("select stage, rule, events from loaded.rejections") == [
        ("decode", "json.syntax", 2)
    ]
    assert query("select reason, events from loaded.minimised_events order by all") == [
        ("entity_description", 1),
        ("no_time", 1),
    ]
    assert query("select path, occurrences from loaded.refused_fields") == [("$.authority", 1)]


def test_every_file_adds_up(ingest: Ingest, load_home: Load, query: Query) -> None:
    """Over nights of duplicates, conflicts, rejections and empty files, the ledger adds up."""
    ingest("mathpath/empty.ndjson")
    for night in range(3):
        documents = [statement(n % 4, timestamp=LATER if n % 3 else None) for n in range(night, 9)]
        ingest(f"mathpath/{night}.ndjson", *documents, b"{", caliper_event(night))
        load_home()
    assert query(ADDS_UP) == [(True,)]
    assert query("select count(*) from loaded.events") == query(
        "select sum(loaded)::bigint from loaded.files"
    )
