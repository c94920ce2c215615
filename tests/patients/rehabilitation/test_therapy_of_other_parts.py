"""Only physiotherapy that is plainly of the back is rehabilitation after this fracture."""

import pytest

from tests.chart_builders import Resource, days_ago, of_patient, ordered
from tests.codes import ICD, codeable
from tests.patients.inpatients import cards_by_topic, chart, coded
from tests.patients.leaving import (
    appointment,
    everything_arranged,
    leave,
    leaving_chart,
)
from tests.patients.reassuring import card_of


def therapy(title: str, *reasons: Resource) -> Resource:
    return of_patient(
        "ServiceRequest",
        "therapy",
        status="active",
        intent="order",
        authoredOn=days_ago(5),
        code={"text": title},
        reasonCode=list(reasons),
    )


def reason(code: str, title: str) -> Resource:
    return codeable(ICD, code) | {"text": title}


def cards(order: Resource) -> dict[str, Resource]:
    review = ordered("bone-treatment", days=2)
    return cards_by_topic(chart(coded("M80.08XA", days=8), review, order))


REFERRAL = "AMB REFERRAL TO PHYSICAL THERAPY"


@pytest.mark.parametrize(
    "order",
    [
        therapy(REFERRAL, reason("M17.0", "Primary osteoarthritis of both knees")),
        therapy(REFERRAL, reason("H81.10", "BPPV (positional vertigo)")),
        therapy("Krankengymnastik Schulter rechts"),
        therapy("Physical therapy, both knees"),
    ],
    ids=["knees", "vertigo", "shoulder", "title"],
)
def test_rehabilitation_is_still_open(order):
    assert "rehabilitation is not" in cards(order)["rehabilitation"]["summary"]


def test_therapy_for_the_spine_is_rehabilitation():
    order = therapy(REFERRAL, reason("M80.08XA", "Compression fracture of L1"))
    assert not cards(order)


COMPLAINTS = [
    ("M62.81", "Muscle weakness (generalized)"),
    ("R26.2", "Difficulty in walking, not elsewhere classified"),
    ("R26.81", "Unsteadiness on feet"),
    ("R26.89", "Other abnormalities of gait and mobility"),
    ("R53.1", "Weakness"),
    ("Z74.09", "Other reduced mobility"),
    ("Z48.89", "Encounter for other specified surgical aftercare"),
    ("Z51.89", "Encounter for other specified aftercare"),
    ("M54.50", "Low back pain, unspecified"),
    ("M54.59", "Other low back pain"),
    ("M54.6", "Pain in thoracic spine"),
    ("Z91.81", "History of falling"),
    ("Z98.890", "Other specified postprocedural states"),
    ("R53.81", "Other malaise"),
]


@pytest.mark.parametrize(
    "one",
    [
        pytest.param(one, id=f"{code} {words}")
        for code, name in COMPLAINTS
        for one, words in (
            (codeable(ICD, code), "alone"),
            (reason(code, name), "named"),
        )
    ],
)
def test_complaints_of_gait_and_back_are_reasons_to_train(one):
    order = therapy(REFERRAL, one)
    assert "rehabilitation" not in cards(order)
    early = order | {"authoredOn": days_ago(1)}
    assert not leave(leaving_chart(*without_training(), early))


@pytest.mark.parametrize(
    "one",
    [
        pytest.param(reason("R26.81", "Unsteadiness, after stroke"), id="stroke"),
        pytest.param(reason("M54.50", "Low back pain, tumour?"), id="tumour"),
        pytest.param(codeable(ICD, "M54.2"), id="neck"),
        pytest.param(codeable(ICD, "R26.0"), id="ataxic-gait"),
        pytest.param(codeable(ICD, "Z96.651"), id="new-knee"),
    ],
)
def test_other_reasons_leave_training_open(one):
    assert "rehabilitation" in cards(therapy(REFERRAL, one))


def test_an_order_without_a_reason_leaves_the_figure_below_the_usual():
    assert "below the usual" in card_of(therapy(REFERRAL))["detail"]


