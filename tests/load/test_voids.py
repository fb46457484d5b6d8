"""A void takes its target back whenever either comes, and nothing else."""

from __future__ import annotations

import random
import re
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pipelines.home import Home
from pipelines.ingest.blocks import Part
from pipelines.ingest.items import RawItem
from pipelines.ingest.manifest import FileFacts, Manifest, combine
from pipelines.ingest.process import PartProcessor
from pipelines.ingest.rejects import counts_of
from pipelines.ingest.rows import Keyring
from pipelines.ingest.write import write_table
from pipelines.resources import resource_path
from pipelines.warehouse.connection import connect_in_memory
from pipelines.warehouse.events import load_files
from pipelines.warehouse.schema import prepare_schema
from tests.unit.examples import DISTRICT_ID, PSEUDONYM_KEY, event_id, lines, statement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from pipelines.validation.validator import Validator
    from pipelines.warehouse.load import LoadOutcome

    Ingest = Callable[..., None]
    Load = Callable[[], LoadOutcome]
    Query = Callable[[str], list[tuple[Any, ...]]]

NIGHT = date(2025, 9, 2)
VOIDED = {"id": "http://adlnet.gov/expapi/verbs/voided"}
SOURCES = ("mathpath", "quizroom")
EVENTS, VOIDS, UNKNOWN = range(1, 5), range(11, 16), range(91, 93)
_REFERENCE = re.compile(r"{{ ref\('(\w+)'\) }}")


class Act(NamedTuple):
    """An event of a source, or a void where it has a target; `body` tells versions apart."""

    source: str
    number: int
    target: int | None = None
    body: int = 0

    def statement(self) -> dict[str, Any]:
        """Return what a tool says."""
        if self.target is not None:
            return _void(self.number, self.target)
        return statement(self.number, result={"score": {"raw": self.body}})


class Found(NamedTuple):
    """What the models say: voided events, and the state of each void."""

    voided: set[tuple[str, int]]
    states: dict[tuple[str, int], str]


def _void(number: int, target: int, **members: Any) -> dict[str, Any]:
    reference = {"objectType": "StatementRef", "id": event_id(target)}
    return statement(number, verb=VOIDED, object=reference, **members)


_ORDINARY = st.builds(
    Act, st.sampled_from(SOURCES), st.sampled_from(EVENTS), st.none(), st.integers(0, 9)
)
_VOIDING = st.builds(
    Act,
    st.sampled_from(SOURCES),
    st.sampled_from(VOIDS),
    st.sampled_from([*EVENTS, *VOIDS, *UNKNOWN]),
    st.just(0),
)
_HISTORIES = st.lists(_ORDINARY | _VOIDING, min_size=1, max_size=14, unique_by=lambda act: act[:2])


def _expected(acts: Iterable[Act]) -> Found:
    """Say what holds, from the definition: xAPI 1.0.3 Data 2.3.2."""
    known = {(act.source, act.number): act for act in acts}
    states, voided = {}, set()
    for key, act in known.items():
        if act.target is None:
            continue
        target = known.get((act.source, act.target))
        states[key] = "waiting"
        if target is not None:
            states[key] = "applied" if target.target is None else "without_effect"
        if states[key] == "applied":
            voided.add((act.source, act.target))
    return Found(voided, states)


class Lake:
    """Writes files of statements as ingest does, and loads them into a warehouse in memory."""

    def __init__(self, root: Path, processor: PartProcessor) -> None:
        self._home = Home(root)
        self._processor = processor
        self._files = 0

    def load(self, connection: DuckDBPyConnection, nights: Iterable[list[Act]]) -> None:
        """Load each night's acts, in their order: a file for each run of a source."""
        for acts in nights:
            manifests = [self._write(source, acts) for source in SOURCES]
            load_files(connection, self._home, manifests, night=NIGHT)

    def _write(self, source: str, acts: list[Act]) -> Manifest:
        self._files += 1
        digest = f"digest-{self._files}"
        raws = lines(*(act.statement() for act in acts if act.source == source)).splitlines()
        items = [RawItem(number, 0, len(raw), raw) for number, raw in enumerate(raws, start=1)]
        part = Part(digest, source, 0, items)
        outcome = self._processor.process(part)
        assert not outcome.rejections
        file = self._home.events / digest / "000000.parquet"
        write_table(file, outcome.events)
        facts = FileFacts(digest, f"{source}/{self._files}.ndjson", source, 1, "fingerprint")
        return combine(facts, [counts_of(part, outcome)])


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory, validator: Validator) -> Lake:
    """Give a lake whose files are loaded into one warehouse after another."""
    processor = PartProcessor(validator, Keyring(PSEUDONYM_KEY, DISTRICT_ID))
    return Lake(tmp_path_factory.mktemp("lake"), processor)


