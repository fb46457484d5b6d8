"""Names are in the vault only, and the vault opens with its own key only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from pipelines.errors import ConfigurationError
from pipelines.home import Home
from pipelines.identity.keys import Key
from pipelines.identity.pseudonyms import Pseudonymiser
from pipelines.warehouse.connection import open_encrypted
from pipelines.warehouse.vault import keep_people, read_identifiers
from tests.unit.examples import DISTRICT_ID, PSEUDONYM_KEY

if TYPE_CHECKING:
    from pathlib import Path

VAULT_KEY = Key("vault", 1, bytes(range(2, 34)))
PSEUDONYMISER = Pseudonymiser(PSEUDONYM_KEY, DISTRICT_ID)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Give a home whose vault holds two people."""
    home = Home(tmp_path)
    _keep(home, ("student-1", "Ada", "Example"), ("teacher-1", "Cleo", "Specimen"))
    return home


def _keep(home: Home, *people: tuple[str, str, str]) -> None:
    keyed = [(PSEUDONYMISER.student_key(each[0]), *each) for each in people]
    keys, ids, given, family = map(list, zip(*keyed, strict=True))
    emails = [f"{name.lower()}@riverbend.example" for name in given]
    names = {"given_name": given, "family_name": family, "email": emails}
    fields = pa.array(["email"] * len(keys))
    keep_people(
        home.vault_file,
        VAULT_KEY,
        pa.table({"person_key": keys, "sourced_id": ids, **names}),
        pa.table({"person_key": keys, "field": fields, "value": emails}),
    )


def _people(home: Home) -> list[tuple[str, ...]]:
    with open_encrypted(home.vault_file, VAULT_KEY, alias="vault", read_only=True) as connection:
        return connection.execute("select * from people order by sourced_id").fetchall()


def test_the_vault_joins_names_to_keys(home: Home) -> None:
    """A name is found by the key that warehouse and marts know the person by."""
    assert _people(home)[0] == (
        *(PSEUDONYMISER.student_key("student-1"), "student-1"),
        *("Ada", "Example", "ada@riverbend.example"),
    )
    assert len(_people(home)) == 2


def test_the_vault_keeps_who_left(home: Home) -> None:
    """A name is brought up to date, its old identifier stays, and nobody is taken out."""
    _keep(home, ("student-1", "Adele", "Example"))
    assert [row[2] for row in _people(home)] == ["Adele", "Cleo"]
    ada = PSEUDONYMISER.student_key("student-1")
    kept = read_identifiers(home.vault_file, VAULT_KEY, ["email"]).to_pylist()
    assert {each["value"] for each in kept if each["person_key"] == ada} == {
        *("ada@riverbend.example", "adele@riverbend.example")
    }


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
