"""The dbt project as the firewall sees it: models with their SQL, and what columns declare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from pipelines.errors import DamagedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MARTS = "marts"


class Gate(NamedTuple):
    """A step whose rows stand for less than everything that was done, and the test that says so."""

    relation: str
    lets_through: str
    proved_by: str


class Breach(NamedTuple):
    """What is wrong with a planted model: the rule that must find it, and by which clause."""

    rule: str
    clause: str | None


class Source(NamedTuple):
    """A loaded table or a seed: the kinds of its columns and of its rows, as declared."""

    relation: str
    kinds: dict[str, str | None]
    rows: str | None


class Model(NamedTuple):
    """One model: its SQL in every form in which it may run, and what its YAML declares."""

    relation: str
    queries: tuple[str, ...]
    kinds: dict[str, str | None]
    gates: tuple[Gate, ...]
    family: str | None
    reads: tuple[str, ...]
    unit_tests: frozenset[str]
    # The test by which it only says what is to be built anew; none for a model that measures.
    lists_changes: str | None = None
    hooks: tuple[str, ...] = ()
    breach: Breach | None = None

    @property
    def is_mart(self) -> bool:
        """Whether readers see it."""
        return self.family is not None


class Project(NamedTuple):
    """All models in an order in which they can be built, and what they are made of."""

    database: str
    sources: tuple[Source, ...]
    models: tuple[Model, ...]


def read_project(*manifests: Path) -> Project:
    """Return the project that dbt compiled, once for each way in which its models may run.

    The first manifest says what models there are. Raises DamagedError where one cannot be read.
    """
    documents = tuple(_read(file) for file in manifests)
    nodes = dict(_nodes(documents[0]))
    compiled = _Compiled(
        documents,
        {name: _relation(node) for name, node in nodes.items()},
        _unit_tests(documents[0]),
    )
    databases = {node["database"] for node in nodes.values()}
    if len(databases) != 1:
        raise DamagedError("the dbt project is not in one database", "run `plumbline build` again")
    models = [
        _model(name, node, compiled)
        for name, node in nodes.items()
        if node["resource_type"] == "model"
    ]
    sources = [_source(node) for node in nodes.values() if node["resource_type"] != "model"]
    return Project(databases.pop(), tuple(sources), tuple(in_order(models)))


class _Compiled(NamedTuple):
    """What every model is read with: the manifests, and names and unit tests by dbt's own ids."""

    documents: tuple[dict[str, Any], ...]
    relations: dict[str, str]
    unit_tests: dict[str, frozenset[str]]


def _read(file: Path) -> dict[str, Any]:
    try:
        document: dict[str, Any] = orjson.loads(file.read_bytes())
    except (OSError, ValueError):
        raise DamagedError(
            f"{file} is missing or cannot be read", "run `plumbline build` again"
        ) from None
    return document


def _nodes(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, node in (*document["nodes"].items(), *document["sources"].items()):
        if node["resource_type"] in {"model", "seed", "source"}:
            yield name, node


def _relation(node: dict[str, Any]) -> str:
    return f"{node['schema']}.{node.get('alias') or node.get('identifier') or node['name']}"


def _meta(node: dict[str, Any]) -> dict[str, Any]:
    meta: dict[str, Any] = (node.get("config") or {}).get("meta") or node.get("meta") or {}
    return meta


def _kinds(node: dict[str, Any]) -> dict[str, str | None]:
    return {name: _meta(column).get("kind") for name, column in (node.get("columns") or {}).items()}


def _source(node: dict[str, Any]) -> Source:
    return Source(_relation(node), _kinds(node), _meta(node).get("rows"))


def _unit_tests(document: dict[str, Any]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for test in document.get("unit_tests", {}).values():
        for name in test["depends_on"]["nodes"]:
            found.setdefault(name, set()).add(test["name"])
    return {name: frozenset(tests) for name, tests in found.items()}


def _model(name: str, node: dict[str, Any], compiled: _Compiled) -> Model:
    relation = _relation(node)
    queries = [each["nodes"].get(name, {}).get("compiled_code") for each in compiled.documents]
    parents = node["depends_on"]["nodes"]
    return Model(
        relation=relation,
        queries=tuple(dict.fromkeys(query for query in queries if query)),
        kinds=_kinds(node),
        gates=tuple(_gate(relation, gate) for gate in _meta(node).get("gates", ())),
        family=node["schema"] if MARTS in node["fqn"] else None,
        reads=tuple(compiled.relations.get(parent, parent) for parent in parents),
        unit_tests=compiled.unit_tests.get(name, frozenset()),
        lists_changes=_meta(node).get("lists_changes"),
        hooks=_hooks(node),
        breach=_breach(_meta(node)),
    )


def _hooks(node: dict[str, Any]) -> tuple[str, ...]:
    config = node.get("config") or {}
    hooks = [*config.get("pre-hook", ()), *config.get("post-hook", ())]
    return tuple(hook["sql"].strip() for hook in hooks)


def _breach(meta: dict[str, str]) -> Breach | None:
    return Breach(meta["breach"], meta.get("by")) if "breach" in meta else None


def _gate(relation: str, declared: dict[str, str]) -> Gate:
    step = declared.get("step")
    return Gate(
        f"{relation}/{step}" if step else relation,
        declared.get("lets_through", ""),
        declared.get("proved_by", ""),
    )


def in_order(models: list[Model]) -> Iterator[Model]:
    """Yield models after what they read."""
    waiting = {model.relation: model for model in sorted(models)}
    while waiting:
        ready = [
            model
            for model in waiting.values()
            if not any(parent in waiting and parent != model.relation for parent in model.reads)
        ]
        for model in ready or list(waiting.values()):
            yield waiting.pop(model.relation)
