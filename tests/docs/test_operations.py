"""docs/operations.md quotes the program as it speaks, and lists what it reads."""

from __future__ import annotations

import re

from pipelines.ingest import rejection
from pipelines.ingest.deliveries import _UNFINISHED_SUFFIXES
from pipelines.reference import calendar
from pipelines.reference.roster_tables import Version, tables_of
from pipelines.settings import PublishSettings
from tests.docs.repository import REPOSITORY, read

_SPLIT_STRING = re.compile(r'"\s*\n\s*f?"')
_FIRST_CELL = re.compile(r"^\| (`.+?) \| ", re.MULTILINE)
_QUOTED = re.compile(r"`([^`]+)`")
_PLACE = re.compile(r"(row|line) \d+.*")


def _source() -> str:
    files = sorted((REPOSITORY / "pipelines").rglob("*.py"))
    return _SPLIT_STRING.sub("", "\n".join(file.read_text(encoding="utf-8") for file in files))


def test_messages_are_quoted_as_they_are() -> None:
    """Every message in the tables stands in the program."""
    _, _, messages = read("operations.md").partition("## Messages and how to mend them")
    messages, _, _ = messages.partition("\n## ")
    quoted = [text for cell in _FIRST_CELL.findall(messages) for text in _QUOTED.findall(cell)]
    rules = {f"[{each.rule}]" for each in vars(rejection).values() if hasattr(each, "rule")}
    source = _source()
    assert len(quoted) > 20
    unknown = [text for text in quoted if text not in rules and not _PLACE.fullmatch(text)]
    assert [text for text in unknown if not _is_said(text, source)] == []


def _is_said(text: str, source: str) -> bool:
    name = "warehouse.key"
    return text in source or text.replace(name, "{key.name}.key") in source


def test_the_columns_of_the_calendar_are_named() -> None:
    """The example of calendar.csv has the columns that are read, in their order."""
    assert f"```csv\n{','.join(calendar._COLUMNS)}\n" in read("operations.md")


def test_every_column_of_the_roster_is_named() -> None:
    """Each file and column that the roster is read from stands in the table."""
    source = "".join(
        (REPOSITORY / f"pipelines/warehouse/{name}.py").read_text(encoding="utf-8")
        for name in ("roster_incoming", "roster_people")
    )
    named = {f"{each.name}.csv" for each in tables_of(Version.V1_2).values() if each.is_loaded}
    named |= set(re.findall(r'[":](\w+(?:Id|Ids|Date|Code|Name|Identifier))["}]', source))
    assert {"orgs.csv", "courseCode", "termSourcedIds", "givenName", "endDate"} <= named
    table = read("operations.md")
    assert [name for name in sorted(named) if not re.search(rf"\b{name}\b", table)] == []


def test_unfinished_files_are_named() -> None:
    """The endings of files that wait, and how many builds are kept, are those of the program."""
    text = read("operations.md")
    assert [suffix for suffix in _UNFINISHED_SUFFIXES if f"`{suffix}`" not in text] == []
    assert f"the newest {PublishSettings().kept_builds}," in text
