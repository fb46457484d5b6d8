"""Write a whole synthetic district: the home that the pipeline reads, and the truth beside it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import orjson

from pipelines.synth.caliper_quiz import describe_quiz
from pipelines.synth.classroom import ClassroomBook
from pipelines.synth.deliveries import Layout, write_delivery
from pipelines.synth.home import write_keys, write_settings, write_standards
from pipelines.synth.knowledge import Knowledge, draw_knowledge
from pipelines.synth.outbox import Outbox, tool_of
from pipelines.synth.person_days import (
    Session,
    live_learner_day,
    live_outsider_day,
    live_teacher_day,
    plan_timetable,
)
from pipelines.synth.planting import Planter
from pipelines.synth.roster import write_roster
from pipelines.synth.school_year import closing_minute, is_instructional
from pipelines.synth.truth import FileTally, TruthWriter
from pipelines.synth.values import Person, Span, Tool
from pipelines.synth.world import Day, World, build_world

if TYPE_CHECKING:
    from pathlib import Path

DEFAULT_START = date(2026, 8, 31)
TRUTH_FOLDER = "truth"
# An envelope is one item, and of items ingest has a limit: a tool with more sends several.
MOST_EVENTS_OF_AN_ENVELOPE = 5_000


@dataclass(frozen=True, slots=True)
class SyntheticDistrict:
    """What was written: where, about when, and how much."""

    home: Path
    truth: Path
    first_school_date: date
    last_school_date: date
    as_of_date: date
    events: int
    items: int
    files: int
    defects_planted: int


def write_district(
    home: Path, *, students: int, days: int, seed: int, start: date = DEFAULT_START
) -> SyntheticDistrict:
    """Write a district with `days` taught days from `start`; same arguments give the same bytes.

    `events` counts what the warehouse should hold in the end, `items` every item delivered.
    """
    arguments = {"students": students, "days": days, "seed": seed, "start": start.isoformat()}
    _check(arguments, start)
    _claim(home, arguments)
    world = build_world(students=students, days=days, seed=seed, start=start)
    write_keys(home, seed)
    write_standards(home, world.framework, world.bank)
    write_roster(home / "rosters", world)
    with TruthWriter(home / TRUTH_FOLDER) as truth:
        _Generator(world, home, truth).run()
        truth.close_books(world, arguments)
    # Last: a folder without settings is no home, so one that was cut off is written anew.
    write_settings(home)
    return _describe(home, world, truth)


class _Generator:
    """Lives the district's days one after the other and hands over each day's files."""

    def __init__(self, world: World, home: Path, truth: TruthWriter) -> None:
        self.world = world
        self.home = home
        self.landing = home / "landing"
        self.classroom = ClassroomBook(world)
        self.truth = truth
        self.outbox = Outbox(world)
        self.planters = {tool: Planter(world.seed, tool) for tool in Tool}
        people = world.population
        self.knowledge = {
            person.sourced_id: self._first_knowledge(person)
            for person in (*people.learners, *people.outsiders)
        }

    def run(self) -> None:
        """Write all files."""
        self._tell_first_knowledge()
        for day in self.world.days():
            self._live_learners(day)
            self._live_others(day)
            for tool in Tool:
                self._deliver(tool, day)
        self.classroom.write(self.home)

    def _first_knowledge(self, person: Person) -> Knowledge:
        world = self.world
        plant = world.plants.get(person.sourced_id)
        return draw_knowledge(world.seed, person, world.framework, plant=plant)

    def _tell_first_knowledge(self) -> None:
        before = self.world.year.starts_on - timedelta(days=1)
        for learner in self.world.population.learners:
            known = self.knowledge[learner.sourced_id]
            self.truth.knowledge(learner, before, knowledge=known, standard_ids=known.standard_ids)

    def _live_learners(self, day: Day) -> None:
        timetable = plan_timetable(self.world, day)
        for quiz in timetable.quizzes.values():
            self.outbox.put(Tool.GAUGEWELL, day.date, describe_quiz(quiz))
        for learner in self.world.population.learners:
            known = self.knowledge[learner.sourced_id]
            sessions = live_learner_day(
                self.world, day, learner, knowledge=known, timetable=timetable
            )
            self._send(learner, day, sessions)
            changed = known.take_changed()
            self.truth.knowledge(learner, day.date, knowledge=known, standard_ids=changed)
        for section in self.world.population.sections if day.is_taught else ():
            self.classroom.fill_in(section, day, self.knowledge)

    def _live_others(self, day: Day) -> None:
        for teacher in self.world.population.teachers:
            self._hand_over(live_teacher_day(self.world, day, teacher), day)
        for outsider in self.world.population.outsiders:
            known = self.knowledge[outsider.sourced_id]
            self._hand_over(live_outsider_day(self.world, day, outsider, knowledge=known), day)

    def _send(self, learner: Person, day: Day, sessions: list[Session]) -> None:
        self._hand_over(sessions, day)
        spans = [(tool_of(session), span) for session in sessions for span in session.spans]
        bells = self._bells(learner, day)
        self.truth.activity(learner, day.date, spans=spans, bells=bells)
        self.truth.openness(learner, day.date, [session.open_span for session in sessions])

    def _hand_over(self, sessions: list[Session], day: Day) -> None:
        for place, session in enumerate(sessions):
            self.outbox.put_session(session, day, place)

    def _bells(self, learner: Person, day: Day) -> Span | None:
        if not is_instructional(day.date):
            return None
        school = self.world.population.school_of_id[learner.school_id]
        closing = closing_minute(school, day.date)
        return Span(day.at_minute(school.opens_minute), day.at_minute(closing))

    def _deliver(self, tool: Tool, day: Day) -> None:
        taken = self.outbox.take(tool, day.date)
        layout, suffix = _shape(self.world, tool, day, events=len(taken))
        name = f"{day.date}{suffix}"
        is_last = day.date == self.world.year.taught[-1]
        planter = self.planters[tool]
        parcels = planter.plant(taken, layout, file_name=name, is_last=is_last)
        if not parcels:
            return
        locations = write_delivery(self.landing / tool.value / name, parcels, layout)
        tally = FileTally(tool.value, f"{tool.value}/{name}")
        self.truth.delivery(tally, parcels, locations=locations, voided_ids=planter.voided_ids)


def _shape(world: World, tool: Tool, day: Day, *, events: int) -> tuple[Layout, str]:
    """Return how a tool writes its file of so many events on a day, and the file's suffix."""
    match tool:
        case Tool.MATHPATH:
            return Layout.LINES, ".ndjson.gz"
        case Tool.CLIPSTREAM:
            is_packed = day.date.toordinal() % 2 == 0
            return Layout.LINES, ".ndjson.zst" if is_packed else ".ndjson"
        case Tool.COURSEYARD:
            return Layout.ARRAY, ".json"
        case Tool.FIELDKIT:
            return Layout.LINES_CRLF, ".ndjson"
        case Tool.GAUGEWELL:
            is_second_day = day.date in world.year.taught[1:2]
            if is_second_day and events <= MOST_EVENTS_OF_AN_ENVELOPE:
                return Layout.PRETTY_ENVELOPE, ".json"
            return Layout.ENVELOPE_LINES, ".ndjson"


