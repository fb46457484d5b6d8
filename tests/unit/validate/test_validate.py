"""`plumbline validate` says of each item what is wrong, in every layout and packing of a file."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import zstandard
from click.testing import CliRunner

from pipelines.cli import commands
from tests.unit.examples import caliper_event, lines, statement

if TYPE_CHECKING:
    from pathlib import Path

_GOOD = statement(verb={"id": "https://tool.example/verbs/did", "display": {"en": "did"}})
_BAD = statement(actor={"mbox": "Ada Lovelace"}, timestamp="2025-02-30T00:00:00Z")
_EVENT = caliper_event()
_ENVELOPE = {
    "sensor": "https://tool.example/sensors/1",
    "sendTime": "2026-03-02T14:05:09.250Z",
    "dataVersion": _EVENT["@context"],
    "data": [_EVENT, {**_EVENT, "action": "Danced"}],
}


def _run(*arguments: str, given: bytes | None = None) -> tuple[int, str]:
    result = CliRunner().invoke(commands, ["validate", *arguments], input=given)
    return result.exit_code, result.stdout


def _judged(*arguments: str, given: bytes) -> tuple[int, list[dict[str, Any]]]:
    code, output = _run("--format", "jsonl", *arguments, "-", given=given)
    return code, [json.loads(line) for line in output.splitlines()]


def _seen(given: bytes) -> list[tuple[Any, ...]]:
    return [(each["line"], each["valid"]) for each in _judged(given=given)[1]]


def test_an_item_is_one_object_with_all_its_errors() -> None:
    """The JSON form has exactly the members that a program may rely on."""
    code, judged = _judged(given=lines(_GOOD, _BAD))
    assert code == 1
    assert [list(each) for each in judged] == [
        ["file", "line", "standard", "version", "valid", "errors", "warnings"]
    ] * 2
    assert judged[0] == {
        "file": "-",
        "line": 1,
        "standard": "xapi",
        "version": "1.0.3",
        "valid": True,
        "errors": [],
        "warnings": [],
    }
    assert [(error["rule"], error["path"]) for error in judged[1]["errors"]] == [
        ("xapi.mbox", "$.actor.mbox"),
        ("xapi.timestamp", "$.timestamp"),
    ]
    assert [list(error) for error in judged[1]["errors"]] == [
        ["rule", "path", "message", "clause"]
    ] * 2


def test_advice_is_given_beside_refusals_but_not_about_them() -> None:
    """A warning refuses nothing, and what is refused anyway is not warned of as well."""
    zoneless = {**_GOOD, "timestamp": "2025-02-28T00:00:00"}
    no_day = {**zoneless, "timestamp": "2025-02-30T00:00:00", "result": {}}
    code, judged = _judged(given=lines(zoneless, no_day))
    assert code == 1
    assert [each["valid"] for each in judged] == [True, False]
    assert [[warning["rule"] for warning in each["warnings"]] for each in judged] == [
        ["xapi.timestamp.zone"],
        ["xapi.empty"],
    ]


def test_advice_on_an_envelope_stands_at_the_envelope() -> None:
    """The paths of warnings start at the document, as those of errors do."""
    _, judged = _judged(given=lines({**_ENVELOPE, "sensor": "sensor 7", "data": [_EVENT]}))
    assert judged[0]["valid"]
    places = [(each["rule"], each["path"]) for each in judged[0]["warnings"]]
    assert ("caliper.envelope.sensor", "$.sensor") in places


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        pytest.param(b"", [], id="nothing"),
        pytest.param(b"\n\r\n", [], id="blank-lines"),
        pytest.param(lines(_GOOD, b"", _BAD), [(1, True), (3, False)], id="lines"),
        pytest.param(
            lines(_GOOD, _EVENT, _ENVELOPE),
            [(1, True), (2, True), (3, True), (3, False)],
            id="standards-mixed",
        ),
        pytest.param(json.dumps([_GOOD, _BAD]).encode(), [(1, True), (1, False)], id="array"),
        pytest.param(
            json.dumps([_GOOD, _BAD], indent=1).encode(), [(2, True), (21, False)], id="laid-out"
        ),
        pytest.param(
            json.dumps({"statements": [_GOOD, _BAD], "more": ""}).encode(),
            [(1, True), (1, False)],
            id="result",
        ),
        pytest.param(
            b'{"statements": [\n' + lines(_GOOD) + b",\n" + lines(_BAD) + b"]}\n",
            [(1, True), (1, False)],
            id="result-with-a-statement-a-line",
        ),
        pytest.param(json.dumps(_GOOD, indent=2).encode(), [(1, True)], id="one-document"),
        pytest.param(lines(_GOOD).replace(b"\n", b"\r\n"), [(1, True)], id="crlf"),
        pytest.param(lines(_GOOD).rstrip(), [(1, True)], id="no-newline-at-the-end"),
        pytest.param(b"\xef\xbb\xbf" + lines(_GOOD), [(1, True)], id="byte-order-mark"),
        pytest.param(lines(_GOOD, b"{oops", _GOOD), [(1, True), (2, False), (3, True)], id="cut"),
        pytest.param(lines(_GOOD).rstrip() + lines(_GOOD), [(1, False)], id="two-on-one-line"),
    ],
)
def test_every_layout_is_read(given: bytes, seen: list[tuple[int, bool]]) -> None:
    """Lines, arrays, results and single documents give the same items, each with its line."""
    assert _seen(given) == seen


@pytest.mark.parametrize(
    "packed",
    [
        pytest.param(gzip.compress(lines(_GOOD, _BAD)), id="gzip"),
        pytest.param(gzip.compress(lines(_GOOD)) + gzip.compress(lines(_BAD)), id="two-members"),
        pytest.param(zstandard.compress(lines(_GOOD, _BAD)), id="zstd"),
    ],
)
def test_packed_files_are_read(packed: bytes) -> None:
    """The packing is told by the first bytes, also of standard input."""
    assert _seen(packed) == [(1, True), (2, False)]


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        pytest.param(gzip.compress(lines(_GOOD) * 99)[:-9], "file.truncated", id="truncated"),
        pytest.param(gzip.compress(lines(_GOOD))[:12] + b"\xff" * 40, "file.damaged", id="damaged"),
        pytest.param('{"a": 1}'.encode("utf-16"), "file.utf16", id="utf-16"),
        pytest.param(b"id,name\n1,x\n", "file.unrecognised", id="no-json"),
    ],
)
def test_what_cannot_be_read_to_its_end_is_said(given: bytes, rule: str) -> None:
    """A file as a whole has no line, and the exit code says that it could not be read."""
    code, judged = _judged(given=given)
    assert code == 2
    assert (judged[-1]["line"], judged[-1]["errors"][0]["rule"]) == (None, rule)


def test_a_missing_file_leaves_the_others_alone(tmp_path: Path) -> None:
    """What is there is judged; the exit code tells that something was not."""
    there = tmp_path / "there.ndjson"
    there.write_bytes(lines(_GOOD))
    result = CliRunner().invoke(commands, ["validate", str(tmp_path / "none"), str(there)])
    assert result.exit_code == 2
    assert "No such file" in result.stderr
    assert result.stdout == "1 item: 1 valid, 0 invalid\n"
    assert _run(str(tmp_path))[0] == 2


def test_what_is_asked_for_is_what_is_judged() -> None:
    """A version may be forced, and tells its standard; an item is then nothing else."""
    given = lines(_GOOD, _EVENT, {**_EVENT, "profile": None})
    for arguments, judged_as in (
        (["--standard", "xapi"], ("xapi", "1.0.3")),
        (["--spec-version", "2.0.0"], ("xapi", "2.0.0")),
        (["--standard", "caliper"], ("caliper", "1.2")),
        (["--standard", "caliper", "--spec-version", "1.1"], ("caliper", "1.1")),
    ):
        _, judged = _judged(*arguments, given=given)
        assert {(each["standard"], each["version"]) for each in judged} == {judged_as}


@pytest.mark.parametrize(
    ("version", "items", "rule"),
    [
        pytest.param("1.0.3", 1, "xapi.statement.required", id="no-statement"),
        pytest.param("1.1", 2, "caliper.envelope.data-version", id="another-version"),
    ],
)
def test_an_envelope_is_judged_as_what_is_asked_for(version: str, items: int, rule: str) -> None:
    """To xAPI an envelope is one object; to the other Caliper version, an envelope."""
    _, judged = _judged("--spec-version", version, given=lines(_ENVELOPE))
    assert len(judged) == items
    assert all(rule in {error["rule"] for error in each["errors"]} for each in judged)


def test_what_is_no_object_stays_unrecognised() -> None:
    """Nothing can be asked of a number."""
    _, judged = _judged("--standard", "caliper", given=b"[1]")
    assert [each["errors"][0]["rule"] for each in judged] == ["unrecognised"]


def test_a_version_of_another_standard_is_a_usage_error() -> None:
    """The options may not contradict each other."""
    code, _ = _run("--standard", "caliper", "--spec-version", "2.0.0", "-", given=b"")
    assert code == 2  # the program itself gives 64 for a usage error


def test_the_text_shows_value_expectation_and_clause() -> None:
    """A vendor reads what was found, what was expected and where that is written."""
    code, text = _run("-", given=lines(_BAD))
    assert code == 1
    assert "-:1: invalid (xapi 1.0.3)\n" in text
    assert "  error xapi.timestamp at $.timestamp\n" in text
    assert "    expected an ISO 8601 date and time" in text
    assert '    found: "2025-02-30T00:00:00Z"\n' in text
    assert "    see: xAPI 1.0.3 Data 4.5\n" in text
    assert text.endswith(
        "1 item: 0 valid, 1 invalid\n  xapi.mbox: 1 item\n  xapi.timestamp: 1 item\n"
    )


def test_nothing_personal_is_shown() -> None:
    """Neither form repeats a name, an address or a free text."""
    secret = "Ada Lovelace 1815"  # noqa: S105 - the name of a person, not a password
    body = {
        "actor": {"mbox": secret, "name": 1815, "account": {"homePage": secret, "name": secret}},
        "verb": {"id": secret, "display": {secret: 1, "en": 5}},
        "object": {"id": f"https://x.example/{secret}", "objectType": secret, secret: secret},
        "result": {"duration": secret, "score": secret, "response": [secret]},
        "context": {"registration": secret, "extensions": {secret: secret}},
        "timestamp": secret,
    }
    given = lines(body, {**_EVENT, "id": secret, "actor": secret, "action": secret})
    for form in ("text", "jsonl"):
        _, output = _run("--format", form, "-", given=given)
        assert "error" in output
        assert not any(word in output for word in secret.split()[:2])


def test_a_closed_pipe_ends_the_run_quietly(tmp_path: Path) -> None:
    """Whoever reads the first lines only gets no stack trace."""
    file = tmp_path / "many.ndjson"
    file.write_bytes(lines(_BAD) * 3000)
    with subprocess.Popen(  # noqa: S603 - this program, and a file of this test
        [sys.executable, "-c", "from pipelines.cli import main; main()", "validate", str(file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as program:
        assert program.stdout
        assert program.stderr
        program.stdout.readline()
        program.stdout.close()
        assert program.wait(60) == 141
        assert program.stderr.read() == b""
