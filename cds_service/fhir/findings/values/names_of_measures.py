"""Refuse a value whose name is that of another measure, or is not understood.

`mappings/names.toml` has the names.
"""

from cds_service.core.vocabulary import FindingSpec
from cds_service.fhir.findings.chart import Problem, Reading
from cds_service.fhir.mapping.codes.code_systems import MEASURES
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import Json, member, objects, text, texts_of

ANOTHER_MEASURE = Problem("no-value", "its name says another measure")
UNKNOWN_NAME = Problem("no-value", "its name was not understood")


def problem_of_name(
    reading: Reading, spec: FindingSpec, terminology: Terminology
) -> Problem | None:
    """Say why the names of value, method or panel are not those of the finding.

    The panel's name counts if that of a component says no more than `total score`.
    A code that the site has mapped itself may have any name but that of another
    measure.
    """
    names, code = terminology.names_of_measures, reading.holder.get("code")
    own = names_of_code(code)
    is_mapped = terminology.is_mapped_here(code)
    if any(names.is_another(spec.name, one, is_mapped=is_mapped) for one in own):
        return ANOTHER_MEASURE
    others = names_of_code(reading.entry.raw.get("method"))
    if reading.is_component and all(map(names.is_silent, own)):
        others += names_of_code(reading.entry.raw.get("code"))
    if any(names.is_named_otherwise(spec.name, one) for one in others):
        return ANOTHER_MEASURE
    is_clear = is_mapped or all(names.is_understood(spec.name, one) for one in own)
    return None if is_clear else UNKNOWN_NAME


def names_of_code(code: Json | None) -> list[str]:
    """Return text and displays of a code, without displays of our own codes."""
    ours = {
        text(coding.get("display"))
        for coding in objects(member(code, "coding"))
        if coding.get("system") == MEASURES
    }
    return [one for one in texts_of(code) if one not in ours]
