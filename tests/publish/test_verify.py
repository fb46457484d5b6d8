"""What keeps a build from being published."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipelines.errors import CheckFailedError
from pipelines.publish.publish import publish_build

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipelines.home import Home
    from pipelines.identity.keys import Key
    from pipelines.settings import Settings

    Change = Callable[[str], None]

UNFIT = {
    "row_of_another_build": (
        "update learning.mastery set build_id = 'build-two' where standard_id = 'standard-1'",
        "learning.mastery has rows of another build than build-one",
    ),
    "dated_row_of_another_build": (
        "update learning.mastery_evidence set build_id = 'build-two' where item_id like '%7'",
        "learning.mastery_evidence has rows of another build than build-one",
    ),
    "dated_row_of_no_build": (
        "update learning.mastery_evidence set build_id = null where item_id like '%7'",
        "learning.mastery_evidence has rows of another build than build-one",
    ),
    "dated_row_of_another_definition": (
        "update learning.mastery_evidence set definition_version = 'old' where item_id like '%7'",
        "learning.mastery_evidence has rows of more than one definition_version",
    ),
    "row_of_no_build": (
        "update roster.schools set build_id = null where school_id = 'school-1'",
        "roster.schools has rows of another build",
    ),
    "no_build_id": (
        "create table roster.bells as select 1 as bell",
        "roster.bells does not say which build it is of",
    ),
    "file_does_not_add_up": (
        "update audit.reconciliation set adds_up = null where source = 'mathpath'",
        r"3 delivered file\(s\) do not add up",
    ),
    "not_built": (
        "drop table audit.reconciliation",
        "there is no audit.reconciliation: it has not been built",
    ),
    "address": (
        "update roster.sections set title = 'Ask jane.doe@school.example'",
        "roster.sections.title holds something like an e-mail address",
    ),
    "address_in_an_identifier": (
        "update learning.mastery_evidence set item_id = 'https://x.example/?u=jo%40school.example'",
        "learning.mastery_evidence.item_id holds something like an e-mail address",
    ),
    "address_in_a_list": (
        """
        create table roster.notes as
        select ['a', 'jo@school.example'] as lines, 'build-one' as build_id
        """,
        "roster.notes.lines holds something like an e-mail address",
    ),
    "personal_column": (
        "alter table roster.students add column family_name varchar",
        "roster.students.family_name is named like a personal detail",
    ),
}


@pytest.mark.parametrize(("statement", "problem"), UNFIT.values(), ids=UNFIT.keys())
def test_unfit_build_is_not_published(  # noqa: PLR0913, PLR0917 - fixtures and parameters
    home: Home, settings: Settings, key: Key, change: Change, statement: str, problem: str
) -> None:
    """A build that is not whole, or holds what it must not, never becomes visible."""
    change(statement)

    with pytest.raises(CheckFailedError, match=problem) as error:
        publish_build(home, settings, key, "build-one")

    assert "school.example" not in str(error.value)
    assert not home.current_build.exists()
    assert not (home.published / "build-one").exists()


def test_identifiers_of_open_edx_are_no_addresses(
    home: Home, settings: Settings, key: Key, change: Change
) -> None:
    """Identifiers that hold an @ by their own grammar do not stop a build."""
    change(
        "update learning.mastery_evidence set item_id ="
        " 'https://edx.example/block-v1:edX+Demo+2025+type@asset+block@picture.png'"
    )

    assert publish_build(home, settings, key, "build-one").tables


def test_all_problems_are_told_at_once(
    home: Home, settings: Settings, key: Key, change: Change
) -> None:
    """One run tells everything that has to be mended."""
    change(
        "update roster.schools set build_id = 'x'; update audit.reconciliation set adds_up = false"
    )

    with pytest.raises(CheckFailedError) as error:
        publish_build(home, settings, key, "build-one")

    assert "roster.schools has rows of another build" in error.value.problem
    assert "6 delivered file(s) do not add up" in error.value.problem
