"""Only one run at a time is at work in a home."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from pipelines.errors import BusyError
from pipelines.home import Home
from pipelines.lock import hold

if TYPE_CHECKING:
    from pathlib import Path

HOLD_IT = """
import sys
from pathlib import Path
from pipelines.errors import BusyError
from pipelines.home import Home
from pipelines.lock import hold
try:
    with hold(Home(Path(sys.argv[1]))):
        print("held")
except BusyError as error:
    print(error)
"""


def _hold_elsewhere(folder: Path) -> str:
    command = [sys.executable, "-c", HOLD_IT, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603 - our own interpreter


def test_a_second_run_is_told_who_holds_the_home(tmp_path: Path) -> None:
    """The message names the process and what to do; afterwards the home is free again."""
    with hold(Home(tmp_path)):
        told = _hold_elsewhere(tmp_path)
    assert f"process {os.getpid()}" in told
    assert "wait for it to end" in told
    assert _hold_elsewhere(tmp_path) == "held\n"


def test_the_holder_is_the_newest_one(tmp_path: Path) -> None:
    """What an earlier run left in the lock file is replaced."""
    Home(tmp_path).lock_file.write_text("123456789", encoding="ascii")
    with hold(Home(tmp_path)), pytest.raises(BusyError, match=rf"process {os.getpid()}\)"):
        hold(Home(tmp_path)).__enter__()


def test_a_run_that_fails_lets_go(tmp_path: Path) -> None:
    """An exception frees the home as the end of the process does."""
    with pytest.raises(KeyError), hold(Home(tmp_path)):
        raise KeyError
    with hold(Home(tmp_path)):
        assert Home(tmp_path).lock_file.read_text("ascii") == str(os.getpid())
