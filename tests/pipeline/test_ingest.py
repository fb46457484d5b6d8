"""The ingest step: the same landing folder gives the same lake, and nothing twice."""

from __future__ import annotations

import gzip
import shutil
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
import zstandard

from pipelines.errors import ConfigurationError
from pipelines.identity.keys import Key
from pipelines.ingest import fork_server, pipeline
from pipelines.ingest.manifest import manifest_file
from pipelines.ingest.pipeline import IngestOutcome, count_workers, ingest
from pipelines.ingest.worker import fork_server_command
from pipelines.report.text import describe_ingest
from pipelines.settings import read_settings
from tests.pipeline.defective_worker import ACTIVITY
from tests.pipeline.helpers import deliveries_of, files_below
from tests.unit.examples import (
    caliper_event,
    deliver,
    lines,
    make_small_home,
    statement,
    write_key,
)

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.home import Home

NIGHT = date(2025, 9, 2)
FILES = {
    "mathpath/a.ndjson": lines(*(statement(number) for number in range(1, 30)), b"{broken"),
    "mathpath/b.ndjson.gz": gzip.compress(lines(statement(40), statement(41)), mtime=0),
    "mathpath/cut.gz": gzip.compress(lines(*(statement(n) for n in range(50, 60))), mtime=0)[:-9],
    "quizroom/a.json.zst": zstandard.compress(
        b"[" + b",\n".join(map(bytes.strip, (lines(caliper_event(n)) for n in (1, 2)))) + b"]"
    ),
    "quizroom/b.pdf": b"%PDF-1.7\n",
    "quizroom/empty.ndjson": b"",
}
COPIED, COPY = "mathpath/a.ndjson", "mathpath/copy_of_a.ndjson"
FILES[COPY] = FILES[COPIED]


def _home(root: Path) -> Home:
    home = make_small_home(root)
    for name, content in FILES.items():
        deliver(home, name, content)
    return home


