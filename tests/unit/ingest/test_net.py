"""A defect of Plumbline on one item rejects that item, and the night goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pipelines import validate_files
from pipelines.identity.keys import read_key
from pipelines.identity.sealing import Sealer
from pipelines.ingest.blocks import Part
from pipelines.ingest.caliper import caliper_row
from pipelines.ingest.items import RawItem
from pipelines.ingest.net import caught, process_and_write
from pipelines.ingest.process import PartOutcome, PartProcessor
from pipelines.ingest.rejection import DEFECT, Stage
from pipelines.ingest.rejects import PartWriter
from pipelines.validation.judge import Judge
from pipelines.validation.report import Judged
from pipelines.validation.validator import Validator
from tests.unit.examples import caliper_event, lines, statement
from tests.unit.quarantine.homes import small_district

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.ingest.rows import EventRow, Keyring

SECRET = "Ada Lovelace"  # noqa: S105 - a name that an exception might repeat
DEFECTIVE = statement(3, actor={"name": SECRET, "mbox": "mailto:ada@x.example"})


class DefectiveValidator(Validator):
    """A validator with a defect: it fails on what tells a name."""

    def check(self, body: dict[str, Any], **which: Any) -> Any:
        """Judge a body, or fail."""
        if SECRET in str(body):
            raise ZeroDivisionError(SECRET)
        return super().check(body, **which)


def _part(*documents: Any) -> Part:
    raws = [lines(each).strip() for each in documents]
    items = [RawItem(n, 1000 * n, 1000 * n + len(raw), raw) for n, raw in enumerate(raws, 1)]
    return Part("digest", "mathpath", 0, items)


@pytest.fixture(scope="module")
def defective() -> Validator:
    """Give a validator with a defect."""
    return DefectiveValidator.load()


def test_an_item_on_which_a_rule_fails_is_rejected(defective: Validator, keyring: Keyring) -> None:
    """Its bytes and the kind of failure are kept, no value is told, and the others are accepted."""
    part = _part(statement(1), statement(2), DEFECTIVE, b"{", caliper_event(5))
    outcome = caught(PartProcessor(defective, keyring).process, part)
    assert (outcome.read, outcome.events.num_rows, len(outcome.rejections)) == (5, 3, 2)
    rejection = outcome.rejections[0]
    assert (rejection.stage, rejection.line_number) == (Stage.DEFECT, 3)
    assert rejection.original == part.items[2].raw
    (finding,) = rejection.findings
    assert (finding.rule, SECRET in str(finding)) == (DEFECT.rule, False)
    assert "ZeroDivisionError" in finding.message


def test_a_part_without_defect_is_as_ever(keyring: Keyring) -> None:
    """The halves of a part add up to the whole, in the same order."""
    part = _part(
        *(statement(number, x=1) if number % 3 else statement(number) for number in range(9))
    )
    processor = PartProcessor(Validator.load(), keyring)
    whole, tries = processor.process(part), []

    def fails_on_many(items: Part) -> PartOutcome:
        tries.append(items)
        if len(items.items) > 1:
            raise RuntimeError
        return processor.process(items)

    assert caught(fails_on_many, part) == whole
    assert len(tries) == 2 * len(part.items) - 1


@pytest.mark.parametrize("error", [OSError, MemoryError])
def test_a_fault_of_the_machine_is_no_defect(error: type[Exception]) -> None:
    """What fails every item alike is not blamed on an item."""

    def fails(_: Part) -> PartOutcome:
        raise error

    with pytest.raises(error):
        caught(fails, _part(statement(1), statement(2)))


def test_an_event_that_cannot_be_written_is_rejected(
    tmp_path: Path, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row that does not fit its column is found among the others, which are written."""
    district = small_district(tmp_path)

    def misfit(event: dict[str, Any], *others: Any, **named: Any) -> EventRow | None:
        row = caliper_row(event, *others, **named)
        misfits: dict[str, Any] = {"score_raw": "many"} if event["action"] == "Viewed" else {}
        return row and row._replace(**misfits)

    monkeypatch.setattr("pipelines.ingest.process.caliper_row", misfit)
    navigated = caliper_event(
        2, type="NavigationEvent", action="NavigatedTo", profile="ReadingProfile"
    )
    writer = PartWriter(district.home, Sealer(read_key(district.settings.keys_folder, "vault")))
    processor = PartProcessor(Validator.load(), keyring)
    outcome = process_and_write(_part(caliper_event(1), navigated), processor, writer)
    assert [each.line_number for each in outcome.rejections] == [1]
    assert outcome.events.num_rows == 1
    writer.finish()
    assert list(district.home.events.rglob("*.parquet"))


def test_validate_goes_on_after_a_defect(tmp_path: Path, defective: Validator) -> None:
    """The command says of which line Plumbline failed, and judges the others."""
    file = tmp_path / "a.ndjson"
    file.write_bytes(lines(statement(1), DEFECTIVE, statement(2)))
    judged = list(validate_files.judge_file(str(file), Judge(defective), advance=lambda _: None))
    verdicts = [each.is_valid for each in judged if isinstance(each, Judged)]
    assert verdicts == [True, False, True]
    assert SECRET not in str(judged[1])
