"""Profiles of EHRs: each fact has a source, a site overrides single ones, and what nobody knows is no yes."""

import re
import tomllib
from datetime import date

import pytest

from cds_service.site.folder import load_site
from cds_service.site.profiles import (
    GROUPS,
    Profile,
    load_profile,
    profile_folders,
    profile_names,
)

SHIPPED = profile_names(profile_folders([]))
NAMES = [
    *("cds-hooks-sandbox", "crd-request-generator", "epic", "generic", "hapi"),
    *("medplum", "oracle-health"),
]
LIST = "urn:com.epic.cdshooks.action.code.system.preference-list-item"
SITE = """
[site]
name = "X"
time-zone = "UTC"
[[clients]]
issuer = "https://ehr.example.org"
jwks-url = "https://ehr.example.org/jwks"
fhir-servers = ["https://ehr.example.org/r4"]
"""


@pytest.fixture
def client(folder):
    """The one client of a site with these lines in its table."""

    def read(lines):
        found = load_site(folder(SITE + lines))
        (one,) = found.site.clients
        return one, found.profiles[one.issuer]

    return read


def test_there_is_one_for_each_ehr_that_was_looked_at():
    assert sorted(SHIPPED) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_each_fact_has_an_address_and_a_day_or_is_called_unknown(name):
    profile = load_profile(name, profile_folders([]))
    written = tomllib.loads(SHIPPED[name].read_text(encoding="utf-8"))
    stated = {f"{group}.{key}" for group in GROUPS for key in written[group]}
    assert {fact.name for fact in profile.facts()} == stated, "nothing is left out"
    for fact in profile.facts():
        if fact.value is None:
            assert written[fact.group][fact.key] == "unknown"
            continue
        assert fact.source is not None
        assert fact.source.address
        assert date(2026, 1, 1) < fact.source.read <= profile.profile.review


def test_a_client_takes_what_its_profile_says(client):
    epic, _ = client('profile = "epic"')
    assert epic.algorithms == ("RS384",)
    can = epic.capabilities
    assert can.actions == ("create", "delete")
    assert can.orderables == "mapped-only"
    assert can.order_details == "ignored"
    assert can.can_place(LIST)
    assert not can.can_place("urn:oid:1.2.840.114350.1.13.861.1.7.2.696580")


def test_the_keys_of_a_client_win_over_its_profile(client):
    epic, _ = client(
        'profile = "epic"\nalgorithms = ["ES384"]\n'
        '[clients.capabilities]\nactions = ["create", "update"]\n'
    )
    assert epic.algorithms == ("ES384",)
    assert epic.capabilities.actions == ("create", "update")
    assert epic.capabilities.orderables == "mapped-only", "the profile has the rest"


def test_a_site_states_single_facts(client):
    epic, profile = client(
        'profile = "epic"\n[clients.facts.answer]\norder-systems = ["urn:own"]\n'
        "cards = 3\n[clients.facts.request]\ntime-out-seconds = 5\n"
    )
    assert epic.capabilities.order_systems == ("urn:own",)
    facts = {fact.name: fact for fact in profile.facts()}
    assert facts["answer.cards"].value == 3
    assert facts["answer.cards"].is_of_site
    assert facts["request.time-out-seconds"].value == 5
    assert facts["answer.selection"].value == ("any",)
    assert not facts["answer.selection"].is_of_site


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('profile = "epik"', "clients.0.profile: there is no such profile"),
        ("[clients.facts.answers]\ncards = 2", "clients.0.facts.answers: is none of"),
        (
            "[clients.facts.answer]\ncard = 2",
            "clients.0.facts.answer.card: no such key",
        ),
        (
            '[clients.facts.answer]\ncards = "two"',
            "clients.0.facts.answer.cards: must be a valid integer",
        ),
    ],
)
def test_a_wrong_profile_or_fact_is_named(folder, fault, lines, words):
    assert words in fault(folder(SITE + lines))


def test_a_site_adds_profiles_and_replaces_ours(folder):
    path = folder(SITE + 'profile = "meditech"')
    own = path / "mappings/ehr"
    own.mkdir(parents=True)
    text = SHIPPED["hapi"].read_text(encoding="utf-8")
    (own / "meditech.toml").write_text(text.replace('HAPI FHIR"', 'Own"'))
    (profile,) = load_site(path).profiles.values()
    assert profile.title == "Own"


def test_without_a_profile_an_ehr_applies_what_cds_hooks_says(client):
    one, profile = client("")
    assert profile.title.startswith("any EHR")
    assert one.algorithms == ("ES384", "RS384")
    assert one.capabilities.can("create", "ServiceRequest")
    assert one.capabilities.can("update", "DeviceRequest")
    assert one.capabilities.orderables == "any"


@pytest.mark.parametrize("name", ["oracle-health", "medplum", "hapi"])
def test_an_action_of_which_nobody_knows_is_offered_once_the_site_says_so(client, name):
    silent, _ = client(f'profile = "{name}"')
    assert not silent.capabilities.can("create", "ServiceRequest")
    stated, _ = client(
        f'profile = "{name}"\n[clients.facts.answer]\nactions = ["create"]'
    )
    assert stated.capabilities.can("create", "ServiceRequest")
    assert not stated.capabilities.can("update", "ServiceRequest")


def test_a_fact_names_a_source_of_its_file():
    text = SHIPPED["epic"].read_text(encoding="utf-8")
    wrong = re.sub('from = "page"', 'from = "paper"', text, count=1)
    with pytest.raises(ValueError, match=r"hooks\.names: no source paper"):
        Profile.model_validate(tomllib.loads(wrong))


NO_KEYS = SITE.replace('jwks-url = "https://ehr.example.org/jwks"\n', "")
OWN_INDEX = 'facts = { token = { key-index = "https://e.org/list" } }'


@pytest.mark.parametrize(
    ("lines", "index"),
    [
        ('profile = "oracle-health"', "https://authorization.cerner.com/jwk"),
        (OWN_INDEX, "https://e.org/list"),
    ],
)
def test_a_client_without_keys_is_told_the_list_of_its_profile(
    folder, fault, lines, index
):
    assert f'jwks-index = "{index}"' in fault(folder(NO_KEYS + lines))


def test_a_client_without_keys_and_without_such_a_list_is_told_the_ways(folder, fault):
    assert fault(folder(NO_KEYS)).endswith("and jwks-file is needed")
