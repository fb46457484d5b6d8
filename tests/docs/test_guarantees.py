"""docs/guarantees.md claims only what a test proves, and some of its promises are kept here."""

from __future__ import annotations

import re
from typing import NamedTuple

from pipelines.cli import commands
from pipelines.ingest.policy import field_rules
from tests.docs.marts import Table, published_tables
from tests.docs.repository import REPOSITORY, read

GUARANTEES = 42
STATES = {"done", "partly", "planned"}
_ROW = re.compile(r"^\| (R\d+) \| (.+) \| (.+) \| (\w+) \|$", re.MULTILINE)
_PROOF = re.compile(r"`([^`:]+)(?:::(\w+))?`")
_DENIED = re.compile(
    r"birth|gender|email|e_mail|phone|address|\bip\b|useragent|display|comment|response\b|"
    r"mood|emotion|affect|boredom|frustration|engagement|gaze|keystroke|camera|biometric|"
    r"learning.?style|badge|points|streak|reward|givenname|familyname|\.name\b",
    re.IGNORECASE,
)
# The name of an xAPI account tells one learner from another; it becomes a pseudonym. That of an
# instructor is compared with it, and nothing but whether they are one is kept.
_ACCOUNT, _INSTRUCTOR = "actor.account.name", "context.instructor.account.name"
_PACE = re.compile(r"pace|speed|velocity|rank|percentile|minutes|seconds|duration")
_ADVICE = re.compile(r"recommend|next_|assign|playlist|predict|suggest|pathway")
_SENDING = re.compile(r"send|push|upload|export|share|sync|write.?back")


class Guarantee(NamedTuple):
    """One row of the document."""

    number: str
    text: str
    proof: str
    state: str


def _guarantees() -> list[Guarantee]:
    return [Guarantee(*row) for row in _ROW.findall(read("guarantees.md"))]


def test_every_guarantee_has_one_row_and_a_state() -> None:
    """R1 to R42 stand in their order, each done, partly or planned."""
    rows = _guarantees()
    assert [row.number for row in rows] == [f"R{number + 1}" for number in range(GUARANTEES)]
    assert {row.state for row in rows} <= STATES


def test_nothing_is_claimed_without_a_test() -> None:
    """A guarantee that is done or partly done names tests that exist; a planned one names none."""
    for row in _guarantees():
        proofs = _PROOF.findall(row.proof)
        assert bool(proofs) == (row.state != "planned"), row.number
        assert ("Still to come" in row.text) == (row.state == "partly"), row.number
        for path, name in proofs:
            file = REPOSITORY / path
            assert file.is_file(), f"{row.number}: {path}"
            assert _holds(file.read_text(encoding="utf-8"), name), f"{row.number}: {path}::{name}"


def _holds(text: str, name: str) -> bool:
    return not name or f"def {name}(" in text or f"- name: {name}\n" in text


def test_nothing_personal_or_affective_is_kept() -> None:
    """No field of the policy is a name, an address, a birth date, a feeling or a reward."""
    kept = {rule.path for rule in field_rules()}
    assert {path for path in kept if _DENIED.search(path)} == {_ACCOUNT, _INSTRUCTOR}
    assert {rule.treatment for rule in field_rules() if rule.path == _ACCOUNT} == {"pseudonym"}
    assert {rule.treatment for rule in field_rules() if rule.path == _INSTRUCTOR} == {"derived"}


def test_learning_reads_no_grade() -> None:
    """No model of evidence or learning names the grade band."""
    for folder in ("intermediate/evidence", "marts/learning"):
        for file in (REPOSITORY / "dbt/models" / folder).glob("*.sql"):
            assert "grade_band" not in file.read_text(encoding="utf-8"), file.name


def test_learning_has_no_pace_and_no_rank() -> None:
    """No column of learning is named after speed, time spent or rank."""
    names = [
        column.name
        for table in published_tables()
        if table.schema == "learning"
        for column in table.columns
    ]
    assert names
    assert [name for name in names if _PACE.search(name)] == []


def test_nothing_recommends_or_predicts() -> None:
    """No table or column is named after advice or prediction."""
    names = [name for table in published_tables() for name in (table.name, *_columns(table))]
    assert [name for name in names if _ADVICE.search(name)] == []


def _columns(table: Table) -> list[str]:
    return [column.name for column in table.columns]


def test_no_command_sends() -> None:
    """No command or option of the program sends anything anywhere."""
    for name, command in commands.commands.items():
        words = [name, *(str(parameter.name) for parameter in command.params)]
        assert not [word for word in words if _SENDING.search(word)], name


def test_usage_statistics_are_off() -> None:
    """Neither dbt nor Great Expectations reports to anybody."""
    assert "send_anonymous_usage_stats: false" in _text("dbt/dbt_project.yml")
    assert "analytics_enabled=False" in _text("pipelines/quality/evaluate.py")


def test_the_licence_is_open() -> None:
    """The whole text of the Apache License stands beside the code."""
    licence = _text("LICENSE")
    assert "Apache License" in licence
    assert "APPENDIX: How to apply the Apache License to your work." in licence
    assert 'license = "Apache-2.0"' in _text("pyproject.toml")


def _text(path: str) -> str:
    return (REPOSITORY / path).read_text(encoding="utf-8")
