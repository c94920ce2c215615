"""The card that asks for a measurement leads to the worksheet, where the EHR can launch it."""

import pytest

from cds_service.audit.chain import OneEntry
from cds_service.call import LinkedPages, Ports
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.messages import parse_request
from cds_service.service import answer
from cds_service.site.folder import load_site
from tests.chart_builders import (
    HOOK,
    NOW,
    kyphoplasty,
    open_service,
    order_sign,
    patient,
    quiet_lists,
)

URL = "https://cds.example.org/worksheet/launch"


def links(*resources, url=URL):
    service = open_service()
    hook = service.hooks[HOOK]
    ports = Ports(
        clock=lambda: NOW,
        fhir=None,
        audit=OneEntry(),
        deadline=Deadline.after(60),
        base_url="https://cds.example.org",
        linked=LinkedPages(worksheet=url),
    )
    body = order_sign(resources, kyphoplasty())
    response = answer(service, hook, parse_request(body, hook.hook), ports)
    cards = response.to_json()["cards"]
    return [link for card in cards for link in card["links"] if link["type"] == "smart"]


def test_a_card_that_asks_for_a_measurement_leads_to_the_worksheet():
    assert links(patient(), *quiet_lists()) == [
        {"label": "Enter a measurement: the worksheet", "url": URL, "type": "smart"}
    ]


def test_without_a_registration_in_cards_there_is_no_such_link():
    assert links(patient(), *quiet_lists(), url="") == []


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        pytest.param("in-cards = true", True, id="yes"),
        pytest.param("in-cards = false", False, id="no"),
        pytest.param("", False, id="unsaid"),
    ],
)
def test_the_site_says_whether_cards_link(tmp_path, more, expected):
    (tmp_path / "site.toml").write_text(
        f"""
[site]
name = "Example Hospital"
time-zone = "Europe/Berlin"
[[clients]]
issuer = "https://ehr.example.org"
jwks-url = "https://ehr.example.org/keys"
fhir-servers = ["https://ehr.example.org/fhir"]
[clients.worksheet]
client-id = "kyphoplasty-worksheet"
{more}
"""
    )
    (client,) = load_site(tmp_path).site.clients
    assert client.worksheet.in_cards is expected
