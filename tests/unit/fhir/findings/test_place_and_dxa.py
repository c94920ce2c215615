"""Where the patient is cared for, and whether a DXA was done: read from metadata."""

from datetime import date

import pytest

from tests.builders import coded, findings_of, of_patient, procedure
from tests.codes import CPT, LOINC, SCT

ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"


def encounter(code, status="in-progress"):
    kind = {"system": ACT_CODE, "code": code}
    return of_patient("Encounter", "e", status=status, **{"class": kind})


@pytest.mark.parametrize(
    ("place", "record"),
    [
        pytest.param("inpatient", [encounter("IMP")], id="inpatient"),
        pytest.param("inpatient", [encounter("OBSENC")], id="observation"),
        pytest.param("clinic", [encounter("AMB")], id="ambulatory"),
        pytest.param("clinic", [encounter("VR")], id="virtual"),
        pytest.param(None, [encounter("EMER")], id="an emergency may become either"),
        pytest.param(None, [encounter("IMP", "entered-in-error")], id="in error"),
        pytest.param(None, [], id="none"),
    ],
)
def test_the_place_of_care_is_the_class_of_the_encounter(place, record):
    found = findings_of(*record).known.get("place-of-care")
    assert (found.value if found else None) == place


def report(code, day="2026-10-21", status="final"):
    said = {"code": code, "effectiveDateTime": day, "status": status}
    return of_patient("DiagnosticReport", "r", **said)


def study(modality, day="2026-10-21", **members):
    dicom = {"system": "http://dicom.nema.org/resources/ontology/DCM", "code": modality}
    said = {"status": "available", "modality": [dicom], "started": day}
    return of_patient("ImagingStudy", "i", **said | members)


OCTOBER = date(2026, 10, 21)


@pytest.mark.parametrize(
    ("day", "record"),
    [
        pytest.param(OCTOBER, report(coded("38269-7", LOINC)), id="LOINC"),
        pytest.param(OCTOBER, report(coded("77080", CPT)), id="CPT"),
        pytest.param(OCTOBER, report({"text": "DEXA scan hip and spine"}), id="words"),
        pytest.param(OCTOBER, report({"text": "Knochendichtemessung (DXA)"}), id="de"),
        pytest.param(OCTOBER, report({"text": "Ostéodensitométrie (DXA)"}), id="fr"),
        pytest.param(OCTOBER, report({"text": "骨密度 DXA"}), id="zh"),
        pytest.param(OCTOBER, study("BMD"), id="modality"),
        pytest.param(
            OCTOBER, study("OT", description="DXA bone density study"), id="study"
        ),
        pytest.param(
            OCTOBER, procedure(coded("312681000", SCT), on="2026-10-21"), id="procedure"
        ),
        pytest.param(None, report({"text": "DXA forearm"}), id="forearm"),
        pytest.param(None, study("BMD", description="Forearm"), id="forearm study"),
        pytest.param(None, report({"text": "CT lumbar spine"}), id="CT"),
        pytest.param(None, report({"text": "DXA"}, status="cancelled"), id="cancelled"),
        pytest.param(
            None,
            procedure(coded("77080", CPT), on="2026-12-01", status="preparation"),
            id="planned",
        ),
    ],
)
def test_a_dxa_is_on_record_by_its_report(day, record):
    found = findings_of(record).known.get("dxa-report")
    assert (found.observed if found else None) == day
