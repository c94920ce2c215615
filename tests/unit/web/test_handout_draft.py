"""The patient's page as a draft for the record: only where the EHR can take it."""

import json
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fhir.resources.R4B import get_fhir_model_class

from cds_service.call import Ports, Service, ServiceHook
from cds_service.protocol.messages import HookRequest, HookResponse
from cds_service.service import answer
from cds_service.site.clients import EVERYTHING, Capabilities, capabilities_of
from cds_service.site.folder import load_site
from cds_service.site.profiles import load_profile, profile_folders, profile_names
from tests.chart_builders import PATIENT, Asked, days_ago, site_service
from tests.patients.leaving import (
    STAY,
    everything_arranged,
    leave,
    leaving_chart,
    worn_now,
)

READ = """
[handout]
language = "de"
phone = "01234 567 890"
[handout.words.de]
ask = "Ihre Hausarztpraxis"
reader = "Dr. Beispiel"
"""
UNREAD = READ.replace('reader = "Dr. Beispiel"\n', "")
RECORD = leaving_chart(
    worn_now(occurrencePeriod={"start": days_ago(0), "end": "2027-01-15"})
)
# The filled page B of the cards page.
SENTENCES = [
    "Ein Knochen in Ihrem Rücken ist gebrochen. Zement stützt ihn jetzt.",
    "Knochen können wieder brechen. Knochenmedikamente senken diese Gefahr.",
    (
        "Fragen Sie Ihre Hausarztpraxis bis zum 4. Dezember nach einem"
        " Knochenmedikament."
    ),
    "Gehen Sie jeden Tag ein wenig mehr.",
    "Knie beugen, nicht den Rücken. Nichts Schweres heben.",
    "Das Mieder ab dem 15. Januar weglassen.",
    "Neue starke Rückenschmerzen: 01234 567 890 anrufen.",
    (
        "Schwache Beine, Blase oder Darm ohne Kontrolle, Fieber, Brustschmerz:"
        " sofort Notaufnahme."
    ),
]
LABEL = "Add the patient's page to the record as a draft"
Leave = Callable[..., tuple[dict[str, Any], Asked]]


@pytest.fixture
def ward(tmp_path: Path) -> Leave:
    """The card of a discharge from an EHR that can apply this, and the site."""

    def shown(can: Capabilities, toml: str = READ) -> tuple[dict[str, Any], Asked]:
        def flow(
            service: Service, hook: ServiceHook, request: HookRequest, ports: Ports
        ) -> HookResponse:
            return answer(service, hook, request, replace(ports, capabilities=can))

        service = site_service(tmp_path, toml)
        asked = Asked(service, site=load_site(tmp_path), flow=flow)
        (card,) = leave(RECORD, asked, service=service)
        return card, asked

    return shown


def drafts_of(card: Mapping[str, Any]) -> list[dict[str, Any]]:
    offers = card.get("suggestions", ())
    return [one for one in offers if one["label"] == LABEL]


def resource_of(card: Mapping[str, Any]) -> dict[str, Any]:
    (offer,) = drafts_of(card)
    (action,) = offer["actions"]
    assert action["type"] == "create"
    found: dict[str, Any] = action["resource"]
    get_fhir_model_class(found["resourceType"]).model_validate(found)
    return found


def test_a_communication_has_the_sentences_of_the_page(ward: Leave) -> None:
    card, _ = ward(Capabilities(handout="Communication"))
    found = resource_of(card)
    assert found["status"] == "preparation"
    assert found["language"] == "de"
    assert [one["contentString"] for one in found["payload"]] == SENTENCES
    assert found["subject"] == {"reference": f"Patient/{PATIENT}"}
    assert found["recipient"] == [found["subject"]]
    assert found["encounter"] == {"reference": f"Encounter/{STAY}"}
    assert found["sender"] == {"reference": "Practitioner/7"}


def test_a_document_has_them_as_plain_text(ward: Leave) -> None:
    card, _ = ward(Capabilities(handout="DocumentReference"))
    found = resource_of(card)
    assert (found["status"], found["docStatus"]) == ("current", "preliminary")
    attachment = found["content"][0]["attachment"]
    text = b64decode(attachment["data"]).decode()
    assert text.splitlines()[1:] == SENTENCES
    assert attachment["contentType"] == "text/plain; charset=utf-8"
    assert attachment["language"] == "de"
    assert found["context"] == {"encounter": [{"reference": f"Encounter/{STAY}"}]}
    assert found["author"] == [{"reference": "Practitioner/7"}]


def test_the_draft_is_never_chosen_beforehand_and_comes_last(ward: Leave) -> None:
    card, _ = ward(Capabilities(handout="Communication"))
    (offer,) = drafts_of(card)
    assert not offer.get("isRecommended")
    assert card["suggestions"][-1] is offer
    assert len(card["suggestions"]) > 1, "the referrals are there too"


NO_DRAFT = [
    pytest.param(EVERYTHING, READ, id="nobody knows"),
    pytest.param(Capabilities(handout="none"), READ, id="takes none"),
    pytest.param(
        Capabilities(handout="Communication", actions=("update",)),
        READ,
        id="creates nothing",
    ),
    pytest.param(
        Capabilities(handout="Communication", resources=("ServiceRequest",)),
        READ,
        id="takes orders alone",
    ),
    pytest.param(
        Capabilities(handout="Communication"), UNREAD, id="nobody has read the page"
    ),
]


@pytest.mark.parametrize(("can", "toml"), NO_DRAFT)
def test_otherwise_there_is_the_link_alone(
    ward: Leave, can: Capabilities, toml: str
) -> None:
    card, _ = ward(can, toml)
    assert drafts_of(card) == []


def test_no_profile_offers_it_where_nobody_knows() -> None:
    folders = profile_folders([])
    taken = {
        name: capabilities_of(load_profile(name, folders)).handout
        for name in profile_names(folders)
    }
    # By its code it creates any resource that an action holds.
    assert {name for name in taken if taken[name] != "none"} == {
        "crd-request-generator"
    }


def test_the_log_holds_the_draft_and_its_acceptance_names_it(ward: Leave) -> None:
    card, asked = ward(Capabilities(handout="Communication"))
    entry = next(one for one in asked.log.entries if one.kind == "answer")
    (offer,) = drafts_of(card)
    assert entry.content["suggestions"]["handout"] == offer["uuid"]
    assert "handout" in entry.cards[0].rules
    kept = json.loads(entry.content["cards"].text)
    assert offer in kept[0]["suggestions"]


def test_without_a_card_the_log_names_no_draft(ward: Leave) -> None:
    can = Capabilities(handout="Communication")
    _, asked = ward(can)
    asked.log.entries.clear()
    record = leaving_chart(*everything_arranged())
    assert leave(record, asked, hook_instance=str(uuid4())) == []
    (entry,) = asked.log.entries
    assert "handout" not in entry.content["suggestions"]


def test_the_same_discharge_gives_the_same_draft(ward: Leave) -> None:
    can = Capabilities(handout="Communication")
    assert resource_of(ward(can)[0]) == resource_of(ward(can)[0])


def test_no_odds_no_risk_and_nothing_of_the_record(ward: Leave) -> None:
    card, _ = ward(Capabilities(handout="Communication"))
    text = json.dumps(resource_of(card), ensure_ascii=False)
    for never in ("%", "isiko", "risk", "L1", "M80", "Dr. Beispiel"):
        assert never not in text, never
