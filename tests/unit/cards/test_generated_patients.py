"""What holds for the cards of any patient at all: 400 generated signings."""

from functools import cache

from hypothesis import given, settings

from cds_service.loading import load_service
from cds_service.samples import SITE_FOLDER
from cds_service.site.folder import load_site
from tests.chart_builders import ask
from tests.generated_patients import signings
from tests.patients.rules import RULES_OF_ANY_REQUEST


@cache
def site_service():
    return load_service(load_site(SITE_FOLDER))


def faults(cards, signing):
    return [fault for rule in RULES_OF_ANY_REQUEST for fault in rule(cards, signing)]


@given(signings())
@settings(max_examples=400, deadline=None, derandomize=True)
def test_any_patient_keeps_every_rule(signing):
    assert faults(ask(signing.request()), signing) == []


@given(signings())
@settings(max_examples=60, deadline=None, derandomize=True)
def test_any_patient_of_a_site_keeps_every_rule(signing):
    assert (
        faults(
            ask(signing.request(service=site_service()), service=site_service()),
            signing,
        )
        == []
    )
