"""Load takes nothing that is exchanged while it is read, and does not go on without its vault."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pipelines.errors import ChangedInputError, DamagedError
from pipelines.warehouse import records, roster

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipelines.home import Home
    from pipelines.warehouse.load import LoadOutcome

    Load = Callable[[], LoadOutcome]


def test_a_lost_vault_is_told(home: Home, load_home: Load) -> None:
    """Without it nobody could be matched by an identifier of before: load stops, and says how."""
    load_home()
    home.vault_file.unlink()
    with pytest.raises(DamagedError, match="the vault is gone") as told:
        load_home()
    assert "restore it from a backup" in told.value.mend
    home.warehouse_file.unlink()
    assert "roster" in load_home().changed_records
    assert home.vault_file.is_file()


@pytest.mark.parametrize(
    ("module", "reader", "file"),
    [
        pytest.param(roster, "judge_roster", "rosters/users.csv", id="roster"),
        pytest.param(records, "read_standards", "standards/mathematics.json", id="standards"),
        pytest.param(records, "read_calendar", "rosters/calendar.csv", id="calendar"),
    ],
)
def test_records_that_change_while_they_are_read_are_refused(  # noqa: PLR0913, PLR0917 - fixtures
    home: Home,
    load_home: Load,
    monkeypatch: pytest.MonkeyPatch,
    module: Any,
    reader: str,
    file: str,
) -> None:
    """Half of them may be of another export: nothing is loaded, and the next load takes it all."""
    read = getattr(module, reader)
    changing = home.root / file

    def read_while_it_changes(*arguments: Any, **options: Any) -> Any:
        found = read(*arguments, **options)
        changing.write_bytes(changing.read_bytes() + b"\n")
        return found

    with monkeypatch.context() as patch:
        patch.setattr(module, reader, read_while_it_changes)
        with pytest.raises(ChangedInputError, match="changed while they were read"):
            load_home()
    assert set(load_home().changed_records) == {"calendar", "roster", "settings", "standards"}
