"""Titles of orders in everyday words: the operation, how old the fracture is, when."""

import pytest

from tests.chart_builders import ask, by_topic, kyphoplasty, order_sign
from tests.codes import CPT, codeable
from tests.order_builders import augmentation_in
from tests.patients.reassuring import reassuring_record


def card_of_title(title):
    order = kyphoplasty(None) | {"code": {"text": title}}
    return by_topic(ask(order_sign(reassuring_record(), order)))["rehabilitation"]


@pytest.mark.parametrize(
    "title",
    [
        "Kyphoplasty L1 VCF 3 months old",
        "Kyphoplasty L1 VCF 6 weeks old",
        "Kyphoplasty L1 fracture now 3 months old",
        "Kyphoplasty L1 compression fx 2-3 wks old",
        "Kyphoplasty L1 78 years old",
        "Revision kyphoplasty L1",
        "Kyphoplasty revision L1",
        "Revisionskyphoplastie LWK 1",
        "Revision vertebroplasty L1",
        "Cement augmentation L1",
        "Cement augmentation of the L1 vertebra",
        "Percutaneous cement L1",
        "XR fluoro kyphoplasty L1",
        "XR fluoroscopic guidance kyphoplasty L1",
        "Kyphoplasty L1 history of prior kyphoplasty T12",
        "Kyphoplasty L1 prev T12 done",
    ],
)
def test_the_operation_is_ordered_at_its_vertebra_alone(title):
    assert augmentation_in(title).levels.names == ("L1",)


@pytest.mark.parametrize(
    "title",
    [
        "Percutaneous cement injection at L1",
        "Kyphoplasty L1 previous vertebroplasty T12",
    ],
)
def test_nor_are_these_passed_over(title):
    assert augmentation_in(title) is not None


@pytest.mark.parametrize(
    "title",
    [
        "s/p kyphoplasty L1 3 months ago",
        "X-ray after kyphoplasty L1",
        "XR fluoro L1 post kyphoplasty",
        "XR kyphoplasty follow-up L1",
        "Follow-up after kyphoplasty",
        "Kyphoplasty 3 months old",
        "Old kyphoplasty L1",
        "Kyphoplasty L1 previously done",
        "History of prior kyphoplasty T12",
        "Cement augmentation hip screw",
        "Cement augmentation pedicle screws L1",
        "Screw cement augmentation L1",
        "Cement removal L1",
        "Cement augmentation humeral head",
        "Percutaneous cementoplasty acetabulum",
        "Percutaneous cement L1 screw fixation",
        "Scar revision kyphoplasty L1",
        "Revisión cifoplastia L1",
        "Kyphoplasty revision clinic",
        "Revision of fusion L1 after kyphoplasty",
    ],
)
def test_what_orders_something_else_stays_silent(title):
    assert augmentation_in(title) is None


@pytest.mark.parametrize(
    "title",
    [
        "Kyphoplasty L1 (was T12)",
        "Kyphoplasty L1, was T12",
        "Kyphoplasty L1 (changed from T12)",
        "Kyphoplasty L1 (instead of T12)",
        "Kyphoplastie LWK 1 statt LWK 2",
    ],
)
def test_a_vertebra_that_was_meant_before_is_no_second_fracture(title):
    assert augmentation_in(title).levels.names == ("L1",)
    summary = card_of_title(title)["summary"]
    assert summary.startswith("No bone drug after a fragility fracture")


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("Kyphoplasty T12 and L1", ("T12", "L1")),
        ("Kyphoplasty L1 was approved, L3 too", ("L1", "L3")),
        ("Kyphoplasty L1, L3 fracture was seen", ("L1", "L3")),
        ("L1 previously fractured, T12 new: kyphoplasty T12 and L1", ("T12", "L1")),
    ],
)
def test_two_vertebrae_to_be_treated_stay_two(title, names):
    assert augmentation_in(title).levels.names == names


@pytest.mark.parametrize(
    "title",
    [
        "Kyphoplasty L1 today",
        "Kyphoplasty L1 tomorrow 8am",
        "Kyphoplasty L1 R",
        "Kyphoplasty L1, no biopsy",
        "Kyphoplastie LWK 1 morgen 8 Uhr",
    ],
)
def test_when_and_on_which_side_leave_no_tumour_open(title):
    assert "malignancy" not in card_of_title(title)["detail"]


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("PERQ VERT AGMNTJ CAVITY CRTJ UNI/BI CANNULJ LUMBAR", "22514"),
        ("PERQ VERT AGMNTJ CAVITY CRTJ UNI/BI CANNULJ THORACIC", "22513"),
    ],
)
def test_the_standard_title_of_a_code_says_no_more_than_the_code(title, code):
    order = kyphoplasty(None) | {"code": codeable(CPT, code) | {"text": title}}
    body = order_sign(reassuring_record(), order)
    assert "malignancy" not in by_topic(ask(body))["rehabilitation"]["detail"]


@pytest.mark.parametrize(
    "title",
    ["Kyphoplasty L1 was a metastasis", "Kyphoplasty L1 today ?mets"],
)
def test_a_tumour_named_there_stays_open(title):
    assert "malignancy of bone" in card_of_title(title)["detail"]


@pytest.mark.parametrize(
    "title",
    [
        "Redo kyphoplasty L1",
        "Revision vertebroplasty T12",
        "Kyphoplasty L1, previously T12",
        "Kyphoplasty L1 (formerly L2)",
        "Kyphoplasty L1, was T12 2019",
        "Kyphoplastie L1, vorher L3",
    ],
)
def test_what_may_be_an_earlier_operation_reassures_nobody(title):
    order = kyphoplasty()
    order |= {"code": order["code"] | {"text": title}}
    cards = by_topic(ask(order_sign(reassuring_record(), order)))
    assert "below the usual" not in cards["rehabilitation"]["detail"]
