"""Measure the validator beside orjson's plain parsing of the same lines, in the same process.

Machines differ and are noisy: the ratios are what counts, each of the quickest of runs that
alternate.
"""

from __future__ import annotations

import argparse
import time
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from pipelines.home import Home
from pipelines.identity.keys import Key
from pipelines.identity.sealing import Sealer
from pipelines.ingest.blocks import Part
from pipelines.ingest.items import RawItem
from pipelines.ingest.net import process_and_write
from pipelines.ingest.process import PartProcessor
from pipelines.ingest.rejects import PartWriter
from pipelines.ingest.rows import Keyring
from pipelines.validation.decode import Document, decode
from pipelines.validation.findings import SpecVersion, Standard
from pipelines.validation.validator import Validator

if TYPE_CHECKING:
    from collections.abc import Callable

STATEMENT_BYTES = 1024
_TOOL = "https://mathpath.example"


class Task(NamedTuple):
    """Something to do with every line or parsed line, and the name it is printed under."""

    name: str
    items: list[Any]
    run: Callable[[Any], Any]


def main() -> None:
    """Print statements a second and core, and each time as a ratio to the one it is held to."""
    arguments = _arguments()
    tasks = _tasks(arguments.statements)
    seconds = {name: min(times) for name, times in _timed(tasks, arguments).items()}
    for name, taken in seconds.items():
        print(f"{name:32} {arguments.statements / taken:>9,.0f} statements/s")
    parse, clean = seconds["orjson.loads"], seconds["decode and validate"]
    alone = parse / seconds["validate what is parsed"]
    print(f"validating what is parsed / parsing alone, throughput: {alone:.2f} (aim 0.40)")
    print(f"decoding and validating / parsing alone, throughput: {parse / clean:.2f}")
    for share in (50, 100):
        ratio = seconds[f"the same, {share} % invalid"] / clean
        print(f"{share} % invalid / clean, time: {ratio:.1f} (at most 5)")
    _print_ingest(arguments)


def _print_ingest(arguments: argparse.Namespace) -> None:
    """Print what a part costs in ingest, from its lines to its files, by what of it is refused."""
    clean, broken, half = _deliveries(arguments.statements)
    with TemporaryDirectory() as folder:
        ingest = _ingest_into(Home(Path(folder)))
        tasks = [
            Task("clean", [clean], ingest),
            Task("50", [half], ingest),
            Task("100", [broken], ingest),
        ]
        seconds = {name: min(times) for name, times in _timed(tasks, arguments).items()}
    for share in ("50", "100"):
        ratio = seconds[share] / seconds["clean"]
        print(f"ingest of a part, {share} % invalid / clean, time: {ratio:.1f} (at most 5)")


def _ingest_into(home: Home) -> Callable[[list[bytes]], None]:
    processor = PartProcessor(Validator.load(), Keyring(Key("pseudonym", 1, bytes(32)), "bench"))
    writer = PartWriter(home, Sealer(Key("vault", 1, bytes(32))))

    def ingest(delivery: list[bytes]) -> None:
        items = [
            RawItem(line, line * STATEMENT_BYTES, (line + 1) * STATEMENT_BYTES, raw)
            for line, raw in enumerate(delivery, start=1)
        ]
        process_and_write(Part("digest", "mathpath", 0, items), processor, writer)
        writer.finish()

    return ingest


def _deliveries(statements: int) -> tuple[list[bytes], list[bytes], list[bytes]]:
    """Return clean, broken and mixed lines."""
    clean = [_statement(number, is_valid=True) for number in range(statements)]
    broken = [_statement(number, is_valid=False) for number in range(statements)]
    half = [pair[number % 2] for number, pair in enumerate(zip(clean, broken, strict=True))]
    return clean, broken, half


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--statements", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=15)
    return parser.parse_args()


def _tasks(statements: int) -> list[Task]:
    validator = Validator.load()

    check = partial(validator.check, standard=Standard.XAPI, version=SpecVersion.XAPI_1_0_3)

    def validate(line: bytes) -> None:
        decoded = decode(line)
        if not isinstance(decoded, Document):
            raise SystemExit("a line of the benchmark is no JSON")
        validator.examine(decoded.value)

    clean, broken, half = _deliveries(statements)
    return [
        Task("orjson.loads", clean, orjson.loads),
        Task("validate what is parsed", [orjson.loads(line) for line in clean], check),
        Task("decode and validate", clean, validate),
        Task("the same, 50 % invalid", half, validate),
        Task("the same, 100 % invalid", broken, validate),
    ]


def _timed(tasks: list[Task], arguments: argparse.Namespace) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {task.name: [] for task in tasks}
    for _ in range(arguments.rounds):
        for task in tasks:
            started = time.process_time()
            for item in task.items:
                task.run(item)
            times[task.name].append(time.process_time() - started)
    return times


def _statement(number: int, *, is_valid: bool) -> bytes:
    """Return a statement of a try at an item; the broken one has the mistakes that tools make."""
    body: dict[str, Any] = {
        "id": f"{number:08x}-9d4e-4b61-8a57-0c1d2e3f4a5b",
        "actor": {"account": {"homePage": "https://sso.example", "name": f"student-{number % 97}"}},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/answered", "display": {"en": "answered"}},
        "object": {
            "id": f"{_TOOL}/items/{number % 499}",
            "definition": {
                "type": "http://adlnet.gov/expapi/activities/cmi.interaction",
                "name": {"en": "Ratios"},
                "interactionType": "choice",
                "choices": [{"id": sign, "description": {"en": sign}} for sign in "abcd"],
                "correctResponsesPattern": ["b"],
            },
        },
        "result": {
            "score": {"scaled": 0.5, "raw": 1, "min": 0, "max": 2},
            "success": False,
            "duration": "PT12.5S",
        },
        "context": {
            "registration": f"{number % 53:08x}-0000-4000-8000-000000000000",
            "contextActivities": {"parent": [{"id": f"{_TOOL}/quizzes/{number % 31}"}]},
        },
        "timestamp": "2026-03-02T14:05:09.250Z",
    }
    missing = STATEMENT_BYTES - len(orjson.dumps(body))
    body["context"]["extensions"] = {f"{_TOOL}/padding": "x" * max(missing - 60, 0)}
    if not is_valid:
        body["timestamp"] = "2026-03-02 14:05:09"
        body["verb"]["id"] = "answered"
    return orjson.dumps(body)


if __name__ == "__main__":
    main()
