"""The command line helps, and tells every mistake in one message with its exit code."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipelines.cli import EXIT_FAILED, EXIT_USAGE, commands, main
from tests.unit.examples import make_small_home

ON_A_HOME = sorted(
    set(commands.commands)
    - {"init", "synth", "demo", "archive", "changes", "explain", "firewall"}
    - {"quarantine", "release", "rollback", "template", "validate"}
)


def _run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Run the program with these arguments and return its exit code."""
    monkeypatch.setattr(sys, "argv", ["plumbline", *arguments])
    try:
        main()
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


@pytest.mark.parametrize("command", ["", *sorted(commands.commands)])
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_every_command_helps(command: str, flag: str) -> None:
    """Help begins with a sentence and describes every option."""
    result = CliRunner().invoke(commands, [*command.split(), flag])
    assert result.exit_code == 0
    assert result.output.startswith("Usage:")
    described = commands.commands[command] if command else commands
    assert (described.help or "").splitlines()[0].endswith((".", ",", "fails.", ":"))
    for parameter in described.params:
        is_argument = parameter.name in {"root", "files", "build_id", "kind"}
        assert getattr(parameter, "help", "") or is_argument, parameter.name


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param([], id="no-command"),
        pytest.param(["nightlong"], id="unknown-command"),
        pytest.param(["nightly"], id="no-home"),
        pytest.param(["nightly", "--home", ".", "--speed", "9"], id="unknown-option"),
        pytest.param(["nightly", "--home", ".", "--date", "tomorrow"], id="no-date"),
        pytest.param(["synth", "--out", "x", "--students", "0"], id="out-of-range"),
        pytest.param(["nightly", "--home", __file__], id="a-file-for-a-home"),
    ],
)
def test_a_wrong_command_line_ends_with_64(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    """2 says that a night published with warnings, so a usage error is not 2."""
    assert _run(monkeypatch, *arguments) == EXIT_USAGE
    assert "Usage:" in capsys.readouterr().err


def test_a_build_to_compare_with_must_be_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Before the first publish there is nothing to compare; the message says so."""
    home = make_small_home(tmp_path / "home")
    assert _run(monkeypatch, "changes", "--home", str(home.root), "--since", "4f1c") == EXIT_FAILED
    assert "4f1c: no such build is kept" in capsys.readouterr().err


@pytest.mark.parametrize("command", ON_A_HOME)
def test_a_folder_that_is_no_home_is_told(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    command: str,
) -> None:
    """One message says what is wrong and how to mend it, and the exit code is 1."""
    assert _run(monkeypatch, command, "--home", str(tmp_path)) == EXIT_FAILED
    output = capsys.readouterr()
    assert "is not a home" in output.err
    assert "To mend it: " in output.err
    assert "Traceback" not in output.err + output.out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["load", "nightly", "ingest", "publish", "check", "build"])
def test_a_missing_key_is_told(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    command: str,
) -> None:
    """A home without its keys gives one message and no stack trace."""
    home = make_small_home(tmp_path / "home")
    for file in (home.root / "keys").iterdir():
        file.unlink()
    assert _run(monkeypatch, command, "--home", str(home.root)) == EXIT_FAILED
    output = capsys.readouterr()
    assert "Traceback" not in output.err + output.out
    assert ".key" in output.err + output.out or "plumbline load" in output.err + output.out


def test_init_makes_a_home(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The command makes a home once, and refuses to make it again."""
    arguments = ("init", "--home", str(tmp_path / "home"), "--id", "hilltop", "--name", "Hilltop")
    zone = ("--zone", "America/Chicago")
    assert _run(monkeypatch, *arguments, *zone) == 0
    assert "plumbline nightly" in capsys.readouterr().out
    assert _run(monkeypatch, *arguments, *zone) == EXIT_FAILED
    assert "is a home already" in capsys.readouterr().err


def test_the_program_and_the_module_are_the_same() -> None:
    """`plumbline` is installed beside the interpreter and tells its version."""
    program = Path(sys.executable).with_name("plumbline")
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)  # noqa: S603 - our own program
    assert told.stdout.startswith("plumbline, version ")
