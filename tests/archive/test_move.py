"""What is loaded leaves landing, once, whole and sealed; everything else stays there."""

from __future__ import annotations

import gzip
import os
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from pipelines.archive.move import ArchiveOutcome, archive_loaded
from pipelines.archive.store import Archive, archived_deliveries
from pipelines.ingest.deliveries import find_deliveries
from pipelines.ingest.manifest import read_manifests
from pipelines.quarantine.expire import expire
from pipelines.report.progress import silent
from pipelines.settings import ArchiveSettings
from tests.unit.examples import deliver, lines, statement
from tests.unit.quarantine.homes import NIGHT, SmallDistrict, bytes_below, small_district

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

ONE, TWO = "mathpath/one.ndjson", "quizroom/two.ndjson"
RETENTION = 30


@pytest.fixture
def district(tmp_path: Path) -> SmallDistrict:
    """Give a home with two deliveries that are loaded."""
    small = small_district(tmp_path / "home")
    deliver(small.home, ONE, lines(statement(1), statement(2)))
    deliver(small.home, TWO, gzip.compress(lines(statement(3)), mtime=0))
    small.ingest()
    small.load()
    return small


def _archive(district: SmallDistrict, night: date = NIGHT) -> ArchiveOutcome:
    deliveries = find_deliveries(district.home, district.settings).deliveries
    return archive_loaded(district.home, district.settings, deliveries, night=night, advance=silent)


def _landing(district: SmallDistrict) -> list[str]:
    return sorted(bytes_below(district.home.landing))


def _archived(district: SmallDistrict) -> list[str]:
    return sorted(bytes_below(district.home.archive))


def test_loaded_deliveries_move(district: SmallDistrict) -> None:
    """Landing is empty afterwards, and the archive has a file for each, named by its digest."""
    digests = [each.digest for each in find_deliveries(*district).deliveries]
    assert _archive(district) == ArchiveOutcome(moved=(ONE, TWO))
    assert _landing(district) == []
    assert _archived(district) == sorted(f"{NIGHT}/{digest}.sealed" for digest in digests)
    assert all(
        file.stat().st_mode & 0o7777 == 0o640 for file in district.home.archive.glob("*/*.sealed")
    )


def test_nothing_of_a_delivery_can_be_read(district: SmallDistrict) -> None:
    """Neither the identifiers in a delivery nor its name stand in the archive."""
    content = (district.home.landing / ONE).read_bytes()
    assert b"student-1" in content
    _archive(district)
    sealed = b"".join(bytes_below(district.home.archive).values())
    assert b"student-1" not in sealed
    assert "one.ndjson" not in "".join(_archived(district))


def test_the_next_nights_find_nothing(district: SmallDistrict) -> None:
    """Once archived, a delivery is neither ingested, loaded nor moved again."""
    _archive(district)
    before = bytes_below(district.home.archive)
    district.ingest()
    assert district.load().files == ()
    assert _archive(district, NIGHT + timedelta(days=1)) == ArchiveOutcome()
    assert bytes_below(district.home.archive) == before


def test_what_is_not_loaded_stays(district: SmallDistrict) -> None:
    """A delivery that the ledger does not know is left in landing."""
    deliver(district.home, "mathpath/new.ndjson", lines(statement(4)))
    district.ingest()
    assert _archive(district).moved == (ONE, TWO)
    assert _landing(district) == ["mathpath/new.ndjson"]
    district.load()
    assert _archive(district).moved == ("mathpath/new.ndjson",)


def test_what_is_held_stays(tmp_path: Path) -> None:
    """A delivery that the circuit breaker holds stays in landing until it is loaded."""
    small = small_district(tmp_path / "home")
    deliver(small.home, ONE, lines(*[{"no": "statement"}] * 200))
    small.ingest()
    assert [each.source for each in small.load().held] == ["mathpath"]
    assert _archive(small) == ArchiveOutcome()
    assert _landing(small) == [ONE]


