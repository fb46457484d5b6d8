"""Which rejections a command is about: those of a source, or those that broke a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pipelines.ingest.manifest import read_manifests
from pipelines.ingest.rejects import KeptRejection, read_documents, reject_parts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipelines.home import Home
    from pipelines.ingest.manifest import Manifest


class Selection(NamedTuple):
    """A source and a rule; None stands for any."""

    source: str | None = None
    rule: str | None = None

    def takes_file(self, manifest: Manifest) -> bool:
        """Tell whether a file has rejections that may be meant."""
        if not manifest.rejected or self.source not in {None, manifest.source}:
            return False
        return self.rule is None or any(broken.rule == self.rule for broken in manifest.rejections)

    def takes(self, document: Sequence[KeptRejection]) -> bool:
        """Tell whether the rejections of one document are meant; they go together."""
        return self.rule is None or any(self.rule in each.rules for each in document)


def selected_manifests(home: Home, selection: Selection) -> list[Manifest]:
    """Return the files that have selected rejections, by name."""
    found = (each for each in read_manifests(home) if selection.takes_file(each))
    return sorted(found, key=lambda each: (each.name, each.digest))


def selected_documents(
    home: Home, manifest: Manifest, selection: Selection
) -> Iterator[list[KeptRejection]]:
    """Yield the selected rejections of a file, those of the same bytes together."""
    for part in reject_parts(home, manifest):
        for document in read_documents(part):
            if selection.takes(document):
                yield document
