"""The launched worksheet before a real FHIR server: HAPI takes the values once, and an order counts them."""

import json
from urllib.request import Request, urlopen

import pytest
from click.testing import CliRunner

from cds_service.cli import main
from cds_service.measures.profiles import BASE
from tests.launch_desk import SITE, Clinician, LaunchDesk, said
from tests.stub_ehr import StubEhr

PERSON = {
    "resourceType": "Patient",
    "name": [{"family": "Example", "given": ["Ada"]}],
    "gender": "female",
    "birthDate": "1950-01-15",
}
EXTENSION = "org.kyphoplasty-cds.assessments"
VALUES = {"psoas-right": "7.3", "psoas-left": "7.11", "mri": "study"}


@pytest.fixture
def ehr(hapi, request):
    name = request.node.name.replace("_", "-")[:60]
    clinician = {"resourceType": "Practitioner", "id": "dr-smith"}
    hapi.load([{**PERSON, "id": name}, clinician])
    with StubEhr(behind=hapi.url) as found:
        found.patient = name
        yield found


def behind(hapi):
    """The site of an EHR that passes on HAPI's answers, in which entries have HAPI's address."""
    aliases = f'fhir-aliases = {{{{ "{{base}}" = ["{hapi.url}"] }}}}'
    return SITE.replace("[clients.worksheet]", f"{aliases}\n[clients.worksheet]")


@pytest.fixture
def clinician(tmp_path, ehr, hapi):
    desk = LaunchDesk(tmp_path, ehr, template=behind(hapi))
    yield Clinician(desk)
    desk.close()


def call(url, document=None):
    headers = {"Content-Type": "application/fhir+json", "Cache-Control": "no-cache"}
    content = None if document is None else json.dumps(document).encode()
    with urlopen(Request(url, content, headers), timeout=120) as answer:
        return json.load(answer)


def on_server(hapi, patient):
    bundle = call(f"{hapi.url}/Observation?patient={patient}")
    return [entry["resource"] for entry in bundle.get("entry", ())]


def inputs_of(ehr, folder):
    """By name, the values on the card of an order of that day.

    Read through the EHR, which asks for fresh answers: HAPI repeats a search that it
    answered within the last minute.
    """
    ehr.tokens["order"] = (ehr.patient, "patient/*.rs")
    (folder / "token").write_text("order")
    words = ("--fhir-server", ehr.base, "--patient", ehr.patient, "--json")
    words = (*words, "--token-file", str(folder / "token"))
    day = ("--as-of", "2026-11-20", "--level", "T12")
    done = CliRunner().invoke(main, ["assess", *words, *day])
    assert done.exit_code == 0, done.output
    found = {}
    for card in json.loads(done.stdout)["cards"]:
        for part in card.get("extension", {}).get(EXTENSION, ()):
            for model in part.get("models", ()):
                found |= {one["name"]: one["value"] for one in model["inputs"]}
    return found


def test_saved_values_are_valid_taken_once_and_counted_by_an_order(
    clinician, hapi, ehr, tmp_path
):
    place = clinician.launch(ehr.patient)

    first = said(clinician.save(place, confirmed="yes", **VALUES))
    second = said(clinician.save(place, confirmed="yes", **VALUES))

    assert "Saved: 2 new" in first
    assert "Saved: 0 new, 2 there already" in second
    observations = on_server(hapi, ehr.patient)
    assert {one["status"] for one in observations} == {"final"}
    assert len(observations) == 2
    for one in observations:
        (source,) = call(f"{hapi.url}/Provenance?target=Observation/{one['id']}")[
            "entry"
        ]
        authors = [each["who"] for each in source["resource"]["agent"]]
        assert authors[0] == {"reference": "Practitioner/dr-smith"}
        outcome = call(f"{hapi.url}/Observation/$validate", one)
        grave = ("error", "fatal")
        assert [each for each in outcome["issue"] if each["severity"] in grave] == []
    values = inputs_of(ehr, tmp_path)
    assert values["ct-attenuation"] == 40
    assert values["psoas-total-area"] == 14.41


def test_a_server_is_also_asked_for_one_create_after_the_other(tmp_path, hapi, ehr):
    desk = LaunchDesk(tmp_path, ehr, 'writes = "single"', behind(hapi))
    clinician = Clinician(desk)
    place = clinician.launch(ehr.patient)
    first = said(clinician.save(place, confirmed="yes", **VALUES))
    second = said(clinician.save(place, confirmed="yes", **VALUES))
    desk.close()

    assert "Saved: 2 new" in first
    assert "Saved: 0 new, 2 there already" in second
    observations = on_server(hapi, ehr.patient)
    assert len(observations) == 2
    for one in observations:
        found = call(f"{hapi.url}/Provenance?target=Observation/{one['id']}")
        assert len(found["entry"]) == 1
    values = inputs_of(ehr, tmp_path)
    assert values["ct-attenuation"] == 40


def test_a_value_that_nobody_confirmed_is_not_counted(clinician, hapi, ehr, tmp_path):
    clinician.save(clinician.launch(ehr.patient))
    (one,) = on_server(hapi, ehr.patient)
    assert one["status"] == "preliminary"
    assert "ct-attenuation" not in inputs_of(ehr, tmp_path)


def test_the_definitions_are_what_a_server_holds_them_against(clinician, hapi, ehr):
    definitions = json.loads(CliRunner().invoke(main, ["measures", "--fhir"]).stdout)
    hapi.load(entry["resource"] for entry in definitions["entry"])
    clinician.save(clinician.launch(ehr.patient), confirmed="yes")
    (one,) = on_server(hapi, ehr.patient)
    profile = f"{BASE}/StructureDefinition/ct-attenuation"
    outcome = call(f"{hapi.url}/Observation/$validate?profile={profile}", one)
    faults = [each for each in outcome["issue"] if each["severity"] == "error"]
    assert faults == []
