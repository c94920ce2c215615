"""What an EHR can apply: an update, a new order or words; the site's own codes; orders that carry no words."""

import json

import pytest

from cds_service.audit.chain import OneEntry
from cds_service.call import Ports
from cds_service.errors import DataFileError
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.messages import parse_request
from cds_service.service import answer
from cds_service.site.clients import Capabilities
from tests.audit_builders import NOON
from tests.card_rules import faults_of
from tests.chart_builders import HOOK, by_topic, open_service, site_service
from tests.codes import ORDERS, concept_map
from tests.signings import signing
from tests.tables import cases

LIST = "urn:com.epic.cdshooks.action.code.system.preference-list-item"
EPIC = {
    "actions": ["create", "delete"],
    "resources": ["ServiceRequest"],
    "order-details": "ignored",
    "orderables": "mapped-only",
}


RECORD = "urn:oid:1.2.840.114350.1.13.861.1.7.2.696580"
CLIENT = """
time-zone = "UTC"
[[clients]]
issuer = "https://ehr.example.org"
profile = "epic"
jwks-url = "https://ehr.example.org/jwks"
fhir-servers = ["https://ehr.example.org/r4"]
"""


def site_with(folder, toml, **maps):
    """A site folder with a ConceptMap of each name: system, and codes with what they mean."""
    (folder / "mappings/conceptmap").mkdir(parents=True, exist_ok=True)
    for name, (system, *codes) in maps.items():
        meant = [(code, ORDERS, order) for code, order in codes]
        content = concept_map(system, *meant) | {"id": name}
        file = folder / f"mappings/conceptmap/{name}.json"
        file.write_text(json.dumps(content), encoding="utf-8")
    return site_service(folder, toml)