def test_what_waits_stays(district: SmallDistrict) -> None:
    """A file that is still being delivered is no delivery yet."""
    deliver(district.home, "mathpath/three.ndjson.part", b"{")
    _archive(district)
    assert _landing(district) == ["mathpath/three.ndjson.part"]


def test_a_damaged_delivery_moves_as_it_came(tmp_path: Path) -> None:
    """A packed file that ends too early is archived byte for byte."""
    small = small_district(tmp_path / "home")
    packed = gzip.compress(lines(*(statement(number) for number in range(200))), mtime=0)[:-20]
    deliver(small.home, "mathpath/cut.ndjson.gz", packed)
    small.ingest()
    small.load()
    assert _archive(small).moved == ("mathpath/cut.ndjson.gz",)
    assert _content(small, "mathpath/cut.ndjson.gz") == packed


def _content(district: SmallDistrict, name: str) -> bytes:
    from pipelines.archive.export import export

    out = district.home.root / "out"
    export(district.home, district.settings, name, out)
    return out.read_bytes()


def test_what_is_delivered_again_leaves_landing_too(district: SmallDistrict) -> None:
    """The same content under any name is known: counted, removed, and kept once."""
    content = (district.home.landing / ONE).read_bytes()
    _archive(district)
    before = bytes_below(district.home.archive)
    deliver(district.home, "mathpath/again.ndjson", content)
    deliver(district.home, ONE, content)
    outcome = _archive(district, NIGHT + timedelta(days=1))
    assert outcome == ArchiveOutcome(delivered_again=("mathpath/again.ndjson", ONE))
    assert _landing(district) == []
    assert bytes_below(district.home.archive) == before


def test_two_copies_of_one_night_are_kept_once(tmp_path: Path) -> None:
    """Two files of the same content that come together make one archived file."""
    small = small_district(tmp_path / "home")
    for name in (ONE, "mathpath/copy.ndjson"):
        deliver(small.home, name, lines(statement(1)))
    small.ingest()
    small.load()
    outcome = _archive(small)
    assert (len(outcome.moved), len(outcome.delivered_again)) == (1, 1)
    assert len(_archived(small)) == 1


def test_a_file_that_changes_meanwhile_stays(district: SmallDistrict) -> None:
    """What was not read is not removed: the changed file is the next night's delivery."""
    deliveries = find_deliveries(*district).deliveries
    (district.home.landing / ONE).write_bytes(lines(statement(9)))
    outcome = archive_loaded(*district, deliveries, night=NIGHT, advance=silent)
    assert outcome.moved == (TWO,)
    assert [each.name for each in outcome.left] == [ONE]
    assert "has changed" in outcome.left[0].reason
    assert _landing(district) == [ONE]
    assert len(_archived(district)) == 1


