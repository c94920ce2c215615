"""A year in words is over, or is to come, by the day of the answer."""

from datetime import date

import pytest

from cds_service.fhir.entries.harm.unusual_titles import (
    is_unusual_examination,
    may_be_unusual,
)
from cds_service.fhir.entries.medication.drugs import read_drug
from cds_service.fhir.entries.medication.drugs_over import marked_later_years
from cds_service.fhir.site_calendar import answered_on
from tests.order_builders import terminology


@pytest.mark.parametrize(
    ("year", "levels"), [(2026, ("L2", "L4")), (2027, ("L2", "L4")), (2028, ("L2",))]
)
def test_an_operation_of_a_year_that_is_over_is_not_the_one_ordered(year, levels):
    with answered_on(date(year, 6, 1)):
        words = "Kyphoplasty L2, L4 kyphoplasty 2027"
        assert terminology().levels.treated(words) == levels


@pytest.mark.parametrize(
    ("year", "is_over"), [(2026, False), (2027, False), (2028, True)]
)
def test_a_drug_last_taken_two_years_ago_is_not_taken(year, is_over):
    drug = {"text": "Prednisolone, last taken 2026"}
    entry = {"resourceType": "MedicationStatement", "medicationCodeableConcept": drug}
    with answered_on(date(year, 6, 1)):
        assert read_drug(entry, None, terminology()).is_doubtful is is_over


@pytest.mark.parametrize(("year", "mark"), [(2026, "+"), (2027, "+"), (2028, "")])
def test_a_rest_is_planned_until_its_year_has_come(year, mark):
    with answered_on(date(year, 6, 1)):
        assert marked_later_years("on hold in 2028", {}) == f"on hold in 2028{mark}"


@pytest.mark.parametrize(
    ("year", "is_of_now"), [(2026, True), (2027, True), (2028, False)]
)
@pytest.mark.parametrize(
    "title",
    [
        "Gastroscopy 2026",
        "EEG 03/2026",
        "Koloskopie 2026",
        "Bronchoskopie (2026)",
        "Ponction lombaire 2026",
        "Puntura lombare 2026",
        "Gastroskopia 2026",
        "胃镜 2026",
    ],
)
def test_an_examination_of_a_year_that_is_over_is_none_of_now(title, year, is_of_now):
    order = {"resourceType": "ServiceRequest", "code": {"text": title}}
    with answered_on(date(year, 6, 1)):
        assert may_be_unusual(order, terminology()) is is_of_now
        assert is_unusual_examination(order, terminology()) is is_of_now


def test_an_examination_of_many_years_ago_is_none_of_now():
    order = {"resourceType": "ServiceRequest", "code": {"text": "Koloskopie 2019"}}
    with answered_on(date(2026, 6, 1)):
        assert not may_be_unusual(order, terminology())
