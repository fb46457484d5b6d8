"""Addresses and vocabulary of the five invented tools."""

from __future__ import annotations

from typing import Final

from pipelines.synth.values import Tool

BASE: Final = {tool: f"https://{tool.value}.example" for tool in Tool}
SSO_HOME_PAGE: Final = "https://sso.riverbend.example"
CLIPSTREAM_ACCOUNTS: Final = "https://clipstream.example/accounts"
GAUGEWELL_PERSON: Final = "https://gaugewell.example/people/{}"
COURSEYARD_PERSON: Final = "https://courseyard.example/users/{}"

INTERACTION_MODE: Final = "https://w3id.org/plumbline/extensions/interaction-mode"
ALIGNMENTS: Final = "https://w3id.org/plumbline/extensions/alignments"
CHOSEN_BY: Final = "https://w3id.org/plumbline/extensions/chosen-by"
SET_GOAL_VERB: Final = "https://mathpath.example/xapi/verbs/set-goal"
GOAL_TYPE: Final = "https://mathpath.example/xapi/activity-types/weekly-goal"
TARGET_COUNT_EXTENSION: Final = "https://mathpath.example/xapi/extensions/target-count"
ENGAGEMENT_EXTENSION: Final = "https://mathpath.example/xapi/extensions/engagement-score"
MOOD_EXTENSION: Final = "https://mathpath.example/xapi/extensions/mood"

ADL_VERB: Final = "http://adlnet.gov/expapi/verbs/"
ADL_ACTIVITY: Final = "http://adlnet.gov/expapi/activities/"
SOLUTION_TYPE: Final = "http://id.tincanapi.com/activitytype/solution"
VIDEO_VERB: Final = "https://w3id.org/xapi/video/verbs/"
VIDEO_TYPE: Final = "https://w3id.org/xapi/video/activity-type/video"
VIDEO_PROFILE: Final = "https://w3id.org/xapi/video"
VIDEO_EXTENSION: Final = "https://w3id.org/xapi/video/extensions/"

CALIPER_1P2: Final = "http://purl.imsglobal.org/ctx/caliper/v1p2"
CALIPER_1P1: Final = "http://purl.imsglobal.org/ctx/caliper/v1p1"
