"""An operation that took out a vertebra, in words."""

import pytest

from tests.chart_builders import cards_for, days_ago, kyphoplasty, of_patient, outcome
from tests.patients.reassuring import card_of, reassuring_record

TITLES = (
    "Corpectomy L1",
    "Corporectomy T12",
    "Vertebrectomy",
    "Vertebral body replacement L1",
    "En bloc spondylectomy",
    "Korporektomie L1",
    "Korpektomie BWK 12",
    "Vertebrektomie",
    "Wirbelkörperersatz LWK 1",
    "WK-Ersatz L1",
    "corporectomie L1",
    "Corpectomie lombaire",
    "Remplacement du corps vertébral",
    "Corporectomía L1",
    "Corporectomia lombare",
    "椎体切除术",
    "椎体置換術",
)


def done(title, days=1200, **members):
    said = {"status": "completed", "performedDateTime": days_ago(days)}
    return of_patient("Procedure", "done", code={"text": title}, **said | members)


def is_operated(title):
    """Tell if a study that excludes earlier operations says so of the patient."""
    cards = cards_for(reassuring_record(done(title)), kyphoplasty())
    concern = "outside the study population: prior lumbar surgery was excluded"
    return concern in str(outcome(cards))


@pytest.mark.parametrize("title", TITLES)
def test_it_is_an_earlier_operation_of_the_spine(title):
    assert is_operated(title)


@pytest.mark.parametrize("days", [60, 1200])
@pytest.mark.parametrize("title", TITLES)
def test_it_reassures_of_nothing(title, days):
    detail = card_of(done(title, days))["detail"]
    assert "below the usual" not in detail
    assert "a procedure not fully understood" in detail
    assert "an entry about the spine" not in detail


@pytest.mark.parametrize(
    "title", ["Cervical corpectomy C5", "Korporektomie HWK 5", "Corpectomy planned"]
)
def test_one_of_the_neck_or_to_come_is_none(title):
    assert not is_operated(title)
