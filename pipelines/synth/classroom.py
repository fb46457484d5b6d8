"""What teachers and learners of the district write down: scores, judgements, goals, feedback."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pipelines.synth.draws import stream
from pipelines.synth.truth import write_csv

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path
    from random import Random

    from pipelines.synth.knowledge import Knowledge
    from pipelines.synth.values import Person, Section, Standard
    from pipelines.synth.world import Day, World

_WHO = ("record_id", "student_id", "standard")
_SCORE = ("item_id", "method", "assessed_on", "score", "max_score", "min_score", "scale")
_HEADERS = {
    "evidence": (*_WHO, *_SCORE),
    "judgements": (*_WHO, "judgement", "judged_on"),
    "goals": (*_WHO, "aim", "set_by", "set_on", "due_on", "reached_on"),
    "feedback": (*_WHO, "statement", "answer", "given_on"),
    "scales": ("record_id", "scale", "score_from", "outcome", "reviewed_on"),
}
_DAYS_BETWEEN_TESTS = 5
_FIRST_TEST_INDEX = 2
_QUESTIONS = 3
_POINTS = 4
_RUBRIC = {1: 0.0, 2: 0.4, 3: 0.75, 4: 1.0}
_SET_BY = ("student", "teacher", "system")


class ClassroomBook:
    """Gathers the rows of every form day by day; a few are mistakes, as people make them."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rows: dict[str, list[list[Any]]] = {name: [] for name in _HEADERS}
        self._refused: dict[str, int] = dict.fromkeys(_HEADERS, 0)
        reviewed_on = world.year.starts_on
        for rating, outcome in _RUBRIC.items():
            row = [f"levels-{rating}", "levels", rating, outcome, reviewed_on]
            self._rows["scales"].append(row)

    def fill_in(self, section: Section, day: Day, knowledge: dict[str, Knowledge]) -> None:
        """Write what a class hands in on a day: every fifth day, after a unit's paper test."""
        if (day.taught_index + section.number) % _DAYS_BETWEEN_TESTS != _FIRST_TEST_INDEX:
            return
        standard = self._world.focus(section, day)[0].standard
        for learner in section.learners:
            random = stream(self._world.seed, "classroom", learner.sourced_id, day.date)
            known = knowledge[learner.sourced_id].probability(standard.identifier)
            sheet = _Sheet(self, learner, standard, random, day.date)
            sheet.score(known)
            sheet.say(known)

    def add(self, form: str, row: list[Any], *, is_refused: bool = False) -> None:
        """Add a row of a form; say where it is one that must be refused."""
        self._rows[form].append(row)
        self._refused[form] += is_refused

    def write(self, home: Path) -> None:
        """Write a file of each form, and what was planted in them to the truth."""
        folder = home / "classroom"
        folder.mkdir(exist_ok=True)
        for name, header in _HEADERS.items():
            write_csv(folder / f"{name}.csv", list(header), self._rows[name])
        truth = [[name, len(rows), self._refused[name]] for name, rows in self._rows.items()]
        write_csv(home / "truth" / "classroom.csv", ["form", "rows", "refused"], truth)


class _Sheet(NamedTuple):
    """What is written down of one learner and one standard on a day."""

    book: ClassroomBook
    learner: Person
    standard: Standard
    random: Random
    when: date

    @property
    def name(self) -> str:
        """Begin the names of its rows."""
        return f"{self.learner.sourced_id}-{self.standard.code}-{self.when}"

    def score(self, known: float) -> None:
        """Write a paper test of three questions, a rubric in levels, and now and then a project."""
        test = f"test-{self.standard.code}-{self.when}"
        for question in range(_QUESTIONS):
            points = self._points(known)
            self._evidence(f"{test}-q{question}", "paper_test", [points, _POINTS, "", ""])
        level = 1 + round(3 * self._points(known) / _POINTS)
        self._evidence(f"rubric-{self.standard.code}", "rubric", [level, "", "", "levels"])
        if self.random.random() < 0.2:
            project = [self._points(known), _POINTS, 0, ""]
            self._evidence(f"project-{self.standard.code}", "project", project)
        if self.random.random() < 0.02:
            row = [f"{self.name}-slip", self.learner.sourced_id, self.standard.code, f"{test}-slip"]
            wrong = [*row, "paper_test", self.when, _POINTS + 1, _POINTS, "", ""]
            self.book.add("evidence", wrong, is_refused=True)

    def say(self, known: float) -> None:
        """Write the teacher's judgement, and now and then a goal and an answer of the learner."""
        judgement = "secure" if known > 0.8 else "not_yet" if known < 0.4 else "developing"
        who = [self.name, self.learner.sourced_id, self.standard.code]
        if self.random.random() < 0.5:
            self.book.add("judgements", [*who, judgement, self.when])
        if self.random.random() < 0.15:
            set_by = self.random.choice(_SET_BY)
            self.book.add("goals", [*who, "become_secure", set_by, self.when, "", ""])
        if self.random.random() < 0.1:
            answer = "yes" if known < 0.4 else "no"
            self.book.add("feedback", [*who, "i_want_help", answer, self.when])

    def _points(self, known: float) -> int:
        """Return the points of a question: most of them where the standard is known."""
        if self.random.random() < known:
            return _POINTS - (self.random.random() < 0.1)
        return self.random.choice((0, 0, 1, 2))

    def _evidence(self, item_id: str, method: str, score: list[Any]) -> None:
        who = [f"{self.name}-{item_id}", self.learner.sourced_id, self.standard.code, item_id]
        self.book.add("evidence", [*who, method, self.when, *score])
