"""Two EHRs on one service: codes, policy and abilities of their own, and neither sees anything of the other's."""

import json
import re
from uuid import uuid4

import pytest
from click.testing import CliRunner

from cds_service.audit.counts import count_months
from cds_service.cli import main
from cds_service.core.caller import Caller
from cds_service.errors import DataFileError
from cds_service.loading import load_service
from cds_service.site.folder import load_site
from tests.chart_builders import HOOK
from tests.client_tokens import Signer, client_of, key_set, site_folder
from tests.codes import MEASURES, ORDERS, concept_map
from tests.live_service import CALL, DISCOVERY
from tests.review_desk import ReviewDesk
from tests.signings import empty_prefetch, kyphoplasty, order_sign, person, signing

NORTH, SOUTH = "https://north.example.org", "https://south.example.org"
KEY = Signer()
LOCAL = "https://north.example.org/codes"
BASE = "http://127.0.0.1:8080"
LOGIN = (
    '[review]\nissuer = "https://login.example.org"\nclient-id = "cds"\n'
    'roles = {{ staff = "reviewer" }}\nlocal-accounts = {}\n'
)
PILOT = '[service]\npilot-users = ["{}"]\n'


def two(folder, north=(), south=(), more=""):
    """The folder of a site with both, with these lines of each and of the site."""
    clients = (
        client_of(*lines, issuer=issuer)
        for lines, issuer in ((north, NORTH), (south, SOUTH))
    )
    site = site_folder(folder / "site", *clients, more=more)
    (site / "keys.json").write_bytes(key_set(KEY))
    return site


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    north = (
        'name = "north"',
        'hook-instance = "opaque"',
        'tenants = ["a", "b"]',
        'reviewers = ["nora"]',
        'tenant-reviewers = { a = ["alma"] }',
        'capabilities = { actions = ["create"] }',
    )
    site = two(tmp_path_factory.mktemp("two"), north, ['reviewers = ["sven"]'])
    own = site / "clients" / "north"
    (own / "mappings" / "conceptmap").mkdir(parents=True)
    (own / "site.toml").write_text("[policy]\nbrace-max-weeks = 6\n")
    content = concept_map(
        LOCAL, ("KYPHO-OR", ORDERS, "kyphoplasty"), ("WALK", MEASURES, "gait-speed")
    )
    (own / "mappings" / "conceptmap" / "own.json").write_text(json.dumps(content))
    return load_site(site)


@pytest.fixture(scope="module")
def clinic(folder, tmp_path_factory):
    service = load_service(folder)
    desk = ReviewDesk(tmp_path_factory.mktemp("log"), service, BASE, site=folder)
    desk.templates = service.hooks[HOOK].discovery["prefetch"]
    desk.client = desk.app.test_client()
    for patient, client, tenant in (
        ("pat-1", NORTH, "a"),
        ("pat-2", NORTH, "b"),
        ("pat-3", SOUTH, None),
    ):
        assert call(desk, order_for(desk, patient), client, tenant)
    yield desk
    desk.store.close()


def order_for(desk, patient, **members):
    """A kyphoplasty of somebody of whom nothing is known."""
    body = order_sign(
        kyphoplasty(patient, **members), patient=patient, hookInstance=str(uuid4())
    )
    return body | {"prefetch": empty_prefetch(desk.templates, patient=person(patient))}


def header(path: str, client: str, tenant: str | None) -> dict[str, str]:
    claims = {"iss": client} | ({"tenant": tenant} if tenant else {})
    return {"Authorization": f"Bearer {KEY.token(BASE + path, claims=claims)}"}


def call(desk, body, client, tenant=None):
    """The cards."""
    reply = desk.client.post(CALL, json=body, headers=header(CALL, client, tenant))
    assert reply.status_code == 200, reply.text
    return reply.json["cards"]


def test_a_code_of_one_ehr_means_nothing_at_the_other(clinic):
    body = order_for(
        clinic, "local", code={"coding": [{"system": LOCAL, "code": "KYPHO-OR"}]}
    )
    assert call(clinic, body, NORTH, "a")
    assert call(clinic, body, SOUTH) == []


def corrected(cards):
    """The end and the kind of the corrected brace."""
    (card,) = (one for one in cards if "TLSO" in one["summary"])
    return re.search(r"\d weeks", card["summary"])[0], card["suggestions"][0][
        "actions"
    ][0]["type"]


def test_each_has_its_own_policy_and_its_own_abilities(clinic):
    body = signing("p6", clinic.templates)
    assert corrected(call(clinic, body, NORTH, "a")) == ("6 weeks", "create")
    assert corrected(call(clinic, body, SOUTH)) == ("8 weeks", "update")


def test_an_id_that_is_no_uuid_is_taken_of_the_one_whose_table_says_so(clinic):
    body = order_for(clinic, "opaque") | {"hookInstance": "ord-77/2026|a"}
    (card, *_) = call(clinic, body, NORTH, "a")
    answer = clinic.all("answer")[0]
    assert (answer.patient, answer.hook_instance) == ("opaque", "ord-77/2026|a")
    said = {
        "card": card["uuid"],
        "outcome": "overridden",
        "outcomeTimestamp": "2026-11-20T09:00:00Z",
    }
    path = f"{CALL}/feedback"
    told = clinic.client.post(
        path, json={"feedback": [said]}, headers=header(path, NORTH, "a")
    )
    assert told.status_code == 200
    assert clinic.all("feedback")[0].hook_instance == "ord-77/2026|a"
    boss = clinic.reviewer("boss", "privacy-officer")
    assert f"/audit/entries/{answer.id}" in boss.get("/audit?hook=ord-77%2F2026%7Ca")
    refused = clinic.client.post(CALL, json=body, headers=header(CALL, SOUTH, None))
    assert refused.status_code == 400
    assert 'hook-instance = "opaque"' in refused.json["issue"][0]["details"]["text"]


