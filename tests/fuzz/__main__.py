"""Feed the validator bytes that nobody thought of; the options are those of libFuzzer."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["pipelines.validation", "pipelines.ingest.items"]):
    from tests.fuzz.target import Target, seeds

_ARTIFACTS = Path(".fuzz")
_LIMITS = (
    f"-artifact_prefix={_ARTIFACTS}/",
    "-timeout=10",
    "-rss_limit_mb=2048",
    "-max_len=8192",
    "-print_final_stats=1",
)


def main() -> None:
    """Begin with our own cases; a crash, a hang or a broken promise ends the run with an error."""
    _ARTIFACTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(seeds()):
            (Path(folder) / f"{number:04d}").write_bytes(seed)
        atheris.Setup([*sys.argv, *_LIMITS, folder], Target().take)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
