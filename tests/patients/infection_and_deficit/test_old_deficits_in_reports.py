"""A report that calls a deficit old does not lead as if it were new."""

import pytest

from tests.patients.reassuring import card_of, imaging

LEADS = "neurological deficit not excluded"


def summary(words):
    return card_of(imaging(words))["summary"]


@pytest.mark.parametrize(
    "words",
    [
        *(
            "陈旧性足下垂",
            "陈旧性足下垂。L1压缩性骨折。",
            "Known foot drop since childhood.",
        ),
        *(
            "Chronische Fußheberparese bekannt. Fraktur L1",
            "Old foot drop. L1 fracture.",
        ),
        *(
            "L1 fracture. Chronic foot drop.",
            "Fußheberparese seit Jahren. LWK 1 Fraktur",
        ),
        "Pied tombant ancien, connu. Fracture de L1.",
    ],
)
def test_it_does_not_lead(words):
    assert LEADS not in summary(words)


@pytest.mark.parametrize(
    "words",
    [
        *(
            "New foot drop.",
            "Foot drop. Chronic L1 fracture.",
            "足下垂。陈旧性L1骨折。",
        ),
        *("Fußheberparese. Alte Fraktur LWK 1", "Foot drop, known L1 fracture."),
        *("Acute on chronic foot drop.", "Old foot drop, now worse."),
        *("Foot drop. Fracture of L1, old.", "Foot drop, L1 fracture, chronic."),
        "Old foot drop left. New foot drop right.",
    ],
)
def test_what_is_not_called_old_leads(words):
    assert LEADS in summary(words)
