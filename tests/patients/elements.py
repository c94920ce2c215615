"""Walks the elements of R4's types, and puts a text, a code or a resource into each."""

import copy
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from cds_service.fhir.classes import describe
from cds_service.fhir.entries.words.asides import NO_FACTS, NO_WORDS
from tests.chart_builders import PATIENT, Resource
from tests.codes import ICD, codeable

GRAVE = "Bone metastases L1"
NONSENSE = "Xyloprax zwibbel"  # no list has it
METASTASIS = codeable(ICD, "C79.51")
BACK_PAIN = codeable(ICD, "M54.50")
# Types that hold numbers, days and names of people alone.
NO_TEXTS = frozenset(
    {
        *("Identifier", "Meta", "Period", "Quantity", "Age", "Range", "Ratio", "Money"),
        *("SampledData", "Duration", "Count", "Distance", "Signature", "TimingRepeat"),
    }
)
DEEPEST = 4

shapes_of = cache(describe)  # thousands of places are tried, of thirteen types


class Element(NamedTuple):
    """One element of a type.

    Attributes:
        kind: the type of resource.
        steps: each name on the way to it, and if it is a list.
        holds: what it holds: `words`, `narrative`, or a type of FHIR.
    """

    kind: str
    steps: tuple[tuple[str, bool], ...]
    holds: str

    @property
    def path(self) -> str:
        """Return its path in the resource: `stage.summary`."""
        return ".".join(name for name, _ in self.steps)

    @property
    def ways(self) -> list[str]:
        """Return the paths that lead to it, and its own."""
        names = self.path.split(".")
        return [".".join(names[:length]) for length in range(1, len(names) + 1)]

    def _choices(self) -> set[str]:
        """Return the elements of which an entry may have only one, if it is of them."""
        shape = shapes_of(self.kind)[self.kind]
        chosen = self.steps[0][0]
        groups = (*shape.get("at-most-one", ()), *shape.get("exactly-one", ()))
        return {name for one in groups if chosen in one for name in one} - {chosen}

    def in_(self, entry: Resource, value: Any) -> Resource:
        """Return a copy of an entry with a value in this place."""
        replaced = self._choices()
        whole = {
            name: copy.deepcopy(part)
            for name, part in entry.items()
            if name not in replaced
        }
        holder: Any = whole
        for name, is_list in self.steps[:-1]:
            holder = holder.setdefault(name, [{}] if is_list else {})
            holder = holder[0] if isinstance(holder, list) else holder
        name, is_list = self.steps[-1]
        holder[name] = [*holder.get(name, ()), value] if is_list else value
        return whole


def elements_of(kind: str) -> Iterator[Element]:
    """Yield each element that may hold words, codes or a resource."""
    shapes = shapes_of(kind)

    def below(name: str, steps: tuple[tuple[str, bool], ...]) -> Iterator[Element]:
        for element, declared in shapes[name]["elements"].items():
            least_most, holds = declared.split()
            way = (*steps, (element, least_most.endswith("*")))
            if element in NO_WORDS and holds in ("string", "code", "uri", "id"):
                continue
            if element in NO_FACTS or holds in NO_TEXTS:
                continue
            if holds in ("string", "markdown"):
                yield Element(kind, way, "words")
            elif holds == "Narrative":
                yield Element(kind, way, "narrative")
            elif holds == "Annotation":
                yield Element(kind, (*way, ("text", False)), "words")
            elif holds in VALUES:
                yield Element(kind, way, holds)
            elif holds in shapes and len(way) < DEEPEST:
                yield from below(holds, way)

    yield from below(kind, ())
    yield Element(kind, (("contained", True),), "contained")


def _extension(name: str, value: Any) -> Resource:
    return {"url": "https://example.org/added", name: value}


def _inside(kind: str, **members: Any) -> Resource:
    subject = {"reference": f"Patient/{PATIENT}"}
    return {"resourceType": kind, "id": "inside", "subject": subject, **members}


def _observed(words: str) -> Resource:
    code = {"text": "Finding"}
    return _inside("Observation", status="final", code=code, valueString=words)


def _narrative(words: str) -> Resource:
    div = f'<div xmlns="http://www.w3.org/1999/xhtml">{words}</div>'
    return {"status": "additional", "div": div}


def _displayed(words: str) -> Resource:
    return {"coding": [BACK_PAIN["coding"][0] | {"display": words}]}


# By what an element holds: a grave thing, and then words that nobody knows.
VALUES: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {
    "words": ({"words": GRAVE}, {"nonsense": NONSENSE}),
    "narrative": ({"words": _narrative(GRAVE)}, {"nonsense": _narrative(NONSENSE)}),
    "CodeableConcept": (
        {"words": {"text": GRAVE}, "display": _displayed(GRAVE), "code": METASTASIS},
        {"nonsense": {"text": NONSENSE}, "beside": {**BACK_PAIN, "text": NONSENSE}},
    ),
    "Coding": (
        {"display": _displayed(GRAVE)["coding"][0], "code": METASTASIS["coding"][0]},
        {"beside": _displayed(NONSENSE)["coding"][0]},
    ),
    "Reference": ({"words": {"display": GRAVE}}, {"nonsense": {"display": NONSENSE}}),
    "Extension": (
        {
            "words": _extension("valueString", GRAVE),
            "code": _extension("valueCodeableConcept", METASTASIS),
        },
        {"nonsense": _extension("valueString", NONSENSE)},
    ),
    "contained": (
        {
            "words": _inside("Condition", code={"text": GRAVE}),
            "code": _inside("Condition", code=METASTASIS),
            "answer": _observed(GRAVE),
        },
        {
            "nonsense": _inside("Condition", code={**BACK_PAIN, "text": NONSENSE}),
            "answer without sense": _observed(NONSENSE),
        },
    ),
}
