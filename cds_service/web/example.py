"""The card on the start page: the order of an invented patient, answered by the service that is running."""

from datetime import UTC, date, datetime, time
from typing import Any

from cds_service.audit.chain import OneEntry
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.messages import parse_request
from cds_service.review.entry_page import view_cards
from cds_service.samples import load_samples
from cds_service.samples.requests import order_sign_request
from cds_service.service import Ports, Service, answer

PATIENT = "p1-thin-high"


def example_card(service: Service, today: date, base_url: str) -> tuple[str, dict[str, Any]]:
    """The patient's story, and the first card of the answer. No server is called, and no entry is kept."""
    hook = next(iter(service.hooks.values()))
    sample = next(one for one in load_samples(today) if one.id == PATIENT)
    request = parse_request(order_sign_request(sample, plan=hook.discovery["prefetch"]), hook.hook)
    noon = datetime.combine(today, time(12), UTC)
    ports = Ports(clock=lambda: noon, fhir=None, audit=OneEntry(), deadline=Deadline.after(10), base_url=base_url)
    response = answer(service, hook, request, ports)
    return sample.story, view_cards(response.to_json()["cards"])[0] | {"uuid": "example"}
