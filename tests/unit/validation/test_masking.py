"""An offending value is described without telling whom it is about."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.validation.masking import masked, vocabulary
from pipelines.validation.schema_set import SchemaSet

_TERMS = vocabulary(SchemaSet.load())


@pytest.mark.parametrize(
    ("value", "member", "shown"),
    [
        pytest.param(None, "", "null", id="null"),
        pytest.param(True, "", "true", id="boolean"),
        pytest.param(-7, "", "-7", id="number"),
        pytest.param(0.8333333333, "", "0.8333", id="fraction"),
        pytest.param(4711081, "", "a number of 7 digits", id="number-of-a-person"),
        pytest.param(1e300, "", "a number of 301 digits", id="huge-number"),
        pytest.param("Viewed", "", '"Viewed"', id="term"),
        pytest.param("GroupActivity", "objectType", '"GroupActivity"', id="nearly-a-term"),
        pytest.param("GroupActivity", "name", "a text of 13 characters, with no colon", id="free"),
        pytest.param("2026-02-30T10:00:00-00:00", "", '"2026-02-30T10:00:00-00:00"', id="time"),
        pytest.param("PT1.5H3M", "", '"PT1.5H3M"', id="duration"),
        pytest.param("Pat", "", "a text of 3 characters, with no colon", id="no-duration"),
        pytest.param(
            "7f3c2a10-9d4e-4b61-8a57-0c1d2e3f4a5", "", '"xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxx"',
            id="nearly-a-uuid",
        ),
        pytest.param(
            "urn:uuid:{7f3c2a10-9d4e-4b61-8a57-0c1d2e3f4azz}", "",
            '"urn:uuid:{xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxx??}"', id="urn",
        ),
        pytest.param(
            "https://ada@sso.example:8080/people/ada love", "",
            "https://sso.example/… (44 characters, with a space and an @)", id="iri",
        ),
        pytest.param("mailto:ada", "", "mailto:… (10 characters)", id="mailto"),
        pytest.param("https://ada lovelace", "", "https://…/… (20 characters, with a space)",
                     id="odd-host"),
        pytest.param("ada:lovelace", "", "a text of 12 characters", id="odd-scheme"),
        pytest.param({}, "", "an empty object", id="empty"),
        pytest.param({"id": 1, "ada@b.c": 2}, "", "an object with id, 1 more", id="object"),
        pytest.param(["Ada"], "", "a list of 1", id="list"),
    ],
)  # fmt: skip
def test_a_value_is_shown_as_far_as_it_is_nobodys(value: Any, member: str, shown: str) -> None:
    """Each kind of value has its own way of being shown."""
    assert masked(value, _TERMS, member=member) == shown


@settings(deadline=None)
@given(
    st.text(st.characters(categories=["Lu", "Ll"]), min_size=5, max_size=12),
    st.sampled_from(["{}", "mailto:{}@x.example", "https://x.example/{}", "{} {}", "https://{}/"]),
)
def test_no_free_text_is_shown(name: str, form: str) -> None:
    """A name does not shine through, wherever it stands in a text."""
    text = form.format(name, name)
    if text not in _TERMS and name not in "https://x.example characters mailto":
        assert name not in masked(text, _TERMS)
