"""Only one run at a time is at work in a home."""

from __future__ import annotations

import os
import platform
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from pipelines import lock
from pipelines.errors import BusyError
from pipelines.home import Home
from pipelines.lock import attend, hold

if TYPE_CHECKING:
    from pathlib import Path

COMMAND = "plumbline nightly"
HOLD_IT = """
import sys, time
from pathlib import Path
from pipelines.home import Home
from pipelines.lock import hold
with hold(Home(Path(sys.argv[1])), "plumbline load"):
    print("held", flush=True)
    time.sleep(60)
"""
ATTEND_IT = """
import sys, time
from pathlib import Path
from pipelines.lock import attend
attend(Path(sys.argv[1]))
print("at work", flush=True)
time.sleep(float(sys.argv[2]))
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty folder: the lock needs nothing else."""
    return Home(tmp_path)


def _begin(code: str, *arguments: str) -> subprocess.Popen[str]:
    """Start a process and wait until it has said its first word."""
    command = [sys.executable, "-c", code, *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own interpreter
    assert process.stdout
    assert process.stdout.readline()
    return process


def _kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_a_second_run_is_told_who_holds_the_home(home: Home) -> None:
    """The message says which process, since when, with which command, and what to do."""
    process = _begin(HOLD_IT, str(home.root))
    try:
        with pytest.raises(BusyError) as told:
            hold(home, COMMAND).__enter__()
    finally:
        _kill(process)
    assert f"process {process.pid}, since 20" in str(told.value)
    assert ": plumbline load)" in str(told.value)
    assert "wait for it to end" in str(told.value)
    assert platform.node() not in home.lock_file.read_text("utf-8")


def test_the_lock_of_a_killed_run_is_no_lock(home: Home) -> None:
    """After SIGKILL the next run takes the home at once, and is told whose work it goes on with."""
    process = _begin(HOLD_IT, str(home.root))
    _kill(process)
    with hold(home, COMMAND) as killed:
        assert killed
        assert (killed.process_id, killed.command) == (process.pid, "plumbline load")
    with hold(home, COMMAND) as killed:
        assert killed is None


def test_the_holder_says_since_when(home: Home) -> None:
    """The time is that of taking the home, in UTC."""
    with hold(home, COMMAND), pytest.raises(BusyError) as told:
        hold(home, COMMAND).__enter__()
    _, _, since = str(told.value).partition("since ")
    at = datetime.fromisoformat(since.partition(": ")[0])
    assert datetime.now(UTC) - timedelta(minutes=1) < at <= datetime.now(UTC)


def test_a_run_that_fails_lets_go(home: Home) -> None:
    """An exception frees the home as a good end does, and leaves nobody's name behind."""
    with pytest.raises(KeyError), hold(home, COMMAND):
        raise KeyError
    assert home.lock_file.read_bytes() == b""
    with hold(home, COMMAND) as killed:
        assert killed is None


def test_workers_of_a_killed_run_are_waited_for(home: Home) -> None:
    """The home is not taken while a worker of the run before may still write."""
    seconds = 0.5
    began = time.monotonic()
    worker = _begin(ATTEND_IT, str(home.workers_file), str(seconds))
    with hold(home, COMMAND):
        assert time.monotonic() - began >= seconds
    worker.communicate()
    assert worker.returncode == 0


def test_workers_that_do_not_end_are_told(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting has an end, and the home is free again afterwards."""
    monkeypatch.setattr(lock, "WORKERS_END_SECONDS", 0.1)
    worker = _begin(ATTEND_IT, str(home.workers_file), "60")
    with pytest.raises(BusyError, match="workers of a run that was killed"):
        hold(home, COMMAND).__enter__()
    _kill(worker)
    with hold(home, COMMAND):
        pass


def test_workers_work_side_by_side(home: Home) -> None:
    """Any number of workers share the lock of workers."""
    others = [_begin(ATTEND_IT, str(home.workers_file), "60") for _ in range(2)]
    attend(home.workers_file)
    for each in others:
        _kill(each)


def test_a_run_that_has_just_begun_is_told(home: Home) -> None:
    """Between taking the lock and writing into it there is no name to give yet."""
    with hold(home, COMMAND):
        os.truncate(home.lock_file, 0)
        with pytest.raises(BusyError, match="it has just begun"):
            hold(home, COMMAND).__enter__()
