"""What a ward ordered against training ends with its stay, if that was read."""

from typing import Any

import pytest

from tests.chart_builders import (
    Asked,
    Resource,
    ask,
    by_topic,
    days_ago,
    inpatient,
    kyphoplasty,
    of_patient,
    order_sign,
)
from tests.patients.leaving import SERVICE, discharge, leaving_chart
from tests.patients.reassuring import reassuring_record
from tests.patients.training import FALLS, REFER, WALK, chosen

NOW = inpatient() | {"period": {"start": days_ago(2)}}
AMB = {"code": "AMB"}


def stay(
    number: str = "past", *, start: int = 60, end: int | None = 50, **members: Any
) -> Resource:
    """A stay in hospital by days before today; it is over if it has an end."""
    period = {"start": days_ago(start)}
    if end is not None:
        period["end"] = days_ago(end)
    said = {
        "status": "in-progress" if end is None else "finished",
        "class": {"code": "IMP"},
        "period": period,
    }
    return of_patient("Encounter", number, **said | members)


def of_stay(title: str, *, days: int = 55, **members: Any) -> Resource:
    """An order in force that was written in the past stay."""
    said = {
        "status": "active",
        "intent": "order",
        "code": {"text": title},
        "authoredOn": days_ago(days),
        "encounter": {"reference": "Encounter/past"},
    }
    return of_patient("ServiceRequest", "activity", **said | members)


def with_stays(body: Resource, *stays: Resource) -> Resource:
    """A call whose list of orders came with the stays that the orders name."""
    body["prefetch"]["serviceRequests"]["entry"] += [
        {"resource": one, "search": {"mode": "include"}} for one in stays
    ]
    return body


def card_of(order: Resource, *stays: Resource, now: Resource = NOW) -> Resource:
    """The card of rehabilitation of a signing in a stay, with these stays on record."""
    body = order_sign(reassuring_record(FALLS, order, now), kyphoplasty())
    return by_topic(ask(with_stays(body, *stays)))["rehabilitation"]


WARD_ORDERS = [
    "Bed rest",
    "Bed rest until further notice",
    "NWB LLE",
    "Hold PT",
    "CBR",
    "Bed rest until discharge",
    "Bettruhe",
    "Teilbelastung 20 kg links",
    "Keine KG",
    "Repos au lit",
    "Décharge complète MI gauche",
    "Sin apoyo MID",
    "Carico vietato",
    "Onbelast mobiliseren",
    "免荷",
    "禁止负重",
]


@pytest.mark.parametrize("title", WARD_ORDERS)
def test_an_order_of_a_ward_is_over_with_its_stay(title: str) -> None:
    card = card_of(of_stay(title), stay())
    assert REFER in chosen(card)
    assert WALK in card["detail"]
    assert "bed rest" not in card["detail"].lower()


@pytest.mark.parametrize(
    "title", ["Strict bed rest", "Strenge Bettruhe", "Zakaz chodzenia"]
)
def test_one_that_forbade_moving_leaves_the_stability_of_the_spine_open(
    title: str,
) -> None:
    assert "not pre-selected:" in card_of(of_stay(title))["detail"]
    card = card_of(of_stay(title), stay())
    assert REFER not in chosen(card)
    assert WALK in card["detail"]
    assert "not pre-selected:" not in card["detail"]
    assert "spinal instability not excluded" in card["detail"]


@pytest.mark.parametrize(
    ("order", "stays"),
    [
        pytest.param(of_stay("NWB LLE"), [], id="stay-not-read"),
        pytest.param(of_stay("NWB LLE"), [stay(end=None)], id="stay-goes-on"),
        pytest.param(
            of_stay("NWB LLE"), [stay(status="finished", end=None)], id="no-day"
        ),
        pytest.param(
            of_stay("NWB LLE"), [stay(period={"end": days_ago(50)[:4]})], id="year"
        ),
        pytest.param(of_stay("NWB LLE"), [stay() | {"class": AMB}], id="visit"),
        pytest.param(of_stay("NWB LLE", days=3), [stay(end=2)], id="transfer"),
        pytest.param(
            of_stay("NWB LLE"), [stay(), stay("next", start=50, end=2)], id="chain"
        ),
        pytest.param(
            of_stay("NWB LLE"), [stay(), stay("next", start=50, end=None)], id="open"
        ),
        pytest.param(of_stay("NWB LLE", days=40), [stay()], id="written-after"),
        pytest.param(
            of_stay("NWB LLE", occurrencePeriod={"end": days_ago(-5)}),
            [stay()],
            id="own-end",
        ),
        pytest.param(
            of_stay("NWB LLE", occurrencePeriod={"start": days_ago(45)}),
            [stay()],
            id="begins-after",
        ),
        pytest.param(
            of_stay("NWB LLE", category=[{"coding": [AMB]}]), [stay()], id="category"
        ),
        pytest.param(
            of_stay("NWB LLE", category=[{"text": "Discharge orders"}]),
            [stay()],
            id="discharge",
        ),
        pytest.param(
            of_stay("NWB LLE", note=[{"text": "for 12 weeks"}]), [stay()], id="note"
        ),
        *(
            pytest.param(of_stay(title), [stay()], id=title)
            for title in (
                "NWB LLE x 12 weeks",
                "NWB until ortho follow-up",
                "No PT until cleared by neurosurgery",
                "Weight bearing after discharge: NWB left leg",
                "Bed rest at home",
                "Teilbelastung 20 kg für 12 Wochen",
                "Keine Belastung bis Rö-Kontrolle",
                "Décharge complète MI gauche 3 mois",
                "Sin apoyo MID 12 semanas",
            )
        ),
    ],
)
def test_what_may_go_on_still_withholds_training(
    order: Resource, stays: list[Resource]
) -> None:
    card = card_of(order, *stays)
    assert REFER not in chosen(card)
    assert "not pre-selected:" in card["detail"]
    assert WALK not in card["detail"]


def test_an_order_of_this_stay_withholds_training() -> None:
    here = of_stay("NWB LLE", days=1, encounter={"reference": "Encounter/enc-1"})
    assert REFER not in chosen(card_of(here, stay()))
    ended = NOW | {"status": "finished"}
    ended["period"] = {"start": days_ago(9), "end": days_ago(1)}
    assert REFER not in chosen(card_of(here, stay(), now=ended))


def test_a_stay_of_the_present_one_is_no_other() -> None:
    part = stay(start=9, end=4, partOf={"reference": "Encounter/enc-1"})
    now = NOW | {"period": {"start": days_ago(10)}}
    assert REFER not in chosen(card_of(of_stay("NWB LLE", days=8), part, now=now))


def test_without_the_start_of_this_stay_it_may_be_one_with_the_last() -> None:
    assert REFER not in chosen(card_of(of_stay("NWB LLE"), stay(), now=inpatient()))


def test_bed_rest_of_a_past_stay_brings_no_card_of_its_own() -> None:
    body = order_sign(
        reassuring_record(FALLS, of_stay("Strict bed rest"), NOW), kyphoplasty()
    )
    assert set(by_topic(ask(with_stays(body, stay())))) == {"rehabilitation"}


def test_at_a_discharge_it_withholds_no_training_either() -> None:
    def detail(*stays: Resource) -> str:
        record = leaving_chart(of_stay("NWB LLE"))
        body = with_stays(discharge(record), *stays)
        body["prefetch"]["encounter"] = NOW
        reply = Asked().client.post(f"/cds-services/{SERVICE}", json=body)
        (card,) = reply.get_json()["cards"]
        return str(card["detail"])

    assert "an order limits training" in detail()
    assert "an order limits training" not in detail(stay())
