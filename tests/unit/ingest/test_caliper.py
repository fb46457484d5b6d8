"""A Caliper event becomes a row: learner, activity, score, and the time of a try."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.identity.pseudonyms import LocalIdentifier
from pipelines.ingest.rows import (
    ACTING_AS_EXTENSION,
    ALIGNMENTS_EXTENSION,
    CHOSEN_BY_EXTENSION,
    EventRow,
    Keyring,
)
from tests.unit.examples import CALIPER_CONTEXT, CASE, caliper_event, event_id, rows_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipelines.ingest.process import PartOutcome

QUIZROOM = "https://quizroom.example"
LEARNER, GRADER = f"{QUIZROOM}/users/1", f"{QUIZROOM}/users/9"
STARTED, ENDED = "2025-09-01T13:50:00.000Z", "2025-09-01T13:55:00.000Z"
STARTED_AT = datetime(2025, 9, 1, 13, 50, tzinfo=UTC)
ENDED_AT = datetime(2025, 9, 1, 13, 55, tzinfo=UTC)
QUIZ = {"id": f"{QUIZROOM}/quizzes/1", "type": "Assessment"}
ITEM = {"id": f"{QUIZROOM}/items/1", "type": "AssessmentItem", "isPartOf": QUIZ}
ATTEMPT = {
    "id": f"{QUIZROOM}/attempts/1",
    "type": "Attempt",
    "assignee": {"id": LEARNER, "type": "Person"},
    "assignable": ITEM,
    "count": 1,
    "startedAtTime": STARTED,
    "endedAtTime": ENDED,
}
SCORE = {
    "id": f"{QUIZROOM}/scores/1",
    "type": "Score",
    "attempt": f"{QUIZROOM}/attempts/1",
    "maxScore": 5,
    "scoreGiven": 3.5,
}
RESPONSE = {
    "id": f"{QUIZROOM}/responses/1",
    "type": "FillinBlankResponse",
    "values": ["seven"],
    "startedAtTime": STARTED,
    "endedAtTime": ENDED,
}
SESSION = {"id": f"{QUIZROOM}/sessions/1", "type": "Session", "startedAtTime": STARTED}
SOFTWARE = {"id": QUIZROOM, "type": "SoftwareApplication"}
LTI_ROLES = "https://purl.imsglobal.org/spec/lti/claim/roles"


def _graded(**members: Any) -> dict[str, Any]:
    graded = {
        "type": "GradeEvent",
        "profile": "GradingProfile",
        "action": "Graded",
        "actor": {"id": GRADER, "type": "Person"},
        "object": ATTEMPT,
        "generated": SCORE,
    }
    return caliper_event(**(graded | members))


def _answered(**members: Any) -> dict[str, Any]:
    answered = {
        "type": "AssessmentItemEvent",
        "profile": "AssessmentProfile",
        "action": "Completed",
        "object": ITEM,
        "generated": RESPONSE,
    }
    return caliper_event(**(answered | members))


def _session(**members: Any) -> dict[str, Any]:
    session = {
        "type": "SessionEvent",
        "profile": "SessionProfile",
        "action": "LoggedIn",
        "object": SOFTWARE,
    }
    return caliper_event(**(session | members))


def _generic(**members: Any) -> dict[str, Any]:
    """Return an event of the general type, which leaves most of its parts open."""
    return caliper_event(**({"type": "Event", "profile": "GeneralProfile"} | members))


def _acts_for(**canvas: Any) -> dict[str, Any]:
    person = {"id": LEARNER, "type": "Person"}
    return person | {"extensions": {"com.instructure.canvas": canvas}}


def _key(keyring: Keyring, person: str) -> str:
    return keyring.pseudonymiser.pseudonym(LocalIdentifier("iri", person))


@pytest.mark.parametrize(
    ("actor", "person", "role"),
    [
        pytest.param({"id": LEARNER, "type": "Person", "name": "A"}, LEARNER, "actor", id="person"),
        pytest.param(LEARNER, LEARNER, "actor", id="iri-only"),
        pytest.param(SOFTWARE, None, "software", id="software"),
        pytest.param({"id": f"{QUIZROOM}/groups/1", "type": "Group"}, None, "group", id="group"),
    ],
)
def test_the_person_who_acts_is_the_learner(
    row_of: Callable[[Any], EventRow],
    keyring: Keyring,
    actor: Any,
    *,
    person: str | None,
    role: str,
) -> None:
    """A person is known by the IRI; software and groups are no learner."""
    row = row_of(_generic(actor=actor))
    assert row.actor_key == (person and _key(keyring, person))
    assert row.namespace_key == (person and keyring.pseudonymiser.namespace_key("iri"))
    assert row.learner_role == role


@pytest.mark.parametrize(
    ("group", "mode"),
    [
        pytest.param({"id": "urn:g:1", "type": "Group", "name": "Red"}, "group", id="group"),
        pytest.param({"id": "urn:g:1", "type": "CourseSection"}, None, id="class"),
        pytest.param("urn:g:1", None, id="iri-only"),
        pytest.param(None, None, id="none"),
    ],
)
def test_a_group_that_is_no_class_works_together(
    row_of: Callable[[Any], EventRow], group: Any, mode: str | None
) -> None:
    """A section of a course stands in the same place, and says nothing of how work was done."""
    assert row_of(_generic(**({"group": group} if group else {}))).interaction_mode == mode


def _membership(*roles: str) -> dict[str, Any]:
    return {"membership": {"id": "urn:m:1", "type": "Membership", "roles": list(roles)}}


def _launched(**parameters: Any) -> dict[str, Any]:
    session = {"id": "urn:s:1", "type": "LtiSession", "messageParameters": parameters}
    return {"federatedSession": session}


@pytest.mark.parametrize(
    ("members", "role"),
    [
        pytest.param(_membership("Instructor"), "staff", id="instructor"),
        pytest.param(_membership("Instructor#TeachingAssistant"), "staff", id="assistant"),
        pytest.param(_membership("Learner"), "actor", id="learner"),
        pytest.param(_membership("Learner#GuestLearner", "Mentor#Tutor"), "actor", id="tutor"),
        pytest.param(_membership("Member"), "actor", id="member"),
        pytest.param({"membership": "urn:m:1"}, "actor", id="membership-as-iri"),
        pytest.param(
            _launched(roles="Learner,urn:lti:sysrole:ims/lis/TestUser"),
            "test_account",
            id="lti-1-1",
        ),
        pytest.param(
            _launched(
                **{LTI_ROLES: ["http://purl.imsglobal.org/vocab/lti/system/person#TestUser"]}
            ),
            "test_account",
            id="student-view",
        ),
        pytest.param(_launched(roles="Learner"), "actor", id="launched-as-a-learner"),
        pytest.param(
            {"actor": _acts_for(real_user_id="21070000000000001")}, "impersonated", id="acts-for"
        ),
        pytest.param({"actor": _acts_for(real_user_id=None)}, "actor", id="acts-as-oneself"),
        pytest.param(
            {"extensions": {ACTING_AS_EXTENSION: "impersonated"}}, "impersonated", id="extension"
        ),
    ],
)
def test_what_no_learner_did_is_recognised(
    row_of: Callable[[Any], EventRow], members: dict[str, Any], *, role: str
) -> None:
    """Staff by its membership, a test user by the launch, and who acts as another is no learner."""
    row = row_of(_generic(**members))
    assert row.learner_role == role
    assert row.actor_key


@pytest.mark.parametrize(
    "attempt",
    [
        pytest.param({"object": ATTEMPT}, id="object"),
        pytest.param({"object": ATTEMPT | {"assignee": LEARNER}}, id="assignee-as-iri"),
        pytest.param(
            {"object": ATTEMPT["id"], "generated": SCORE | {"attempt": ATTEMPT}}, id="of-the-score"
        ),
    ],
)
def test_the_learner_of_a_grade_is_the_assignee(
    row_of: Callable[[Any], EventRow], keyring: Keyring, attempt: dict[str, Any]
) -> None:
    """Whoever grades is the actor; the grade is about the assignee's work on the assignable."""
    row = row_of(_graded(**attempt))
    assert (row.actor_key, row.learner_role) == (_key(keyring, LEARNER), "assignee")
    assert (row.activity_id, row.activity_type) == (ITEM["id"], "AssessmentItem")
    assert (row.score_raw, row.score_max, row.score_min) == (3.5, 5, None)
    assert (row.started_at, row.ended_at) == (STARTED_AT, ENDED_AT)


