"""Give readers an earlier build again, and keep them there until a person lets them go on."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import orjson

from pipelines.errors import ConfigurationError
from pipelines.publish import folders
from pipelines.publish.pin import Pin, read_pin, remove_pin, write_pin
from pipelines.publish.verify import verify_build

if TYPE_CHECKING:
    from pipelines.home import Home
    from pipelines.publish.manifest import Build
    from pipelines.settings import Settings

ROLLBACK_LOG = "rollbacks.ndjson"


@dataclass(frozen=True, slots=True)
class RolledBack:
    """Which build readers have again, and which one they had."""

    build: Build
    instead_of: str
    already_current: bool


def roll_back(home: Home, settings: Settings, build_id: str) -> RolledBack:
    """Verify a kept build, pin readers to it, and switch them to it in one step.

    Cut off at any moment, readers have the one build or the other, and the next run that
    publishes, or this command run again, finishes the switch.
    """
    folders.prepare(home.published)
    _refuse_unkept(home, build_id)
    manifest = verify_build(home.published / build_id, settings.keys_folder)
    current = folders.current_build_id(home.current_build)
    pin = read_pin(home.published)
    if pin is None or pin.build_id != build_id:
        pin = Pin(build_id, current or build_id, datetime.now(UTC).isoformat(timespec="seconds"))
        write_pin(home.published, pin)
    if current != build_id:
        folders.switch(home.current_build, build_id)
    _record(home, {"action": "rolled back", **asdict(pin)})
    return RolledBack(manifest.build, pin.instead_of, already_current=current == build_id)


def set_free(home: Home) -> Pin | None:
    """Remove the pin, so that the next publish switches readers; return it if there was one."""
    pin = read_pin(home.published)
    if pin:
        _record(home, {"action": "set free", **asdict(pin)})
        remove_pin(home.published)
    return pin


def _refuse_unkept(home: Home, build_id: str) -> None:
    kept = [folder.name for folder in folders.kept_builds(home.published)]
    if build_id not in kept:
        raise ConfigurationError(
            f"no published build {build_id} is kept",
            f"give one of: {', '.join(kept) or 'none is kept yet'}",
        )


def _record(home: Home, entry: dict[str, str]) -> None:
    """Append to the log what was done, once also where it is done again after being cut off."""
    line = orjson.dumps(entry, option=orjson.OPT_APPEND_NEWLINE)
    home.reports.mkdir(parents=True, exist_ok=True)
    with (home.reports / ROLLBACK_LOG).open("a+b") as stream:
        stream.seek(0)
        if not stream.read().endswith(line):
            stream.write(line)
