"""Data Docs: written, self-contained, repeatable, and without a row of the data."""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from pipelines.home import Home
from pipelines.quality.check import run_checks
from pipelines.quality.outcome import Stage
from pipelines.quality.suites import read_suites
from pipelines.warehouse.connection import open_encrypted

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from pipelines.identity.keys import Key

LOADING_TAGS = {"script", "link", "img", "iframe", "object", "embed", "base", "form"}


class _Tags(HTMLParser):
    """Collects the tags of a page and the targets of its links."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag and where it leads."""
        self.tags.add(tag)
        self.links |= {value or "" for name, value in attrs if name in {"href", "src"}}


@pytest.fixture(scope="module")
def checked(
    tmp_path_factory: pytest.TempPathFactory, small_warehouse: Path, key: Key, as_of: date
) -> Home:
    """Give a home whose both stages were checked, with findings in both."""
    home = Home(tmp_path_factory.mktemp("checked"))
    home.warehouse_file.parent.mkdir()
    shutil.copy(small_warehouse, home.warehouse_file)
    with open_encrypted(home.warehouse_file, key) as connection:
        connection.execute("update audit.reconciliation set adds_up = false")
        connection.execute("delete from loaded.rejections")
    for stage in Stage:
        run_checks(home, stage, key=key, as_of=as_of)
    return home


@pytest.fixture(scope="module")
def pages(checked: Home) -> Path:
    """Give the folder of the Data Docs."""
    return checked.reports / "data_docs"


def test_every_suite_has_a_page_with_its_reasons(pages: Path) -> None:
    """Each table has a page that tells every expectation's severity, rule and reason."""
    for stage in Stage:
        for suite in read_suites(stage):
            page = (pages / stage / f"{suite.table}.html").read_text("utf-8")
            for expected in suite.expectations:
                assert expected.name.replace("_", " ") in page
                assert expected.reason.matters[:30].split("'")[0] in page


def test_index_counts_what_was_found(checked: Home, pages: Path) -> None:
    """The index of a stage tells its date, its counts and where they come from."""
    results = json.loads((checked.reports / "checks" / "after_build.json").read_bytes())
    text = _text(pages / "after_build" / "index.html")

    assert f"As of 2025-10-10: {results['passed']} passed , 0 warned , 2 failed" in text
    assert "audit.reconciliation 3 0 1" in text
    assert "audit.rejections 1 0 1" in text


def test_rules_are_rendered_by_great_expectations(pages: Path) -> None:
    """A page says the rule as Great Expectations words it, and the number that it observed."""
    text = _text(pages / "after_load" / "loaded.rejections.html")

    assert "disagreeing_files maximum value must be less than or equal to 0.0 . 6" in text
    assert "failed rejections explain the ledger critical" in text


def test_pages_load_nothing_and_links_lead_somewhere(pages: Path) -> None:
    """No page fetches a style, script or picture from anywhere; every link is a page of ours."""
    for page in pages.rglob("*.html"):
        parser = _Tags()
        parser.feed(page.read_text("utf-8"))

        assert not parser.tags & LOADING_TAGS
        assert all((page.parent / link).is_file() for link in parser.links)
        assert not re.search(r"https?://|url\(|@import", page.read_text("utf-8"))


def test_reports_hold_no_value_of_a_row(checked: Home, key: Key) -> None:
    """No pseudonym, event, file or body appears in the pages or in the results."""
    with open_encrypted(checked.warehouse_file, key, read_only=True) as connection:
        rows = connection.execute(
            """
            select student_key from loaded.students
            union select actor_key from loaded.learner_identifiers
            union select event_id::varchar from loaded.events
            union select body_digest from loaded.events
            union select activity_id from loaded.events
            union select file_name from loaded.files
            union select file_digest from loaded.files
            """
        ).fetchall()
    reports = [file for file in checked.reports.rglob("*") if file.is_file()]
    text = "\n".join(file.read_text("utf-8") for file in reports)

    assert len(rows) > 6000
    assert [value for (value,) in rows if value in text] == []


def test_pages_repeat(checked: Home, pages: Path, key: Key, as_of: date) -> None:
    """The same warehouse gives the same pages, byte for byte."""
    before = {page: page.read_bytes() for page in pages.rglob("*.html")}

    for stage in Stage:
        run_checks(checked, stage, key=key, as_of=as_of)

    assert {page: page.read_bytes() for page in pages.rglob("*.html")} == before


def _text(page: Path) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page.read_text("utf-8")).split())
