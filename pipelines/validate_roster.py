"""The command `plumbline validate --roster`: every violation of a OneRoster set, with its place."""

from __future__ import annotations

import os
import sys
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

import duckdb
import orjson

from pipelines.reference.roster_judge import judge_roster, violations
from pipelines.reference.roster_package import UnreadablePackageError, open_package
from pipelines.reference.roster_rules import RULES, Effect, RosterSeverity, Violation
from pipelines.report.progress import Reporter
from pipelines.validate_command import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pipelines.reference.roster_judge import JudgedRoster

_EFFECTS = {
    Effect.DELIVERY: "nothing of the delivery is loaded",
    Effect.ROW: "the row is left out",
    Effect.VALUE: "the value is read as empty",
    Effect.NONE: "loaded all the same",
}


def run_validate_roster(path: Path, *, as_json: bool) -> ExitCode:
    """Judge a set and write every violation to standard output, those of a row together."""
    try:
        package = open_package(path)
    except UnreadablePackageError as error:
        Reporter().say(f"error: {path}: {error}")
        return ExitCode.UNREADABLE
    with duckdb.connect() as connection:
        with Reporter().step("validate roster"):
            judged = judge_roster(connection, package)
        try:
            return _write(judged, violations(connection), as_json=as_json)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return ExitCode.NOBODY_READS


def _write(judged: JudgedRoster, found: Iterator[Violation], *, as_json: bool) -> ExitCode:
    out, rules, invalid = sys.stdout.buffer, Counter[str](), 0
    for _, group in groupby(found, key=lambda each: (each.file, each.row)):
        together = list(group)
        errors = [each for each in together if _is_error(each)]
        invalid += bool(errors)
        rules.update(each.rule for each in together)
        out.write(_json_line(judged, together) if as_json else _text(judged, together).encode())
    if not as_json:
        out.write(_closing(judged, rules, invalid).encode())
    out.flush()
    if not judged.is_loadable:
        return ExitCode.UNREADABLE
    return ExitCode.SOME_INVALID if invalid else ExitCode.ALL_VALID


def _is_error(violation: Violation) -> bool:
    return RULES[violation.rule].severity is RosterSeverity.ERROR


def _json_line(judged: JudgedRoster, together: Sequence[Violation]) -> bytes:
    first = together[0]
    document = {
        "file": first.file,
        "row": first.row,
        "standard": "oneroster",
        "version": judged.version,
        "valid": not any(_is_error(each) for each in together),
        "errors": [_finding(each) for each in together if _is_error(each)],
        "warnings": [_finding(each) for each in together if not _is_error(each)],
    }
    return orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE)


def _finding(violation: Violation) -> dict[str, str | None]:
    return {
        "rule": violation.rule,
        "column": violation.column,
        "message": f"expected {violation.message}",
        "effect": violation.effect.value,
        "clause": RULES[violation.rule].clause,
    }


def _text(judged: JudgedRoster, together: Sequence[Violation]) -> str:
    first = together[0]
    place = first.file if first.row is None else f"{first.file}:{first.row}"
    is_valid = not any(_is_error(each) for each in together)
    what = f" (oneroster {judged.version})" if judged.version else ""
    lines = [f"{place}: {'valid, with warnings' if is_valid else 'invalid'}{what}"]
    for each in together:
        rule = RULES[each.rule]
        column = f" at {each.column}" if each.column else ""
        lines += [
            f"  {rule.severity} {rule.name}{column}",
            f"    expected {each.message}; {_EFFECTS[each.effect]}",
            f"    see: {rule.clause}",
        ]
    return "\n".join(lines) + "\n"


def _closing(judged: JudgedRoster, rules: Counter[str], invalid: int) -> str:
    ranked = sorted(rules.items(), key=lambda pair: (-pair[1], pair[0]))
    verdict = "it can be loaded" if judged.is_loadable else "it cannot be loaded"
    lines = [f"{judged.rows:,} rows; {invalid:,} rows and files are invalid; {verdict}"]
    lines += [f"  {rule}: {count:,}" for rule, count in ranked]
    return "\n".join(lines) + "\n"
