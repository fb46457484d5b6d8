"""district.toml is read whole, and every mistake in it is one clear message."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.errors import ConfigurationError
from pipelines.home import Home
from pipelines.settings import (
    AccountSetAside,
    IngestSettings,
    LearnerIdentifier,
    PeopleSetAside,
    PublishSettings,
    ReportedDuration,
    SchoolSettings,
    Settings,
    Source,
    VerbAction,
    read_settings,
)
from tests.unit.examples import SETTINGS, SSO

UNREADABLE = Path("/proc/self/mem")
IDENTIFIER = f'[[learner_identifiers]]\nnamespace = "{SSO}"\nroster_field = "sourcedId"\n'


def _read(folder: Path, text: str) -> Settings:
    (folder / "district.toml").write_bytes(text.encode())
    return read_settings(Home.at(folder))


def test_the_least_settings_have_documented_defaults(tmp_path: Path) -> None:
    """District, one source and one identifier are enough."""
    settings = _read(tmp_path, SETTINGS.replace("[ingest]\nsettle_seconds = 0\n", ""))
    assert settings == Settings(
        district_id="riverbend",
        district_name="Riverbend Unified School District",
        zone="America/Chicago",
        keys_folder=tmp_path.resolve() / "keys",
        sources=(Source("mathpath"), Source("quizroom")),
        learner_identifiers=(LearnerIdentifier(SSO, "sourcedId", "{}"),),
    )
    assert settings.ingest == IngestSettings(2, 8 << 20, 16 << 20, 2.0)


def test_every_setting_is_read(tmp_path: Path) -> None:
    """What the schema allows has an effect."""
    text = SETTINGS.replace("[sources.mathpath]", '[sources.mathpath]\nreported_duration = "after"')
    text = text.replace("settle_seconds = 0", "workers = 3\nblock_bytes = 65536\nitem_bytes = 1024")
    settings = _read(
        tmp_path,
        f"""{text}
[keys]
folder = "/etc/plumbline"
[publish]
encrypted = true
kept_builds = 30
[[learner_identifiers]]
namespace = "iri"
roster_field = "userIds:LDAP"
[[test_accounts]]
namespace = "mbox"
identifier = "demo@x.example"
[[test_people]]
roster_field = "username"
pattern = "test-*"
[[verbs]]
verb = "https://x.example/v"
action = "hinted"
activity_type = ""
""",
    )
    assert settings.keys_folder == Path("/etc/plumbline")
    assert settings.sources[0] == Source("mathpath", ReportedDuration.AFTER)
    assert settings.verbs == (VerbAction("https://x.example/v", "hinted", None),)
    assert settings.learner_identifiers[1] == LearnerIdentifier("iri", "userIds:LDAP")
    assert settings.test_accounts == (AccountSetAside("mbox", "demo@x.example"),)
    assert settings.test_people == (PeopleSetAside("username", "test-*"),)
    assert settings.ingest == IngestSettings(3, 65536, 1024, 2.0)
    assert settings.publish == PublishSettings(encrypted=True, kept_builds=30)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        pytest.param('id = "riverbend"\n', "", "district: ", id="missing"),
        pytest.param('id = "riverbend"', 'id = "River Bend"', "district.id: ", id="pattern"),
        pytest.param('id = "riverbend"', "id = 7", "district.id: ", id="type"),
        pytest.param("[sources.mathpath]\n[sources.quizroom]\n", "", "top level: ", id="no-source"),
        pytest.param("[sources.mathpath]", '[sources."Math Path"]', "sources", id="source-name"),
        pytest.param(
            "[sources.mathpath]",
            '[sources.mathpath]\nreported_duration = "later"',
            "sources.mathpath.reported_duration: ",
            id="closed-set",
        ),
        pytest.param(
            '"sourcedId"', '"name"', "learner_identifiers.0.roster_field: ", id="roster-field"
        ),
        pytest.param(
            '"sourcedId"',
            '"userIds"',
            "learner_identifiers.0.roster_field: ",
            id="user-ids-without-their-type",
        ),
        pytest.param(
            '"sourcedId"',
            '"sourcedId"\n[[test_people]]\npattern = "test-*"',
            "test_people.0: ",
            id="pattern-of-nothing",
        ),
        pytest.param(
            '"sourcedId"',
            '"sourcedId"\ntemplate = "x"',
            "learner_identifiers.0.template: ",
            id="template-without-braces",
        ),
        pytest.param(
            "settle_seconds = 0", "block_bytes = 10", "ingest.block_bytes: ", id="too-small"
        ),
        pytest.param("settle_seconds = 0", "settle = 0", "ingest: ", id="unknown-key"),
        pytest.param("[ingest]", "[ingestion]", "top level: ", id="unknown-table"),
    ],
)
def test_a_violation_names_file_and_field(
    tmp_path: Path, old: str, new: str, *, field: str
) -> None:
    """A setting that cannot be used is named with its place, and with how to mend it."""
    assert old in SETTINGS
    with pytest.raises(ConfigurationError) as caught:
        _read(tmp_path, SETTINGS.replace(old, new))
    assert f"\n    {field}" in str(caught.value)
    assert "district.toml has" in caught.value.problem
    assert "district.schema.json" in caught.value.mend


def test_all_violations_are_told_at_once(tmp_path: Path) -> None:
    """Two mistakes are one message with a line for each."""
    text = SETTINGS.replace('"riverbend"', '""').replace("settle_seconds = 0", "workers = 0")
    with pytest.raises(ConfigurationError, match="has 2 setting") as caught:
        _read(tmp_path, text)
    assert "district.id: " in str(caught.value)
    assert "ingest.workers: " in str(caught.value)


@pytest.mark.parametrize(
    "zone", ["Chicago", "America", "America/Chicago/", "../etc/passwd", "CST6", "/etc/localtime"]
)
def test_an_unknown_zone_is_refused(tmp_path: Path, zone: str) -> None:
    """School days need a zone that can be looked up."""
    with pytest.raises(ConfigurationError, match=r"district\.zone: ") as caught:
        _read(tmp_path, SETTINGS.replace("America/Chicago", zone))
    assert "America/Chicago" in caught.value.mend


def test_schools_may_have_zones_of_their_own(tmp_path: Path) -> None:
    """All zones of the district are the district's and those of its schools."""
    settings = _read(tmp_path, f'{SETTINGS}[[schools]]\nid = "west"\nzone = "America/Denver"\n')
    assert settings.schools == (SchoolSettings("west", "America/Denver"),)
    assert settings.zones == {"America/Chicago", "America/Denver"}


