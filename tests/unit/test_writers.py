"""Every command that writes to a home holds its lock, and no other command needs it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click
import pytest

from pipelines.cli import EXIT_FAILED, commands, main
from pipelines.lock import hold
from tests.unit.examples import make_small_home

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipelines.home import Home

# What each command is given besides the home; `{}` is a folder to write to.
WRITERS = {
    "archive add": "--home {}",
    "archive export": "--home {} mathpath/none.ndjson --out {}/out.ndjson",
    "build": "--home {}",
    "changes": "--home {} --since 0123456789abcdef",
    "check": "--home {}",
    "demo": "--home {} --students 1 --days 1",
    "ingest": "--home {}",
    "init": "--home {} --id hilltop --name Hilltop --zone Europe/Dublin",
    "load": "--home {}",
    "nightly": "--home {}",
    "publish": "--home {}",
    "quarantine export": "--home {} --out {}/out.ndjson",
    "rebuild": "--home {}",
    "release": "--home {} --source mathpath",
    "replay": "--home {}",
    "rollback": "--home {} 0123456789abcdef",
    "synth": "--out {} --students 1 --days 1",
}
READERS = {
    "archive list": "--home {}",
    "explain": "--home {} --learner nobody --standard none",
    "firewall": "",
    "measures": "--home {}",
    "quarantine list": "--home {}",
    "quarantine show": "--home {} mathpath/none.ndjson 1",
    "status": "--home {}",
    "template": "evidence",
    "validate": "{}/district.toml",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home before its first night."""
    return make_small_home(tmp_path_factory.mktemp("writers") / "home")


def _leaves(group: click.Group, prefix: str = "") -> Iterator[str]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _leaves(command, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}"


def _run(monkeypatch: pytest.MonkeyPatch, root: Path, name: str, options: str) -> int:
    arguments = [*name.split(), *(each.format(root) for each in options.split())]
    monkeypatch.setattr(sys, "argv", ["plumbline", *arguments])
    try:
        main()
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def test_every_command_is_known_to_write_or_to_read() -> None:
    """A new command has to be put into one of the two lists."""
    assert sorted(_leaves(commands)) == sorted([*WRITERS, *READERS])


@pytest.mark.parametrize("name", WRITERS)
def test_a_command_that_writes_waits_for_nobody(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """While another run holds the home, it writes nothing, says who that is, and ends with 1."""
    before = sorted(home.root.rglob("*"))
    with hold(home, "plumbline nightly"):
        assert _run(monkeypatch, home.root, name, WRITERS[name]) == EXIT_FAILED
    told = capsys.readouterr().err
    assert "another run is at work" in told
    assert "since 20" in told
    assert "plumbline nightly" in told
    assert "Traceback" not in told
    assert set(home.root.rglob("*")) - {home.lock_file, home.workers_file} == set(before) - {
        home.lock_file,
        home.workers_file,
    }


# The firewall is given no home that it could be kept out of.
@pytest.mark.parametrize("name", [name for name, given in READERS.items() if given])
def test_a_command_that_reads_needs_no_lock(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """Who only looks is not kept out by a run at work."""
    with hold(home, "plumbline nightly"):
        _run(monkeypatch, home.root, name, READERS[name])
    assert "another run is at work" not in capsys.readouterr().err


def test_the_lock_names_the_command(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run that takes over from a killed one says what that was; options are not kept."""
    home.lock_file.write_text("4242\t2026-09-01T01:00:00+00:00\tplumbline load", encoding="utf-8")
    _run(monkeypatch, home.root, "publish", WRITERS["publish"])
    told = capsys.readouterr().err
    assert "the last run was cut off (process 4242, since 2026-09-01T01:00:00+00:00" in told
    assert ": plumbline load)" in told