def _ingest(home: Home) -> IngestOutcome:
    return ingest(home, read_settings(home), NIGHT, advance=lambda _done, _total: None)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, IngestOutcome]:
    """Give a home after an ingest by two workers; tests only read it."""
    home = _home(tmp_path_factory.mktemp("first"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "BYTES_WORTH_A_WORKER", 1)
        assert count_workers(deliveries_of(home), most=2) == 2
        return home, _ingest(home)


@pytest.fixture
def home(tmp_path: Path, first: tuple[Home, IngestOutcome]) -> Home:
    """Give a copy of the ingested home, for a test to change."""
    copy = shutil.copytree(first[0].root, tmp_path / "home")
    return type(first[0])(copy)


def test_every_file_is_accounted_for(first: tuple[Home, IngestOutcome]) -> None:
    """One file at fault does not keep the others from being read, and every item is counted."""
    counts = {each.name: (each.read, each.accepted, each.rejected) for each in first[1].ingested}
    assert counts == {
        "mathpath/a.ndjson": (30, 29, 1),
        "mathpath/b.ndjson.gz": (2, 2, 0),
        "mathpath/cut.gz": (11, 10, 1),
        "quizroom/a.json.zst": (2, 2, 0),
        "quizroom/b.pdf": (1, 0, 1),
        "quizroom/empty.ndjson": (0, 0, 0),
    }
    assert (first[1].already_ingested, first[1].waiting) == ((COPY,), ())


def test_the_same_landing_folder_gives_the_same_bytes(
    first: tuple[Home, IngestOutcome], tmp_path: Path
) -> None:
    """Two runs from scratch, in two folders, by two workers and by one: the lakes are the same."""
    other = _home(tmp_path / "elsewhere")
    assert count_workers(deliveries_of(other), most=2) == 1
    _ingest(other)
    assert files_below(other.lake) == files_below(first[0].lake)


def test_a_second_run_reads_nothing_again(home: Home) -> None:
    """What the lake holds is left alone, also under another name."""
    before = files_below(home.lake)
    (home.landing / "mathpath/a.ndjson").rename(home.landing / "mathpath/renamed.ndjson")
    outcome = _ingest(home)
    assert outcome.ingested == ()
    assert outcome.already_ingested == tuple(sorted({*FILES, "mathpath/renamed.ndjson"} - {COPIED}))
    assert files_below(home.lake) == before


def test_what_an_ingest_that_was_cut_off_left_is_replaced(home: Home) -> None:
    """Parts without a manifest are removed, and the file is read anew."""
    before = files_below(home.lake)
    (delivery,) = (each for each in deliveries_of(home) if each.name == "mathpath/a.ndjson")
    manifest_file(home, delivery.digest).unlink()
    (home.events / delivery.digest / "000000.parquet").write_bytes(b"half a file")
    (home.events / delivery.digest / "000009.parquet").write_bytes(b"of a larger block")
    (home.events / delivery.digest / ".000001.parquet.4711").write_bytes(b"unfinished")
    outcome = _ingest(home)
    assert [each.name for each in outcome.ingested] == ["mathpath/a.ndjson"]
    assert files_below(home.lake) == before


def test_the_same_content_under_two_names_is_ingested_once(
    first: tuple[Home, IngestOutcome],
) -> None:
    """A file is known by its content; the first name stands in the manifest."""
    copies = [each for each in deliveries_of(first[0]) if each.name in {COPIED, COPY}]
    assert len(copies) == 2
    assert len({each.digest for each in copies}) == 1
    assert COPY not in {each.name for each in first[1].ingested}


def test_workers_are_started_for_bytes_that_are_worth_it(home: Home) -> None:
    """What is packed counts as what it may unpack to, and the setting is the most."""
    plain, packed = (
        next(each for each in deliveries_of(home) if each.name == name)
        for name in (COPIED, "mathpath/b.ndjson.gz")
    )
    share = pipeline.BYTES_WORTH_A_WORKER // pipeline.USUAL_RATIO
    assert count_workers([replace(plain, size_bytes=share)], most=8) == 1
    assert count_workers([replace(packed, size_bytes=share)], most=8) == 2
    assert count_workers([replace(packed, size_bytes=share)] * 9, most=8) == 8
    assert count_workers([], most=8) == 1


def test_an_empty_landing_folder_is_no_fault(tmp_path: Path) -> None:
    """A night without deliveries starts no worker and writes nothing."""
    home = make_small_home(tmp_path)
    shutil.rmtree(home.landing)
    assert _ingest(home) == IngestOutcome((), (), (), ())
    assert not home.lake.exists()


def test_another_pseudonym_key_is_refused(home: Home) -> None:
    """With another key, the same student would be two; the lake stays as it is."""
    write_key(home.root / "keys", Key("pseudonym", 1, bytes(32)))
    deliver(home, "mathpath/new.ndjson", lines(statement(99)))
    before = files_below(home.lake)
    with pytest.raises(ConfigurationError, match=r"another pseudonym\.key"):
        _ingest(home)
    assert files_below(home.lake) == before


def test_a_missing_vault_key_is_told_before_anything_is_read(tmp_path: Path) -> None:
    """Rejections could not be sealed without it."""
    home = _home(tmp_path)
    (home.root / "keys" / "vault.key").unlink()
    with pytest.raises(ConfigurationError, match=r"vault\.key"):
        _ingest(home)
    assert not home.lake.exists()


def test_advice_is_told_by_source(first: tuple[Home, IngestOutcome]) -> None:
    """Warnings about a sample of what was accepted reach the manifest and the words of a night."""
    home, outcome = first
    manifest = next(each for each in outcome.ingested if each.name == COPIED)
    assert manifest.advice.sampled == 29
    assert manifest.advice.warnings["xapi.verb.display-missing"] == 29
    told = describe_ingest(home, outcome)
    assert "mathpath: advice, from a sample of " in told
    assert "xapi.verb.display-missing" in told


def test_a_defect_of_ours_rejects_one_event_and_shouts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rule that fails in a worker costs the event that it fails on, and the messages say so."""
    home = make_small_home(tmp_path / "home")
    about = {"id": ACTIVITY, "objectType": "Activity"}
    events = [
        statement(number, object=about) if number == 5 else statement(number) for number in range(9)
    ]
    deliver(home, "mathpath/a.ndjson", lines(*events))
    _fork_from("tests.pipeline.defective_worker", home, monkeypatch)
    outcome = _ingest(home)
    (manifest,) = outcome.ingested
    assert (manifest.read, manifest.accepted, manifest.rejected) == (9, 8, 1)
    told = describe_ingest(home, outcome)
    assert "mathpath/a.ndjson: Plumbline itself failed on 1 item(s)" in told
    assert "ZeroDivisionError" in told
    assert ACTIVITY not in told


def test_a_step_that_fails_in_a_worker_is_told_by_the_run_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Beam's stack trace of a full disk is raised in the run, and not printed by the worker too."""
    home = make_small_home(tmp_path / "home")
    deliver(home, "mathpath/a.ndjson", lines(statement(1)))
    _fork_from("tests.pipeline.failing_worker", home, monkeypatch)
    with pytest.raises(RuntimeError, match="No space left on device"):
        _ingest(home)
    assert "Traceback" not in capfd.readouterr().err


def _fork_from(module: str, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let workers be forks of a process that runs this module."""
    command = [
        module if part == "pipelines.ingest.worker" else part for part in fork_server_command(home)
    ]
    monkeypatch.setattr(fork_server, "fork_server_command", lambda _: command)
