"""`kyphoplasty-cds loop`: fifty signings, what was done after them, and the names."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cds_service.commands.populations import looping
from tests.audit_builders import answer_entry, uuid_of
from tests.chart_builders import (
    DRUGS,
    Resource,
    days_ago,
    dose,
    drug,
    of_patient,
    ordered,
    patient,
)
from tests.client_tokens import ISSUER, Signer, client_of, key_set, site_folder
from tests.codes import ATC, codeable
from tests.looped_site import DAYS, Site
from tests.population_builders import whose
from tests.review_desk import words
from tests.stub_fhir import Reply, StubFhir, page


def visit(days: int, status: str = "finished") -> Resource:
    words = [{"text": "Osteoporosis clinic"}]
    period = {"start": days_ago(days)}
    return of_patient("Encounter", "visit", status=status, type=words, period=period)


def dispense(days: int) -> Resource:
    medicine = codeable(ATC, DRUGS["alendronate"])
    return of_patient(
        "MedicationDispense",
        "handed",
        status="completed",
        medicationCodeableConcept=medicine,
        whenHandedOver=days_ago(days),
    )


SEEN = [[visit(100)], [dose("zoledronate", days=90)], [dispense(60)]]
NOT_SEEN = [
    [],
    [ordered("bone-treatment", number="referral", days=118)],
    [drug("alendronate", days=115)],
    [visit(100, "cancelled")],
]
CHARTS = {f"pat-{n}": SEEN[n % 3] for n in range(1, 39)}
CHARTS |= {f"pat-{n}": NOT_SEEN[n % 4] for n in range(39, 51)}
NAMES = {f"pat-{n}" for n in range(39, 51)}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    return Site(tmp_path, monkeypatch)


def listed(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))


def test_of_fifty_signings_the_list_has_the_twelve(site: Site, tmp_path: Path) -> None:
    site.sign(*range(1, 51))
    site.tell(39, "accepted")
    site.tell(40, "overridden", "patientDeclines")
    export, file = site.export(CHARTS), tmp_path / "names.csv"
    said = site.loop(str(export), "--worklist", str(file))
    assert "50 signings, 50 to be judged:" in said
    assert "38 with a bone drug or a visit within 90 days" in said
    assert "12 with neither on record" in said
    assert not any(name in said for name in CHARTS)
    rows = listed(file)
    assert {row["patient"] for row in rows} == NAMES
    assert len(rows) == 12
    texts = {row["patient"]: row["text"] for row in rows}
    assert "card accepted; by" in texts["pat-39"]
    assert "card overridden (patientDeclines); by" in texts["pat-40"]
    assert "no dose or dispense on record" in texts["pat-42"]
    assert "referral 25 Jul 2026" in texts["pat-41"]

    anna = site.desk.reviewer()
    page = words(anna.get("/audit/figures"))
    assert (
        "Of 50 signings: 38 with a bone drug or a visit within 90 days, 0 later,"
        " 12 names for the nurse."
    ) in page
    table = anna.get("/audit/figures.csv")
    assert "Card accepted,0,0,1,0,0,0,0" in table
    assert "Card not answered,38,0,10,0,0,0,0" in table
    # by hand: every third of 38 saw the clinic; every fourth of 12 was referred
    assert "Visit for bone treatment held,12,0,38,0" in table
    assert "Referral for bone treatment placed,3,0,47,0" in table
    assert "Bone drug ordered,3,0,47,0" in table
    assert "Bone drug started (dose or dispense),26,0,24,0" in table


def test_a_second_look_writes_only_what_is_new(site: Site, tmp_path: Path) -> None:
    site.sign(1, 2)
    first = site.export({"pat-1": [], "pat-2": [visit(100)]}, "first")
    site.loop(str(first))
    site.loop(str(first))
    found = site.entries()
    assert [one[:2] for one in found] == [("pat-1", "open"), ("pat-2", "done")]
    assert [one[2] for one in found] == [uuid_of(1), uuid_of(2)]
    second = site.export({"pat-1": [dispense(20)], "pat-2": [visit(100)]}, "second")
    file = tmp_path / "names.csv"
    site.loop(str(second), "--worklist", str(file))
    assert site.entries()[2:] == [("pat-1", "late", uuid_of(1))]
    assert listed(file) == []


def test_what_was_not_read_undoes_nothing(site: Site, tmp_path: Path) -> None:
    site.sign(1, 2, 3)
    whole = site.export({"pat-1": [], "pat-2": [visit(100)], "pat-3": []}, "whole")
    site.loop(str(whole))
    part = site.export({"pat-3": [visit(50)]}, "part")
    file = tmp_path / "names.csv"
    said = site.loop(str(part), "--worklist", str(file))
    assert "2 with a bone drug or a visit within 90 days" in said
    (row,) = listed(file)
    assert row["patient"] == "pat-1"
    assert "not read this time" in row["text"]
    nobody = site.export({"somebody-else": []}, "nobody")
    assert "none of the patients" in site.loop(str(nobody), code=1)
    assert len(site.entries()) == 4


def test_a_doubt_that_was_noted_since_takes_a_treatment_back(
    site: Site,
) -> None:
    """All lists were read: the earlier look knew no more than this one."""
    site.sign(1)
    handed = dispense(60)
    site.loop(str(site.export({"pat-1": [handed]}, "treated")))
    assert site.entries()[-1][:2] == ("pat-1", "done")
    doubted = handed | {"note": [{"text": "returned unopened"}]}
    site.loop(str(site.export({"pat-1": [doubted]}, "doubted")))
    assert site.entries()[-1][:2] == ("pat-1", "unsure")


def test_silent_answers_probes_and_brace_cards_are_no_signings(site: Site) -> None:
    brace_card = answer_entry(3).cards[0]
    site.sign(1, result="silent")
    site.sign(2, user="Practitioner/kyphoplasty-cds-probe")
    site.sign(3, cards=())
    assert brace_card.topic == "rehabilitation"
    site.sign(4)
    charts: dict[str, list[Resource]] = {f"pat-{n}": [] for n in range(1, 5)}
    assert "2 signings" in site.loop(str(site.export(charts)))
    assert [one[0] for one in site.entries()] == ["pat-2", "pat-4"]


def test_one_patient_signed_twice_is_one_signing(site: Site) -> None:
    site.sign(1, days=120)
    site.sign(2, days=110, patient="pat-1")
    site.sign(3, days=20, patient="pat-1")
    said = site.loop(str(site.export({"pat-1": []})), "--json")
    assert json.loads(said)["states"] == {"open": 1, "waiting": 1}


def test_patients_of_two_servers_are_never_mixed(site: Site) -> None:
    """The same id on another server is another person."""
    north, south = "https://north.example/fhir", "https://south.example/fhir"
    site.sign(1, content={"record": {"server": north}})
    site.sign(2, patient="pat-1", content={"record": {"server": south}})
    export = str(site.export({"pat-1": [visit(100)]}))
    assert "--fhir-server" in site.loop(export, code=2)
    site.loop(export, "--fhir-server", south)
    assert site.entries() == [("pat-1", "done", uuid_of(2))]


def test_two_callers_are_never_mixed(site: Site) -> None:
    site.sign(1, client="https://north.example")
    site.sign(2, patient="pat-1", client="https://south.example")
    export = str(site.export({"pat-1": []}))
    assert "--client" in site.loop(export, code=2)
    site.loop(export, "--client", "https://north.example")
    assert [one[2] for one in site.entries()] == [uuid_of(1)]


def test_operators_see_no_small_count(site: Site) -> None:
    """Three who were not seen are hidden, and nothing adds up to them."""
    site.sign(*range(1, 31))
    charts = {f"pat-{n}": [visit(100)] for n in range(1, 28)}
    charts |= {f"pat-{n}": [] for n in range(28, 31)}
    site.loop(str(site.export(charts)))
    page = words(site.desk.reviewer("otto", "operator").get("/audit/figures"))
    assert "names for the nurse" in page
    assert "Of 27" not in page
    assert "Of … signings" in page
    assert " 3 names" not in page


def test_without_permission_no_server_is_read(site: Site) -> None:
    site.sign(1)
    said = site.loop("--fhir-server", "https://ehr.example.org/fhir", code=1)
    assert "background-reads" in said


def test_the_entry_says_what_was_done(site: Site) -> None:
    site.desk.later(days=-DAYS)
    answer = site.desk.sign(patient="pat-1")
    site.desk.later(days=DAYS)
    site.loop(str(site.export({"pat-1": [visit(100), drug("alendronate", days=80)]})))
    page = words(site.desk.reviewer().get(f"/audit/entries/{answer.id}"))
    assert "Was it done : in time" in page
    assert "Visit held in time, 12 Aug 2026 Encounter/pat-1-visit" in page
    assert "Bone drug ordered in time" in page
    assert "Bone drug started not on record" in page
    assert "No feedback came" in page


TYPES_READ = (
    *("MedicationRequest", "MedicationAdministration", "MedicationDispense"),
    *("MedicationStatement", "Procedure", "ServiceRequest", "DeviceRequest"),
    *("Encounter", "Appointment", "Condition"),
)


def serve(fhir: StubFhir, who: str, *chart: Resource) -> None:
    """A server with this patient's record; what it has none of is an empty search."""
    whole = whose(who, [patient(), *chart])
    fhir.say(f"/Patient/{who}", whole[0])
    for kind in TYPES_READ:
        found = [one for one in whole[1:] if one["resourceType"] == kind]
        fhir.say(f"/{kind}?patient={who}&_count=100", page(*found))
    fhir.say(f"/SupplyRequest?subject={who}&_count=100", page())