def _check(arguments: dict[str, Any], start: date) -> None:
    for name in ("students", "days"):
        if arguments[name] < 1:
            raise ValueError(f"{name} must be 1 or more, not {arguments[name]}")
    if not is_instructional(start):
        raise ValueError(f"start must be a day on which lessons are held, not {start}")


def _claim(home: Path, arguments: dict[str, Any]) -> None:
    """Refuse to write over another district: its left-over files would mix with the new ones.

    A truth without settings was left by a run that was cut off: what it wrote is removed.
    """
    summary = home / TRUTH_FOLDER / "summary.json"
    if (home / "district.toml").exists():
        found = orjson.loads(summary.read_bytes())["arguments"] if summary.exists() else None
        if found != arguments:
            raise ValueError(f"{home} already holds another district: choose an empty folder")
    elif (home / TRUTH_FOLDER).is_dir():
        for folder in (home / "landing", home / "classroom", home / TRUTH_FOLDER):
            shutil.rmtree(folder, ignore_errors=True)
    home.mkdir(parents=True, exist_ok=True)


def _describe(home: Path, world: World, truth: TruthWriter) -> SyntheticDistrict:
    last = world.year.taught[-1]
    return SyntheticDistrict(
        home=home,
        truth=home / TRUTH_FOLDER,
        first_school_date=world.year.taught[0],
        last_school_date=last,
        as_of_date=last + timedelta(days=1),
        events=sum(tally.loaded for tally in truth.tallies),
        items=sum(tally.read for tally in truth.tallies),
        files=len(truth.tallies),
        defects_planted=truth.defects_planted,
    )
