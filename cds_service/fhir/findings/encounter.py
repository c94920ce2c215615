"""Reads where the patient is cared for from the encounter of the signing."""

from cds_service.core.vocabulary import PlaceSpec
from cds_service.fhir.findings.chart import Chart, FindingOrGap, gap, known
from cds_service.fhir.raw_json import member, text

# HL7 ActCode. An emergency (EMER) may become either.
INPATIENT = frozenset({"IMP", "ACUTE", "NONAC", "OBSENC"})
CLINIC = frozenset({"AMB", "VR", "HH"})
VOID_ENCOUNTER = frozenset({"entered-in-error", "cancelled"})


def find_place(spec: PlaceSpec, chart: Chart) -> FindingOrGap:
    """Read where the patient is cared for from the class of the encounter."""
    encounters = [
        entry
        for entry in chart.of_kind("Encounter")
        if entry.status not in VOID_ENCOUNTER
    ]
    for encounter in encounters:
        code = text(member(encounter.raw, "class", "code")).upper()
        source = encounter.source(spec, f"class {code}")
        if code in INPATIENT:
            return known(spec, "inpatient", source), ()
        if code in CLINIC:
            return known(spec, "clinic", source), ()
    if encounters:
        return gap(spec, "undetermined", "the class of the encounter does not say"), ()
    return gap(spec, "absent", "no encounter was read"), ()
