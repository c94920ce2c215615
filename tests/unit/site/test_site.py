"""The site folder: read whole, or refused by file, table and key."""

from pathlib import Path

import pytest

from cds_service.core.site_values.policy import SITE_KEYS
from cds_service.site.folder import load_site

WHOLE = Path(__file__).with_name("whole.toml").read_text(encoding="utf-8")
CLIENT = (
    '[[clients]]\nissuer = "i"\njwks-url = "https://e.org/k"\nfhir-servers ='
    ' ["https://e.org/r4"]\n'
)


def test_the_whole_example_of_the_contract_is_read(folder):
    site = load_site(folder(WHOLE)).site
    assert site.site.name == "Example Hospital"
    assert site.site.allowed_origins == ("https://sandbox.example.org",)
    assert (site.baseline.refracture.incidence, site.baseline.refracture.months) == (
        0.12,
        12,
    )
    assert (site.reference.vbq.mean, site.reference.vbq.sd, site.reference.vbq.n) == (
        3.1,
        0.4,
        60,
    )
    assert site.policy["brace-max-weeks"] == 8
    assert site.clients[0].deadline_seconds == 2
    assert [address.url for address in site.fhir_servers] == [
        "https://ehr.example.org/fhir/r4"
    ]


def test_a_name_is_all_that_a_site_needs(folder):
    found = load_site(folder('[site]\nname = "X"\n'))
    assert found.site.clients == ()
    assert found.mappings is None
    assert found.hooks is None


@pytest.mark.parametrize("name", ["mapping", "Mappings", "hook"])
def test_overlays_beside_the_file_are_found_and_a_name_that_is_nearly_theirs_is_told(
    folder, fault, name
):
    path = folder('[site]\nname = "X"\n')
    for own in ("mappings", "hooks", "keys", ".git", "documents"):
        (path / own).mkdir()
    found = load_site(path)
    assert (found.mappings, found.hooks) == (path / "mappings", path / "hooks")
    (path / name).mkdir()
    assert f"{name}: is not used" in fault(path)


