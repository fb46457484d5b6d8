"""Names are in the vault only, and the vault opens with its own key only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipelines.errors import ConfigurationError
from pipelines.identity.keys import Key
from pipelines.identity.pseudonyms import Pseudonymiser
from pipelines.reference.oneroster import read_roster
from pipelines.warehouse.connection import open_encrypted
from pipelines.warehouse.vault import write_vault
from tests.unit.examples import DISTRICT_ID, PSEUDONYM_KEY, make_small_home

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.home import Home

VAULT_KEY = Key("vault", 1, bytes(range(2, 34)))
PSEUDONYMISER = Pseudonymiser(PSEUDONYM_KEY, DISTRICT_ID)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Give a home whose vault holds the three people of the roster."""
    home = make_small_home(tmp_path / "home")
    write_vault(home.vault_file, VAULT_KEY, read_roster(home.rosters).people, PSEUDONYMISER)
    return home


def _people(home: Home) -> list[tuple[str, ...]]:
    with open_encrypted(home.vault_file, VAULT_KEY, alias="vault", read_only=True) as connection:
        return connection.execute("select * from people order by sourced_id").fetchall()


def test_the_vault_joins_names_to_keys(home: Home) -> None:
    """A name is found by the key that warehouse and marts know the person by."""
    assert _people(home)[0] == (
        *(PSEUDONYMISER.student_key("student-1"), "student-1"),
        *("Ada", "Example", "ada@riverbend.example"),
    )
    assert len(_people(home)) == 3


def test_the_vault_is_replaced_whole(home: Home) -> None:
    """Who left the roster leaves the vault."""
    people = read_roster(home.rosters).people[:1]
    write_vault(home.vault_file, VAULT_KEY, people, PSEUDONYMISER)
    assert len(_people(home)) == 1
    write_vault(home.vault_file, VAULT_KEY, (), PSEUDONYMISER)
    assert _people(home) == []


def test_another_key_does_not_open_the_vault(home: Home) -> None:
    """The message names the key, and shows neither the key nor a name."""
    other = Key("vault", 1, bytes(32))
    with (
        pytest.raises(ConfigurationError, match=r"vault\.key") as caught,
        open_encrypted(home.vault_file, other, alias="vault", read_only=True),
    ):
        pass
    assert other.hex not in str(caught.value)


def test_no_name_can_be_read_in_the_file(home: Home) -> None:
    """What lies on the disk is encrypted."""
    content = home.vault_file.read_bytes()
    for text in (b"Specimen", b"riverbend.example", b"family_name"):
        assert text not in content
