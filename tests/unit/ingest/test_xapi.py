"""An xAPI statement becomes a row: learner, activity, result and context."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha1
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.identity.pseudonyms import LocalIdentifier
from pipelines.ingest.process import NO_TIME
from pipelines.ingest.rows import (
    ACTING_AS_EXTENSION,
    ALIGNMENTS_EXTENSION,
    CHOSEN_BY_EXTENSION,
    OBJECTIVE_TYPE,
    EventRow,
    Keyring,
)
from pipelines.ingest.xapi import VOIDED, identifier_of
from tests.unit.examples import CASE, SSO, event_id, statement

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipelines.ingest.process import PartOutcome

ITEM = "https://mathpath.example/items/1"
PARENT = {"id": "https://mathpath.example/quizzes/1"}
SHA1 = sha1(b"mailto:ada@x.example", usedforsecurity=False).hexdigest()


def _in_context(**groups: Any) -> dict[str, Any]:
    return statement(context={"contextActivities": groups})


def _objective(iri: str) -> dict[str, Any]:
    return {"id": iri, "definition": {"type": OBJECTIVE_TYPE}}


@pytest.mark.parametrize(
    ("actor", "identifier"),
    [
        pytest.param({"account": {"homePage": SSO, "name": "1"}}, (SSO, "1"), id="account"),
        pytest.param({"mbox": "mailto:Ada@X.example"}, ("mbox", "ada@x.example"), id="mbox"),
        pytest.param({"mbox_sha1sum": SHA1.upper()}, ("mbox_sha1sum", SHA1), id="mbox-sha1sum"),
        pytest.param(
            {"openid": "https://id.example/ada"}, ("openid", "https://id.example/ada"), id="openid"
        ),
        pytest.param(
            {"objectType": "Agent", "mbox": "mailto:a@x.example"},
            ("mbox", "a@x.example"),
            id="named-agent",
        ),
        pytest.param({"objectType": "Group", "mbox": "mailto:a@x.example"}, None, id="group"),
        pytest.param(
            {"objectType": "Group", "member": [{"mbox": "mailto:a@x.example"}]},
            None,
            id="anonymous-group",
        ),
    ],
)
def test_an_actor_is_known_by_its_identifier(
    row_of: Callable[[Any], EventRow],
    keyring: Keyring,
    actor: dict[str, Any],
    identifier: tuple[str, str] | None,
) -> None:
    """Each kind of identifier gives the pseudonym of the same person; a group is no learner."""
    row = row_of(statement(actor=actor))
    expected = identifier and keyring.pseudonymiser.pseudonym(LocalIdentifier(*identifier))
    namespace = identifier and keyring.pseudonymiser.namespace_key(identifier[0])
    assert (row.actor_key, row.namespace_key) == (expected, namespace)
    assert row.learner_role == ("actor" if identifier else "group")


@pytest.mark.parametrize(
    ("context", "role"),
    [
        pytest.param({"instructor": {"mbox": "mailto:Ada@X.example"}}, "staff", id="instructor"),
        pytest.param({"instructor": {"mbox": "mailto:b@x.example"}}, "actor", id="of-another"),
        pytest.param(
            {"instructor": {"objectType": "Group", "mbox": "mailto:ada@x.example"}},
            "actor",
            id="group-of-instructors",
        ),
        pytest.param({"extensions": {ACTING_AS_EXTENSION: "impersonated"}}, "impersonated", id="i"),
        pytest.param({"extensions": {ACTING_AS_EXTENSION: "test_account"}}, "test_account", id="t"),
        pytest.param({"extensions": {ACTING_AS_EXTENSION: "staff"}}, "staff", id="staff"),
        pytest.param({"extensions": {ACTING_AS_EXTENSION: "assignee"}}, "actor", id="no-such"),
        pytest.param({"extensions": {ACTING_AS_EXTENSION: ["staff"]}}, "actor", id="no-text"),
    ],
)
def test_what_no_learner_did_is_recognised(
    row_of: Callable[[Any], EventRow], context: dict[str, Any], role: str
) -> None:
    """The instructor's own act, and what an extension says somebody else did, is no learner's."""
    row = row_of(statement(actor={"mbox": "mailto:ada@x.example"}, context=context))
    assert row.learner_role == role
    assert row.actor_key


def test_an_actor_without_identifier_is_nobody() -> None:
    """What the validation would refuse still names no learner."""
    assert identifier_of({"name": "Ada"}) is None


@pytest.mark.parametrize(
    ("target", "activity_id"),
    [
        pytest.param({"id": ITEM}, ITEM, id="activity"),
        pytest.param({"id": ITEM, "objectType": "Activity"}, ITEM, id="named-activity"),
        pytest.param({"objectType": "Agent", "mbox": "mailto:a@x.example"}, None, id="agent"),
        pytest.param({"objectType": "Group", "mbox": "mailto:a@x.example"}, None, id="group"),
        pytest.param({"objectType": "StatementRef", "id": event_id(9)}, None, id="reference"),
        pytest.param(
            {
                "objectType": "SubStatement",
                "actor": {"mbox": "mailto:a@x.example"},
                "verb": {"id": "https://x.example/verb"},
                "object": {"id": ITEM, "definition": {"type": "https://x.example/type"}},
            },
            None,
            id="sub-statement",
        ),
    ],
)
def test_only_an_activity_was_worked_on(
    row_of: Callable[[Any], EventRow], target: dict[str, Any], activity_id: str | None
) -> None:
    """A person, another statement or an intention is no activity."""
    row = row_of(statement(object=target))
    assert (row.activity_id, row.activity_type, row.voids_event_id) == (activity_id, None, None)


def test_a_voiding_statement_names_what_it_voids(row_of: Callable[[Any], EventRow]) -> None:
    """The voided id is written as the id of an event is, and is no activity."""
    target = {"objectType": "StatementRef", "id": event_id(0xAB).upper()}
    row = row_of(statement(verb={"id": VOIDED}, object=target))
    assert (row.voids_event_id, row.activity_id) == (event_id(0xAB), None)


def test_a_result_is_copied(row_of: Callable[[Any], EventRow]) -> None:
    """Score, success and duration stand in their columns."""
    row = row_of(
        statement(
            result={
                "score": {"scaled": 0.5, "raw": 3, "min": 1, "max": 5},
                "success": False,
                "duration": "PT1M30S",
            }
        )
    )
    assert (row.score_scaled, row.score_raw, row.score_min, row.score_max) == (0.5, 3, 1, 5)
    assert (row.success, row.duration_seconds) == (False, 90)


def test_a_bare_statement_leaves_the_rest_empty(row_of: Callable[[Any], EventRow]) -> None:
    """What a statement does not say is null, not a default."""
    row = row_of(statement())._asdict()
    filled = {name for name, value in row.items() if value is not None}
    assert filled == {
        *("source", "event_id", "standard", "spec_version", "body_digest", "actor_key"),
        *("namespace_key",),
        *("learner_role", "verb", "activity_id", "occurred_at", "line_number", "item_number"),
    }


@pytest.mark.parametrize(
    ("definition", "count"),
    [
        pytest.param(
            {"interactionType": "choice", "choices": [{"id": "a"}, {"id": "b"}, {"id": "c"}]},
            3,
            id="choice",
        ),
        pytest.param({"interactionType": "choice"}, None, id="choice-without-choices"),
        pytest.param({"interactionType": "true-false"}, 2, id="true-false"),
        pytest.param(
            {"interactionType": "sequencing", "choices": [{"id": "a"}, {"id": "b"}]},
            None,
            id="sequencing",
        ),
        pytest.param({"interactionType": "fill-in"}, None, id="fill-in"),
        pytest.param({}, None, id="no-interaction"),
    ],
)
def test_choices_are_counted_where_one_is_picked(
    row_of: Callable[[Any], EventRow], definition: dict[str, Any], count: int | None
) -> None:
    """Only where one of several is picked does their number say how easy a guess is."""
    assert row_of(statement(object={"id": ITEM, "definition": definition})).choice_count == count


@pytest.mark.parametrize(
    ("groups", "references"),
    [
        pytest.param(
            {"grouping": [_objective("https://x.example/o")]},
            ["https://x.example/o"],
            id="objective-type",
        ),
        pytest.param({"category": [{"id": f"{CASE}/ratio"}]}, [f"{CASE}/ratio"], id="case-item"),
        pytest.param(
            {"other": _objective("https://x.example/o")},
            ["https://x.example/o"],
            id="single-object",
        ),
        pytest.param(
            {"parent": [_objective("b:b")], "other": [_objective("a:a"), _objective("b:b")]},
            ["a:a", "b:b"],
            id="sorted-and-once",
        ),
        pytest.param({"grouping": [{"id": "https://x.example/course"}]}, None, id="a-course"),
        pytest.param({}, None, id="none"),
    ],
)
def test_references_to_standards_are_gathered(
    row_of: Callable[[Any], EventRow], groups: dict[str, Any], references: list[str] | None
) -> None:
    """Objectives and CASE items count wherever they stand in the context, each once."""
    assert row_of(_in_context(**groups)).standard_refs == references


def test_an_extension_aligns_a_statement(row_of: Callable[[Any], EventRow]) -> None:
    """What context or object name in an extension counts beside context activities, each once."""
    document = _in_context(grouping=[{"id": f"{CASE}/ratio"}])
    document["context"]["extensions"] = {
        ALIGNMENTS_EXTENSION: [{"targetUrl": f"{CASE}/area"}, f"{CASE}/ratio", "Ada Example"]
    }
    own = {ALIGNMENTS_EXTENSION: [f"{CASE}/angle", f"{CASE}/area"]}
    document["object"]["definition"] = {"extensions": own}
    names = ("angle", "area", "ratio")
    assert row_of(document).standard_refs == [f"{CASE}/{name}" for name in names]


@pytest.mark.parametrize(
    ("groups", "parent"),
    [
        pytest.param({"parent": [PARENT, {"id": "b:b"}]}, PARENT["id"], id="first-of-a-list"),
        pytest.param({"parent": PARENT}, PARENT["id"], id="single-object"),
        pytest.param({"parent": []}, None, id="empty-list"),
        pytest.param({"grouping": [PARENT]}, None, id="no-parent"),
    ],
)
def test_the_parent_is_the_first_one(
    row_of: Callable[[Any], EventRow], groups: dict[str, Any], parent: str | None
) -> None:
    """A parent is a list or, by the standard's leave, a single object."""
    assert row_of(_in_context(**groups)).parent_id == parent


