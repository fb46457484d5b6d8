"""Where the documents are, and how their text is read."""

from __future__ import annotations

import re
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
DOCS = REPOSITORY / "docs"
_FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"`[^`\n]*`")
_GENERATED = re.compile(r"<!-- generated: (\w+) -->\n(.*?)<!-- end -->", re.DOTALL)


def documents() -> list[Path]:
    """Return every Markdown file that a reader is meant to read."""
    top = (REPOSITORY / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md"))
    return [*top, *sorted(DOCS.rglob("*.md"))]


def read(name: str) -> str:
    """Return the text of a document below docs/."""
    return (DOCS / name).read_text(encoding="utf-8")


def without_code(text: str) -> str:
    """Return Markdown without its code blocks, and with `code` for each code word."""
    return _CODE.sub("code", _FENCE.sub("", text))


def written_by_hand(text: str) -> str:
    """Return Markdown without its generated sections."""
    return _GENERATED.sub("", text)


def generated_sections(text: str) -> dict[str, str]:
    """Return the generated sections of a document by name."""
    return dict(_GENERATED.findall(text))


def replace_section(text: str, name: str, section: str) -> str:
    """Return a document with one generated section replaced."""
    begin, end = f"<!-- generated: {name} -->\n", "<!-- end -->"
    head, _, rest = text.partition(begin)
    _, found, tail = rest.partition(end)
    if not found:
        raise ValueError(f"the document has no generated section {name}")
    return f"{head}{begin}{section}{end}{tail}"
