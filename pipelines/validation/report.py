"""What validation says about the items of a file: as JSON for machines, as text for people."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from pipelines.validation.masking import masked, vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.validation.findings import Finding, SpecVersion, Standard
    from pipelines.validation.schema_set import SchemaSet

_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")
_HIDDEN_STEP = "[*]"
_ABSENT = object()


class Place(NamedTuple):
    """The file and the line in which a document begins; a file as a whole has no line."""

    file: str
    line: int | None

    def as_text(self) -> str:
        """Return what editors and terminals take for a link."""
        return self.file if self.line is None else f"{self.file}:{self.line}"


class Judged(NamedTuple):
    """One item of a file, or a stretch of it that gives none, with all that is to be said of it.

    The document is what the paths of the findings start at; nothing where it was not readable.
    """

    place: Place
    standard: Standard | None
    version: SpecVersion | None
    errors: tuple[Finding, ...]
    warnings: tuple[Finding, ...] = ()
    document: Any = _ABSENT

    @property
    def is_valid(self) -> bool:
        """Whether the item keeps every rule."""
        return not self.errors


@dataclass(slots=True)
class Tally:
    """How many items of a run were valid, invalid, and valid with warnings."""

    valid: int = 0
    invalid: int = 0
    warned: int = 0
    rules: Counter[str] = field(default_factory=Counter)

    def take(self, judged: Judged) -> None:
        """Count one item."""
        self.valid += judged.is_valid
        self.invalid += not judged.is_valid
        self.warned += judged.is_valid and bool(judged.warnings)
        self.rules.update({finding.rule for finding in judged.errors})

    def as_text(self) -> str:
        """Return the closing lines of the text form: the sums, and the rules most often broken."""
        items = self.valid + self.invalid
        sums = f"{_plural(items, 'item')}: {self.valid} valid, {self.invalid} invalid"
        warned = f"; {self.warned} of the valid with warnings" if self.warned else ""
        ranked = sorted(self.rules.items(), key=lambda pair: (-pair[1], pair[0]))
        lines = [f"  {rule}: {_plural(count, 'item')}" for rule, count in ranked]
        return "\n".join([sums + warned, *lines]) + "\n"


class TextForm:
    """Writes items for people, with the offending values masked."""

    def __init__(self, schemas: SchemaSet) -> None:
        """Learn which terms are no person's."""
        self._terms = vocabulary(schemas)

    def of(self, judged: Judged) -> str:
        """Return an item that breaks rules or only should keep them; nothing for a clean one."""
        if not judged.errors and not judged.warnings:
            return ""
        what = f" ({judged.standard} {judged.version})" if judged.standard else ""
        verdict = "valid, with warnings" if judged.is_valid else "invalid"
        findings = (*judged.errors, *judged.warnings)
        told = (line for finding in findings for line in self._told(finding, judged.document))
        return "\n".join([f"{judged.place.as_text()}: {verdict}{what}", *told]) + "\n"

    def _told(self, finding: Finding, document: Any) -> Iterator[str]:
        yield f"  {finding.severity} {finding.rule} at {finding.path}"
        yield f"    {finding.message}"
        found = _value_at(document, finding.path)
        if found is not _ABSENT:
            member = finding.path.rpartition(".")[2]
            yield f"    found: {masked(found, self._terms, member=member)}"
        yield f"    see: {finding.clause}"


def as_json_line(judged: Judged) -> bytes:
    """Return an item as one line of JSON; no value of it is repeated."""
    return orjson.dumps(
        {
            "file": judged.place.file,
            "line": judged.place.line,
            "standard": judged.standard,
            "version": judged.version,
            "valid": judged.is_valid,
            "errors": [_finding(finding) for finding in judged.errors],
            "warnings": [_finding(finding) for finding in judged.warnings],
        },
        option=orjson.OPT_APPEND_NEWLINE,
    )


def _finding(finding: Finding) -> dict[str, str]:
    return {
        "rule": finding.rule,
        "path": finding.path,
        "message": finding.message,
        "clause": finding.clause,
    }


def _value_at(document: Any, path: str) -> Any:
    """Return the value that a path leads to, or nothing where a name on the way is hidden."""
    value = document
    if _HIDDEN_STEP in path:
        return _ABSENT
    for name, index in _STEP.findall(path):
        try:
            value = value[int(index)] if index else value[name]
        except (KeyError, IndexError, TypeError):
            return _ABSENT
    return value


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