@pytest.fixture(scope="module")
def mapped(tmp_path_factory):
    """A site whose own orderable is mapped to our rehabilitation alone."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "mappings/conceptmap").mkdir(parents=True)
    content = concept_map(LIST, ("PT_EVAL", ORDERS, "rehabilitation"))
    content["group"][0]["element"][0]["display"] = "PT EVAL AND TREAT"
    (folder / "mappings/conceptmap/own.json").write_text(json.dumps(content))
    return site_service(folder)


def cards(sample, service=None, **capabilities):
    service = service or open_service()
    hook = service.hooks[HOOK]
    ports = Ports(
        clock=lambda: NOON,
        fhir=None,
        audit=OneEntry(),
        deadline=Deadline.after(30),
        base_url="http://x",
        capabilities=Capabilities.model_validate(capabilities),
    )
    asked = parse_request(signing(sample, hook.discovery["prefetch"]), "order-sign")
    found = answer(service, hook, asked, ports).to_json()
    assert faults_of(found) == []
    return by_topic(found["cards"])


def actions(card):
    found = [suggestion["actions"] for suggestion in card.get("suggestions", ())]
    assert all(len(one) == 1 for one in found), "one action a suggestion"
    return [(one[0]["type"], one[0]["resource"]["resourceType"]) for one in found]


@pytest.mark.parametrize(
    ("capabilities", "corrections"), cases(__file__, "corrected_braces")
)
def test_a_corrected_brace_falls_back_from_update_to_create_to_words(
    capabilities, corrections
):
    card = cards("p6", **capabilities)["braceLimit"]
    assert [kind for kind, _ in actions(card)] == corrections
    assert ("suggestions" in card) == ("selectionBehavior" in card) == bool(corrections)
    assert "off by" in card["detail"], "the words stand in any case"
    assert ("By hand" in card["detail"]) is not bool(corrections)


def test_a_correction_as_a_new_order_keeps_all_else_and_is_not_pre_selected():
    (whole,) = cards("p6")["braceLimit"]["suggestions"]
    (anew,) = cards("p6", actions=["create"])["braceLimit"]["suggestions"]
    old, new = (one["actions"][0]["resource"] for one in (whole, anew))
    assert {**new, "id": ""} == {**old, "id": ""}
    assert new["id"] != old["id"]
    assert (whole["isRecommended"], anew["isRecommended"]) == (True, False)
    assert "remove the draft" in anew["actions"][0]["description"]


def test_what_cannot_be_ordered_has_no_button_and_its_words_are_in_the_card():
    card = cards("p1", resources=["DeviceRequest"])["rehabilitation"]
    assert "suggestions" not in card
    assert "selectionBehavior" not in card
    assert "For the referral, to copy by hand:" in card["detail"]
    assert "Precautions: no loaded bending or twisting" in card["detail"]
    assert "Precautions" not in cards("p1")["rehabilitation"]["detail"]


def test_mapped_only_offers_the_sites_own_orderable_beside_the_standard_codes(mapped):
    card = cards("p1", mapped, **EPIC)["rehabilitation"]
    (suggestion,) = card["suggestions"]
    codings = suggestion["actions"][0]["resource"]["code"]["coding"]
    assert codings[0] == {
        "system": LIST,
        "code": "PT_EVAL",
        "display": "PT EVAL AND TREAT",
    }
    assert {"http://snomed.info/sct", ORDERS} == {one["system"] for one in codings[1:]}
    assert "Precautions" in card["detail"], "this EHR fills in the orderable's defaults"
    assert [
        one["label"] for one in cards("p1", mapped)["rehabilitation"]["suggestions"]
    ] == [
        "Refer to fracture liaison service",
        "Refer to rehabilitation",
        "Refer to dietitian",
        "Refer to falls clinic",
    ], "any orderable by default"


REHABILITATION = "rehabilitation"
RECORD_MAP = (RECORD, ("17", REHABILITATION))
LIST_MAP = (LIST, ("PT_EVAL", REHABILITATION))


@pytest.mark.parametrize("names", [("a-record", "z-list"), ("z-record", "a-list")])
def test_only_a_code_that_the_ehr_can_place_makes_a_button_whatever_the_files_names(
    tmp_path, names
):
    record, own = names
    service = site_with(tmp_path, CLIENT, **{record: RECORD_MAP, own: LIST_MAP})
    (suggestion,) = cards("p1", service, **EPIC, **{"order-systems": [LIST]})[
        "rehabilitation"
    ]["suggestions"]
    codings = suggestion["actions"][0]["resource"]["code"]["coding"]
    assert (codings[0]["system"], codings[0]["code"]) == (LIST, "PT_EVAL")
    assert RECORD not in {one["system"] for one in codings}


def test_a_code_of_the_record_alone_makes_no_button(tmp_path):
    service = site_with(tmp_path, CLIENT, record=RECORD_MAP)
    card = cards("p1", service, **EPIC, **{"order-systems": [LIST]})["rehabilitation"]
    assert "suggestions" not in card
    assert "Precautions" in card["detail"], "its words stand in the card"


@pytest.mark.parametrize(
    "second",
    [
        pytest.param((LIST, ("PT_OUT", REHABILITATION)), id="of the same system"),
        pytest.param(
            (
                "urn:com.epic.cdshooks.action.code.system.orderset-item",
                ("REHAB", REHABILITATION),
            ),
            id="of another that it can place",
        ),
    ],
)
def test_two_codes_for_one_order_stop_the_start(tmp_path, second):
    with pytest.raises(DataFileError, match="two codes for one order") as refused:
        site_with(tmp_path, CLIENT, first=LIST_MAP, second=second)
    for words in ("PT_EVAL", second[1][0], "first.json", "second.json", "wider"):
        assert words in str(refused.value)


def test_two_codes_without_a_profile_are_refused_since_either_could_be_meant(tmp_path):
    with pytest.raises(DataFileError, match="two codes for one order"):
        site_with(tmp_path, "", record=RECORD_MAP, own=LIST_MAP)


def test_many_codes_of_what_is_only_read_are_no_fault(tmp_path):
    kyphoplasties = (LIST, ("KYPHO1", "kyphoplasty"), ("KYPHO2", "kyphoplasty"))
    site_with(tmp_path, CLIENT, own=kyphoplasties)
