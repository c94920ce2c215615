"""Two EHRs on one service: codes, policy and abilities of their own, and neither sees anything of the other's."""

import json
import re

import pytest
from click.testing import CliRunner

from cds_service.cli import main
from cds_service.errors import DataFileError
from cds_service.loading import load_service
from cds_service.site.folder import load_site
from tests.client_tokens import Signer, client_of, key_set, site_folder
from tests.live_service import CALL, DISCOVERY
from tests.review_desk import PASSWORD, ReviewDesk, Reviewer
from tests.signings import empty_prefetch, kyphoplasty, order_sign, person, signing

NORTH, SOUTH = "https://north.example.org", "https://south.example.org"
KEY = Signer()
LOCAL = "https://north.example.org/codes"
BASE = "http://127.0.0.1:8080"


def concept_map(target: str, code: str, ours: str) -> dict:
    element = {"code": code, "target": [{"code": ours, "equivalence": "equivalent"}]}
    return {"source": LOCAL, "target": f"https://kyphoplasty-cds.org/fhir/CodeSystem/{target}", "element": [element]}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    north = client_of(
        'name = "north"',
        'tenants = ["a", "b"]',
        'reviewers = ["nora"]',
        'tenant-reviewers = { a = ["alma"] }',
        'capabilities = { actions = ["create"] }',
        issuer=NORTH,
    )
    south = client_of('reviewers = ["sven"]', issuer=SOUTH)
    site = site_folder(tmp_path_factory.mktemp("two") / "site", north, south)
    (site / "keys.json").write_bytes(key_set(KEY))
    own = site / "clients" / "north"
    (own / "mappings" / "conceptmap").mkdir(parents=True)
    (own / "site.toml").write_text("[policy]\nbrace-max-weeks = 6\n")
    groups = [concept_map("orders", "KYPHO-OR", "kyphoplasty"), concept_map("measures", "WALK", "gait-speed")]
    content = {"resourceType": "ConceptMap", "id": "own", "url": f"{LOCAL}/map", "status": "active", "group": groups}
    (own / "mappings" / "conceptmap" / "own.json").write_text(json.dumps(content))
    return load_site(site)


@pytest.fixture(scope="module")
def clinic(folder, tmp_path_factory):
    service = load_service(folder)
    desk = ReviewDesk(tmp_path_factory.mktemp("log"), service, BASE, site=folder)
    desk.templates = service.hooks["kyphoplasty-order-sign"].discovery["prefetch"]
    desk.client = desk.app.test_client()
    for number, (client, tenant) in enumerate([(NORTH, "a"), (NORTH, "b"), (SOUTH, None)], start=1):
        body = order_sign(kyphoplasty(f"pat-{number}"), patient=f"pat-{number}")
        body["prefetch"] = empty_prefetch(desk.templates, patient=person(f"pat-{number}"))
        body["hookInstance"] = f"7f4a2f0c-5a0e-4a52-9f4a-2f0c5a0e4a5{number}"
        assert call(desk, body, client, tenant)["cards"]
    yield desk
    desk.store.close()


def header(path: str, client: str, tenant: str | None) -> dict[str, str]:
    claims = {"iss": client} | ({"tenant": tenant} if tenant else {})
    return {"Authorization": f"Bearer {KEY.token(BASE + path, claims=claims)}"}


def call(desk, body, client, tenant=None, path=CALL):
    reply = desk.client.post(path, json=body, headers=header(path, client, tenant))
    assert reply.status_code == 200, reply.text
    return reply.json


def test_a_code_of_one_ehr_means_nothing_at_the_other(clinic):
    local = kyphoplasty("local", code={"coding": [{"system": LOCAL, "code": "KYPHO-OR"}]})
    body = order_sign(local, patient="local")
    body["prefetch"] = empty_prefetch(clinic.templates, patient=person("local"))
    assert call(clinic, body, NORTH, "a")["cards"]
    assert call(clinic, body, SOUTH) == {"cards": []}


def test_each_has_its_own_policy_and_its_own_abilities(clinic):
    north, south = (
        next(one for one in call(clinic, signing("p6", clinic.templates), *of)["cards"] if "TLSO" in one["summary"])
        for of in ((NORTH, "a"), (SOUTH, None))
    )
    assert "off by 6" in north["summary"]
    assert "off by 8" in south["summary"]
    kinds = [one["suggestions"][0]["actions"][0]["type"] for one in (north, south)]
    assert kinds == ["create", "update"]


def test_explain_shows_the_cards_as_one_of_them_gets_them(clinic, folder, tmp_path):
    request = tmp_path / "request.json"
    request.write_text(json.dumps(signing("p6", clinic.templates)))
    for client, weeks, kind in ((NORTH, "off by 6", "create"), (SOUTH, "off by 8", "update")):
        words = ("explain", str(request), "--site", str(folder.path), "--client", client)
        done = CliRunner().invoke(main, (*words, "--as-of", "2026-11-20", "--json"))
        (card,) = (one for one in json.loads(done.stdout)["cards"] if "TLSO" in one["summary"])
        assert weeks in card["summary"]
        assert card["suggestions"][0]["actions"][0]["type"] == kind
    done = CliRunner().invoke(main, ["explain", str(request), "--site", str(folder.path), "--client", "urn:nobody"])
    assert f"there are: {NORTH}, {SOUTH}" in done.output


