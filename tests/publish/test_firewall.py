"""No build is published whose SQL lets a proxy reach learning."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipelines.errors import CheckFailedError
from pipelines.publish.publish import publish_build
from tests.publish.artefacts import BREACHED, leave_artefacts

if TYPE_CHECKING:
    from pipelines.home import Home
    from pipelines.identity.keys import Key
    from pipelines.settings import Settings


def test_a_breached_build_is_not_published(home: Home, settings: Settings, key: Key) -> None:
    """Publishing stops, prints the path from the proxy to the mart, and leaves nothing behind."""
    leave_artefacts(home.dbt_artefacts, "build-one", query=BREACHED)

    with pytest.raises(CheckFailedError) as refused:
        publish_build(home, settings, key, "build-one")

    message = str(refused.value)
    assert "learning.evidence.outcome: loaded.tries.seconds decides" in message
    assert "-> learning.evidence.(rows read) (where: tries.seconds < 60)" in message
    assert not home.current_build.exists()
    assert not (home.published / "build-one").exists()


def test_a_build_whose_sql_is_unknown_is_not_published(
    home: Home, settings: Settings, key: Key
) -> None:
    """What dbt left must be of the very build that is published."""
    leave_artefacts(home.dbt_artefacts, "another-build")

    with pytest.raises(CheckFailedError, match="cannot be checked"):
        publish_build(home, settings, key, "build-one")


def test_artefacts_of_two_runs_prove_nothing(home: Home, settings: Settings, key: Key) -> None:
    """The SQL and the record of its run must be of one run of dbt."""
    manifest = home.dbt_artefacts / "manifest.json"
    text = manifest.read_text("utf-8")
    manifest.write_text(text.replace("run-of-build-one", "another-run"), "utf-8")

    with pytest.raises(CheckFailedError, match="cannot be checked"):
        publish_build(home, settings, key, "build-one")
