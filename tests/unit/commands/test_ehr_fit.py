"""What `mappings check` and the integration sheet say of an EHR with a profile: buttons, differences, questions."""

import json
from datetime import date

import pytest
from click.testing import CliRunner

from cds_service.cli import main
from cds_service.commands.connecting.ehr_fit import fact_words
from cds_service.commands.connecting.integration_sheet import as_html, integration_sheet
from cds_service.loading import load_service
from cds_service.settings import Settings
from cds_service.site.folder import load_site
from cds_service.site.profiles import load_profile, profile_folders
from tests.codes import ORDERS, concept_map

LIST = "urn:com.epic.cdshooks.action.code.system.preference-list-item"
BASE = "https://ehr.example.org/r4"
DAY = date(2026, 11, 23)


@pytest.fixture
def site(tmp_path):
    """Writes a site with one client of these lines; gives its folder."""

    def write(lines, *, issuer=BASE, keys=f'jwks-url = "{BASE}/jwks"'):
        (tmp_path / "site.toml").write_text(
            '[site]\nname = "X"\ntime-zone = "UTC"\n[[clients]]\n'
            f'issuer = "{issuer}"\n{keys}\nfhir-servers = ["{BASE}"]\n{lines}\n',
            encoding="utf-8",
        )
        return tmp_path

    return write


def check(folder):
    return CliRunner().invoke(main, ["mappings", "check", "--site", str(folder)])


