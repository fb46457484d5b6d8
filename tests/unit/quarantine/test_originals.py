"""Originals are shown and exported on purpose only, and are erased when their time is over."""

from __future__ import annotations

import stat
from datetime import timedelta
from typing import TYPE_CHECKING

import orjson
import pytest
from click.testing import CliRunner

from pipelines.cli import commands
from pipelines.errors import ConfigurationError
from pipelines.quarantine.expire import expire
from pipelines.quarantine.originals import EXPORT_LOG, export, show
from pipelines.quarantine.selection import Selection
from tests.unit.examples import deliver, lines, statement
from tests.unit.quarantine.homes import NIGHT, SmallDistrict

if TYPE_CHECKING:
    from pathlib import Path

FILE = "mathpath/a.ndjson"
PRIVATE = "https://secret.example/pupil-4711"
BROKEN = statement(2, verb=None, object={"id": PRIVATE})
PRETTY = orjson.dumps(BROKEN, option=orjson.OPT_INDENT_2)


@pytest.fixture
def kept(district: SmallDistrict) -> SmallDistrict:
    """A district with one broken statement on a line, and one laid out over many."""
    deliver(district.home, FILE, lines(statement(1), BROKEN))
    deliver(district.home, "quizroom/b.json", PRETTY)
    district.ingest()
    district.load()
    return district


def _run(*arguments: str) -> str:
    result = CliRunner().invoke(commands, list(arguments))
    assert result.exit_code == 0, result.output
    return result.output


def test_list_and_show_tell_no_value(kept: SmallDistrict) -> None:
    """Counts and reasons are told; the original only where it is asked for, with a warning."""
    root = str(kept.home.root)
    listed = _run("quarantine", "list", "--home", root)
    assert "xapi.statement.required" in listed
    assert f"{FILE}: 1 rejected" in listed
    assert "b.json" not in _run("quarantine", "list", "--home", root, "--source", "mathpath")
    shown = _run("quarantine", "show", "--home", root, FILE, "2")
    assert "verb is missing" in shown
    assert PRIVATE not in listed + shown
    original = _run("quarantine", "show", "--home", root, FILE, "2", "--original")
    assert PRIVATE in original
    assert "warning" in original


def test_show_needs_the_key(kept: SmallDistrict) -> None:
    """Without vault.key nothing of a rejection is shown."""
    (kept.settings.keys_folder / "vault.key").unlink()
    with pytest.raises(ConfigurationError, match=r"vault\.key"):
        show(kept.home, kept.settings, FILE, 2)


def test_a_line_that_was_not_rejected_is_told(kept: SmallDistrict) -> None:
    """There is nothing to show of an accepted line."""
    with pytest.raises(ConfigurationError, match="nothing is in quarantine"):
        show(kept.home, kept.settings, FILE, 1)


def test_export_can_be_delivered_again(kept: SmallDistrict, tmp_path: Path) -> None:
    """Each original is one line of a file that others cannot read; the log has counts only."""
    out = tmp_path / "out.ndjson"
    exported = export(kept.home, kept.settings, Selection(), out)
    assert exported == (2, 2, 0)
    assert [orjson.loads(line) for line in out.read_bytes().splitlines()] == [BROKEN, BROKEN]
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    log = (kept.home.reports / EXPORT_LOG).read_bytes()
    assert orjson.loads(log)["documents"] == 2
    assert PRIVATE.encode() not in log
    with pytest.raises(ConfigurationError, match="cannot be made"):
        export(kept.home, kept.settings, Selection(), out)


def test_originals_expire_by_the_date_of_the_night(kept: SmallDistrict, tmp_path: Path) -> None:
    """After the retention the bytes are gone and counted; the reasons and the accounting stay."""
    days = kept.settings.quarantine.retention_days
    counts = kept.counts()
    assert expire(kept.home, kept.settings, NIGHT + timedelta(days=days)) == 0
    assert expire(kept.home, kept.settings, NIGHT + timedelta(days=days + 1)) == 2
    assert expire(kept.home, kept.settings, NIGHT + timedelta(days=days + 2)) == 0
    (shown,) = show(kept.home, kept.settings, FILE, 2)
    assert shown.original is None
    assert "xapi.statement.required" in shown.rejections[0].rules
    assert export(kept.home, kept.settings, Selection(), tmp_path / "o") == (0, 0, 2)
    assert [each.not_run for each in kept.replay()] == [1, 1]
    kept.load()
    assert kept.counts() == counts
    listed = _run("quarantine", "list", "--home", str(kept.home.root))
    assert "1 originals expired" in listed