def test_a_grade_of_an_unknown_attempt_names_nobody(row_of: Callable[[Any], EventRow]) -> None:
    """Where only the attempt's IRI is known, neither learner nor item is, least of all the grader.

    The IRI of an attempt may name the learner, so it is no activity.
    """
    row = row_of(_graded(object=ATTEMPT["id"]))
    assert (row.actor_key, row.learner_role, row.activity_id) == (None, None, None)
    assert row.score_raw == 3.5


@pytest.mark.parametrize(
    ("members", "scorer"),
    [
        pytest.param({}, "person", id="a-person-acts"),
        pytest.param({"actor": SOFTWARE}, "software", id="software-acts"),
        pytest.param(
            {"generated": SCORE | {"scoredBy": SOFTWARE}}, "software", id="scored-by-goes-first"
        ),
        pytest.param({"generated": SCORE | {"scoredBy": QUIZROOM}}, "person", id="scored-by-iri"),
        pytest.param({"actor": GRADER}, None, id="actor-of-unknown-type"),
    ],
)
def test_a_grade_says_who_scored(
    row_of: Callable[[Any], EventRow], members: dict[str, Any], scorer: str | None
) -> None:
    """A score is given by a person or by software, or nobody says by whom."""
    assert row_of(_graded(**members)).scored_by == scorer