@pytest.mark.parametrize(
    ("code", "is_asked"),
    [
        pytest.param("M62.81", False, id="weakness"),
        pytest.param("R26.2", False, id="walking"),
        pytest.param("Z74.09", False, id="reduced-mobility"),
        pytest.param("N39.0", False, id="urinary-infection"),
        pytest.param("R27.8", False, id="coordination"),
        pytest.param("R29.898", False, id="muscles-and-bones"),
        pytest.param("R63.4", True, id="weight-loss"),
        pytest.param("D48.0", True, id="tumour-of-bone"),
    ],
)
@pytest.mark.parametrize("title", [REFERRAL, "Wheelchair", "Urine culture"])
def test_a_complaint_is_not_understood_and_asks_for_no_tumour(title, code, is_asked):
    order = therapy(title, codeable(ICD, code))
    review = ordered("bone-treatment", days=2)
    shown = cards_by_topic(chart(coded("M80.08XA", days=8), review, order))
    summaries = [card["summary"] for card in shown.values()]
    assert any("Malignancy" in summary for summary in summaries) is is_asked
    assert "below the usual" not in card_of(order)["detail"]


OTHER = [
    "Stroke rehabilitation",
    "Wound care physical therapy",
    "Rehab psychology consult",
    "Physical therapy transport",
    "Burn rehabilitation",
    "Physical therapy for wheelchair seating",
    "Physiotherapie nach Schlaganfall",
    "Rééducation post AVC",
    "Fisioterapia facial",
    "Riabilitazione post ictus",
    "肩部康复治疗",
    "脳梗塞後のリハビリ",
]


@pytest.mark.parametrize("title", OTHER)
def test_therapy_in_other_words_closes_nothing_and_is_named(title):
    card = cards(therapy(title))["rehabilitation"]
    assert "rehabilitation order not understood" in card["summary"]
    assert "rehabilitation order of Nov 2026, not understood" in card["detail"]
    chosen = [one for one in card["suggestions"] if one.get("isRecommended")]
    assert not [one for one in chosen if "rehabilitation" in one["label"]]


@pytest.mark.parametrize("title", OTHER)
def test_therapy_in_other_words_leaves_training_open_at_discharge(title):
    order = therapy(title) | {"authoredOn": days_ago(1)}
    summary = leave(leaving_chart(*without_training(), order))[0]["summary"]
    assert "physiotherapy order not understood" in summary


def test_a_visit_of_other_therapy_is_no_training_of_the_back():
    own = appointment("Physical therapy", day="2026-12-04", number="therapy")
    assert not leave(leaving_chart(*without_training(), own))
    other = appointment(OTHER[0], day="2026-12-04", number="therapy")
    summary = leave(leaving_chart(*without_training(), other))[0]["summary"]
    assert "physiotherapy not ordered" in summary


def test_an_unclear_reason_or_note_leaves_training_open():
    by_code = codeable(ICD, "M25.511")
    noted = therapy(REFERRAL) | {"note": [{"text": "after her stroke"}]}
    for order in (therapy(REFERRAL, by_code), noted):
        assert "not understood" in cards(order)["rehabilitation"]["summary"]


def test_an_order_that_is_understood_settles_one_that_is_not():
    other = therapy(OTHER[0]) | {"id": "other"}
    review = ordered("bone-treatment", days=2)
    record = chart(coded("M80.08XA", days=8), review, other, therapy(REFERRAL))
    assert not cards_by_topic(record)


@pytest.mark.parametrize(
    "title",
    [
        "PT eval and treat",
        "Physical therapy 2-3x/week x 6 weeks",
        "Physical therapy: core strengthening, no bending, lifting or twisting",
        "Gait training with walker",
        "PT - gait and balance training",
        "Gait and balance training",
        "IP CONSULT TO PHYSICAL THERAPY",
        "Krankengymnastik 6x, Rückenmuskulatur",
        "Séances de kinésithérapie du rachis, 3 fois par semaine",
        "Fisioterapia tras cifoplastia",
        "Riabilitazione motoria post-operatoria",
        "椎体后凸成形术后康复训练",
        "椎体形成術後のリハビリテーション",
    ],
)
def test_ordinary_orders_are_rehabilitation(title):
    assert not cards(therapy(title))


def without_training():
    return [one for one in everything_arranged() if not is_training(one)]


def is_training(resource):
    codes = resource.get("code", {}).get("coding", ())
    return any(one.get("code") == "rehabilitation" for one in codes)
