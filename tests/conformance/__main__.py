"""Judge the labelled cases, print the table and write it into docs/conformance.md."""

from __future__ import annotations

import sys

from pipelines.validation.validator import Validator
from tests.conformance.corpus import is_present, judged
from tests.conformance.table import render, wrong
from tests.docs.repository import DOCS, replace_section


def main() -> None:
    """Print and write the table; fail where a case is judged wrongly."""
    if not is_present():
        sys.exit("the labelled cases are not here: they belong in ../shared/conformance")
    counts = judged(Validator.load())
    document = DOCS / "conformance.md"
    text = replace_section(document.read_text("utf-8"), "conformance", render(counts))
    document.write_text(text, "utf-8")
    sys.stdout.write(text)
    sys.exit(1 if any(wrong(of_group) for of_group in counts.values()) else 0)


if __name__ == "__main__":
    main()
