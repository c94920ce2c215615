"""Lists that a server joins from several: another server's `Patient/p1` is somebody else."""

import pytest

from cds_service.fhir.references import bases_of
from cds_service.population.background import read_lines
from tests import stub_ehr
from tests.codes import MEASURES
from tests.launch_desk import said
from tests.scripted_reader import ScriptedReader

OTHER = "https://other.example.org/fhir"


def hu(name, value, **members):
    return {
        "resourceType": "Observation",
        "id": name,
        "status": "final",
        "code": {"coding": [{"system": MEASURES, "code": "ct-attenuation"}]},
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": "2026-10-01",
        "valueQuantity": {"value": value, "unit": "HU"},
        **members,
    }


def report(name, words):
    return {
        "resourceType": "DiagnosticReport",
        "id": name,
        "status": "final",
        "code": {"text": "CT"},
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": "2026-11-01",
        "conclusion": words,
    }


@pytest.fixture
def joined(ehr, monkeypatch):
    """The EHR's lists hold entries of another server, those whose id is `theirs`."""
    plain = stub_ehr.say

    def say(handler, status, document, **headers):
        for entry in (document or {}).get("entry", ()):
            one = entry["resource"]
            base = OTHER if one["id"] == "theirs" else ehr.base
            entry["fullUrl"] = f"{base}/{one['resourceType']}/{one['id']}"
        plain(handler, status, document, **headers)

    monkeypatch.setattr(stub_ehr, "say", say)
    return ehr


def test_a_value_of_another_server_is_neither_shown_nor_compared(joined, clinician):
    joined.resources += [hu("ours", 141), hu("theirs", 33)]
    page = said(clinician.client.get(clinician.launch()))
    assert "33" not in page.partition("On record")[2]
    assert "1 under another server's address" in page
    saved = said(clinician.save(clinician.launch()))
    assert "could not be read" in saved
    assert not [one for one in joined.resources if "identifier" in one]


def test_a_report_of_another_server_is_not_quoted(joined, clinician):
    joined.resources += [report("ours", "L2: 139 HU."), report("theirs", "L1: 37 HU.")]
    place = clinician.launch()
    page = said(clinician.client.get(place))
    assert ("139 HU" in page, "37 HU" in page) == (True, False)
    assert "Not all reports are shown: 1 under another server's address" in page
    taken = clinician.client.post(place, data={"take": "DiagnosticReport/theirs#1"})
    assert "does not say this any more" in said(taken)


def test_a_list_of_another_server_alone_is_neither_shown_nor_quoted(joined, clinician):
    joined.resources += [hu("theirs", 33), report("theirs", "L1: 37 HU.")]
    page = said(clinician.client.get(clinician.launch()))
    assert "33" not in page.partition("On record")[2]
    assert "37 HU" not in page
    assert "1 under another server's address" in page


def test_of_two_versions_the_newest_counts(ehr, clinician):
    old, new = ({"meta": {"versionId": number}} for number in "12")
    ehr.resources += [hu("same", 33, **old), hu("same", 141, **new)]
    page = said(clinician.client.get(clinician.launch())).partition("On record")[2]
    assert ("141" in page, " 33 " in page) == (True, False)


OURS = "https://ehr.example.org/fhir"


@pytest.mark.parametrize(
    "names", [("ours", "theirs"), ("theirs",)], ids=["beside-ours", "alone"]
)
def test_a_background_read_leaves_another_server_out(names):
    entries = []
    for name in names:
        base = OURS if name == "ours" else OTHER
        one = {"resourceType": "Condition", "id": name}
        one["subject"] = {"reference": "Patient/p1"}
        entries.append({"fullUrl": f"{base}/Condition/{name}", "resource": one})
    listed = {"resourceType": "Bundle", "type": "searchset", "entry": entries}
    reader = ScriptedReader(Condition=listed)
    lines, whole = read_lines(reader, "p1", bases_of([OURS]), until=1e12)
    assert [b'"ours"' in one for one in lines] == [True] * ("ours" in names)
    assert "Condition" not in whole
