"""What the constraints of a schema are called: the annotations beside and above them.

`x-rule` is the whole name of a rule. `x-subject` is what several rules are about; the keyword
that refuses completes the name. `x-clause` is where a requirement stands, `x-expected` how to
say it. Each holds for everything below until another takes its place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pipelines.validation.findings import JsonObject

_SUFFIXES = {
    "additionalProperties": "unknown-property",
    "const": "constant",
    "enum": "vocabulary",
    "maxItems": "length",
    "maximum": "range",
    "minItems": "length",
    "minimum": "range",
    "not": "forbidden",
    "oneOf": "exactly-one",
    "pattern": "format",
    "required": "required",
    "type": "type",
}
ASSERTING_KEYWORDS = frozenset(_SUFFIXES)


class Constraint(NamedTuple):
    """What one constraint of a schema is called, where it comes from and what it expects."""

    rule: str
    clause: str
    expected: str


class Annotations(NamedTuple):
    """The nearest annotations above a constraint."""

    rule: str = ""
    subject: str = "schema"
    clause: str = ""
    expected: str = ""
    description: str = ""

    @staticmethod
    def are_beside(node: JsonObject) -> bool:
        """Tell whether a node names what is refused there."""
        return "x-rule" in node or "x-subject" in node

    def beside(self, node: object) -> Annotations:
        """Return what holds at a node: its own annotations, else those from above."""
        if not isinstance(node, dict):
            return self
        rule, subject = node.get("x-rule", ""), node.get("x-subject", "")
        is_named = bool(rule or subject)
        description = node.get("description", self.description)
        return Annotations(
            rule=rule if is_named else self.rule,
            subject=subject or self.subject,
            clause=node.get("x-clause", self.clause),
            expected=node.get("x-expected", "" if is_named else self.expected),
            description=description if isinstance(description, str) else self.description,
        )

    def of_keyword(self, keyword: str) -> Constraint:
        """Name the constraint that a keyword sets here."""
        rule = self.rule or f"{self.subject}.{_SUFFIXES.get(keyword, keyword)}"
        return Constraint(rule, self.clause, self.expected)
