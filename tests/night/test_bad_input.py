"""What a person gets wrong gives one clear message, and the rest of the night goes on."""

from __future__ import annotations

import gzip
import shutil
from typing import TYPE_CHECKING

import pytest

from pipelines.synth import write_district
from tests.night.homes import counts_by_file, plumbline, run_night

if TYPE_CHECKING:
    from pathlib import Path

    from tests.forks.command import Ended
    from tests.night.homes import DistrictNight


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A small home before its night."""
    root = tmp_path / "home"
    write_district(root, students=8, days=2, seed=4)
    return root


def test_bad_files_are_named_and_the_others_go_on(home: Path) -> None:
    """Each bad file gives a line that names it and says what to do; good files are read."""
    landing = home / "landing/mathpath"
    good = min(landing.glob("*.gz"))
    statement = gzip.decompress(good.read_bytes()).splitlines()[0]
    (landing / "a-line.ndjson").write_bytes(b"not json\n" + statement + b"\n")
    (landing / "truncated.ndjson.gz").write_bytes(good.read_bytes()[:-200])
    (landing / "empty.ndjson").touch()
    (landing / "slides.pdf").write_bytes(b"%PDF-1.7\n\x00\x01\x02")
    (landing / "growing.ndjson.part").write_bytes(statement)
    ran = plumbline("ingest", "--home", home)
    assert ran.code == 0
    assert "mathpath/a-line.ndjson, line 1: not one complete JSON document" in ran.out
    assert "mathpath/truncated.ndjson.gz: the compressed file ends early" in ran.out
    assert "mathpath/empty.ndjson: is empty" in ran.out
    assert "mathpath/slides.pdf: no line of the file begins a JSON object" in ran.out
    assert "mathpath/growing.ndjson.part: left for a later night" in ran.out
    assert "Traceback" not in ran.out + ran.err
    assert (home / "lake/manifests").is_dir()


def test_home_without_a_roster_fails_with_one_message(home: Path) -> None:
    """Without a roster nothing is published, and the message says what to deliver."""
    shutil.rmtree(home / "rosters")
    ran = plumbline("nightly", "--home", home, "--date", "2026-09-02")
    assert ran.code == 1
    assert "has no roster" in ran.out
    assert "OneRoster" in ran.out
    assert "Traceback" not in ran.out + ran.err
    assert not (home / "published/current").exists()


def test_missing_setting_is_named(home: Path) -> None:
    """A setting that is missing is named with its file."""
    settings = home / "district.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace('zone = "America/Chicago"', ""), encoding="utf-8")
    _fails(plumbline("nightly", "--home", home), "district.toml", "zone")


def test_misspelt_setting_is_refused(home: Path) -> None:
    """A setting that does not exist is never silently without effect."""
    settings = home / "district.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8") + "\n[ingets]\nworkers = 2\n", encoding="utf-8"
    )
    _fails(plumbline("ingest", "--home", home), "district.toml", "ingets")


def test_missing_key_is_named(home: Path) -> None:
    """A key that is missing is named, and where to get it from."""
    (home / "keys/pseudonym.key").unlink()
    _fails(plumbline("ingest", "--home", home), "pseudonym.key", "restore")


def test_key_open_to_others_is_refused(home: Path) -> None:
    """A key file that others can read is refused with the command that closes it."""
    (home / "keys/vault.key").chmod(0o644)
    _fails(plumbline("ingest", "--home", home), "vault.key", "chmod 600")


def test_folder_that_is_no_home_is_named(tmp_path: Path) -> None:
    """A folder without settings is no home."""
    _fails(plumbline("nightly", "--home", tmp_path), "district.toml", "plumbline init")


def test_other_pseudonym_key_is_refused(night: DistrictNight, tmp_path: Path) -> None:
    """A lake that was written with another key is not mixed with pseudonyms of this one."""
    copy = tmp_path / "home"
    copy.mkdir()
    for name in ("district.toml", "keys", "landing", "lake"):
        source = night.root / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, copy / name)
    key = copy / "keys/pseudonym.key"
    key.write_text(f"1 {'ab' * 32}\n", encoding="ascii")
    _fails(plumbline("ingest", "--home", copy), "another pseudonym.key", "restore")


def test_failed_night_leaves_readers_what_they_have(night: DistrictNight) -> None:
    """After a night that fails, the build that readers saw is still there and whole."""
    with night.marts() as marts:
        before = counts_by_file(marts)
    calendar = night.root / "rosters/calendar.csv"
    text = calendar.read_text(encoding="utf-8")
    try:
        calendar.write_text(text.replace("true", "perhaps", 1), encoding="utf-8")
        ran = run_night(night.root, night.district.as_of_date)
    finally:
        calendar.write_text(text, encoding="utf-8")
    assert ran.code == 1
    assert "calendar.csv, row" in ran.out
    with night.marts() as marts:
        assert counts_by_file(marts) == before


def _fails(ran: Ended, *words: str) -> None:
    """The command ended with 1 and one message that holds the words."""
    assert ran.code == 1
    assert all(word in ran.err for word in words), ran.err
    assert "Traceback" not in ran.err
