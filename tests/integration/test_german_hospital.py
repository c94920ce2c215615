"""From a German hospital's own codes to silent mode, by the steps of docs/go-live.md.

No code is standard, no name English; of FHIR servers it has any.
"""

import json

import pytest
from click.testing import CliRunner

from cds_service.cli import main
from cds_service.loading import load_service
from tests.chart_builders import HOOK

LAB, ORDERS, DRUGS = (f"urn:oid:1.2.276.0.76.3.1.999.{place}" for place in (1, 2, 3))
WHOSE = {"reference": "Patient/a1"}
MEASURED = (
    ("DXA-T-LWS", "T-Score LWS (DXA)", -2.9, ""),
    ("HK-RE", "Handkraft rechts", 14.2, "kg"),
    ("GEW", "Körpergewicht", 58, "kg"),
    ("GR", "Körpergröße", 160, "cm"),
    ("CT-HU-L3", "CT-Dichte L3 (HU)", 70, "HE"),
)
PROBLEMS = (
    ("DIA-OST", "Osteoporose mit pathologischer Fraktur LWK 1"),
    ("DIA-HTN", "Arterielle Hypertonie"),
)


def coded(system, code, display):
    return {"coding": [{"system": system, "code": code, "display": display}]}


def record():
    """One patient as the hospital holds her, by type."""
    quantities = [
        {"value": value} | ({"unit": unit} if unit else {})
        for *_, value, unit in MEASURED
    ]
    return {
        "Patient": [
            {
                "resourceType": "Patient",
                "id": "a1",
                "gender": "female",
                "birthDate": "1944-05-01",
            }
        ],
        "Observation": [
            {
                "resourceType": "Observation",
                "id": f"o{place}",
                "status": "final",
                "code": coded(LAB, one[0], one[1]),
                "subject": WHOSE,
                "effectiveDateTime": "2026-09-11",
                "valueQuantity": quantities[place],
            }
            for place, one in enumerate(MEASURED)
        ],
        "Condition": [
            {
                "resourceType": "Condition",
                "id": f"c{place}",
                "clinicalStatus": coded(
                    "http://terminology.hl7.org/CodeSystem/condition-clinical",
                    "active",
                    "Active",
                ),
                "code": coded(ORDERS, *one),
                "subject": WHOSE,
                "onsetDateTime": "2026-09-01",
            }
            for place, one in enumerate(PROBLEMS)
        ],
        "MedicationRequest": [
            {
                "resourceType": "MedicationRequest",
                "id": "m1",
                "status": "active",
                "intent": "order",
                "medicationCodeableConcept": coded(
                    DRUGS, "RAM5", "Ramipril 5 mg Tabletten"
                ),
                "subject": WHOSE,
                "authoredOn": "2026-08-01",
            }
        ],
    }


def call_with(held):
    """The signing of a kyphoplasty and a brace, with a whole prefetch."""
    prefetch = {}
    for key, template in load_service().hooks[HOOK].discovery["prefetch"].items():
        kind = template.partition("?")[0].partition("/")[0]
        rows = held.get(kind, [])
        entries = [{"resource": one, "search": {"mode": "match"}} for one in rows]
        prefetch[key] = (
            rows[0]
            if kind == "Patient"
            else {
                "resourceType": "Bundle",
                "type": "searchset",
                "total": len(rows),
                "entry": entries,
            }
        )
    drafts = [
        {
            "resourceType": "ServiceRequest",
            "id": f"d{place}",
            "status": "draft",
            "intent": "order",
            "code": coded(ORDERS, *one),
            "subject": WHOSE,
        }
        for place, one in enumerate(
            (("KYP-1", "Ballonkyphoplastie LWK 1"), ("ORTH-1", "TLSO-Orthese"))
        )
    ]
    return {
        "hookInstance": "0f5b7b9e-52d3-4c52-9a5c-6c1d6b1d9a03",
        "hook": "order-sign",
        "context": {
            "patientId": "a1",
            "userId": "Practitioner/arzt1",
            "draftOrders": {
                "resourceType": "Bundle",
                "entry": [{"resource": one} for one in drafts],
            },
        },
        "prefetch": prefetch,
    }


def run(*arguments):
    result = CliRunner().invoke(main, [str(one) for one in arguments])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def hospital(tmp_path):
    """A folder with an export, a recorded call and an empty site folder."""
    held = record()
    for name, rows in held.items():
        text = "".join(json.dumps(one) + "\n" for one in rows)
        (tmp_path / f"{name}.ndjson").write_text(text, encoding="utf-8")
    (tmp_path / "call.json").write_text(json.dumps(call_with(held)), encoding="utf-8")
    maps = tmp_path / "site/mappings/conceptmap"
    maps.mkdir(parents=True)
    (tmp_path / "site/site.toml").write_text(
        '[site]\nname = "Klinik Auental"\n\n[service]\nmode = "silent"\n',
        encoding="utf-8",
    )
    return tmp_path


def test_its_codes_are_proposed_confirmed_and_read(hospital):
    proposal, maps = hospital / "local.json", hospital / "site/mappings/conceptmap"
    run("mappings", "learn", hospital / "call.json", hospital, "--out", proposal)
    proposed = json.loads(proposal.read_text(encoding="utf-8"))
    meant = {
        one["code"]: one["target"][0]["code"]
        for group in proposed["group"]
        for one in group["element"]
    }
    assert meant == {
        "DXA-T-LWS": "t-score-lumbar-spine",
        "HK-RE": "grip-strength-right",
        "GEW": "weight",
        "GR": "height",
        "CT-HU-L3": "ct-attenuation",
        "KYP-1": "kyphoplasty",
        "ORTH-1": "brace",
    }
    (maps / "local.json").write_text(
        json.dumps(proposed | {"status": "active"}), encoding="utf-8"
    )
    icd = {
        "resourceType": "ConceptMap",
        "id": "diagnosen",
        "status": "active",
        "group": [
            {
                "source": ORDERS,
                "target": "http://hl7.org/fhir/sid/icd-10",
                "element": [
                    {
                        "code": "DIA-OST",
                        "target": [{"code": "M80.0", "equivalence": "equivalent"}],
                    }
                ],
            }
        ],
    }
    call, site = hospital / "call.json", hospital / "site"
    before = run("explain", call, "--site", site, "--as-of", "2026-11-20")
    assert "malignancy" in before.partition("gaps")[2], "pathologisch may be a tumour"
    (maps / "diagnosen.json").write_text(json.dumps(icd), encoding="utf-8")
    assert "all data files are valid" in run("mappings", "check", "--site", site)
    assert "mode silent" in run("mappings", "check", "--site", site)
    said = run("explain", call, "--site", site, "--as-of", "2026-11-20")
    findings = said.partition("gaps")[0]
    for name, value in (
        ("bmd-t-score", "-2.9"),
        ("grip-strength", "14.2 kg"),
        ("bmi", "22.6"),
        ("ct-attenuation", "70"),
        ("bone-drug", "False"),
        ("malignancy", "False"),
        ("procedure", "PKP"),
        ("treated-levels", "L1"),
    ):
        rows = [row for row in findings.splitlines() if row.startswith(name)]
        assert any(value in row for row in rows), (name, value, findings)
    assert "TLSO: no end date" in said
