"""Load the forms that people fill in: what stands in classroom/ is what counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pipelines.identity.keys import read_key
from pipelines.identity.pseudonyms import LocalIdentifier, Pseudonymiser
from pipelines.reference.classroom_csv import Known, judge_file
from pipelines.reference.classroom_forms import FORMS
from pipelines.warehouse.tables import insert_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from pipelines.home import Home
    from pipelines.reference.classroom_csv import JudgedFile
    from pipelines.reference.classroom_rules import Refusal
    from pipelines.settings import Settings

SHOWN_REFUSALS = 5
_RECORD_IDS = "classroom rows"
# Editions share codes. A code means its one standard, or the one that all of its standards have
# become; where they have become several, nobody can say which is meant.
_NAMES_OF_STANDARDS = """
with names as (
    select uri as name, standard_id, counts_as_id, 1 as preference from loaded.standards
    union
    select standard_id, standard_id, counts_as_id, 1 from loaded.standards
    union
    select code, standard_id, counts_as_id, 2 from loaded.standards where code is not null
),

preferred as (
    select *, min(preference) over (partition by name) as best
    from names
)

select
    name,
    case
        when count(distinct standard_id) = 1 then min(standard_id)
        when count(distinct counts_as_id) = 1 then min(counts_as_id)
    end
from preferred
where preference = best
group by name
"""


class ClassroomFile(NamedTuple):
    """What became of a file of classroom/; `missing` are rows of one that is gone.

    `refused` are the first places that are wrong, in words.
    """

    name: str
    is_usable: bool
    read: int
    loaded: int
    duplicate: int
    replaced: int
    rejected: int
    missing: int = 0
    refused: tuple[str, ...] = ()


class _Row(NamedTuple):
    """A row of a table of loaded, and the form that it is of."""

    table: str
    cells: tuple[Any, ...]

    @property
    def file_name(self) -> str:
        return str(self.cells[1])


def find_forms(folder: Path) -> list[Path]:
    """Return the files of classroom/ in the order in which they hold: a later name wins."""
    return sorted(folder.glob("*.csv")) if folder.is_dir() else []


def load_classroom(
    connection: DuckDBPyConnection, home: Home, settings: Settings
) -> tuple[ClassroomFile, ...]:
    """Make the tables anew from the folder; return what became of each file, also of a gone one."""
    key = read_key(settings.keys_folder, "pseudonym")
    pseudonymiser = Pseudonymiser(key, settings.district_id)
    known = _known(connection, pseudonymiser)
    before = _standing(connection)
    judged = [judge_file(path, known) for path in find_forms(home.classroom)]
    rows = [row for file in judged for row in _rows(file, before, pseudonymiser)]
    standing: dict[tuple[str, Any], _Row] = {}
    for row in rows:
        held = standing.setdefault((row.table, row.cells[0]), row)
        if held.cells[2:] != row.cells[2:]:
            standing[row.table, row.cells[0]] = row
    _write(connection, judged, list(standing.values()))
    files = [_file(file, rows, standing) for file in judged]
    gone = sorted({row.file_name for row in before} - {file.name for file in judged})
    ledger = [_ledger_row(*pair) for pair in zip(judged, files, strict=True)]
    insert_rows(connection, "classroom_files", ledger)
    return tuple(files) + tuple(_gone(name, before) for name in gone)


def _known(connection: DuckDBPyConnection, pseudonymiser: Pseudonymiser) -> Known:
    students = connection.execute("select student_key from loaded.students").fetchall()
    keys = {student_key for (student_key,) in students}
    found: dict[str, str | None] = {}

    def student_key(sourced_id: str) -> str | None:
        if sourced_id not in found:
            key = pseudonymiser.student_key(sourced_id)
            found[sourced_id] = key if key in keys else None
        return found[sourced_id]

    names: Mapping[str, str | None] = dict(connection.execute(_NAMES_OF_STANDARDS).fetchall())
    return Known(student_key, names)


def _standing(connection: DuckDBPyConnection) -> list[_Row]:
    return [
        _Row(form.table, cells)
        for form in FORMS.values()
        for cells in connection.execute(f"from loaded.{form.table}").fetchall()
    ]


def _rows(file: JudgedFile, before: Iterable[_Row], pseudonymiser: Pseudonymiser) -> list[_Row]:
    """Return what a file says, or said before where it cannot be read now."""
    if file.form is None or not file.is_usable:
        return [row for row in before if row.file_name == file.name]
    return [
        _Row(
            file.form.table,
            (
                pseudonymiser.pseudonym(LocalIdentifier(_RECORD_IDS, record.record_id)),
                file.name,
                *record.values,
            ),
        )
        for record in file.records
    ]


def _write(
    connection: DuckDBPyConnection, judged: Sequence[JudgedFile], standing: Sequence[_Row]
) -> None:
    tables = [form.table for form in FORMS.values()]
    for table in (*tables, "classroom_files", "classroom_refusals"):
        connection.execute(f"delete from loaded.{table}")
    for table in tables:
        insert_rows(connection, table, [row.cells for row in standing if row.table == table])
    refusals = [_refusal_row(each) for file in judged for each in file.refusals]
    insert_rows(connection, "classroom_refusals", refusals)


def _refusal_row(refusal: Refusal) -> tuple[Any, ...]:
    return (refusal.file_name, refusal.row, refusal.column, refusal.rule.value)


def _file(
    file: JudgedFile, rows: Iterable[_Row], standing: Mapping[tuple[str, Any], _Row]
) -> ClassroomFile:
    own = [row for row in rows if row.file_name == file.name]
    winners = [standing[row.table, row.cells[0]] for row in own]
    loaded = sum(winner.file_name == file.name for winner in winners)
    same = sum(
        winner.file_name != file.name and winner.cells[2:] == row.cells[2:]
        for winner, row in zip(winners, own, strict=True)
    )
    is_read = file.is_usable
    return ClassroomFile(
        file.name,
        is_read,
        read=file.read,
        loaded=loaded if is_read else 0,
        duplicate=file.duplicate + (same if is_read else 0),
        replaced=len(own) - loaded - same if is_read else 0,
        rejected=len(file.refusals),
        refused=tuple(str(each) for each in file.refusals[:SHOWN_REFUSALS]),
    )


def _ledger_row(judged: JudgedFile, file: ClassroomFile) -> tuple[Any, ...]:
    form = judged.form.name if judged.form else None
    return (file.name, judged.digest, form, *file[1:7])


def _gone(name: str, before: Iterable[_Row]) -> ClassroomFile:
    missing = sum(row.file_name == name for row in before)
    return ClassroomFile(name, True, 0, 0, 0, 0, 0, missing)  # noqa: FBT003