def map_order(folder, code, order, *, system=LIST, name="own"):
    maps = folder / "mappings/conceptmap"
    maps.mkdir(parents=True, exist_ok=True)
    content = concept_map(system, (code, ORDERS, order)) | {"id": name}
    (maps / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")


def test_each_button_is_listed_with_its_code(site):
    folder = site('profile = "epic"')
    map_order(folder, "PT_EVAL", "rehabilitation")
    lines = check(folder).output
    assert "orders that a card may offer, and the code that each button sends" in lines
    assert f"rehabilitation service: {LIST}|PT_EVAL" in lines
    assert "Referral to dietitian: no button" in lines
    sheet = integration_sheet(Settings(), load_site(folder), DAY)
    assert f"| `{LIST}|PT_EVAL` |".replace("|PT", "\\|PT") in sheet
    assert "| Referral to dietitian | no button, its words are on the card" in sheet


@pytest.mark.parametrize(
    ("taken", "said"),
    [
        pytest.param("", "no button, the card links to it", id="nobody knows"),
        pytest.param(
            '[clients.capabilities]\nactions = ["create"]\nhandout = "Communication"',
            "a draft Communication, in each language for which site.toml names a reader",
            id="stated",
        ),
    ],
)
def test_it_says_how_the_patients_page_reaches_the_record(site, taken, said):
    assert f"The patient's page: {said}" in check(site(taken)).output


def test_two_codes_for_one_order_fail_the_check(site):
    folder = site('profile = "epic"')
    map_order(folder, "PT_EVAL", "rehabilitation")
    map_order(folder, "PT_OUT", "rehabilitation", name="second")
    done = check(folder)
    assert done.exit_code == 2
    assert "two codes for one order" in done.output
    assert "PT_EVAL" in done.output
    assert "PT_OUT" in done.output


@pytest.mark.parametrize(
    ("lines", "named", "words"),
    [
        pytest.param(
            'profile = "oracle-health"',
            {},
            'jwks-index = "https://authorization.cerner.com/jwk"',
            id="keys by a list",
        ),
        pytest.param(
            'profile = "oracle-health"',
            {},
            "the profile has https://cds-hooks.cerner.com",
            id="one issuer for all",
        ),
        pytest.param(
            'profile = "oracle-health"', {}, "no order-sign", id="no order-sign"
        ),
        pytest.param(
            'profile = "epic"',
            {"issuer": "https://ehr.example.org"},
            "is none of fhir-servers",
            id="the issuer is the FHIR base",
        ),
        pytest.param(
            'profile = "epic"\nalgorithms = ["ES384"]',
            {},
            "its tokens are signed with RS384",
            id="another algorithm",
        ),
        pytest.param(
            'profile = "epic"\n[clients.facts.request]\ntime-out-seconds = 2',
            {},
            "it waits 2 seconds and we answer within 3",
            id="it waits less than we take",
        ),
        pytest.param(
            'profile = "epic"\n[clients.facts.request]\nprefetch-length = 500',
            {},
            "prefetch boneDensity of kyphoplasty-order-sign has",
            id="a query is too long",
        ),
        pytest.param(
            'profile = "epic"\n[clients.facts.answer]\ntopic-pattern = "[a-z]{1,5}"',
            {},
            "the topic rehabilitation does not fit",
            id="a topic has another form",
        ),
        pytest.param(
            'profile = "crd-request-generator"',
            {},
            "its tokens cannot be verified",
            id="keys that are no set",
        ),
        pytest.param(
            'profile = "epic"\n[clients.facts.answer]\ncards = 1',
            {},
            "it shows 1 card",
            id="one card",
        ),
    ],
)
def test_where_table_and_profile_differ_is_a_line_with_the_cure(
    site, lines, named, words
):
    done = check(site(lines, **named))
    assert done.exit_code == 0, "a profile may be out of date: the site decides"
    (warning,) = (line for line in done.output.splitlines() if words in line)
    assert warning.strip().startswith("warning: ")


def test_a_table_that_fits_has_no_warning(site):
    assert "warning" not in check(site('profile = "epic"')).output


def test_what_nobody_knows_is_asked_until_the_site_says_it(site):
    asked = "request.time-out-seconds: How long does it wait"
    assert asked in check(site('profile = "epic"')).output
    stated = 'profile = "epic"\n[clients.facts.request]\ntime-out-seconds = 10'
    assert asked not in check(site(stated)).output
    sheet = integration_sheet(Settings(), load_site(site(stated)), DAY)
    assert "| waits for an answer, seconds | 10.0 | this site |" in sheet
    assert "answer.cards: How many cards" in sheet


def test_a_profile_past_its_review_is_named(site):
    sheet = integration_sheet(
        Settings(), load_site(site('profile = "epic"')), date(2027, 6, 1)
    )
    assert "was due for review by 2027-05-22" in sheet


def test_the_sheet_has_the_vendors_words_and_their_sources(site):
    sheet = integration_sheet(Settings(), load_site(site('profile = "epic"')), DAY)
    for words in (
        "Grant **ServiceRequest (Unsigned Order)**",
        "letter by letter",
        "Condition.Search (Problems) (R4)",
        "page: https://fhir.epic.com/Documentation?docId=cds-hooks (copy), read 2026-11-22",
        "| prefetch comes from | typed | page |",
        "Braces reach the hook as ServiceRequest alone",
        "| DeviceRequest | not known: look for it in its list of APIs |",
    ):
        assert words in sheet
    assert "<table>" in as_html(sheet, "Integration sheet")


def test_every_fact_has_its_words():
    names = {fact.name for fact in load_profile("hapi", profile_folders([])).facts()}
    assert names == fact_words().keys()


def test_prefetch_can_be_pasted_whole(site):
    folder = site('profile = "epic"')
    ask = ["integration-sheet", "--format", "prefetch", "--site", str(folder)]
    done = CliRunner().invoke(main, ask)
    pasted, name = {}, ""
    for line in done.output.splitlines():
        if line.startswith("# "):
            name = line.split(",")[0].removeprefix("# ")
            pasted[name] = {}
        else:
            key, query = line.split("\t")
            pasted[name][key] = query
    hooks = load_service(load_site(folder)).hooks
    assert next(iter(pasted)) == "kyphoplasty-order-sign"
    assert pasted == {name: hook.discovery["prefetch"] for name, hook in hooks.items()}


VIEW = "https://cds.example.org/cds-services/kyphoplasty-patient-view"


def test_the_sheet_of_an_ehr_without_order_sign_leads_with_what_it_calls(site):
    index = 'jwks-index = "https://authorization.cerner.com/jwk"'
    folder = load_site(site('profile = "oracle-health"', keys=index))
    sheet = integration_sheet(Settings(), folder, DAY)
    assert f"| service | `POST {VIEW}` |" in sheet
    assert f"| `aud` | `{VIEW}` " in sheet
    assert "hook `patient-view`; FHIR R4" in sheet


def test_the_templates_of_an_ehr_without_order_sign_begin_with_what_it_calls(site):
    folder = str(site('profile = "oracle-health"'))
    arguments = ["integration-sheet", "--site", folder, "--format", "prefetch"]
    lines = CliRunner().invoke(main, arguments).output
    assert lines.startswith("# kyphoplasty-patient-view, hook patient-view\n")


def test_an_ehr_that_cannot_call_at_a_signing_is_not_asked_of_draft_orders(site):
    asked = check(site('profile = "oracle-health"')).output
    assert "token.algorithms: " in asked
    assert "draft order" not in asked.partition("not known; ask")[2]
