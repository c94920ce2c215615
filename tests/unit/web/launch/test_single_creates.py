"""Values saved to a server that takes no transaction: one create after the other."""

import pytest
from click.testing import CliRunner

from cds_service.cli import main
from tests.launch_desk import SITE, Clinician, said

SINGLE = 'writes = "single"'
TWO = {"psoas-right": "7.3", "psoas-left": "7.11", "mri": "study"}  # and HU


@pytest.fixture
def ehr(ehr):
    ehr.takes_transactions = False
    return ehr


def saved(ehr, kind="Observation"):
    return [one for one in ehr.resources if one["resourceType"] == kind]


def test_each_value_is_created_and_its_source_names_it(make_desk, ehr):
    clinician = Clinician(make_desk(SINGLE))
    page = said(clinician.save(clinician.launch(), confirmed="yes", **TWO))
    assert "Saved: 2 new" in page
    names = [f"Observation/{one['id']}" for one in saved(ehr)]
    assert len(names) == 2
    (source,) = saved(ehr, "Provenance")
    assert [one["reference"] for one in source["target"]] == names


def test_saving_twice_changes_nothing(make_desk, ehr):
    clinician = Clinician(make_desk(SINGLE))
    place = clinician.launch()
    clinician.save(place, confirmed="yes", **TWO)
    before = list(ehr.resources)
    page = said(clinician.save(place, confirmed="yes", **TWO))
    assert "Saved: 0 new, 2 there already" in page
    assert ehr.resources == before


def test_a_value_that_is_refused_leaves_those_before_it_and_the_text(make_desk, ehr):
    desk = make_desk(SINGLE)
    clinician = Clinician(desk)
    place, ehr.takes = clinician.launch(), 1
    page = said(clinician.save(place, confirmed="yes", **TWO))
    assert "The server wrote 1 of the values and refused the next one" in page
    assert "this value is not taken" in page
    assert "40.0 HU, L1" in page
    entry = desk.newest("measures")
    assert entry.result == "refused"
    assert desk.content(entry)["new"] == 1

    ehr.takes = 99
    page = said(clinician.save(place, confirmed="yes", **TWO))
    assert "Saved: 1 new, 1 there already" in page
    assert len(saved(ehr)) == 2


def test_a_source_that_is_refused_is_said(make_desk, ehr):
    clinician = Clinician(make_desk(SINGLE))
    place, ehr.takes = clinician.launch(), 2
    page = said(clinician.save(place, confirmed="yes", **TWO))
    assert "The values are written, but not where they come from" in page
    assert len(saved(ehr)) == 2


def test_without_that_fact_nothing_is_written_and_the_text_stays(make_desk, ehr):
    clinician = Clinician(make_desk())
    page = said(clinician.save(clinician.launch(), confirmed="yes", **TWO))
    assert "takes no transactions (404)" in page
    assert "40.0 HU, L1" in page
    assert saved(ehr) == []


@pytest.mark.parametrize(
    ("facts", "count"),
    [
        pytest.param('profile = "oracle-health"', 2, id="of the profile"),
        pytest.param('facts.server.writes = "single"', 2, id="of the site"),
        pytest.param('profile = "epic"', 0, id="unknown"),
    ],
)
def test_the_profile_says_how(make_desk, ehr, facts, count):
    template = SITE.replace("fhir-servers", f"{facts}\nfhir-servers")
    clinician = Clinician(make_desk(template=template))
    clinician.save(clinician.launch(), confirmed="yes", **TWO)
    assert len(saved(ehr)) == count


def test_a_server_that_says_no_place_has_the_values_alone(make_desk, ehr):
    clinician = Clinician(make_desk(SINGLE))
    ehr.says_places = False
    page = said(clinician.save(clinician.launch(), confirmed="yes", **TWO))
    assert "the server did not say where it keeps them" in page
    assert len(saved(ehr)) == 2
    assert saved(ehr, "Provenance") == []


def test_import_creates_one_by_one_too(ehr, tmp_path):
    ehr.tokens["import"] = ("p1", "patient/*.crs")
    (tmp_path / "token").write_text("import")
    (tmp_path / "ct.csv").write_text(
        "patient,date,ct-attenuation,level,method\n"
        "p1,2026-11-02,40,L1,unenhanced CT 120 kV\n"
    )
    (tmp_path / "ward.csv").write_text("patient,date,weight\np1,2026-11-02,61\n")
    words = ["import", *map(str, sorted(tmp_path.glob("*.csv"))), "--patient", "p1"]
    words += ["--fhir-server", ehr.base, "--token-file", str(tmp_path / "token")]

    refused = CliRunner().invoke(main, words)
    assert "takes no transactions (404)" in refused.output
    first = CliRunner().invoke(main, [*words, "--single"])
    second = CliRunner().invoke(main, [*words, "--single"])

    assert "2 new, 0 there already" in first.output
    assert "0 new, 2 there already" in second.output
    names = {f"Observation/{one['id']}" for one in saved(ehr)}
    sources = [one["target"] for one in saved(ehr, "Provenance")]
    assert [len(one) for one in sources] == [1, 1]
    assert {one["reference"] for each in sources for one in each} == names
