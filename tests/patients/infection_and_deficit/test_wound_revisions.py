"""A wound or collection that was opened or cleaned may have been an infection by the spine."""

import pytest

from tests.chart_builders import Resource, days_ago, of_patient
from tests.codes import CPT, codeable
from tests.patients.reassuring import card_of

OPS = "http://fhir.de/CodeSystem/bfarm/ops"
PCS = "http://www.cms.gov/Medicare/Coding/ICD10"
OPEN = "spinal infection not excluded"


def done(code: Resource, days: int = 20) -> Resource:
    members = {"status": "completed", "performedDateTime": days_ago(days)}
    return of_patient("Procedure", "x", code=code, **members)


def detail_of(entry: Resource) -> str:
    detail: str = card_of(entry)["detail"]
    return detail


@pytest.mark.parametrize(
    ("system", "code"),
    [
        (CPT, "10180"),
        (CPT, "49060"),
        (CPT, "10140"),
        (CPT, "10160"),
        (CPT, "10030"),
        (CPT, "11043"),
        (CPT, "11044"),
        (CPT, "13160"),
        (PCS, "0J970ZZ"),
        (PCS, "0KBF0ZZ"),
        (PCS, "0W9L0ZZ"),
        (PCS, "0HD6XZZ"),
        (OPS, "5-892.1a"),
        (OPS, "5-896.1a"),
        (OPS, "5-850.d6"),
        (OPS, "5-900.1a"),
    ],
)
@pytest.mark.parametrize("days", [3, 80])
def test_the_code_of_a_wound_that_was_opened_leaves_infection_open(system, code, days):
    detail = detail_of(done(codeable(system, code), days))
    assert OPEN in detail
    assert "below" not in detail


@pytest.mark.parametrize(
    "title",
    [
        "Wound washout",
        "Incision and drainage of postoperative wound infection",
        "Wound debridement (procedure)",
        "Evacuation of wound haematoma",
        "Wundrevision bei Serom",
        "Hämatomausräumung Rücken",
        "Parage de la plaie",
        "Desbridamiento quirúrgico",
        "清创术",
    ],
)
def test_the_words_of_a_wound_that_was_opened_leave_infection_open(title):
    assert OPEN in detail_of(done({"text": title}))


def test_the_drainage_of_an_infected_wound_is_named_as_a_deep_infection():
    assert "a deep infection is among the procedures" in detail_of(
        done(codeable(CPT, "10180"))
    )


@pytest.mark.parametrize(
    ("system", "code"), [(CPT, "49060"), (PCS, "0W9H0ZZ")], ids=["CPT", "PCS"]
)
def test_an_abscess_drained_long_ago_is_no_act_that_is_understood(system, code):
    detail = detail_of(done(codeable(system, code), 400))
    assert "a procedure not fully understood" in detail
    assert "below" not in detail


@pytest.mark.parametrize(
    ("system", "code", "days"),
    [
        (CPT, "10140", 400),
        (CPT, "11043", 400),
        (CPT, "10180", 800),
        (CPT, "10060", 20),
        (CPT, "12001", 20),
        (OPS, "5-896.1g", 20),
        (OPS, "5-900.04", 20),
        (PCS, "0J9N0ZZ", 20),
    ],
)
def test_a_wound_of_long_ago_or_of_a_limb_leaves_nothing_open(system, code, days):
    assert "not excluded" not in detail_of(done(codeable(system, code), days))


@pytest.mark.parametrize("code", ["11042", "10160"])
def test_without_a_site_the_card_says_that_no_place_is_recorded(code):
    detail = detail_of(done(codeable(CPT, code), 10))
    assert "where, or whether it was infected, is not recorded" in detail
