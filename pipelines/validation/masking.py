"""An offending value shown to the author of an event without showing whom the event is about.

| value | shown |
| --- | --- |
| boolean, null, a number of up to five digits | as it is |
| a longer number | how many digits it has: it may be the number of a person |
| a term of a closed vocabulary; where one is expected, also one close to it | as it is |
| a date and time, a duration | as it is |
| an IRI of a common scheme | the scheme and the host |
| a UUID, or what is nearly one | its form |
| any other text | how long it is |
| an object or a list | the names of its members, or how many it has |

Names of members that may be personal, such as addresses, are left out everywhere.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from string import hexdigits
from typing import TYPE_CHECKING, Any

from pipelines.validation.explain import shown_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.validation.schema_set import SchemaSet

_MOST_DIGITS = 5
_MOST_NAMES = 8
_TERM = re.compile(r"[A-Za-z][A-Za-z#-]{2,39}\Z")
_TERM_LIKENESS = 0.75
_MEMBERS_OF_TERMS = {
    "action",
    "identifierType",
    "interactionType",
    "messageType",
    "metric",
    "objectType",
    "profile",
    "status",
    "type",
}
_TIME = re.compile(
    r"[+-]?\d{4}-?(?:\d{1,3}-?\d{0,3}|W\d\d(?:-?\d)?)"
    r"(?:[Tt ]\d{2}(?::?\d{2}){0,2}(?:[.,]\d{1,12})?(?:[Zz]|[+-]\d{2}:?(?:\d{2})?)?)?\Z"
)
_DURATION = re.compile(r"-?P(?=.)(?:[\d.,]{1,12}[YMWDH])*(?:T(?:[\d.,]{1,12}[HMSD])*)?\Z")
_NEARLY_A_UUID = re.compile(
    r"(?:urn:uuid:)?[{(]?[0-9A-Za-z]{6,10}(?:-[0-9A-Za-z]{2,14}){3,5}[)}]?\Z"
)
_IRI = re.compile(
    r"(?P<scheme>https?|ftp|urn|tag|mailto|did|info|file):(?://(?:[^/?#]*@)?(?P<host>[^/?#:]*))?"
)
_HOST = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+\Z|localhost\Z")


def vocabulary(schemas: SchemaSet) -> frozenset[str]:
    """Return every term of a closed set that some schema knows."""
    return frozenset(term for document in schemas.documents.values() for term in _terms(document))


def masked(value: Any, terms: frozenset[str], *, member: str = "") -> str:
    """Describe the value of a member: as it is where it can be no person's, else its kind."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, dict):
        return _object(value)
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if member in _MEMBERS_OF_TERMS and _is_nearly_a_term(value, terms):
        return f'"{value}"'
    return _text(value, terms)


def _number(value: float) -> str:
    if isinstance(value, float) and not value.is_integer():
        return f"{value:.4g}"
    digits = len(str(abs(int(value))))
    return str(value) if digits <= _MOST_DIGITS else f"a number of {digits} digits"


def _object(value: dict[str, Any]) -> str:
    names = [name for name in value if shown_name(name) == name]
    if not value:
        return "an empty object"
    hidden = len(value) - len(names[:_MOST_NAMES])
    listed = ", ".join([*names[:_MOST_NAMES], *([f"{hidden} more"] if hidden else [])])
    return f"an object with {listed}"


def _text(text: str, terms: frozenset[str]) -> str:
    if text in terms or _TIME.match(text) or _DURATION.match(text):
        return f'"{text}"'
    if _NEARLY_A_UUID.match(text):
        return f'"{_form(text)}"'
    size = f"{len(text)} characters{_peculiarities(text)}"
    found = _IRI.match(text)
    if found:
        return f"{_begin_of_iri(found['scheme'], found['host'])} ({size})"
    return f"a text of {size}"


def _is_nearly_a_term(text: str, terms: frozenset[str]) -> bool:
    if not _TERM.match(text):
        return False
    by_case = {term.lower() for term in terms}
    return bool(get_close_matches(text.lower(), by_case, n=1, cutoff=_TERM_LIKENESS))


def _form(text: str) -> str:
    digits = text.removeprefix("urn:uuid:")
    form = "".join(
        sign if not sign.isalnum() else "x" if sign in hexdigits else "?" for sign in digits
    )
    return text[: len(text) - len(digits)] + form


def _begin_of_iri(scheme: str, host: str | None) -> str:
    if host is None:
        return f"{scheme}:…"
    return f"{scheme}://{host if _HOST.match(host) else '…'}/…"


def _peculiarities(text: str) -> str:
    """Say what stands out: mostly it is what the rule forbids."""
    signs = {
        "a space": any(sign.isspace() for sign in text),
        "quotes": '"' in text,
        "no colon": ":" not in text,
        "an @": "@" in text,
        "characters beyond ASCII": not text.isascii(),
    }
    found = [name for name, is_there in signs.items() if is_there]
    return f", with {' and '.join(found)}" if found else ""


def _terms(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for each in node:
            yield from _terms(each)
    elif isinstance(node, dict):
        closed = [*node.get("enum", ()), node.get("const")] if "properties" not in node else []
        yield from (term for term in closed if isinstance(term, str))
        for each in node.values():
            yield from _terms(each)
