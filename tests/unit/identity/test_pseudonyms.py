"""A pseudonym depends on key, district, namespace and identifier, and on nothing else."""

from __future__ import annotations

import hmac
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.identity.pseudonyms import LocalIdentifier, Pseudonymiser
from tests.unit.examples import DISTRICT_ID, OTHER_KEY, PSEUDONYM_KEY, SSO

ADA = LocalIdentifier(SSO, "ada")
IDENTIFIERS = st.builds(LocalIdentifier, st.text(max_size=8), st.text(max_size=8))


@pytest.fixture
def pseudonymiser() -> Pseudonymiser:
    """Give the pseudonymiser of the test's district."""
    return Pseudonymiser(PSEUDONYM_KEY, DISTRICT_ID)


@given(identifier=IDENTIFIERS)
def test_a_pseudonym_is_the_documented_digest(identifier: LocalIdentifier) -> None:
    """HMAC-SHA-256 over district, namespace and identifier, 32 hexadecimal digits."""
    message = f"{DISTRICT_ID}\x1f{identifier.namespace}\x1f{identifier.value}".encode()
    expected = hmac.new(PSEUDONYM_KEY.secret, message, sha256).hexdigest()[:32]
    assert Pseudonymiser(PSEUDONYM_KEY, DISTRICT_ID).pseudonym(identifier) == expected


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(Pseudonymiser(OTHER_KEY, DISTRICT_ID).pseudonym(ADA), id="key"),
        pytest.param(Pseudonymiser(PSEUDONYM_KEY, "hilltop").pseudonym(ADA), id="district"),
        pytest.param(
            Pseudonymiser(PSEUDONYM_KEY, DISTRICT_ID).pseudonym(LocalIdentifier("mbox", "ada")),
            id="namespace",
        ),
        pytest.param(
            Pseudonymiser(PSEUDONYM_KEY, DISTRICT_ID).pseudonym(LocalIdentifier(SSO, "Ada")),
            id="identifier",
        ),
        pytest.param(Pseudonymiser(PSEUDONYM_KEY, DISTRICT_ID).student_key("ada"), id="roster"),
    ],
)
def test_any_difference_gives_another_pseudonym(pseudonymiser: Pseudonymiser, other: str) -> None:
    """Neither another district nor another tool can be joined by pseudonyms."""
    assert pseudonymiser.pseudonym(ADA) != other


@given(identifier=IDENTIFIERS)
def test_a_pseudonym_is_stable_and_tells_nothing(identifier: LocalIdentifier) -> None:
    """Order and repetition change nothing, and the result is 32 hexadecimal digits."""
    pseudonymiser = Pseudonymiser(PSEUDONYM_KEY, DISTRICT_ID)
    first = pseudonymiser.pseudonym(identifier)
    pseudonymiser.pseudonym(ADA)
    assert pseudonymiser.pseudonym(identifier) == first
    assert Pseudonymiser(PSEUDONYM_KEY, DISTRICT_ID).pseudonym(identifier) == first
    assert len(first) == 32
    assert int(first, 16) >= 0


def test_half_of_a_surrogate_pair_has_a_pseudonym(pseudonymiser: Pseudonymiser) -> None:
    """No text of a roster or an event makes it fail."""
    assert pseudonymiser.pseudonym(LocalIdentifier(SSO, "\ud800"))