def test_a_file_that_changes_while_it_is_read_stays(
    district: SmallDistrict, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line that comes after the file was opened is not lost."""
    file, put = district.home.landing / ONE, Archive.put

    def put_and_change(
        archive: Archive, pieces: Iterable[bytes], digest: str, *, night: date
    ) -> None:
        put(archive, pieces, digest, night=night)
        if file.exists():
            with file.open("ab") as stream:
                stream.write(lines(statement(9)))

    monkeypatch.setattr(Archive, "put", put_and_change)
    outcome = _archive(district)
    assert [each.name for each in outcome.left] == [ONE]
    assert b"00000009-" in file.read_bytes()


def test_a_vanished_file_ends_nothing(district: SmallDistrict) -> None:
    """A delivery that somebody removed meanwhile is told, and the others move."""
    deliveries = find_deliveries(*district).deliveries
    (district.home.landing / ONE).unlink()
    outcome = archive_loaded(*district, deliveries, night=NIGHT, advance=silent)
    assert (outcome.moved, [each.name for each in outcome.left]) == ((TWO,), [ONE])


def test_a_full_disk_loses_nothing(
    district: SmallDistrict, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the copy cannot be written the original stays, and no half copy is left."""

    def full(sealer: object, pieces: Iterator[bytes], *_: object, **__: object) -> None:
        del sealer
        next(pieces)
        raise OSError(28, "No space left on device")

    before = bytes_below(district.home.landing)
    with monkeypatch.context() as patch:
        patch.setattr("pipelines.identity.sealed_files.FileSealer.seal", full)
        outcome = _archive(district)
    assert {each.reason for each in outcome.left} == {
        "could not be archived (No space left on device)"
    }
    assert bytes_below(district.home.landing) == before
    assert _archived(district) == []
    assert _archive(district).moved == (ONE, TWO)


def test_a_copy_that_does_not_read_back_removes_nothing(
    district: SmallDistrict, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The original stays until its copy has been opened and found the same."""
    monkeypatch.setattr(
        "pipelines.identity.sealed_files.FileSealer.open", lambda *_, **__: iter([b"other"])
    )
    outcome = _archive(district)
    assert [each.name for each in outcome.left] == [ONE, TWO]
    assert _landing(district) == [ONE, TWO]
    assert _archived(district) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may remove what it likes")
def test_a_folder_that_may_not_be_changed(district: SmallDistrict) -> None:
    """Where landing may only be read, the delivery is archived once and told every night."""
    folder = (district.home.landing / ONE).parent
    folder.chmod(0o550)
    try:
        reasons = [_archive(district).left for _ in range(2)]
    finally:
        folder.chmod(0o750)
    assert [len(each) for each in reasons] == [1, 1]
    assert len(_archived(district)) == 2


def test_a_run_that_was_cut_off_is_cleared(district: SmallDistrict) -> None:
    """What a killed run had begun to seal is removed, and the delivery moves whole."""
    folder = district.home.archive / NIGHT.isoformat()
    folder.mkdir(parents=True)
    (folder / ".abc.sealed.part").write_bytes(b"half")
    assert _archive(district).moved == (ONE, TWO)
    assert all(name.endswith(".sealed") for name in _archived(district))


def test_killed_between_copy_and_removal(
    district: SmallDistrict, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the copy made and the original still there, the next run only removes the original."""

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("pipelines.archive.move._remove", killed)
        with pytest.raises(KeyboardInterrupt):
            _archive(district)
    assert _archive(district).delivered_again == (ONE,)
    assert _landing(district) == []
    assert len(_archived(district)) == 2


def test_retention_follows_the_dates_of_nights(district: SmallDistrict) -> None:
    """A delivery is kept through its last day, and gone with the night after it."""
    _archive(district)
    assert _archive(district, NIGHT + timedelta(days=RETENTION)).removed == 0
    assert len(archived_deliveries(district.home)) == 2
    assert _archive(district, NIGHT + timedelta(days=RETENTION + 1)).removed == 2
    assert list(district.home.archive.iterdir()) == []


def test_retention_is_a_setting(district: SmallDistrict) -> None:
    """With no days at all, a delivery goes with the next night."""
    small = district.with_settings(archive=ArchiveSettings(retention_days=0))
    _archive(small)
    assert _archive(small).removed == 0
    assert _archive(small, NIGHT + timedelta(days=1)).removed == 2


def test_what_quarantine_needs_outlives_the_retention(district: SmallDistrict) -> None:
    """A delivery with a line over a limit stays until its rejections expire; the others go."""
    limits = replace(district.settings.ingest, item_bytes=2000)
    small = district.with_settings(ingest=limits)
    deliver(
        small.home, "mathpath/long.ndjson", lines(statement(9, context={"platform": "x" * 4000}))
    )
    small.ingest()
    small.load()
    _archive(small)
    later = NIGHT + timedelta(days=small.settings.archive.retention_days + 1)
    assert _archive(small, later).removed == 2
    (kept,) = _rejected_digests(small)
    assert list(archived_deliveries(small.home)) == [kept]
    expire(small.home, small.settings, NIGHT + timedelta(days=1000))
    assert _archive(small, later).removed == 1
    assert archived_deliveries(small.home) == {}


def _rejected_digests(district: SmallDistrict) -> list[str]:
    """Return the digests of the files of which something was refused."""
    return [each.digest for each in read_manifests(district.home) if each.rejected]
