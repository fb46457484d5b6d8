"""Where the files that travel with the code are, in a checkout and in an installed wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def resource_path(relative: str) -> Path:
    """Return the path of a shipped file or folder, for example `schemas/xapi/1.0.3`.

    A wheel carries them below `pipelines/_resources`; a checkout has them at its root.
    """
    for root in (_PACKAGE / "_resources", _PACKAGE.parent):
        candidate = root / relative
        if candidate.exists():
            return candidate
    raise FileNotFoundError(f"Plumbline is installed without its file {relative}; install it again")
