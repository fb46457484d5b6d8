"""Render practice sessions as xAPI 1.0.3 statements of the tutor and of the tablet app."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from pipelines.synth.draws import draw_uuid
from pipelines.synth.identities import owner_of
from pipelines.synth.instants import format_duration, format_instant, format_local_instant
from pipelines.synth.parcels import Entry, Note, Parcel
from pipelines.synth.practice import Answer, Hint, PracticeSession
from pipelines.synth.tools import (
    ADL_ACTIVITY,
    ALIGNMENTS,
    BASE,
    CHOSEN_BY,
    ENGAGEMENT_EXTENSION,
    GOAL_TYPE,
    INTERACTION_MODE,
    MOOD_EXTENSION,
    SET_GOAL_VERB,
    SOLUTION_TYPE,
    SSO_HOME_PAGE,
    TARGET_COUNT_EXTENSION,
)
from pipelines.synth.values import Item, ItemStyle, Role, Tool, Way
from pipelines.synth.world import ZONE
from pipelines.synth.xapi import (
    Json,
    adl_verb,
    course_activity,
    mail_agent,
    objective,
    single_sign_on_agent,
    text,
)

if TYPE_CHECKING:
    from random import Random

_AFFECT_SHARE = 0.012
_CONTRADICTION_SHARE = 0.002
_NO_ID_SHARE = 0.002
_LETTERS = "abcdefgh"
_OPENING, _CLOSING = "initialized", "completed"


def render_practice(session: PracticeSession, random: Random) -> list[Parcel]:
    """Render one session: opening, tries and hints in order, closing."""
    writer = _Writer(session, random)
    writer.mark(session.started_ms, _OPENING)
    if session.setting.has_goal:
        writer.goal(session.started_ms + 1500)
    steps: list[Answer | Hint] = sorted(
        [*session.answers, *session.hints], key=lambda step: step.at_ms
    )
    for step in steps:
        if isinstance(step, Answer):
            writer.answer(step)
        else:
            writer.hint(step)
    writer.mark(session.ended_ms, _CLOSING)
    return writer.parcels


class _Writer:
    """Writes the statements of one session."""

    def __init__(self, session: PracticeSession, random: Random) -> None:
        setting = session.setting
        self.session = session
        self.random = random
        self.tool = setting.tool
        is_tutor = setting.tool is Tool.MATHPATH
        self.actor = (single_sign_on_agent if is_tutor else mail_agent)(setting.learner)
        self.parcels: list[Parcel] = []

    def mark(self, at_ms: int, verb: str) -> None:
        """Write the opening or the closing of the lesson."""
        statement = self._statement(at_ms, adl_verb(verb), _lesson_activity(self.session))
        if verb == _CLOSING:
            seconds = (at_ms - self.session.started_ms) / 1000
            statement["result"] = {"completion": True, "duration": format_duration(seconds)}
        self._send(at_ms, statement)

    def goal(self, at_ms: int) -> None:
        """Write a goal that the learner set."""
        verb = {"id": SET_GOAL_VERB, "display": text("set a goal")}
        goal_id = f"{BASE[self.tool]}/goals/{self.session.registration}"
        target = {
            "objectType": "Activity",
            "id": goal_id,
            "definition": {"type": GOAL_TYPE, "name": text("Items this week")},
        }
        statement = self._statement(at_ms, verb, target, chosen_by="student")
        goal = {TARGET_COUNT_EXTENSION: 5 * self.random.randrange(2, 7)}
        statement["result"] = {"extensions": goal}
        self._send(at_ms, statement)

    def hint(self, hint: Hint) -> None:
        """Write a look at a hint: the solution of an item is asked for, the item is its parent."""
        target = {
            "objectType": "Activity",
            "id": f"{hint.item.item_id}/hints/{hint.number}",
            "definition": {"type": SOLUTION_TYPE, "name": text(f"Hint {hint.number}")},
        }
        statement = self._statement(hint.at_ms, adl_verb("asked"), target)
        activities = statement["context"]["contextActivities"]
        activities["parent"] = [{"objectType": "Activity", "id": hint.item.item_id}]
        _tag(statement["context"], hint.item)
        self._send(hint.at_ms, statement)

    def answer(self, answer: Answer) -> None:
        """Write a try, now and then with something odd that the standard allows."""
        target = _item_activity(answer.item)
        statement = self._statement(answer.at_ms, adl_verb("answered"), target)
        statement["result"] = _result(answer)
        _tag(statement["context"], answer.item)
        note = None
        if self.tool is Tool.MATHPATH and self.session.setting.learner.role is Role.STUDENT:
            note = self._plant_oddity(statement)
        self._send(answer.at_ms, statement, note, item_id=answer.item.item_id)

    def _plant_oddity(self, statement: Json) -> Note | None:
        chance = self.random.random()
        if chance < _AFFECT_SHARE:
            is_mood = chance < _AFFECT_SHARE / 3
            name = MOOD_EXTENSION if is_mood else ENGAGEMENT_EXTENSION
            value = "frustrated" if is_mood else round(self.random.random(), 2)
            statement["context"]["extensions"][name] = value
            return Note(Entry.DENIED_FIELD, name)
        if chance > 1 - _CONTRADICTION_SHARE and "success" in statement["result"]:
            statement["result"]["success"] = not statement["result"]["success"]
            return Note(Entry.SCORE_SUCCESS_CONFLICT, "success_contradicts_score")
        if _AFFECT_SHARE < chance < _AFFECT_SHARE + _NO_ID_SHARE:
            del statement["id"]
            return Note(Entry.NO_ID, "identifier_left_to_the_reader")
        return None

    def _statement(
        self, at_ms: int, verb: Json, target: Json, *, chosen_by: str | None = None
    ) -> Json:
        return {
            "id": draw_uuid(self.random),
            "actor": self.actor,
            "verb": verb,
            "object": target,
            "context": _context(self.session, chosen_by or self.session.setting.chosen_by),
            "timestamp": self._timestamp(at_ms),
            "version": "1.0.3",
        }

    def _timestamp(self, at_ms: int) -> str:
        if self.tool is Tool.FIELDKIT:
            return format_local_instant(at_ms, ZONE)
        return format_instant(at_ms)

    def _send(
        self, at_ms: int, statement: Json, note: Note | None = None, *, item_id: str = ""
    ) -> None:
        learner = self.session.setting.learner
        if learner.role is Role.OUTSIDER:
            note = Note(Entry.OFF_ROSTER, learner.username)
        parcel = Parcel(at_ms, orjson.dumps(statement), statement.get("id", ""), note=note)
        owner = owner_of(learner, self.tool)
        self.parcels.append(parcel._replace(owner=owner, item_id=item_id))


def _context(session: PracticeSession, chosen_by: str) -> Json:
    setting = session.setting
    section = setting.section
    context: Json = {
        "registration": session.registration,
        "platform": setting.tool.value.capitalize(),
        "language": "en-US",
        "contextActivities": {
            "grouping": [course_activity(setting.tool, section.section_id, section.title)]
        },
        "extensions": {CHOSEN_BY: chosen_by},
    }
    if setting.tool is Tool.MATHPATH and chosen_by == "teacher":
        context["instructor"] = single_sign_on_agent(section.teacher)
    # The tutor knows how every other class works; of the rest it says only who is in a team.
    if setting.tool is Tool.MATHPATH and setting.team is None and section.number % 2:
        context["extensions"][INTERACTION_MODE] = "alone"
    if setting.team:
        context["team"] = {
            "objectType": "Group",
            "name": setting.team.name,
            "account": {"homePage": SSO_HOME_PAGE + "/teams", "name": setting.team.team_id},
            "member": [single_sign_on_agent(member) for member in setting.team.members],
        }
    return context


def _lesson_activity(session: PracticeSession) -> Json:
    setting = session.setting
    standard = setting.focus[0].standard
    code = standard.code.removeprefix("RB.").replace(".", "-").lower()
    return {
        "objectType": "Activity",
        "id": f"{BASE[setting.tool]}/lessons/{code}",
        "definition": {"type": ADL_ACTIVITY + "lesson", "name": text(f"Practice {standard.code}")},
    }


def _tag(context: Json, item: Item) -> None:
    """Say which standards an item is about: in an extension, or as activities of the context."""
    if item.way is Way.EXTENSION:
        context["extensions"][ALIGNMENTS] = [{"targetUrl": each} for each in item.references]
        return
    named = (*item.standards, item.standards[0])
    objectives = [objective(*each) for each in zip(item.references, named, strict=False)]
    context["contextActivities"]["grouping"] += objectives


def _item_activity(item: Item) -> Json:
    definition: Json = {
        "type": ADL_ACTIVITY + "cmi.interaction",
        "name": text(f"{item.standards[0].code}, question {item.number}"),
        "interactionType": item.style.value,
        "correctResponsesPattern": [_right_response(item)],
    }
    if item.style is ItemStyle.CHOICE:
        definition["choices"] = [
            {"id": letter, "description": text(f"Choice {letter.upper()}")}
            for letter in _LETTERS[: item.choice_count]
        ]
    return {"objectType": "Activity", "id": item.item_id, "definition": definition}


def _right_response(item: Item) -> str:
    match item.style:
        case ItemStyle.CHOICE:
            return _LETTERS[item.number % item.choice_count]
        case ItemStyle.TRUE_FALSE:
            return "true" if item.number % 2 else "false"
        case ItemStyle.NUMERIC:
            return f"{item.number * 7}[:]{item.number * 7}"
        case _:
            return "balance"


def _given_response(answer: Answer) -> str:
    item = answer.item
    is_right = answer.points == item.points
    match item.style:
        case ItemStyle.CHOICE:
            shift = 0 if is_right else 1 + answer.variant % (item.choice_count - 1)
            return _LETTERS[(item.number + shift) % item.choice_count]
        case ItemStyle.TRUE_FALSE:
            return "true" if bool(item.number % 2) is is_right else "false"
        case ItemStyle.NUMERIC:
            return str(item.number * 7 + (0 if is_right else 1 + answer.variant % 20))
        case _:
            return "balance" if is_right else ("balans", "weight", "equal")[answer.variant % 3]


def _result(answer: Answer) -> Json:
    item = answer.item
    is_right = answer.points == item.points
    result: Json = {
        "success": is_right,
        "response": _given_response(answer),
        "duration": format_duration(answer.seconds),
    }
    if item.is_scored:
        scaled = round(answer.points / item.points, 4)
        result["score"] = {"scaled": scaled, "raw": answer.points, "min": 0, "max": item.points}
    return result
