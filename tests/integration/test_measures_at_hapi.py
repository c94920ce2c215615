"""Definitions and imported values at a real FHIR server: HAPI validates them, takes them, and takes them once."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from click.testing import CliRunner

from cds_service.cli import main
from cds_service.measures.profiles import BASE

FHIR = {"Content-Type": "application/fhir+json"}
CSV = """date,level,psoas-total-area,psoas-fat-fraction,fascia-injury,grip-strength,bmi,method,device
2026-05-01,L4,14.41 cm2,33.24,yes,14,21.5,"MRI T2, one axial slice",PACS 7
"""


def call(url: str, document: Any = None) -> dict[str, Any]:
    content = None if document is None else json.dumps(document).encode()
    with urlopen(Request(url, content, FHIR), timeout=120) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def errors_of(url: str, document: Any) -> list[str]:
    """What `$validate` finds wrong."""
    try:
        outcome = call(url, document)
    except HTTPError as refusal:  # with an OperationOutcome that says why
        outcome = json.load(refusal)
    return [
        one["diagnostics"]
        for one in outcome["issue"]
        if one["severity"] in ("error", "fatal")
    ]


def run(*arguments: str) -> Any:
    return CliRunner().invoke(main, [*arguments])


@pytest.fixture(scope="module")
def definitions() -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(run("measures", "--fhir").stdout)
    return found


@pytest.fixture(scope="module")
def server(hapi, definitions) -> str:
    hapi.load(entry["resource"] for entry in definitions["entry"])
    return str(hapi.url)


@pytest.fixture
def person(hapi, request) -> str:
    """A patient of this test alone."""
    name = request.node.name.replace("_", "-")[:60]
    hapi.load(
        [
            {
                "resourceType": "Patient",
                "id": name,
                "gender": "female",
                "birthDate": "1950-01-15",
            }
        ]
    )
    return str(name)


def test_every_definition_is_valid(server, definitions):
    faults = {}
    for entry in definitions["entry"]:
        resource = entry["resource"]
        if found := errors_of(
            f"{server}/{resource['resourceType']}/$validate", resource
        ):
            faults[entry["fullUrl"]] = found
    assert not faults


def test_what_is_imported_fits_the_profiles(server, person, tmp_path):
    (tmp_path / "table.csv").write_text(CSV)
    out = tmp_path / "bundle.json"
    done = run(
        "import", str(tmp_path / "table.csv"), "--patient", person, "--out", str(out)
    )
    assert done.exit_code == 0, done.output
    observations = [
        entry["resource"]
        for entry in json.loads(out.read_text())["entry"]
        if entry["resource"]["resourceType"] == "Observation"
    ]
    assert len(observations) == 5
    for one in observations:
        name = one["code"]["coding"][0]["code"]
        assert not errors_of(
            f"{server}/Observation/$validate?profile={BASE}/StructureDefinition/{name}",
            one,
        )


def test_another_unit_does_not_fit_the_profile(server, person):
    wrong = {
        "resourceType": "Observation",
        "status": "final",
        "category": [
            {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/observation-category",
                        "code": "imaging",
                    }
                ]
            }
        ],
        "code": {
            "coding": [
                {"system": f"{BASE}/CodeSystem/measures", "code": "psoas-total-area"}
            ]
        },
        "subject": {"reference": f"Patient/{person}"},
        "effectiveDateTime": "2026-05-01",
        "valueQuantity": {
            "value": 1441,
            "unit": "mm2",
            "system": "http://unitsofmeasure.org",
            "code": "mm2",
        },
    }
    profile = f"{BASE}/StructureDefinition/psoas-total-area"
    assert errors_of(f"{server}/Observation/$validate?profile={profile}", wrong)


def test_a_second_import_changes_nothing(server, person, tmp_path):
    (tmp_path / "table.csv").write_text(CSV)
    words = (
        "import",
        str(tmp_path / "table.csv"),
        "--patient",
        person,
        "--fhir-server",
        server,
    )

    first, second = run(*words), run(*words)

    assert first.exit_code == second.exit_code == 0, first.output + second.output
    assert "5 new, 0 there already" in first.stderr
    assert "0 new, 5 there already" in second.stderr
    observations = call(f"{server}/Observation?patient={person}")["entry"]
    assert len(observations) == 5
    places = {f"Observation/{entry['resource']['id']}" for entry in observations}
    for place in places:
        found = [
            entry["resource"]
            for entry in call(f"{server}/Provenance?target={place}")["entry"]
        ]
        assert [{target["reference"] for target in one["target"]} for one in found] == [
            places
        ]


def test_what_was_imported_is_what_the_card_counts(server, person, tmp_path):
    (tmp_path / "table.csv").write_text(CSV)
    run(
        "import",
        str(tmp_path / "table.csv"),
        "--patient",
        person,
        "--fhir-server",
        server,
    )
    signed = run(
        "assess",
        "--fhir-server",
        server,
        "--patient",
        person,
        "--json",
        "--as-of",
        "2026-05-20",
    )
    assert signed.exit_code == 0, signed.output
    card = json.loads(signed.stdout)["cards"][0]
    models = card["extension"]["org.kyphoplasty-cds.assessments"][1]["models"]
    inputs = {one["name"]: one["value"] for model in models for one in model["inputs"]}
    assert inputs["psoas-total-area"] == 14.41
    assert inputs["psoas-muscle-area"] == pytest.approx(14.41 * (1 - 0.3324))
    assert inputs["fascia-injury"] is True