def test_a_folder_without_a_site_file_is_none(tmp_path, fault):
    message = fault(tmp_path)
    assert "site.toml" in message
    assert 'begins with one: [site], name = "Example Hospital", time-zone' in message


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("[site]", "[sight]", "sight"),
        ('name = "Example Hospital"', "", "site.name"),
        ('name = "Example Hospital"', "name = ''", "site.name"),
        ('time-zone = "Europe/Berlin"', "", "site.time-zone"),
        ("Europe/Berlin", "Europe/Nowhere", "site.time-zone"),
        ("Europe/Berlin", "Europe", "site.time-zone"),
        ("Europe/Berlin", "CEST", "site.time-zone"),
        ("Europe/Berlin", "../Europe/Berlin", "site.time-zone"),
        ("Europe/Berlin", "localtime", "site.time-zone"),
        ("Europe/Berlin", "Factory", "site.time-zone"),
        ("audiences = []", 'audiences = ["*"]', "clients.0.audiences.0"),
        ("pilot-users = []", 'pilot-users = ["*"]', "service.pilot-users.0"),
        (
            'resources = ["ServiceRequest", "DeviceRequest"]',
            'resources = ["*"]',
            "clients.0.capabilities.resources.0",
        ),
        (
            'resources = ["ServiceRequest", "DeviceRequest"]',
            'resources = ["servicerequest"]',
            "clients.0.capabilities.resources.0",
        ),
        (
            'jwks-url = "https://ehr.example.org/jwks.json"',
            f'jwks-file = "{"k" * 300}"',
            "clients.0.jwks-file",
        ),
        (
            'jwks-url = "https://ehr.example.org/jwks.json"',
            'jwks-file = "/etc/hostname"',
            "clients.0.jwks-file",
        ),
        (
            'jwks-url = "https://ehr.example.org/jwks.json"',
            'jwks-file = "mappings/../../keys.json"',
            "clients.0.jwks-file",
        ),
        (
            '["https://ehr.example.org/fhir/r4"]',
            '["https://ehr.example.org/fhir/r4", "https://ehr.example.org/fhir/r4/"]',
            "clients.0",
        ),
        (
            "deadline-seconds = 2",
            "deadline-seconds = 0.01",
            "clients.0.deadline-seconds",
        ),
        (
            "deadline-seconds = 2",
            "deadline-seconds = 0.4",
            "clients.0.deadline-seconds",
        ),
        ('time-zone = "Europe/Berlin"', "time-zone = 1", "site.time-zone"),
        ("[policy]", "[policy]\nbraces = 1", "policy.braces"),
        ("brace-max-weeks = 8", "brace-max-weeks = 0", "policy.brace-max-weeks"),
        ("brace-max-weeks = 8", 'brace-max-weeks = "8"', "policy.brace-max-weeks"),
        ("brace-only-days = 90", "brace-only-days = -1", "policy.brace-only-days"),
        ('"awgs-2019"', '"awgs-1066"', "policy.sarcopenia-criteria"),
        ("incidence = 0.12", "incidence = 12", "baseline.refracture.incidence"),
        ("0.12, months = 12", "0.12, months = 0", "baseline.refracture.months"),
        ("0.12, months = 12", "0.12", "baseline.refracture.months"),
        ("refracture = {", "refractures = {", "baseline.refractures"),
        (
            "refracture = { incidence = 0.12, months = 12 }",
            "refracture = 0.12",
            "baseline.refracture",
        ),
        ("sd = 0.4", "sd = 0", "reference.vbq.sd"),
        ("[reference.vbq]", "[reference.plvi]", "reference.plvi"),
        ('mode = "live"', 'mode = "loud"', "service.mode"),
        ('issuer = "https://ehr.example.org"\n', "", "clients.0.issuer"),
        ('jwks-url = "https://ehr.example.org/jwks.json"\n', "", "clients.0"),
        (
            'jwks-url = "https://ehr.example.org/jwks.json"',
            "jwks-urls = []",
            "clients.0",
        ),
        ("audiences = []", 'jwks-file = "k.json"', "clients.0"),
        ("audiences = []", 'jwks-index = "https://ehr.example.org/list"', "clients.0"),
        ("audiences = []", 'jwks-origins = ["https://ehr.example.org"]', "clients.0"),
        (
            'jwks-url = "https://ehr.example.org/jwks.json"',
            'jwks-urls = ["http://ehr.example.org/k"]',
            "clients.0.jwks-urls",
        ),
        (
            'jwks-url = "https://ehr.example.org/jwks.json"',
            'jwks-index = "http://ehr.example.org/k"',
            "clients.0.jwks-index",
        ),
        (
            'jwks-url = "https://ehr.example.org/jwks.json"',
            'jwks-file = "k.json"',
            "clients.0.jwks-file",
        ),
        ('["https://ehr.example.org/fhir/r4"]', "[]", "clients.0.fhir-servers"),
        (
            '["https://ehr.example.org/fhir/r4"]',
            '["http://ehr.example.org/r4"]',
            "clients.0.fhir-servers",
        ),
        (
            '["https://ehr.example.org/fhir/r4"]',
            '["https://127.0.0.1/r4"]',
            "clients.0.fhir-servers",
        ),
        (
            '["https://ehr.example.org/fhir/r4"]',
            '["https://e.org/r4?x=1"]',
            "clients.0.fhir-servers.0",
        ),
        ('["https://ehr.example.org/fhir/r4"]', '["*"]', "clients.0.fhir-servers.0"),
        (
            '"https://ehr.example.org/jwks.json"',
            '"http://ehr.example.org/jwks.json"',
            "clients.0.jwks-url",
        ),
        ("deadline-seconds = 2", "deadline-seconds = 0", "clients.0.deadline-seconds"),
        ('links = "signed"', 'links = "all"', "clients.0.capabilities.links"),
        (
            "allow-private-networks = false",
            'allow-private-networks = "no"',
            "fhir.allow-private-networks",
        ),
        ('["https://sandbox.example.org"]', '["*"]', "site.allowed-origins.0"),
        (
            '["https://sandbox.example.org"]',
            '["https://x.org/path"]',
            "site.allowed-origins.0",
        ),
        ("[site]", "[site", ""),
    ],
)
def test_a_wrong_file_names_file_table_and_key(folder, fault, old, new, place):
    assert old in WHOLE
    message = fault(folder(WHOLE.replace(old, new, 1)))
    assert "site.toml" in message
    assert f"{place}: " in message


def test_one_bracket_where_two_are_meant_is_answered_with_two(folder, fault):
    message = fault(folder(WHOLE.replace("[[clients]]", "[clients]", 1)))
    assert "clients: must be a list" in message
    assert "[[clients]]" in message


@pytest.mark.parametrize("key", ["repeats-enabled", "repeats-days", "band-high-ratio"])
def test_a_retired_key_says_what_became_of_it(folder, fault, key):
    message = fault(folder(f'[site]\nname = "X"\n[policy]\n{key} = 10\n'))
    assert f"policy.{key}: is retired" in message
    assert "delete this line" in message


def test_an_ehr_stands_in_one_table(folder, fault):
    assert "clients.1.issuer" in fault(
        folder('[site]\nname = "X"\ntime-zone = "UTC"\n' + CLIENT + CLIENT)
    )


def test_private_networks_may_be_allowed(folder):
    text = WHOLE.replace(
        "https://ehr.example.org/fhir/r4", "http://10.0.0.7:8080/fhir"
    ).replace("allow-private-networks = false", "allow-private-networks = true")
    assert load_site(folder(text)).site.fhir_servers[0].port == 8080


def test_keys_in_a_file_stand_beside_it(folder):
    text = WHOLE.replace(
        'jwks-url = "https://ehr.example.org/jwks.json"', 'jwks-file = "keys.json"'
    )
    path = folder(text)
    (path / "keys.json").write_text("{}")
    assert load_site(path).site.clients[0].jwks_file == "keys.json"


@pytest.mark.parametrize("key", sorted(SITE_KEYS))
def test_every_policy_key_is_checked_against_the_policy(folder, fault, key):
    assert f"policy.{key}: " in fault(
        folder(f'[site]\nname = "X"\n[policy]\n{key} = []\n')
    )
