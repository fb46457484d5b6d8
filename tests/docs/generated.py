"""The sections of documents that are made from the code; `python -m tests.docs.generated` writes.

Each lies in its document between the comments `<!-- generated: NAME -->` and `<!-- end -->`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

import click

from pipelines.canonical import event_columns
from pipelines.cli import commands
from pipelines.ingest import rejection
from pipelines.measures import SCHEMA, SHIPPED, VERSIONS, read_definitions, shipped_versions
from pipelines.reference.classroom_rules import ClassroomRule
from pipelines.reference.roster_rules import RULES
from pipelines.validation.catalogue import catalogue
from pipelines.validation.findings import Finding
from pipelines.validation.schema_set import SchemaSet
from tests.docs.marts import render_marts
from tests.docs.repository import DOCS, REPOSITORY, replace_section
from tests.load.released_schemas import write_unreleased

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipelines.measures import Definition

_HELP_WIDTH = 80
_RULES_BY_STANDARD = {"xAPI": "xapi.", "Caliper": "caliper.", "Files, JSON and recognition": ""}


class Section(NamedTuple):
    """A generated section: the document it lies in, its name, and what makes it."""

    document: str
    name: str
    render: Callable[[], str]


def render_commands() -> str:
    """Return every command with its help."""
    root = click.Context(
        commands, info_name="plumbline", terminal_width=_HELP_WIDTH, **commands.context_settings
    )
    return "".join(
        _render_command(name, command, root) for name, command in sorted(_leaves(commands))
    )


def render_event() -> str:
    """Return the columns of the canonical event."""
    rows = "".join(
        f"| `{each.name}` | `{each.type}` | {_yes(is_so=each.required)} | {each.description} |\n"
        for each in event_columns()
    )
    return f"\n| column | type | always there | meaning |\n| --- | --- | --- | --- |\n{rows}\n"


def render_parameters() -> str:
    """Return every parameter of the measures."""
    described = json.loads((REPOSITORY / SCHEMA).read_text(encoding="utf-8"))["properties"]
    rows = "".join(
        f"| {each.measure} | {each.version} | `{name}` | {each.parameters[name]:g} "
        f"| {about['unit']} | {about['description']} |\n"
        for each in shipped_definitions()
        for name, about in described[each.measure]["properties"].items()
        if name in each.parameters
    )
    head = "| measure | version | parameter | value | unit | what it does |\n"
    return f"\n{head}| --- | --- | --- | --- | --- | --- |\n{rows}\n"


def shipped_definitions() -> tuple[Definition, ...]:
    """Return the definitions of the measures as Plumbline ships them."""
    return read_definitions(REPOSITORY / SHIPPED).measures


def render_rules() -> str:
    """Return every rule that an item can break, by standard."""
    of_files = [each for each in vars(rejection).values() if isinstance(each, Finding)]
    rows = {each.rule: (each.severity, each.clause, each.message) for each in of_files}
    for entry in catalogue(SchemaSet.load()):
        rows[entry.name] = (entry.severity, entry.clause, entry.meaning)
    return "".join(
        _render_rules_of(title, {rule: row for rule, row in rows.items() if _is_of(rule, prefix)})
        for title, prefix in _RULES_BY_STANDARD.items()
    )


def render_roster_rules() -> str:
    """Return every rule that a roster can break."""
    rows = "".join(
        f"| `{rule.name}` | {rule.severity} | {rule.clause} | {rule.asks} |\n"
        for rule in sorted(RULES.values())
    )
    return f"\n| rule | severity | clause | asks for |\n| --- | --- | --- | --- |\n{rows}\n"


def render_classroom_rules() -> str:
    """Return every rule that a row of a form can break."""
    rows = "".join(f"| `{rule.value}` | {rule.asks} |\n" for rule in ClassroomRule)
    return f"\n| rule | asks for |\n| --- | --- |\n{rows}\n"


SECTIONS = (
    Section("operations.md", "classroom", render_classroom_rules),
    Section("cli.md", "commands", render_commands),
    Section("data-contract.md", "event", render_event),
    Section("data-contract.md", "marts", render_marts),
    Section("measures.md", "parameters", render_parameters),
    Section("roster-rules.md", "rosters", render_roster_rules),
    Section("validation-rules.md", "rules", render_rules),
)


def _is_of(rule: str, prefix: str) -> bool:
    """Tell whether a rule is of a standard; without one, whether it is of none."""
    if prefix:
        return rule.startswith(prefix)
    return not any(each and rule.startswith(each) for each in _RULES_BY_STANDARD.values())


def _render_rules_of(title: str, rows: dict[str, tuple[str, str, str]]) -> str:
    lines = "".join(
        f"| `{rule}` | {severity} | {clause} | {meaning.replace('|', chr(92) + '|')} |\n"
        for rule, (severity, clause, meaning) in sorted(rows.items())
    )
    head = "| rule | severity | clause | asks for, or says |\n| --- | --- | --- | --- |\n"
    return f"\n## {title}\n\n{head}{lines}\n"


def _yes(*, is_so: bool) -> str:
    return "yes" if is_so else ""


def _leaves(group: click.Group, prefix: str = "") -> Iterator[tuple[str, click.Command]]:
    """Yield every command by its full name; of a group, itself and those below it."""
    for name, command in group.commands.items():
        yield f"{prefix}{name}", command
        if isinstance(command, click.Group):
            yield from _leaves(command, f"{prefix}{name} ")


def _render_command(name: str, command: click.Command, root: click.Context) -> str:
    context = click.Context(
        command,
        parent=root,
        info_name=name,
        terminal_width=_HELP_WIDTH,
        help_option_names=root.help_option_names,
    )
    depth = "###" if " " in name else "##"
    return f"\n{depth} plumbline {name}\n\n```text\n{command.get_help(context)}\n```\n"


def _write() -> None:
    for section in SECTIONS:
        file = DOCS / section.document
        text = file.read_text(encoding="utf-8")
        file.write_text(replace_section(text, section.name, section.render()), encoding="utf-8")


def _record_versions() -> None:
    """Write down versions of measures that are new; what stands there is left as it is."""
    file = REPOSITORY / VERSIONS
    document = json.loads(file.read_text(encoding="utf-8"))
    known = {(each.measure, each.version) for each in shipped_versions()}
    document["definitions"] += [
        each._asdict()
        for each in shipped_definitions()
        if (each.measure, each.version) not in known
    ]
    file.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    _write()
    _record_versions()
    write_unreleased()
