"""The Caliper entities of a quiz: assessment, items, attempts, responses and scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.synth.caliper import Json, person_entity, person_id
from pipelines.synth.instants import format_instant
from pipelines.synth.tools import ALIGNMENTS
from pipelines.synth.values import Item, ItemStyle, Tool, Way

if TYPE_CHECKING:
    from pipelines.synth.quizzes import Quiz, QuizSession, Sitting

_TOOL = Tool.GAUGEWELL
_RESPONSE_TYPE = {
    ItemStyle.CHOICE: "MultipleChoiceResponse",
    ItemStyle.FILL_IN: "FillinBlankResponse",
    ItemStyle.OPEN: "OpenEndedResponse",
}
_LETTERS = "abcdefgh"
_WRITTEN_ANSWER = "I compared both sides and explained my steps."


def assessment_entity(quiz: Quiz) -> Json:
    """Return a quiz."""
    return {
        "id": quiz.quiz_id,
        "type": "Assessment",
        "name": quiz.title,
        "datePublished": format_instant(quiz.published_ms),
        "maxAttempts": 1,
        "maxScore": float(sum(item.points for item in quiz.items)),
    }


def item_reference(item: Item) -> Json:
    """Return an item by its id and type only."""
    return {"id": item.item_id, "type": "AssessmentItem"}


def item_entity(item: Item, quiz: Quiz) -> Json:
    """Return an item with the standards that it assesses."""
    return {
        "id": item.item_id,
        "type": "AssessmentItem",
        "name": f"{item.standards[0].code}, item {item.number}",
        "isPartOf": {"id": quiz.quiz_id, "type": "Assessment"},
        "maxScore": float(item.points),
        "isTimeDependent": False,
        **_standards(item),
    }


def quiz_attempt(session: QuizSession) -> Json:
    """Return the learner's attempt at the whole quiz, still open."""
    return {
        "id": _attempt_id(session),
        "type": "Attempt",
        "assignee": person_id(_TOOL, session.learner),
        "assignable": session.quiz.quiz_id,
        "count": 1,
        "startedAtTime": format_instant(session.started_ms),
    }


def item_attempt(session: QuizSession, sitting: Sitting) -> Json:
    """Return the learner's finished attempt at one item."""
    return {
        "id": f"{_attempt_id(session)}/{sitting.item.item_id.rsplit('/', 1)[-1]}",
        "type": "Attempt",
        "assignee": person_entity(_TOOL, session.learner),
        "assignable": item_entity(sitting.item, session.quiz),
        "isPartOf": _attempt_id(session),
        "count": 1,
        "startedAtTime": format_instant(sitting.started_ms),
        "endedAtTime": format_instant(sitting.ended_ms),
    }


def item_response(session: QuizSession, sitting: Sitting) -> Json:
    """Return what the learner answered."""
    attempt = item_attempt(session, sitting)
    response: Json = {
        "id": f"{attempt['id']}/response",
        "type": _RESPONSE_TYPE[sitting.item.style],
        "attempt": attempt,
        "startedAtTime": attempt["startedAtTime"],
        "endedAtTime": attempt["endedAtTime"],
    }
    match sitting.item.style:
        case ItemStyle.FILL_IN:
            return response | {"values": [str(sitting.variant), str(sitting.points)]}
        case ItemStyle.CHOICE:
            return response | {"value": _letter(sitting)}
        case _:
            return response | {"value": _WRITTEN_ANSWER}


def item_score(session: QuizSession, sitting: Sitting, *, at_ms: int, grader_id: str) -> Json:
    """Return the score of one item."""
    attempt_id = item_attempt(session, sitting)["id"]
    return {
        "id": f"{attempt_id}/score",
        "type": "Score",
        "attempt": attempt_id,
        "maxScore": float(sitting.item.points),
        "scoreGiven": float(sitting.points),
        "scoredBy": grader_id,
        "dateCreated": format_instant(at_ms),
    }


def _standards(item: Item) -> Json:
    if item.way is Way.EXTENSION:
        return {"extensions": {ALIGNMENTS: list(item.references)}}
    return {
        "learningObjectives": [
            {"id": reference, "type": "LearningObjective"} for reference in item.references
        ]
    }


def _attempt_id(session: QuizSession) -> str:
    return f"{session.quiz.quiz_id}/attempts/{session.learner.number}"


def _letter(sitting: Sitting) -> str:
    item = sitting.item
    shift = 0 if sitting.points == item.points else 1 + sitting.variant % (item.choice_count - 1)
    return _LETTERS[(item.number + shift) % item.choice_count]