@pytest.fixture
def fhir() -> Iterator[StubFhir]:
    with StubFhir() as found:
        yield found


def allow(
    site: Site, fhir: StubFhir, monkeypatch: pytest.MonkeyPatch, *, background: bool
) -> None:
    """A site folder whose EHR has this server."""
    client = client_of(
        f'fhir-servers = ["{fhir.base}"]',
        f"background-reads = {str(background).lower()}",
    )
    folder = site_folder(site.folder / "site", client)
    (folder / "keys.json").write_bytes(key_set(Signer()))
    monkeypatch.setenv("KYPHOPLASTY_CDS_SITE", str(folder))


def test_open_signings_are_read_from_the_server_at_night(
    site: Site, fhir: StubFhir, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(site, fhir, monkeypatch, background=True)
    for number in (1, 2):
        site.sign(number, client=ISSUER, content={"record": {"server": fhir.base}})
    serve(fhir, "pat-1", visit(100))
    serve(fhir, "pat-2")
    said = site.loop("--fhir-server", fhir.base)
    assert "1 with a bone drug or a visit" in said
    assert [one[:2] for one in site.entries()] == [("pat-1", "done"), ("pat-2", "open")]

    fhir.requests.clear()
    serve(fhir, "pat-2", dispense(20))
    site.loop("--fhir-server", fhir.base)
    assert site.entries()[2:] == [("pat-2", "late", uuid_of(2))]
    assert not any("pat-1" in one for one in fhir.requests)  # it is settled


def test_a_list_that_the_server_refuses_was_not_read(
    site: Site, fhir: StubFhir, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(site, fhir, monkeypatch, background=True)
    site.sign(1, client=ISSUER, content={"record": {"server": fhir.base}})
    serve(fhir, "pat-1")
    fhir.say("/Encounter?patient=pat-1&_count=100", Reply(status=403))
    site.loop("--fhir-server", fhir.base)
    assert [one[:2] for one in site.entries()] == [("pat-1", "unsure")]


@pytest.mark.parametrize(
    ("address", "state"),
    [
        pytest.param("http://inner:8080/fhir", "done", id="an-alias-of-the-site"),
        pytest.param("https://other.example.org/fhir", "unsure", id="another-server"),
    ],
)
def test_an_entry_s_address_must_be_the_server_s_or_an_alias(
    site: Site,
    fhir: StubFhir,
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    state: str,
) -> None:
    allow(site, fhir, monkeypatch, background=True)
    file = site.folder / "site" / "site.toml"
    aliases = f'fhir-aliases = {{ "{fhir.base}" = ["http://inner:8080/fhir"] }}'
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("[[clients]]", f"[[clients]]\n{aliases}"))
    site.sign(1, client=ISSUER, content={"record": {"server": fhir.base}})
    serve(fhir, "pat-1")
    (seen,) = whose("pat-1", [visit(100)])
    entry = {"fullUrl": f"{address}/Encounter/{seen['id']}", "resource": seen}
    query = "/Encounter?patient=pat-1&_count=100"
    fhir.say(query, page() | {"entry": [entry]})
    site.loop("--fhir-server", fhir.base)
    assert [entry[:2] for entry in site.entries()] == [("pat-1", state)]


@pytest.mark.parametrize(
    ("patients", "cut", "skipped", "code"),
    [(2, 2, 0, 1), (5, 3, 2, 1), (2, 0, 0, 0)],
)
def test_a_run_that_a_slow_server_cut_short_ends_as_incomplete(
    site: Site,
    fhir: StubFhir,
    monkeypatch: pytest.MonkeyPatch,
    *,
    patients: int,
    cut: int,
    skipped: int,
    code: int,
) -> None:
    allow(site, fhir, monkeypatch, background=True)
    for number in range(1, patients + 1):
        site.sign(number, client=ISSUER, content={"record": {"server": fhir.base}})
        serve(fhir, f"pat-{number}")
        if cut:
            query = f"/Encounter?patient=pat-{number}&_count=100"
            fhir.say(query, fhir.hold())
    monkeypatch.setattr(looping, "READ_SECONDS", 0.5 if cut else 60.0)
    names = site.folder / "names.csv"
    output = site.loop(
        "--fhir-server", fhir.base, "--json", "--worklist", str(names), code=code
    )
    assert f'"complete": {str(code == 0).lower()}' in output
    said = f"{cut} patients were not read whole and {skipped} not at all"
    assert (said in output) == (code == 1)
    assert len(site.entries()) == patients  # what was read is written all the same
    assert names.is_file()


def test_what_a_server_sends_of_another_patient_is_left_out(
    site: Site, fhir: StubFhir, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(site, fhir, monkeypatch, background=True)
    site.sign(1, client=ISSUER, content={"record": {"server": fhir.base}})
    serve(fhir, "pat-1")
    (other,) = whose("pat-2", [visit(100)])
    fhir.say("/Encounter?patient=pat-1&_count=100", page(other))
    site.loop("--fhir-server", fhir.base)
    assert [one[:2] for one in site.entries()] == [("pat-1", "open")]


@pytest.mark.parametrize(
    ("caller", "says_server"),
    [
        pytest.param("https://other.example.org", False, id="another-ehr"),
        pytest.param("https://other.example.org", True, id="same-server-not-at-night"),
        pytest.param(None, False, id="open-mode"),
        pytest.param(ISSUER, False, id="one-of-two-servers"),
    ],
)
def test_patients_of_one_ehr_are_not_looked_for_at_another(
    site: Site,
    fhir: StubFhir,
    monkeypatch: pytest.MonkeyPatch,
    caller: str | None,
    *,
    says_server: bool,
) -> None:
    """The same id is another person there."""
    two = f'fhir-servers = ["{fhir.base}", "https://fhir.example.org/r4"]'
    other = client_of(two, issuer="https://other.example.org")
    folder = site_folder(
        site.folder / "site", client_of(two, "background-reads = true"), other
    )
    (folder / "keys.json").write_bytes(key_set(Signer()))
    monkeypatch.setenv("KYPHOPLASTY_CDS_SITE", str(folder))
    said = {"record": {"server": fhir.base}} if says_server else {"record": {}}
    site.sign(1, client=caller, content=said)
    serve(fhir, "pat-1")
    assert "--client" in site.loop("--fhir-server", fhir.base, code=1)
    assert fhir.requests == []
    assert site.entries() == []


def test_a_server_that_the_site_does_not_open_is_not_called(
    site: Site, fhir: StubFhir, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(site, fhir, monkeypatch, background=False)
    site.sign(1, client=ISSUER)
    assert "background-reads" in site.loop("--fhir-server", fhir.base, code=1)
    assert fhir.requests == []