@pytest.mark.parametrize(
    ("ids", "zone", "problem"),
    [
        pytest.param(("west",), "Denver", r"schools\.0\.zone: 'Denver' is no", id="unknown"),
        pytest.param(("west", "west"), "America/Denver", r"schools\.1\.id: .* already", id="twice"),
    ],
)
def test_a_zone_of_a_school_that_cannot_be_used_is_refused(
    tmp_path: Path, ids: tuple[str, ...], zone: str, problem: str
) -> None:
    """The message says which school's setting it is."""
    text = "".join(f'[[schools]]\nid = "{name}"\nzone = "{zone}"\n' for name in ids)
    with pytest.raises(ConfigurationError, match=problem):
        _read(tmp_path, SETTINGS + text)


def test_a_date_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    """What has the form of a date need not be one."""
    text = SETTINGS + '[time_limits]\nearliest_date = "2025-02-30"\n'
    with pytest.raises(ConfigurationError, match=r"time_limits\.earliest_date: 2025-02-30"):
        _read(tmp_path, text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[district", id="syntax"),
        pytest.param("a = 1\na = 2", id="twice"),
    ],
)
def test_what_is_no_toml_is_told(tmp_path: Path, text: str) -> None:
    """The message names the file and where in it the fault is."""
    with pytest.raises(ConfigurationError, match=r"district\.toml is not TOML: .*\(at "):
        _read(tmp_path, text)


def test_another_encoding_is_told(tmp_path: Path) -> None:
    """TOML is UTF-8."""
    (tmp_path / "district.toml").write_bytes("name = 'ö'".encode("latin-1"))
    with pytest.raises(ConfigurationError, match="is not TOML"):
        read_settings(Home.at(tmp_path))


def test_a_folder_without_settings_is_no_home(tmp_path: Path) -> None:
    """The message says how to name or make a home."""
    with pytest.raises(ConfigurationError, match="plumbline init"):
        Home.at(tmp_path)


@pytest.mark.skipif(not UNREADABLE.exists(), reason="needs Linux's /proc")
def test_settings_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    """An error of the system becomes one message."""
    home = Home(tmp_path)
    home.settings_file.symlink_to(UNREADABLE)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_settings(home)
