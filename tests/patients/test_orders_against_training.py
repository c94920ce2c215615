"""An order in force against training, or a broken leg: no training is chosen."""

from typing import Any

import pytest

from tests.chart_builders import Resource, days_ago, of_patient
from tests.codes import ICD, codeable
from tests.patients.reassuring import card_of, dated

REFER = "Refer to rehabilitation"
WALK = "walk by next day"
FALLS = dated(codeable(ICD, "R29.6"), days=30) | {"id": "falls"}


def ordered(title: str, **members: Any) -> Resource:
    """An order of yesterday, in force."""
    order = {
        "status": "active",
        "intent": "order",
        "code": {"text": title},
        "authoredOn": days_ago(1),
    }
    return of_patient("ServiceRequest", "activity", **order | members)


def chosen(card: Resource) -> set[str]:
    """Name the buttons of a card that are pre-selected."""
    return {one["label"] for one in card["suggestions"] if one.get("isRecommended")}


HELD = [
    "No physiotherapy until cleared by neurosurgery",
    "Hold PT",
    "PT on hold until MRI",
    "Non-weight-bearing both legs",
    "NWB LLE",
    "Keine KG bis Rö-Kontrolle",
    "Teilbelastung 20 kg links",
    "Pas de kinésithérapie",
    "Sin apoyo MID",
    "Carico vietato",
    "Onbelast mobiliseren",
    "Zakaz chodzenia",
    "免荷",
    "禁止负重",
    "Bed rest",
    "Bed rest until further notice",
    "Bed rest until MRI",
    "安静臥床",
    "Do not mobilise",
]


@pytest.mark.parametrize("title", HELD)
def test_an_order_in_force_withholds_training_and_the_card_says_so(title: str) -> None:
    card = card_of(FALLS, ordered(title))
    assert REFER not in chosen(card)
    assert "not pre-selected:" in card["detail"]
    assert WALK not in card["detail"]
    assert "balance training" not in card["summary"]


@pytest.mark.parametrize(
    "title",
    [
        "Bed rest until cleared by PT",
        "Bed rest until PT eval",
        "Bed rest until seen by physiotherapy",
        "Do not ambulate unless cleared by PT",
        "Do not get out of bed until seen by PT",
        "Bettruhe bis Freigabe durch Physio",
        "Bettruhe bis zur Mobilisation durch die Physiotherapie",
        "Alitement jusqu'à avis kiné",
        "Reposo hasta valoración por fisioterapia",
        "Bedrust tot beoordeling fysiotherapeut",
    ],
)
def test_bed_rest_until_a_therapist_was_there_offers_training_and_says_so(
    title: str,
) -> None:
    card = card_of(FALLS, ordered(title))
    assert REFER in {one["label"] for one in card["suggestions"]}
    assert REFER not in chosen(card)
    assert "not pre-selected: a therapist is to clear getting up" in card["detail"]
    assert "an order limits training" not in card["detail"]
    assert WALK not in card["detail"]


@pytest.mark.parametrize(
    "entries",
    [
        [ordered("Bed rest until cleared by PT and neurosurgery")],
        [ordered("NWB LLE until cleared by PT")],
        [ordered("Strict bed rest")],
        [ordered("Do not mobilise")],
        [ordered("Log roll only")],
        [ordered("Bed rest until cleared by PT", note=[{"text": "Do not mobilise"}])],
        [ordered("Bed rest until cleared by PT", note=[{"text": "NWB LLE"}])],
        [ordered("Bed rest until PT eval"), ordered("Hold PT") | {"id": "held"}],
    ],
)
def test_what_others_decide_as_well_is_named_as_before(entries: list[Resource]) -> None:
    card = card_of(FALLS, *entries)
    assert REFER not in chosen(card)
    assert "an order limits training" in card["detail"]


@pytest.mark.parametrize("title", ["Physiotherapy", "Mobilisation"])
def test_so_does_an_order_that_forbids_it(title: str) -> None:
    card = card_of(FALLS, ordered(title, doNotPerform=True))
    assert REFER not in chosen(card)
    assert "an order limits training" in card["detail"]


@pytest.mark.parametrize("code", ["S32.810A", "S82.101A", "S92.001A", "S72.301A"])
def test_so_does_a_fresh_fracture_of_pelvis_or_leg(code: str) -> None:
    card = card_of(FALLS, dated(codeable(ICD, code), days=3))
    assert REFER not in chosen(card)
    assert "a fracture of pelvis or leg may still heal" in card["detail"]


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(ordered("WBAT"), id="as-tolerated"),
        pytest.param(ordered("No weight bearing restrictions"), id="no-restriction"),
        pytest.param(ordered("NWB RUE"), id="arm"),
        pytest.param(ordered("PT/INR"), id="clotting"),
        pytest.param(ordered("Vollbelastung"), id="full-weight"),
        pytest.param(ordered("Bed rest for 2 hours"), id="brief-rest"),
        pytest.param(ordered("Bettruhe bis OP"), id="until-the-operation"),
        pytest.param(ordered("Do not get out of bed until brace is on"), id="brace"),
        pytest.param(ordered("NWB LLE", status="revoked"), id="revoked"),
        pytest.param(ordered("NWB LLE", authoredOn=days_ago(400)), id="forgotten"),
        pytest.param(
            ordered("NWB LLE", occurrencePeriod={"end": days_ago(5)}), id="ended"
        ),
        pytest.param(dated(codeable(ICD, "S82.101A"), days=200), id="old-fracture"),
        pytest.param(dated(codeable(ICD, "S52.501A"), days=3), id="arm-fracture"),
    ],
)
def test_what_limits_no_walking_withholds_nothing(entry: Resource) -> None:
    card = card_of(FALLS, entry)
    assert REFER in chosen(card)
    assert WALK in card["detail"]
