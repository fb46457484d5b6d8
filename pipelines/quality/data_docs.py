"""Write Data Docs: static pages that load nothing from the network and show no row of the data.

Great Expectations renders each rule and its observed value. The frame around them is ours, because
its own pages fetch styles and scripts from eight hosts and carry the time of rendering.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.files import remove_parts, write_whole
from pipelines.quality.outcome import CheckOutcome, CheckResult, Stage, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipelines.quality.evaluate import Evaluation

_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class _Check:
    """One line of a suite's page; `cells` are status, rule and observed value, none if unknown."""

    result: CheckResult
    cells: Any


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of a stage's index."""

    table: str
    checks: int
    warned: int
    failed: int


def write_data_docs(folder: Path, outcome: CheckOutcome, evaluations: Iterable[Evaluation]) -> None:
    """Replace the pages of one stage below `folder`, each at once, and the index above them."""
    evaluations = tuple(evaluations)
    pages = _Pages(outcome.stage)
    remove_parts(folder)
    of_stage = folder / outcome.stage
    of_stage.mkdir(parents=True, exist_ok=True, mode=0o750)
    for each in evaluations:
        page = of_stage / f"{each.suite.table}.html"
        pages.write(page, "plumbline_suite.j2", suite=each.suite, checks=_checks(each))
    rows = [_row(each) for each in evaluations]
    pages.write(of_stage / "index.html", "plumbline_stage.j2", outcome=outcome, rows=rows)
    _remove_others(of_stage, {each.suite.table for each in evaluations} | {"index"})
    stages = [stage for stage in Stage if (folder / stage).is_dir()]
    pages.write(folder / "index.html", "plumbline_site.j2", stages=stages)


class _Pages:
    """Fill our templates, with the library's filters for what the library rendered."""

    def __init__(self, stage: Stage) -> None:
        from great_expectations.render.view.view import DefaultJinjaView

        self._stage_title = stage.replace("_", " ")
        self._templates = DefaultJinjaView(custom_views_directory=str(_TEMPLATES)).env

    def write(self, file: Path, template: str, **values: Any) -> None:
        """Write one page; who has it open or loads it meanwhile finds a whole one."""
        page = self._templates.get_template(template)
        write_whole(file, page.render(stage_title=self._stage_title, **values).encode())


def _remove_others(folder: Path, names: set[str]) -> None:
    """Remove the pages of tables that are no longer checked."""
    for page in folder.glob("*.html"):
        if page.stem not in names:
            page.unlink()


def _checks(evaluation: Evaluation) -> list[_Check]:
    return [
        _Check(result, _cells(evaluation.validations.get(result.name)))
        for result in evaluation.results
    ]


def _cells(validation: Any) -> Any:
    from great_expectations.render.renderer.content_block.validation_results_table_content_block import (  # noqa: E501 - the library's name
        ValidationResultsTableContentBlockRenderer,
    )

    if validation is None:
        return None
    renderer = ValidationResultsTableContentBlockRenderer
    table: Any = renderer.render([validation], include_column_name=True)
    return table.to_json_dict()["table"][0]


def _row(evaluation: Evaluation) -> _Row:
    verdicts = [result.verdict for result in evaluation.results]
    return _Row(
        table=evaluation.suite.table,
        checks=len(verdicts),
        warned=verdicts.count(Verdict.WARNED),
        failed=verdicts.count(Verdict.FAILED),
    )
