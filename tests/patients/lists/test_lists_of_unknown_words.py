"""A problem list of which nothing was understood reassures nobody, and is named."""

import pytest

from tests.chart_builders import (
    Resource,
    ask,
    by_topic,
    kyphoplasty,
    measured,
    order_sign,
    patient,
    problem,
    quiet_lists,
)
from tests.patients.reassuring import REASSURING, dated

CODED_SOCIAL = {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "Z60.2"}
UNKNOWN = (
    "xyzzy|Taxi|aide ménagère|key safe in situ|Zuzahlungsbefreit|Hausnotruf"
    "|Ernährung per os|Transport by taxi"
)


def detail_with(*listed: Resource) -> str:
    """The detail for good values next to this problem list."""
    values = measured("bmd-t-score", -1.5), measured("bmi", 27)
    record = [patient(), *values, *listed, *quiet_lists()[1:]]
    cards = by_topic(ask(order_sign(record, kyphoplasty())))
    return str(cards["rehabilitation"]["detail"])


@pytest.mark.parametrize("words", UNKNOWN.split("|"))
def test_unknown_words_alone_say_nothing_below_the_usual(words: str) -> None:
    detail = detail_with(dated({"text": words}, days=100))
    assert REASSURING not in detail
    assert "1 entry of the problem list not understood" in detail


@pytest.mark.parametrize("words", UNKNOWN.split("|"))
def test_nor_do_they_next_to_a_known_disease(words: str) -> None:
    listed = problem("hypertension"), dated({"text": words}, days=100)
    assert REASSURING not in detail_with(*listed)


def test_a_list_that_was_understood_does() -> None:
    assert REASSURING in detail_with(problem("hypertension"))


def test_an_empty_list_does_not() -> None:
    assert REASSURING not in detail_with()


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param([{"text": "Lives alone"}], id="words"),
        pytest.param([{"coding": [CODED_SOCIAL]}], id="code"),
        pytest.param([{"text": "Lives alone"}, {"coding": [CODED_SOCIAL]}], id="both"),
    ],
)
def test_social_entries_alone_reassure_no_more_than_none(
    entries: list[Resource],
) -> None:
    listed = [dated(one, days=100, number=f"s{at}") for at, one in enumerate(entries)]
    detail = detail_with(*listed)
    assert REASSURING not in detail
    assert "the problem list names no disease" in detail


def test_social_entries_next_to_a_disease_take_nothing_away() -> None:
    listed = problem("hypertension"), dated({"text": "Lives alone"}, days=100)
    assert REASSURING in detail_with(*listed)