def test_nobody_scores_but_in_a_grade(row_of: Callable[[Any], EventRow]) -> None:
    """A response is not scored, although its actor is a person."""
    assert row_of(_answered()).scored_by is None


@pytest.mark.parametrize(
    ("event", "activity_id"),
    [
        pytest.param(caliper_event(), f"{QUIZROOM}/pages/1", id="page"),
        pytest.param(caliper_event(object=f"{QUIZROOM}/pages/1"), f"{QUIZROOM}/pages/1", id="iri"),
        pytest.param(_answered(), ITEM["id"], id="item"),
        pytest.param(_session(), QUIZROOM, id="software"),
        pytest.param(_session(action="LoggedOut", object=QUIZROOM), None, id="login-by-iri"),
        pytest.param(
            _session(action="TimedOut", actor=SOFTWARE, object=SESSION), None, id="session"
        ),
        pytest.param(
            _generic(object={"id": LEARNER, "type": "Person"}),
            None,
            id="person",
        ),
        pytest.param(
            _generic(object={"id": f"{QUIZROOM}/memberships/1", "type": "Membership"}),
            None,
            id="membership",
        ),
    ],
)
def test_only_what_can_be_worked_on_is_an_activity(
    row_of: Callable[[Any], EventRow], event: dict[str, Any], activity_id: str | None
) -> None:
    """A person, a membership, a session or an attempt never stands as an activity."""
    assert row_of(event).activity_id == activity_id


@pytest.mark.parametrize(
    ("part_of", "parent"),
    [
        pytest.param(QUIZ, QUIZ["id"], id="entity"),
        pytest.param(QUIZ["id"], QUIZ["id"], id="iri"),
    ],
)
def test_the_parent_is_what_the_activity_is_part_of(
    row_of: Callable[[Any], EventRow], part_of: Any, parent: str
) -> None:
    """The parent is given as an entity or as its IRI alone, of the object or of its assignable."""
    item = ITEM | {"isPartOf": part_of}
    assert row_of(_answered(object=item)).parent_id == parent
    assert row_of(_graded(object=ATTEMPT | {"assignable": item})).parent_id == parent


def test_objectives_are_references_to_standards(row_of: Callable[[Any], EventRow]) -> None:
    """Learning objectives, as entities or IRIs, are kept sorted and once."""
    ratio = {"id": f"{CASE}/ratio", "type": "LearningObjective", "name": "Ratios"}
    objectives = [ratio, f"{CASE}/area", f"{CASE}/ratio"]
    row = row_of(_answered(object=ITEM | {"learningObjectives": objectives}))
    assert row.standard_refs == [f"{CASE}/area", f"{CASE}/ratio"]
    graded = row_of(
        _graded(object=ATTEMPT | {"assignable": ITEM | {"learningObjectives": [ratio]}})
    )
    assert graded.standard_refs == [f"{CASE}/ratio"]


def test_alignments_are_references_to_standards(row_of: Callable[[Any], EventRow]) -> None:
    """An extension of the event or of what was worked on aligns it, beside its objectives."""
    own = {ALIGNMENTS_EXTENSION: {"targetUrl": f"{CASE}/area", "alignmentType": "assesses"}}
    item = ITEM | {"learningObjectives": [f"{CASE}/ratio"], "extensions": own}
    row = row_of(_answered(object=item, extensions={ALIGNMENTS_EXTENSION: f"{CASE}/more"}))
    assert row.standard_refs == [f"{CASE}/area", f"{CASE}/more", f"{CASE}/ratio"]
    graded = row_of(_graded(object=ATTEMPT | {"assignable": item}))
    assert graded.standard_refs == [f"{CASE}/area", f"{CASE}/ratio"]


