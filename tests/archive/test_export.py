"""A data engineer finds an archived delivery and gets it back as it came."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import orjson
import pytest

from pipelines.archive.export import Entry, export, list_archive
from pipelines.archive.move import archive_loaded
from pipelines.errors import ConfigurationError
from pipelines.ingest.deliveries import find_deliveries
from pipelines.quarantine.selection import Selection
from pipelines.quarantine.summary import count_files
from pipelines.report.progress import silent
from tests.unit.examples import deliver, lines, statement
from tests.unit.quarantine.homes import NIGHT, SmallDistrict, small_district

if TYPE_CHECKING:
    from pathlib import Path

NAME = "mathpath/tuesday.ndjson"
CONTENTS = lines(statement(1)), lines(statement(2), statement(3, verb=None))


@pytest.fixture
def district(tmp_path: Path) -> SmallDistrict:
    """Give a home to which a tool delivered two files of one name, a night apart."""
    small = small_district(tmp_path / "home")
    for days, content in enumerate(CONTENTS):
        deliver(small.home, NAME, content)
        small.ingest()
        night = NIGHT + timedelta(days=days)
        small.load(night)
        archive_loaded(*small, find_deliveries(*small).deliveries, night=night, advance=silent)
    return small


def test_the_archive_is_listed(district: SmallDistrict) -> None:
    """Each delivery has its night, its name, its size and how long it is kept."""
    entries = list_archive(*district)
    assert [(each.file_name, each.archived_on, each.size_bytes) for each in entries] == [
        (NAME, NIGHT, len(CONTENTS[0])),
        (NAME, NIGHT + timedelta(days=1), len(CONTENTS[1])),
    ]
    assert [(each.kept_until - each.archived_on).days for each in entries] == [30, 30]
    assert list_archive(*district, source="quizroom") == []


def test_a_delivery_comes_back_as_it_came(district: SmallDistrict, tmp_path: Path) -> None:
    """The bytes are those of the tool, in a file that only its owner reads, and it is logged."""
    first, second = list_archive(*district)
    for number, (entry, content) in enumerate(zip((first, second), CONTENTS, strict=True)):
        out = tmp_path / str(number)
        assert export(*district, entry.digest[:12], out) == entry
        assert out.read_bytes() == content
        assert out.stat().st_mode & 0o777 == 0o600
    log = (district.home.reports / "archive_exports.ndjson").read_bytes().splitlines()
    assert [orjson.loads(line)["digest"] for line in log] == [first.digest, second.digest]


def test_a_name_that_means_two_is_refused(district: SmallDistrict, tmp_path: Path) -> None:
    """A name under which two contents came asks for a digest, and nothing is written."""
    with pytest.raises(ConfigurationError, match="delivered 2 times") as error:
        export(*district, NAME, tmp_path / "out")
    assert list_archive(*district)[0].digest[:16] in str(error.value)
    assert not (tmp_path / "out").exists()


def test_what_is_not_there_is_said(district: SmallDistrict, tmp_path: Path) -> None:
    """An unknown delivery is an error that says where to look."""
    with pytest.raises(ConfigurationError, match="holds no") as error:
        export(*district, "mathpath/other.ndjson", tmp_path / "out")
    assert "archive list" in error.value.mend


def test_no_file_is_overwritten(district: SmallDistrict, tmp_path: Path) -> None:
    """An existing file is left as it is."""
    (tmp_path / "out").write_text("mine")
    with pytest.raises(ConfigurationError, match="cannot be made"):
        export(*district, _first(district).digest, tmp_path / "out")
    assert (tmp_path / "out").read_text() == "mine"


def test_another_vault_key_does_not_open_it(district: SmallDistrict, tmp_path: Path) -> None:
    """After a change of vault.key the message says which key is needed."""
    key = district.settings.keys_folder / "vault.key"
    key.write_text(f"1 {'ab' * 32}\n", encoding="ascii")
    with pytest.raises(ConfigurationError, match=r"another vault\.key"):
        export(*district, _first(district).digest, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_quarantine_does_not_need_the_delivery(district: SmallDistrict) -> None:
    """Rejected items are counted and run again although their file has left landing."""
    assert [each.rejected for each in count_files(district.home, Selection())] == [1]
    assert [each.still_rejected for each in district.replay()] == [1]


def _first(district: SmallDistrict) -> Entry:
    return list_archive(*district)[0]