def _sql(path: str) -> str:
    """Return a model as SQL, reading what was loaded and the models beside it."""
    text = resource_path(f"dbt/models/{path}.sql").read_text(encoding="utf-8")
    return _REFERENCE.sub(lambda found: found[1], text.replace('{{ var("build_id") }}', "build"))


def _found(connection: DuckDBPyConnection) -> Found:
    for name in ("events", "files"):
        query = f"select * from loaded.{name}"
        connection.execute(f"create or replace temp view stg_plumbline__{name} as {query}")
    for path in (
        "intermediate/events/int_events_voids",
        "intermediate/events/int_events_voided",
        "marts/audit/voids",
    ):
        name = path.rpartition("/")[2]
        connection.execute(f"create or replace temp view {name} as {_sql(path)}")
    voided = connection.execute(
        "select source, event_id::varchar from int_events_voided"
    ).fetchall()
    states = connection.execute("select source, event_id::varchar, state from voids").fetchall()
    return Found(
        {(source, _number(event)) for source, event in voided},
        {(source, _number(event)): state for source, event, state in states},
    )


def _number(event: str) -> int:
    return int(event[:8], 16)


@pytest.fixture
def warehouses() -> Iterator[Callable[[], DuckDBPyConnection]]:
    """Give a function that makes an empty warehouse in memory."""
    made: list[DuckDBPyConnection] = []

    def make() -> DuckDBPyConnection:
        connection = connect_in_memory()
        made.append(connection)
        prepare_schema(connection)
        return connection

    yield make
    for connection in made:
        connection.close()


def _spread(acts: list[Act], draws: random.Random) -> list[list[Act]]:
    """Deliver acts in any order over up to four nights, some of them again and again."""
    delivered = acts + draws.choices(acts, k=draws.randint(0, 4))
    draws.shuffle(delivered)
    nights: list[list[Act]] = [[] for _ in range(draws.randint(1, 4))]
    for act in delivered:
        draws.choice(nights).append(act)
    return nights


def test_voids_hold_in_any_order(lake: Lake, warehouses: Callable[[], DuckDBPyConnection]) -> None:
    """Whatever comes before or after what, in whichever file and night, the same events stand."""

    @settings(max_examples=15, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
    @given(acts=_HISTORIES, draws=st.randoms(use_true_random=False))
    def check(acts: list[Act], draws: random.Random) -> None:
        connection = warehouses()
        lake.load(connection, _spread(acts, draws))
        assert _found(connection) == _expected(acts)
        connection.close()

    check()


def test_a_void_takes_back_whichever_body_stands(
    lake: Lake, warehouses: Callable[[], DuckDBPyConnection]
) -> None:
    """Where an id came with two bodies, neither feeds a mart once the id is voided."""
    acts = [Act(SOURCES[0], 1, body=body) for body in (1, 2)] + [Act(SOURCES[0], 11, target=1)]
    for seed in range(6):
        connection = warehouses()
        lake.load(connection, _spread(acts, random.Random(seed)))  # noqa: S311 - same seed, same order
        assert _found(connection) == Found({(SOURCES[0], 1)}, {(SOURCES[0], 11): "applied"})
        (conflicts,) = connection.execute("select count(*) from loaded.conflicts").fetchall()
        assert conflicts[0] >= 1


def test_a_void_needs_no_time(ingest: Ingest, load_home: Load, query: Query) -> None:
    """An event without a time has no school day; a void has none and needs none."""
    ingest("mathpath/a.ndjson", _void(11, 1, timestamp=None), statement(1))
    load_home()
    assert query("select read, loaded, minimised from loaded.files") == [(2, 2, 0)]
    (void,) = query(
        "select voids_event_id::varchar, occurred_at from loaded.events"
        " where voids_event_id is not null"
    )
    assert void == (event_id(1), None)


def test_a_void_of_what_was_not_stored_waits(ingest: Ingest, load_home: Load, query: Query) -> None:
    """A target that was rejected or minimised is no stored event: nothing is taken back."""
    ingest(
        "mathpath/a.ndjson",
        *(_void(11, 1), _void(12, 2), _void(13, 3)),
        *(statement(1, verb=None), statement(2, timestamp=None), statement(3)),
    )
    load_home()
    states = """
        select voids.event_id::varchar, target.event_id::varchar
        from loaded.events as voids
        left join loaded.events as target
            on voids.source = target.source and voids.voids_event_id = target.event_id
        where voids.voids_event_id is not null
        order by all
    """
    assert query(states) == [
        (event_id(11), None),
        (event_id(12), None),
        (event_id(13), event_id(3)),
    ]
