"""A deficit that an order calls old leads no card as new, and stays in doubt (F5)."""

import pytest

from tests.chart_builders import kyphoplasty
from tests.codes import ICD, codeable
from tests.patients.reassuring import REASSURING, cards_of

ACT = "is augmentation alone enough"
OLD = (
    "old foot drop|known foot drop since childhood|L1 fracture, old foot drop"
    "|chronic foot drop|foot drop since 2010|foot drop, old|long-standing paraparesis"
    "|alte Fußheberparese|bekannte Fußheberparese links|vorbestehende Paraparese"
    "|pied tombant ancien|pie caído antiguo|piede cadente cronico|bekende klapvoet"
    "|oude klapvoet|stare opadanie stopy|przewlekłe opadanie stopy"
    "|陈旧性足下垂|陳旧性下垂足|오래된 족하수|sequela of cauda equina syndrome"
)
NEW = (
    "foot drop|new foot drop|old foot drop, worse since yesterday|old L1 fracture, foot"
    " drop|foot drop in known L1 fracture|acute on chronic leg weakness"
    "|neue Fußheberparese|alte LWK1-Fraktur, Fußheberparese|Fußheberparese seit gestern"
    "|pied tombant|pie caído|piede cadente|klapvoet|opadanie stopy|足下垂|下垂足|족하수"
    "|old foot drop left. New leg weakness right"
)


def card(**members):
    return cards_of(order=kyphoplasty(**members))["rehabilitation"]


@pytest.mark.parametrize("words", OLD.split("|"))
def test_an_old_one_does_not_lead(words: str) -> None:
    for members in (
        {"reasonCode": [{"text": words}]},
        {"note": [{"text": words}]},
        {"orderDetail": [{"text": words}]},
    ):
        answer = card(**members)
        assert answer["indicator"] == "info"
        assert ACT not in answer["summary"]
        assert REASSURING not in answer["summary"] + answer["detail"]


@pytest.mark.parametrize(
    "words",
    ["old foot drop", "alte Fußheberparese", "陈旧性足下垂", "bekende klapvoet"],
)
def test_it_is_named_as_not_excluded(words: str) -> None:
    for members in ({"reasonCode": [{"text": words}]}, {"note": [{"text": words}]}):
        assert "deficit not excluded" in card(**members)["detail"]


@pytest.mark.parametrize("words", NEW.split("|"))
def test_one_of_now_still_leads(words: str) -> None:
    for members in ({"reasonCode": [{"text": words}]}, {"note": [{"text": words}]}):
        assert ACT in card(**members)["summary"]


@pytest.mark.parametrize(
    "reason",
    [
        codeable(ICD, "S34.3XXS"),
        codeable(ICD, "M21.372", text="old foot drop"),
        codeable(ICD, "M21.372", text="old foot drop", display="Foot drop, left foot"),
    ],
)
def test_a_code_of_an_old_one_does_not_lead(reason) -> None:
    assert ACT not in card(reasonCode=[reason])["summary"]


def test_a_code_of_one_of_now_leads() -> None:
    new = codeable(ICD, "M21.372", text="foot drop")
    assert (
        ACT
        in card(reasonCode=[new, codeable(ICD, "M21.371", text="old foot drop")])[
            "summary"
        ]
    )
