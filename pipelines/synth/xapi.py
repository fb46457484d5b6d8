"""Parts that all xAPI statements of the district share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines.synth.identities import address_digest, address_of, sends_digest
from pipelines.synth.tools import (
    ADL_ACTIVITY,
    ADL_VERB,
    BASE,
    CLIPSTREAM_ACCOUNTS,
    SSO_HOME_PAGE,
)

if TYPE_CHECKING:
    from pipelines.synth.values import Person, Standard, Tool

Json = dict[str, Any]


def text(words: str) -> dict[str, str]:
    """Return a language map in the tools' language."""
    return {"en-US": words}


def adl_verb(name: str) -> Json:
    """Return a verb of the ADL vocabulary."""
    return {"id": ADL_VERB + name, "display": text(name)}


def account_agent(person: Person, *, home_page: str, name: str) -> Json:
    """Return an agent with an account, and the person's name as tools send it."""
    return {
        "objectType": "Agent",
        "name": person.full_name,
        "account": {"homePage": home_page, "name": name},
    }


def single_sign_on_agent(person: Person) -> Json:
    """Return the agent of a tool that uses the district's single sign-on."""
    return account_agent(person, home_page=SSO_HOME_PAGE, name=person.sourced_id)


def clipstream_agent(person: Person) -> Json:
    """Return the agent of the video tool: its own accounts, no object type (it is optional)."""
    agent = account_agent(person, home_page=CLIPSTREAM_ACCOUNTS, name=person.identifier)
    return {key: value for key, value in agent.items() if key != "objectType"}


def mail_agent(person: Person) -> Json:
    """Return the agent of the tablet app: newer versions send the hash of the address."""
    address = address_of(person)
    if sends_digest(person):
        return {"objectType": "Agent", "mbox_sha1sum": address_digest(address)}
    return {"objectType": "Agent", "mbox": f"mailto:{address}"}


def objective(reference: str, standard: Standard) -> Json:
    """Return what stands for a standard as a context activity."""
    return {
        "objectType": "Activity",
        "id": reference,
        "definition": {"type": ADL_ACTIVITY + "objective", "name": text(standard.code)},
    }


def course_activity(tool: Tool, section_id: str, title: str) -> Json:
    """Return a class as a context activity."""
    return {
        "objectType": "Activity",
        "id": f"{BASE[tool]}/courses/{section_id.lower()}",
        "definition": {"type": ADL_ACTIVITY + "course", "name": text(title)},
    }