def test_explain_shows_the_cards_as_one_of_them_gets_them(clinic, folder, tmp_path):
    request = tmp_path / "request.json"
    request.write_text(json.dumps(signing("p6", clinic.templates)))

    def explained(client):
        words = (
            "explain",
            str(request),
            "--site",
            str(folder.path),
            "--client",
            client,
        )
        return CliRunner().invoke(main, (*words, "--as-of", "2026-11-20", "--json"))

    assert corrected(json.loads(explained(NORTH).stdout)["cards"]) == (
        "6 weeks",
        "create",
    )
    assert corrected(json.loads(explained(SOUTH).stdout)["cards"]) == (
        "8 weeks",
        "update",
    )
    assert f"there are: {NORTH}, {SOUTH}" in explained("urn:nobody").output


def test_discovery_asks_each_for_its_own_codes(clinic):
    def asked(**headers):
        return clinic.client.get(DISCOVERY, **headers).json["services"][0]["prefetch"][
            "function"
        ]

    assert f"{LOCAL}|WALK" in asked(headers=header(DISCOVERY, NORTH, "a"))
    assert LOCAL not in asked(headers=header(DISCOVERY, SOUTH, None))
    assert LOCAL not in asked()


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
    desk = clinic.reviewer(name, "privacy-officer")
    answers = {
        one.patient: one
        for one in clinic.all("answer")
        if one.patient.startswith("pat-")
    }
    assert set(re.findall(r"pat-\d", desk.get("/audit?kind=answer"))) == sees
    for other in (NORTH, SOUTH):
        shown = set(
            re.findall(
                r"pat-\d", desk.get(f"/audit?client={other}").split("</form>")[-1]
            )
        )
        assert shown <= sees, "asked for another EHR by name"
    for patient, entry in answers.items():
        is_seen = patient in sees
        desk.get(f"/audit/entries/{entry.id}", 200 if is_seen else 404)
        desk.get(f"/audit/entries/{entry.id}/replay", 200 if is_seen else 404)
        assert (entry.id in desk.get(f"/audit/patients/{patient}")) is is_seen
    export = desk.post("/audit/export", format="ndjson", kind="answer").get_data(
        as_text=True
    )
    assert set(re.findall(r'"patient": ?"(pat-\d)"', export)) == sees
    marked = desk.post(
        f"/audit/entries/{answers['pat-3'].id}/mark", mark="reviewed"
    ).status_code
    assert marked == (303 if "pat-3" in sees else 404)


def test_figures_count_a_reviewers_own_answers(clinic):
    with clinic.store.database.reading() as connection:
        scopes = (None, Caller(NORTH), Caller(NORTH, "b"), Caller(SOUTH))
        months = [
            count_months(connection, "2026-01", "2026-12", one)[
                "2026-11", "", "", "answer"
            ]
            for one in scopes
        ]
    assert months[0] == months[1] + months[3]
    assert months[2] == 1


@pytest.mark.parametrize(
    ("pilot", "shown"),
    [
        ("7", {NORTH, SOUTH}),
        ("Practitioner/7", {NORTH, SOUTH}),
        (f"{NORTH}|Practitioner/7", {NORTH}),
    ],
)
def test_a_pilot_is_of_every_ehr_or_of_the_one_named(tmp_path, pilot, shown):
    site = load_site(two(tmp_path, more=PILOT.format(pilot))).site
    assert {
        one for one in (NORTH, SOUTH) if site.is_live_for("Practitioner/7", one)
    } == shown
    assert not site.is_live_for("Practitioner/8", NORTH)
    assert SOUTH in shown or not site.is_live_for(f"{NORTH}|Practitioner/7", SOUTH)


def test_an_account_of_the_hospital_s_login_is_bound_by_issuer_and_subject(tmp_path):
    north = ['reviewers = ["https://login.example.org|7"]']
    site = load_site(two(tmp_path, north, more=LOGIN.format("false"))).site
    assert site.scope_of("https://login.example.org|7") == Caller(NORTH)


@pytest.mark.parametrize(
    ("folder", "more", "lines", "fault"),
    [
        ("east", "", (), "no client has this name"),
        ("", "", ['name = "north"'], "there is no such folder"),
        ("", "", ['reviewers = ["sven"]'], "sven is bound twice"),
        ("", "", ['reviewers = ["Nora"]'], "Nora is not an account"),
        ("", "", ['reviewers = ["https://x.org|7"]'], r"x\.org\|7 is not an account"),
        (
            "",
            LOGIN.format("true"),
            ['reviewers = ["https://other.example.org|7"]'],
            "is not an account",
        ),
        ("", LOGIN.format("false"), ['reviewers = ["nora"]'], "nora is not an account"),
        (
            "",
            PILOT.format("https://east.example.org|7"),
            (),
            r"no client has the issuer https://east",
        ),
    ],
)
def test_what_names_no_client_or_account_or_two_stops_the_start(
    tmp_path, folder, more, lines, fault
):
    site = two(tmp_path, lines, ['reviewers = ["sven"]'], more)
    (site / "clients" / folder).mkdir(parents=True)
    with pytest.raises(DataFileError, match=fault):
        load_site(site)
