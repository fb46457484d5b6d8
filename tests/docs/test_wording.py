"""Documents and labels say no more than the numbers can carry, in plain words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.docs.repository import REPOSITORY, documents, without_code

if TYPE_CHECKING:
    from pathlib import Path

_CAUSAL = re.compile(
    r"\b(improv(e|es|ed|ing|ements?)|caus(e|es|ed|ing|al)|because of|boost\w*|leads? to|thanks to|"
    r"results? in|due to|impact\w*|effective(ness|ly)?|proven|raises? (achievement|scores)|"
    r"accelerat\w*)\b",
    re.IGNORECASE,
)
_ALLOWED = re.compile(
    r"effective_n|effective number|(mend the|usual|harmless) cause", re.IGNORECASE
)
_BANNER = re.compile(r"\u2014|\u2013{2,}|={4,}|\*{4,}|-{5,}")
_LABELS = ("dbt/models/**/*.yml", "dbt/models/**/*.md", "dbt/seeds/*.csv", "expectations/*.json")


def _labels() -> list[Path]:
    return sorted(file for pattern in _LABELS for file in REPOSITORY.glob(pattern))


def _named(file: Path) -> str:
    return file.relative_to(REPOSITORY).as_posix()


@pytest.mark.parametrize("file", [*documents(), *_labels()], ids=_named)
def test_nothing_is_said_to_bring_about_learning(file: Path) -> None:
    """No document or label claims that one thing brings about another."""
    text = _ALLOWED.sub("", without_code(file.read_text(encoding="utf-8")))
    assert [found[0] for found in _CAUSAL.finditer(text)] == []


@pytest.mark.parametrize("document", documents(), ids=_named)
def test_documents_have_no_banners(document: Path) -> None:
    """No long dashes and no rows of signs."""
    text = without_code(document.read_text(encoding="utf-8"))
    assert [found[0] for found in _BANNER.finditer(text)] == []


@pytest.mark.parametrize("document", documents(), ids=_named)
def test_documents_name_no_machine(document: Path) -> None:
    """No path of a machine and no placeholder that was forgotten."""
    text = document.read_text(encoding="utf-8")
    assert re.findall(r"(?<![\w.])/(?:home|tmp|usr|var|opt|root|work)/|TODO|FIXME|XXX", text) == []