@pytest.mark.parametrize(
    ("event", "times"),
    [
        pytest.param(_answered(), (STARTED_AT, ENDED_AT, None), id="response"),
        pytest.param(
            _answered(generated=RESPONSE | {"attempt": ATTEMPT | {"duration": "PT5M"}}),
            (STARTED_AT, ENDED_AT, 300),
            id="attempt-of-the-response",
        ),
        pytest.param(
            _answered(type="AssessmentEvent", action="Started", object=QUIZ, generated=ATTEMPT),
            (STARTED_AT, ENDED_AT, None),
            id="generated-attempt",
        ),
        pytest.param(
            _graded(object={**ATTEMPT, "startedAtTime": STARTED, "duration": "PT90S"}),
            (STARTED_AT, ENDED_AT, 90),
            id="graded-attempt",
        ),
        pytest.param(
            _session(generated=SESSION | {"endedAtTime": ENDED, "duration": "PT5M"}),
            (None, None, None),
            id="generated-session",
        ),
        pytest.param(
            _session(action="TimedOut", actor=SOFTWARE, object=SESSION | {"endedAtTime": ENDED}),
            (None, None, None),
            id="session",
        ),
        pytest.param(
            caliper_event(
                type="MediaEvent",
                profile="MediaProfile",
                action="Started",
                object={"id": f"{QUIZROOM}/v/1", "type": "VideoObject", "duration": "PT20M"},
            ),
            (None, None, None),
            id="length-of-a-video",
        ),
        pytest.param(caliper_event(), (None, None, None), id="none"),
    ],
)
def test_only_a_try_carries_time_on_task(
    row_of: Callable[[Any], EventRow],
    event: dict[str, Any],
    times: tuple[datetime | None, datetime | None, float | None],
) -> None:
    """The time of an attempt or response counts; that of a session or of a video does not."""
    row = row_of(event)
    assert (row.started_at, row.ended_at, row.duration_seconds) == times


def test_the_score_of_a_result_is_read(row_of: Callable[[Any], EventRow]) -> None:
    """A Result carries its score under other names than a Score does."""
    result = {
        "id": f"{QUIZROOM}/results/1",
        "type": "Result",
        "attempt": ATTEMPT,
        "resultScore": 4,
        "maxResultScore": 5,
    }
    row = row_of(
        caliper_event(type="ViewEvent", profile="GradingProfile", action="Viewed", object=result)
    )
    assert (row.score_raw, row.score_max) == (4, 5)
    assert row.activity_id is None


def test_the_event_itself_is_told(row_of: Callable[[Any], EventRow], keyring: Keyring) -> None:
    """Id, action, type, session and chooser stand in their columns."""
    row = row_of(
        caliper_event(
            0xAB,
            id=f"urn:uuid:{event_id(0xAB).upper()}",
            session=SESSION,
            extensions={CHOSEN_BY_EXTENSION: "teacher", "note": "Ada"},
        )
    )
    assert (row.event_id, row.standard, row.spec_version) == (event_id(0xAB), "caliper", "1.2")
    assert (row.verb, row.event_type) == ("Viewed", "ViewEvent")
    assert row.session_key == keyring.session_key(SESSION["id"])
    assert row.chosen_by == "teacher"
    assert row.occurred_at == datetime(2025, 9, 1, 14, tzinfo=UTC)


def test_an_envelope_is_counted_by_its_entries(process: Callable[..., PartOutcome]) -> None:
    """Events become rows with their position, and descriptions of entities are set aside."""
    person = {"@context": CALIPER_CONTEXT, "id": LEARNER, "type": "Person", "name": "Ada"}
    envelope = {
        "sensor": QUIZROOM,
        "sendTime": "2025-09-01T15:00:00.000Z",
        "dataVersion": CALIPER_CONTEXT,
        "data": [caliper_event(1), person, caliper_event(2)],
    }
    outcome = process(envelope)
    assert outcome.read == 3
    assert [(row.line_number, row.item_number) for row in rows_of(outcome)] == [(1, 0), (1, 2)]
    assert outcome.minimised == {"entity_description": 1}
