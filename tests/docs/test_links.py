"""Every link of a document leads somewhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.docs.repository import REPOSITORY, documents, without_code

if TYPE_CHECKING:
    from pathlib import Path

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_NOT_IN_ANCHORS = re.compile(r"[^\w\- ]")


def _named(file: Path) -> str:
    return file.relative_to(REPOSITORY).as_posix()


@pytest.mark.parametrize("document", documents(), ids=_named)
def test_links_lead_somewhere(document: Path) -> None:
    """A relative link names a file or folder that exists, and a heading that is there."""
    for link in _LINK.findall(without_code(document.read_text(encoding="utf-8"))):
        if link.startswith(("https://", "http://", "mailto:")):
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        assert target.exists(), link
        assert target.is_relative_to(REPOSITORY), link
        if anchor:
            assert anchor in _anchors(target), link


def _anchors(document: Path) -> set[str]:
    headings = _HEADING.findall(document.read_text(encoding="utf-8"))
    return {_NOT_IN_ANCHORS.sub("", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_document_is_reached() -> None:
    """From the README, links lead to every document."""
    waiting, reached = [REPOSITORY / "README.md"], set[str]()
    while waiting:
        document = waiting.pop()
        if _named(document) in reached:
            continue
        reached.add(_named(document))
        for link in _LINK.findall(document.read_text(encoding="utf-8")):
            target = (document.parent / link.partition("#")[0]).resolve()
            if target.is_dir() and target.is_relative_to(REPOSITORY / "docs"):
                waiting += target.glob("*.md")
            elif target.suffix == ".md" and target.is_file():
                waiting.append(target)
    assert {_named(document) for document in documents()} <= reached
