"""Refuses a value whose name says another measure than its code.

`mappings/names.toml` has the names.
"""

from cds_service.core.vocabulary import FindingSpec
from cds_service.fhir.findings.chart import Reading
from cds_service.fhir.mapping.code_systems import MEASURES
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import Json, member, objects, text, texts_of


def is_another_measure(
    reading: Reading, spec: FindingSpec, terminology: Terminology
) -> bool:
    """Report a name of value, panel or method that is not one of the finding's.

    The panel's name counts if that of a component says no more than `total score`.
    """
    names, code = terminology.names_of_measures, reading.holder.get("code")
    own = _names(code)
    is_mapped = terminology.is_mapped_here(code)
    if any(names.is_another(spec.name, one, is_mapped=is_mapped) for one in own):
        return True
    observation = reading.entry.raw
    if any(
        names.is_named_otherwise(spec.name, name)
        for name in _names(observation.get("method"))
    ):
        return True
    if reading.holder is observation or not all(map(names.is_silent, own)):
        return False
    return any(
        names.is_named_otherwise(spec.name, name)
        for name in _names(observation.get("code"))
    )


def _names(code: Json | None) -> list[str]:
    """Return its text and displays, without those that we gave its code."""
    if not isinstance(code, dict):
        return []
    ours = {
        text(coding.get("display"))
        for coding in objects(member(code, "coding"))
        if coding.get("system") == MEASURES
    }
    return [one for one in texts_of(code) if one not in ours]