def test_the_rest_of_the_context(row_of: Callable[[Any], EventRow], keyring: Keyring) -> None:
    """The registration becomes a session key, and the extension says who chose."""
    row = row_of(
        statement(
            context={
                "registration": event_id(7),
                "extensions": {CHOSEN_BY_EXTENSION: "student", "https://x.example/e": "secret"},
            }
        )
    )
    assert row.session_key == keyring.session_key(event_id(7))
    assert row.chosen_by == "student"


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({}, id="timestamp"),
        pytest.param({"stored": "2025-10-01T00:00:00Z"}, id="timestamp-goes-first"),
        pytest.param({"timestamp": None, "stored": "2025-09-01T14:00:00Z"}, id="stored"),
    ],
)
def test_a_statement_happened_at_its_timestamp(
    row_of: Callable[[Any], EventRow], members: dict[str, Any]
) -> None:
    """The store's time only serves where a statement has none of its own."""
    assert row_of(statement(**members)).occurred_at == datetime(2025, 9, 1, 14, tzinfo=UTC)


def test_a_statement_without_time_is_counted_but_not_stored(
    process: Callable[..., PartOutcome],
) -> None:
    """A valid statement that belongs to no day serves no mart, and is no fault either."""
    outcome = process(statement(timestamp=None))
    assert (outcome.read, outcome.events.num_rows, outcome.rejections) == (1, 0, [])
    assert outcome.minimised == {NO_TIME: 1}


@pytest.mark.parametrize(
    ("version", "expected"),
    [("1.0.3", "1.0.3"), ("1.0.0", "1.0.3"), ("2.0.0", "2.0.0"), (None, "1.0.3")],
)
def test_the_version_is_the_one_validated_by(
    row_of: Callable[[Any], EventRow], version: str | None, expected: str
) -> None:
    """A statement without version is read by the rules of 1.0.3."""
    assert row_of(statement(version=version)).spec_version == expected
