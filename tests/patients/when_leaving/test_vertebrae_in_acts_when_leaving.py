"""Another broken vertebra that only an order since the operation names is read."""

from typing import Any

import pytest

from tests.codes import CPT, SCT, codeable
from tests.patients.leaving import act_done, act_ordered, cards_beside, coded_reason

NAMES_HARM = "1 recent entry names an injury or grave illness. Read before leaving."


def worded_reason(words: str) -> dict[str, Any]:
    return {"reasonCode": [{"text": words}]}


@pytest.mark.parametrize(
    "order",
    [
        act_ordered("MRI lumbar spine", **coded_reason("S32.020A")),
        act_ordered("MRI thoracic spine", **coded_reason("S22.080A")),
        act_ordered("Physiotherapy", **coded_reason("S22.060A")),
        act_ordered("CT LWS", **worded_reason("Neue Fraktur LWK 2")),
        act_ordered("X-ray lumbar spine", **worded_reason("New fracture L2")),
        act_ordered(
            "Neurosurgery referral",
            **worded_reason("New L2 compression fracture after kyphoplasty L1"),
        ),
        act_ordered("X-ray spine T8 fracture"),
        act_ordered(
            codeable(CPT, "22514"),
            bodySite=[codeable(SCT, "36470004")],
            **coded_reason("S32.030A"),
        ),
        act_ordered("Kyphoplasty L3"),
        act_ordered("CT", **worded_reason("Known osteoporosis, new fracture L2")),
        act_ordered("MRI", **worded_reason("Known L1 fracture, now L2 fracture")),
        act_ordered("MRI", **worded_reason("V.a. frische Fraktur LWK 2")),
    ],
    ids=str,
)
def test_another_vertebra_is_read_before_leaving(order: Any) -> None:
    (card,) = cards_beside(order)
    assert card["summary"].endswith(NAMES_HARM)


@pytest.mark.parametrize(
    "order",
    [
        act_ordered("MRI lumbar spine", **coded_reason("S32.010A")),
        act_ordered("Physiotherapy", **coded_reason("M80.08XA")),
        act_ordered("X-ray lumbar spine", **worded_reason("Post kyphoplasty L1")),
        act_ordered("X-ray lumbar spine", **worded_reason("L1 fracture")),
        act_ordered("X-ray lumbar spine", **coded_reason("S32.010D")),
        act_ordered("X-ray thoracolumbar spine", **worded_reason("Check cement L1")),
        act_ordered(
            "Physiotherapy", **worded_reason("Kyphoplasty L1, old T8 fracture 2019")
        ),
        act_ordered("MRI L-spine", **worded_reason("L4/5 stenosis")),
        act_ordered("FLS referral", **worded_reason("Fragility fracture")),
        act_ordered("DXA", **worded_reason("Vertebral fracture")),
        act_ordered("Full blood count"),
        act_ordered("MRI lumbar spine", days=9, **coded_reason("S32.020A")),
        act_ordered("Physiotherapy", **worded_reason("Bekannte Fraktur BWK 8")),
        act_ordered("Physiotherapy", **worded_reason("Fraktur BWK 8, vorbekannt")),
        act_ordered("Physiotherapy", **worded_reason("Fracture connue T8")),
        act_ordered("X-ray spine", **worded_reason("Known T8 fracture, unchanged")),
        act_ordered("DXA", **worded_reason("Known fractures T8, T12")),
        act_ordered("MRI T10-L5"),
        act_ordered("X-ray spine T11-L3, fracture L1"),
        act_ordered("Old T8 fracture"),
    ],
    ids=str,
)
def test_the_treated_one_or_an_old_one_is_not(order: Any) -> None:
    assert not any(NAMES_HARM in card["summary"] for card in cards_beside(order))


@pytest.mark.parametrize(
    "title",
    [
        "Status post kyphoplasty L1",
        "Old T8 fracture",
        "X-ray lumbar spine post op",
        "X-ray lumbar spine postoperative",
        "Röntgen LWS postoperativ",
        "Röntgenkontrolle LWS",
        "Radiographie rachis lombaire post-opératoire",
    ],
)
def test_everyday_procedures_after_the_operation_ask_nothing(title: str) -> None:
    assert cards_beside(act_done(title)) == []


@pytest.mark.parametrize(
    "title", ["Lumbar spine post op infection", "Biopsy lumbar spine", "T8 fracture"]
)
def test_procedures_that_say_more_do(title: str) -> None:
    assert cards_beside(act_done(title))
