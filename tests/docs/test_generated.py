"""Documents say of commands, tables, events, rules and parameters what the code says."""

from __future__ import annotations

import pytest

from pipelines.cli import commands
from pipelines.ingest.manifest import FileFacts, combine
from pipelines.ingest.rejection import REJECT_ARROW_SCHEMA, Stage
from pipelines.warehouse.ledger import FileCounts
from tests.docs.generated import SECTIONS, Section
from tests.docs.marts import published_tables
from tests.docs.repository import generated_sections, read


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.name)
def test_sections_say_what_the_code_says(section: Section) -> None:
    """A generated section is what `python -m tests.docs.generated` would write."""
    assert generated_sections(read(section.document))[section.name] == section.render()


def test_every_command_has_a_heading() -> None:
    """Each command of the program stands in docs/cli.md, and no other."""
    headings = [line for line in read("cli.md").splitlines() if line.startswith("## plumbline")]
    assert headings == [f"## plumbline {name}" for name in sorted(commands.commands)]


def test_every_published_column_is_described() -> None:
    """Each table and column of the marts stands in the data contract with its description."""
    contract = read("data-contract.md")
    tables = list(published_tables())
    assert len(tables) > 10
    for table in tables:
        _, _, section = contract.partition(f"### `{table.schema}.{table.name}`\n")
        assert section.strip().startswith(table.description), table.name
        for column in table.columns:
            row = f"| `{column.name}` | {column.type} | {column.kind} | {column.description} |"
            assert row in section.partition("\n### ")[0], f"{table.name}.{column.name}"


def test_the_lake_is_described() -> None:
    """Every column of a reject, every stage and every member of a manifest is in the contract."""
    contract = read("data-contract.md")
    manifest = combine(FileFacts("digest", "name", "source", 0, "fingerprint"), [])
    names = {
        *REJECT_ARROW_SCHEMA.names,
        *(stage.value for stage in Stage),
        *type(manifest).__dataclass_fields__,
    }
    assert [name for name in sorted(names) if f"`{name}`" not in contract] == []


def test_the_accounting_is_described() -> None:
    """The words of the ledger are those of the identity in docs/architecture.md."""
    words = [name for name in FileCounts._fields if f"| {name} |" in read("architecture.md")]
    assert words == ["read", "loaded", "duplicate", "conflicting", "rejected", "minimised"]
