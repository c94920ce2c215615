"""Publish the measures as FHIR R4, for other programs that write values.

It makes the code systems, the value sets and the Observation profiles.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cds_service import __version__
from cds_service.core.vocabulary import BooleanSpec
from cds_service.fhir.mapping.codes.code_systems import MEASURES
from cds_service.fhir.raw_json import Json
from cds_service.measures.definitions import Measure, Measures
from cds_service.measures.observations import CATEGORIES, METHODS, SNOMED, UCUM

BASE = "https://kyphoplasty-cds.org/fhir"
OBSERVATION = "http://hl7.org/fhir/StructureDefinition/Observation"
PUBLISHER = "kyphoplasty-cds"
LEVELS = f"{BASE}/ValueSet/vertebral-levels"


def published(measures: Measures, own_codes: Json, sites: Mapping[str, str]) -> Json:
    """Make a Bundle with everything that another program needs.

    Args:
        measures: the definitions in force.
        own_codes: our CodeSystem, `codesystem/measures.json`.
        sites: code of each vertebra.
    """
    resources = [
        _with_definitions(own_codes, measures),
        _methods(measures),
        _value_set(
            "measures",
            "Measures",
            [{"system": MEASURES, "concept": [{"code": name} for name in measures]}],
        ),
        _value_set("measure-methods", "Ways of measuring", [{"system": METHODS}]),
        _value_set("vertebral-levels", "Vertebrae T1 to L5", [_vertebrae(sites)]),
        *(_profile_of(measure) for measure in measures.values()),
    ]
    entries = [
        {"fullUrl": resource["url"], "resource": resource} for resource in resources
    ]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def definition_of(measure: Measure) -> str:
    """Write the definition in a few sentences."""
    file = measure.file
    parts = {
        "At": file.level,
        "Slice": file.slice,
        "Image": file.image,
        "Included": file.included,
        "Excluded": file.excluded,
    }
    sentences = (f"{name}: {words}." for name, words in parts.items() if words)
    return " ".join((file.definition, *sentences))


def _with_definitions(own_codes: Json, measures: Measures) -> Json:
    """Add to our codes the definitions of those that are measures."""
    concepts = [
        (
            {**concept, "definition": definition_of(measures[concept["code"]])}
            if concept["code"] in measures
            else concept
        )
        for concept in own_codes["concept"]
    ]
    return {
        **own_codes,
        "experimental": False,
        "publisher": PUBLISHER,
        "concept": concepts,
    }


def _methods(measures: Measures) -> Json:
    methods = {
        measure.file.method.code: measure.file.method.meaning
        for measure in measures.values()
        if measure.file.method
    }
    return {
        "resourceType": "CodeSystem",
        "id": "measure-methods",
        "url": METHODS,
        "version": __version__,
        "name": "MeasureMethods",
        "title": "Ways of measuring",
        "status": "active",
        "experimental": False,
        "publisher": PUBLISHER,
        "description": (
            "How the studies measured. A value measured in another way says so in its"
            " own words."
        ),
        "caseSensitive": True,
        "content": "complete",
        "count": len(methods),
        "concept": [
            {"code": code, "display": meaning}
            for code, meaning in sorted(methods.items())
        ],
    }


def _value_set(name: str, title: str, include: Sequence[Json]) -> Json:
    return {
        "resourceType": "ValueSet",
        "id": name,
        "url": f"{BASE}/ValueSet/{name}",
        "version": __version__,
        "name": "".join(part.capitalize() for part in name.split("-")),
        "title": title,
        "status": "active",
        "experimental": False,
        "publisher": PUBLISHER,
        "description": f"{title}.",
        "compose": {"include": list(include)},
    }


def _vertebrae(sites: Mapping[str, str]) -> Json:
    return {"system": SNOMED, "concept": [{"code": code} for code in sites.values()]}


def _profile_url(measure: Measure) -> str:
    """Write the canonical URL of a measure's profile."""
    return f"{BASE}/StructureDefinition/{measure.name}"


def _profile_of(measure: Measure) -> Json:
    """Make the Observation profile of one measure."""
    name = "".join(part.capitalize() for part in measure.name.split("-"))
    return {
        "resourceType": "StructureDefinition",
        "id": measure.name,
        "url": _profile_url(measure),
        "version": __version__,
        "name": f"{name}Measurement",
        "title": measure.display,
        "status": "active",
        "experimental": False,
        "publisher": PUBLISHER,
        "description": definition_of(measure),
        "fhirVersion": "4.0.1",
        "kind": "resource",
        "abstract": False,
        "type": "Observation",
        "baseDefinition": OBSERVATION,
        "derivation": "constraint",
        "differential": {"element": list(_elements(measure))},
    }


def _elements(measure: Measure) -> Iterator[Json]:
    file = measure.file
    yield {
        "id": "Observation",
        "path": "Observation",
        "short": measure.display,
        "definition": definition_of(measure),
    }
    category = {"coding": [{"system": CATEGORIES, "code": file.category}]}
    yield _element("category", min=1, patternCodeableConcept=category)
    yield _element(
        "code",
        patternCodeableConcept={"coding": [{"system": MEASURES, "code": measure.name}]},
    )
    yield _element("subject", min=1)
    yield _element(
        "effective[x]", min=1, short="Day of the examination, never of the report"
    )
    yield _value_element(measure)
    if measure.has_level:
        binding = {"strength": "preferred", "valueSet": LEVELS}
        yield _element(
            "bodySite",
            short=f"The vertebra: {file.level}",
            mustSupport=True,
            binding=binding,
        )
    if file.method is not None:
        binding = {
            "strength": "preferred",
            "valueSet": f"{BASE}/ValueSet/measure-methods",
        }
        yield _element(
            "method",
            short=f"As the study: {file.method.meaning}",
            mustSupport=True,
            binding=binding,
        )


def _value_element(measure: Measure) -> Json:
    finding = measure.finding
    if isinstance(finding, BooleanSpec):
        return _element("value[x]", type=[{"code": "boolean"}])
    low, high = finding.range
    return _element(
        "value[x]",
        type=[{"code": "Quantity"}],
        patternQuantity={"system": UCUM, "code": finding.unit},
        short=f"In {finding.unit}; plausible from {low:g} to {high:g}",
    )


def _element(name: str, **members: Any) -> Json:
    return {"id": f"Observation.{name}", "path": f"Observation.{name}", **members}
