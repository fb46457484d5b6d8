"""The folders and files of one district's home."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Home:
    """One district's folder; every path that a step reads or writes comes from here."""

    root: Path

    @classmethod
    def at(cls, root: Path) -> Home:
        """Return the home at `root`; raise ConfigurationError where there is none."""
        home = cls(root.resolve())
        if not home.settings_file.is_file():
            raise ConfigurationError(
                f"{root} is not a home: it has no district.toml",
                "give the district's folder with --home, or make one with `plumbline init`",
            )
        return home

    @property
    def settings_file(self) -> Path:
        """The district's settings."""
        return self.root / "district.toml"

    @property
    def measures_file(self) -> Path:
        """The district's own definitions of the measures, where it has any."""
        return self.root / "measures.toml"

    @property
    def landing(self) -> Path:
        """Where the tools' deliveries arrive, a folder for each source."""
        return self.root / "landing"

    @property
    def rosters(self) -> Path:
        """The OneRoster CSV files and calendar.csv."""
        return self.root / "rosters"

    @property
    def standards(self) -> Path:
        """The CASE packages."""
        return self.root / "standards"

    @property
    def classroom(self) -> Path:
        """The forms that people fill in: evidence, judgements, goals, feedback, scales."""
        return self.root / "classroom"

    @property
    def lake(self) -> Path:
        """What ingest wrote."""
        return self.root / "lake"

    @property
    def events(self) -> Path:
        """Canonical events, a folder for each file digest."""
        return self.lake / "events"

    @property
    def rejects(self) -> Path:
        """Rejected events, a folder for each file digest."""
        return self.lake / "rejects"

    @property
    def manifests(self) -> Path:
        """What was counted in each ingested file."""
        return self.lake / "manifests"

    @property
    def archive(self) -> Path:
        """Loaded deliveries, sealed, a folder for each night."""
        return self.root / "archive"

    @property
    def roster_receipts(self) -> Path:
        """Since when each roster delivery holds."""
        return self.lake / "rosters"

    @property
    def warehouse_file(self) -> Path:
        """The encrypted warehouse."""
        return self.root / "warehouse" / "warehouse.duckdb"

    @property
    def vault_file(self) -> Path:
        """The encrypted vault, the only place with names."""
        return self.root / "vault" / "vault.duckdb"

    @property
    def published(self) -> Path:
        """Published builds; `current` points at the newest."""
        return self.root / "published"

    @property
    def current_build(self) -> Path:
        """The link that readers follow."""
        return self.published / "current"

    @property
    def reports(self) -> Path:
        """Run reports, check results and Data Docs."""
        return self.root / "reports"

    @property
    def dbt_artefacts(self) -> Path:
        """The log of dbt, its manifest and the SQL that it ran for the latest build."""
        return self.reports / "dbt"

    @property
    def lock_file(self) -> Path:
        """Held by the one run that may write."""
        return self.root / ".lock"

    @property
    def workers_file(self) -> Path:
        """Held by the workers of that run, all of them together."""
        return self.root / ".workers"
