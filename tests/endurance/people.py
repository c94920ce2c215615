"""Patients whose every value, id and free text is their own, so that nothing of one can pass for another's."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from cds_service.demo.requests import answer_prefetch
from tests.canaries import CANARY, Canaries
from tests.chart_builders import CPT, PATIENT, TODAY, Resource, brace, bundle, codeable, kyphoplasty, thin_and_weak
from tests.faults.service_under_faults import queries, templates

DAY = re.compile(r"\d{4}-\d\d-\d\d")
OWNER = re.compile(r"\.of-(\d\d)")
FOREIGN_VALUE = re.compile(
    r"(?<![\d.])7\.77(?!\d)"
)  # what a FHIR server that errs puts among the answers (tests/faults/records.py)
# First value and step from person to person, by finding.
STEPS = {
    "bmi": (15.2, 0.4),
    "bmd-t-score": (-4.4, 0.2),
    "appendicular-muscle-index": (3.9, 0.1),
    "grip-strength": (8, 1),
    "gait-speed": (0.4, 0.1),
    "pma-rate": (51, 1),
    "mna-score": (8, 1),
}
COUNT = 12


@dataclass(frozen=True, eq=False)
class Person:
    """One of them.

    Attributes:
        values: of the findings in `STEPS`.
        resources: the record, marked with canaries.
        canaries: the words in record and orders.
        other: an order that is not ours.
    """

    number: int
    values: dict[str, float]
    resources: tuple[Resource, ...]
    drafts: Resource
    other: Resource
    canaries: frozenset[str]

    @property
    def id(self) -> str:
        return f"{PATIENT}.of-{self.number:02}"

    @property
    def sends_feedback(self) -> bool:
        """The others answer no card, so that their answers must stay the same."""
        return self.number % 2 == 0

    @cache  # noqa: B019 - there are a dozen
    def prefetch(self) -> dict[str, Any]:
        """The answers to all templates."""
        return answer_prefetch(templates(), self.resources, patient_id=self.id)

    def foreign_in(self, body: str) -> list[str]:
        """What stands in an answer about this person and is somebody else's."""
        owners = {f"id of person {one}" for one in OWNER.findall(body) if int(one) != self.number}
        words = {f"text {one}" for one in CANARY.findall(body) if one not in self.canaries}
        return sorted(owners | words | ({"value of a stranger"} if FOREIGN_VALUE.search(body) else set()))

    def foreign_values(self, document: Any) -> list[str]:
        """Inputs of any model in an answer that are not this person's values."""
        return [
            f"{one['name']} {one['value']}"
            for one in _inputs(document)
            if one["name"] in self.values and abs(one["value"] - self.values[one["name"]]) > 1e-9
        ]


@cache
def people() -> tuple[Person, ...]:
    """All of them, as of this machine's day."""
    words = Canaries()
    return tuple(_person(number, words) for number in range(COUNT))


def all_resources() -> list[Resource]:
    """What one FHIR server holds of them."""
    return [resource for person in people() for resource in person.resources]


def person_queries() -> dict[str, str]:
    """The templates' queries; whose does not matter to a script of faults."""
    return queries()


def _person(number: int, words: Canaries) -> Person:
    values = {name: round(first + step * number, 2) for name, (first, step) in STEPS.items()}
    orders = [kyphoplasty(), brace()] if number % 3 == 0 else [kyphoplasty()]
    whole = [_own(words.mark(_valued(one, values)), number) for one in thin_and_weak()]
    drafts = _own(words.mark(bundle(*orders)), number)
    other = _own(words.mark(bundle(kyphoplasty(code=codeable(CPT, "45378")))), number)
    own_words = frozenset(CANARY.findall(json.dumps([whole, drafts, other])))
    return Person(number, values, tuple(whole), drafts, other, own_words)


def _valued(resource: Resource, values: dict[str, float]) -> Resource:
    name = resource["id"].removeprefix("o-")
    if name not in values:
        return resource
    return {**resource, "valueQuantity": {**resource["valueQuantity"], "value": values[name]}}


def _own(resource: Resource, number: int) -> Resource:
    """The resource with ids of this person, and days as of today instead of the builders' day."""
    shift = date.today() - TODAY  # noqa: DTZ011 - the service reads this machine's day too
    text = DAY.sub(lambda found: _shifted(found[0], shift), json.dumps(resource))
    text = re.sub(rf"Patient/{PATIENT}\b", f"Patient/{PATIENT}.of-{number:02}", text)
    found: Resource = _with_own_ids(json.loads(text), number)
    return found


def _shifted(day: str, shift: timedelta) -> str:
    return (date.fromisoformat(day) + shift).isoformat()


def _with_own_ids(node: Any, number: int) -> Any:
    if isinstance(node, list):
        return [_with_own_ids(one, number) for one in node]
    if not isinstance(node, dict):
        return node
    found = {name: _with_own_ids(value, number) for name, value in node.items()}
    if "resourceType" in found and "id" in found:
        found["id"] = f"{found['id']}.of-{number:02}"
    return found


def _inputs(node: Any) -> list[dict[str, Any]]:
    """Every `inputs` list anywhere in a document."""
    if isinstance(node, list):
        return [found for one in node for found in _inputs(one)]
    if not isinstance(node, dict):
        return []
    own = [one for one in node.get("inputs", []) if isinstance(one, dict) and "value" in one]
    return own + [found for value in node.values() for found in _inputs(value)]