def test_discovery_asks_each_for_its_own_codes(clinic):
    def asked(**headers):
        return clinic.client.get(DISCOVERY, **headers).json["services"][0]["prefetch"]["function"]

    assert f"{LOCAL}|WALK" in asked(headers=header(DISCOVERY, NORTH, "a"))
    assert LOCAL not in asked(headers=header(DISCOVERY, SOUTH, None))
    assert LOCAL not in asked()


def reviewer(clinic, name):
    clinic.accounts.add(name, "privacy-officer", PASSWORD, replace=True)
    found = Reviewer(clinic)
    found.log_in(name, PASSWORD)
    return found


@pytest.mark.parametrize(
    ("name", "sees"),
    [
        ("nora", {"pat-1", "pat-2"}),
        ("alma", {"pat-1"}),
        ("sven", {"pat-3"}),
        ("boss", {"pat-1", "pat-2", "pat-3"}),
    ],
)
def test_a_reviewer_sees_nothing_of_another_ehr_or_tenant(clinic, name, sees):
    desk = reviewer(clinic, name)
    answers = {one.patient: one for one in clinic.all("answer") if one.patient.startswith("pat-")}
    assert set(re.findall(r"pat-\d", desk.get("/audit?kind=answer"))) == sees
    for other in (NORTH, SOUTH):
        shown = set(re.findall(r"pat-\d", desk.get(f"/audit?client={other}").split("</form>")[-1]))
        assert shown <= sees, "asked for another EHR by name"
    for patient, entry in answers.items():
        is_seen = patient in sees
        desk.get(f"/audit/entries/{entry.id}", 200 if is_seen else 404)
        desk.get(f"/audit/entries/{entry.id}/replay", 200 if is_seen else 404)
        assert (entry.id in desk.get(f"/audit/patients/{patient}")) is is_seen
    export = desk.post("/audit/export", format="ndjson", kind="answer").get_data(as_text=True)
    assert set(re.findall(r'"patient": ?"(pat-\d)"', export)) == sees
    marked = desk.post(f"/audit/entries/{answers['pat-3'].id}/mark", mark="reviewed").status_code
    assert marked == (303 if "pat-3" in sees else 404)


def test_figures_count_a_reviewers_own_answers(clinic):
    with clinic.store.database.reading() as connection:
        from cds_service.audit.counts import count_months
        from cds_service.core.caller import Caller

        scopes = (None, Caller(NORTH), Caller(NORTH, "b"), Caller(SOUTH))
        months = [count_months(connection, "2026-01", "2026-12", one)["2026-11", "", "", "answer"] for one in scopes]
    assert months[0] == months[1] + months[3]
    assert months[2] == 1


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda site: (site / "clients" / "east").mkdir(parents=True), "no client has this name"),
        (lambda site: site.exists(), "there is no such folder"),
    ],
)
def test_a_folder_without_a_client_and_a_client_without_a_folder_are_faults(tmp_path, change, fault):
    name = [] if "no client" in fault else ['name = "north"']
    site = site_folder(tmp_path / "site", client_of(*name, issuer=NORTH))
    (site / "keys.json").write_bytes(key_set(KEY))
    change(site)
    with pytest.raises(DataFileError, match=fault):
        load_site(site)


def test_an_account_is_bound_once(tmp_path):
    both = [client_of('reviewers = ["anna"]', issuer=one) for one in (NORTH, SOUTH)]
    site = site_folder(tmp_path / "site", *both)
    (site / "keys.json").write_bytes(key_set(KEY))
    with pytest.raises(DataFileError, match="anna is bound twice"):
        load_site(site)


@pytest.mark.parametrize(
    ("pilot", "shown"),
    [("7", {NORTH, SOUTH}), ("Practitioner/7", {NORTH, SOUTH}), (f"{NORTH}|Practitioner/7", {NORTH})],
)
def test_a_pilot_is_of_every_ehr_or_of_the_one_named(tmp_path, pilot, shown):
    site = load_site(two_with_pilot(tmp_path, pilot)).site
    assert {one for one in (NORTH, SOUTH) if site.is_live_for("Practitioner/7", one)} == shown
    assert not site.is_live_for("Practitioner/8", NORTH)
    assert SOUTH in shown or not site.is_live_for(f"{NORTH}|Practitioner/7", SOUTH)


def test_a_pilot_of_no_ehr_stops_the_start(tmp_path):
    with pytest.raises(DataFileError, match=r"no client has the issuer https://east"):
        load_site(two_with_pilot(tmp_path, "https://east.example.org|7"))


def two_with_pilot(folder, pilot):
    site = site_folder(folder / "site", client_of(issuer=NORTH), client_of(issuer=SOUTH))
    (site / "keys.json").write_bytes(key_set(KEY))
    with (site / "site.toml").open("a") as file:
        file.write(f'[service]\npilot-users = ["{pilot}"]\n')
    return site
