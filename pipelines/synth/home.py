"""Write what a home needs besides events and rosters: its settings, keys and standards."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import orjson

from pipelines.synth.editions import earlier_packages
from pipelines.synth.framework import case_package
from pipelines.synth.identities import DEMO_ACCOUNT
from pipelines.synth.item_bank import skill
from pipelines.synth.tools import (
    CLIPSTREAM_ACCOUNTS,
    COURSEYARD_PERSON,
    GAUGEWELL_PERSON,
    GOAL_TYPE,
    SET_GOAL_VERB,
    SSO_HOME_PAGE,
)
from pipelines.synth.truth import write_csv
from pipelines.synth.values import Item, Subject, Way
from pipelines.synth.world import ZONE_NAME

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.synth.framework import Framework
    from pipelines.synth.item_bank import ItemBank

DISTRICT_ID = "riverbend"
_OF_SKILLS = frozenset({Way.EXACT, Way.NARROWER, Way.BROADER})
_KEY_NAMES = ("pseudonym", "warehouse", "vault", "marts")

_DISTRICT_TOML = f"""\
# A synthetic district. Everybody in it is invented.

[district]
id = "{DISTRICT_ID}"
name = "Riverbend Unified School District"
zone = "{ZONE_NAME}"

# These are demonstration keys: they are derived from the seed, so anybody can make them again.
# A real district creates its own with `plumbline init` and keeps them to itself.
[keys]
folder = "keys"

[sources.mathpath]
reported_duration = "by_verb"

[sources.clipstream]
reported_duration = "by_verb"

[sources.gaugewell]
reported_duration = "by_verb"

[sources.courseyard]
reported_duration = "by_verb"

[sources.fieldkit]
reported_duration = "by_verb"

# Single sign-on of the district: the tutor.
[[learner_identifiers]]
namespace = "{SSO_HOME_PAGE}"
roster_field = "sourcedId"

# The video tool's own accounts.
[[learner_identifiers]]
namespace = "{CLIPSTREAM_ACCOUNTS}"
roster_field = "identifier"

# The tablet app: older versions send the address, newer ones its hash.
[[learner_identifiers]]
namespace = "mbox"
roster_field = "email"

[[learner_identifiers]]
namespace = "mbox_sha1sum"
roster_field = "email"

# Caliper names people by IRI, each tool in its own way.
[[learner_identifiers]]
namespace = "iri"
roster_field = "username"
template = "{GAUGEWELL_PERSON}"

[[learner_identifiers]]
namespace = "iri"
roster_field = "identifier"
template = "{COURSEYARD_PERSON}"

# The vendor's demonstration account, and the students whom the district has made to try things out.
[[test_accounts]]
namespace = "{SSO_HOME_PAGE}"
identifier = "EXT-{DEMO_ACCOUNT}"

[[test_people]]
roster_field = "username"
pattern = "test-*"

[[verbs]]
verb = "{SET_GOAL_VERB}"
activity_type = "{GOAL_TYPE}"
action = "goal_set"
"""


def write_settings(home: Path) -> None:
    """Write district.toml."""
    (home / "district.toml").write_text(_DISTRICT_TOML, encoding="utf-8")


def write_keys(home: Path, seed: int) -> None:
    """Write the demonstration keys, readable by their owner only."""
    folder = home / "keys"
    folder.mkdir(mode=0o700, exist_ok=True)
    for name in _KEY_NAMES:
        digits = hashlib.sha256(f"demonstration/{seed}/{name}".encode()).hexdigest()
        path = folder / f"{name}.key"
        path.touch(mode=0o600)
        path.chmod(0o600)
        path.write_text(f"1 {digits}\n", encoding="ascii")


def write_standards(home: Path, framework: Framework, bank: ItemBank) -> None:
    """Write each subject's CASE packages, and what events do not say of standards."""
    folder = home / "standards"
    folder.mkdir(exist_ok=True)
    current = [
        (subject.value, case_package(framework.of_subject(subject), subject)) for subject in Subject
    ]
    for name, package in (*current, *earlier_packages(framework)):
        text = orjson.dumps(package, option=orjson.OPT_INDENT_2)
        (folder / f"{name}.json").write_bytes(text + b"\n")
    items = bank.all()
    aligned = [row for item in items if item.way is Way.ALIGNED for row in _alignments(item)]
    write_csv(folder / "alignment.csv", ["activity_id", "standard"], aligned)
    skills = [row for item in items if item.way in _OF_SKILLS for row in _skills(item)]
    write_csv(folder / "skill_crosswalk.csv", ["skill", "relation", "standard"], skills)


def _alignments(item: Item) -> list[list[str]]:
    return [[item.item_id, standard.uri] for standard in item.standards]


def _skills(item: Item) -> list[list[str]]:
    return [
        [skill(item.tool, standard, item.way), item.way.value, standard.uri]
        for standard in item.standards
    ]
