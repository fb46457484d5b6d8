"""Every module keeps the shape of the house: small functions, one purpose, and few doors.

Which room may import which is held by docs/architecture.md and its own test.
"""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
MODULES = {
    ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file
    for file in sorted((ROOT / "pipelines").rglob("*.py"))
    if "_resources" not in file.parts
}
EVERY_MODULE = pytest.mark.parametrize("module", MODULES)
LONGEST_FUNCTION = 40
MOST_POSITIONAL = 4
# It fills a row of thirty columns, a line each, for every event; a call more would cost time.
ROW_WRITERS = {"caliper_row"}
# The few doors: what only the modules named here, or those of a folder, may import.
DOORS = {
    "pipelines.synth": {"pipelines.cli", "pipelines.report.text", "pipelines.synth"},
    "pipelines.warehouse.vault": {
        "pipelines.warehouse.roster",
        "pipelines.warehouse.roster_matching",
    },
    "pipelines.identity.matching": {"pipelines.warehouse.roster_matching"},
    "apache_beam": {
        "pipelines.ingest.fork_server",
        "pipelines.ingest.pipeline",
        "pipelines.ingest.transforms",
    },
    "great_expectations": {"pipelines.quality"},
    "dbt": {"pipelines.warehouse"},
    "duckdb_extensions": {"pipelines.warehouse.connection", "pipelines.warehouse.dbt_plugin"},
    "secrets": {"pipelines.identity.keys"},
    "random": {"pipelines.synth"},
    "socket": set(),
    "urllib.request": set(),
    "http": set(),
    "requests": set(),
    "pickle": set(),
}
# A command must not pay seconds for what it does not use.
HEAVY = ("apache_beam", "great_expectations", "dbt", "duckdb", "pyarrow", "scipy", "numpy")


def _tree(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text("utf-8"))


def _imported(module: str) -> Iterator[str]:
    """Yield every module that is imported, wherever in the file."""
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _functions(module: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _is_within(module: str, folder: str) -> bool:
    return module == folder or module.startswith(f"{folder}.")


@EVERY_MODULE
def test_a_module_says_its_one_job(module: str) -> None:
    """The docstring of a module begins with one sentence."""
    docstring = ast.get_docstring(_tree(module))
    assert docstring
    assert docstring.splitlines()[0].endswith(".")


@EVERY_MODULE
def test_functions_are_small(module: str) -> None:
    """A function has at most 40 lines, its docstring among them, and 4 positional parameters."""
    too_large = {
        function.name
        for function in _functions(module)
        if (function.end_lineno or 0) - function.lineno + 1 > LONGEST_FUNCTION
        or len([each for each in function.args.args if each.arg not in {"self", "cls"}])
        > MOST_POSITIONAL
    }
    assert too_large <= ROW_WRITERS


@EVERY_MODULE
def test_nothing_is_printed_but_by_the_command_line(module: str) -> None:
    """Results go through the command line, progress through the reporter."""
    calls = [node.func for node in ast.walk(_tree(module)) if isinstance(node, ast.Call)]
    assert "print" not in {call.id for call in calls if isinstance(call, ast.Name)}


@EVERY_MODULE
def test_every_module_can_be_imported(module: str) -> None:
    """No module needs another to be imported first."""
    if not module.endswith("__main__"):
        importlib.import_module(module)


@pytest.mark.parametrize("target", DOORS)
def test_only_the_doors_lead_there(target: str) -> None:
    """What is heavy, personal, random or reaches outside is imported in few places."""
    importers = {
        module
        for module in MODULES
        if not _is_within(module, target)
        and any(_is_within(imported, target) for imported in _imported(module))
    }
    unexpected = {
        module
        for module in importers
        if not any(_is_within(module, door) for door in DOORS[target])
    }
    assert unexpected == set()


def test_the_command_line_starts_without_what_is_heavy() -> None:
    """Asking for help imports neither Beam nor dbt nor any library of data."""
    code = "import sys, pipelines.cli; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()  # noqa: S603 - our own interpreter
    assert set(HEAVY) & set(loaded) == set()
