"""A neck that may be broken, as a brace or the reason of the stay tells, at discharge."""

from typing import Any

import pytest

from tests.chart_builders import days_ago, inpatient, of_patient
from tests.codes import HCPCS, ICD, codeable
from tests.patients.inpatients import coded, statement
from tests.patients.leaving import (
    act_done,
    act_ordered,
    everything_arranged,
    kyphoplasty_done,
    leave,
    leaving_chart,
    page_after,
    summaries_beside,
)

HARM = "names an injury or grave illness. Read before leaving."
BRACES = [
    *("Halo vest", "Philadelphia collar", "Miami J", "Cervical collar", "SOMI"),
    *("HWS-Orthese", "Minerve", "Collar cervical", "Collare cervicale rigido"),
    *("Halskraag", "Kołnierz szyjny", "頚椎カラー", "颈托", "경추 보조기"),
]


def device(code: Any, *, days: int = 1, **members: Any) -> Any:
    """The order of a device of so many days ago, by a code or in words."""
    said = {
        "status": "active",
        "intent": "order",
        "authoredOn": days_ago(days),
        "codeCodeableConcept": {"text": code} if isinstance(code, str) else code,
    }
    return of_patient("DeviceRequest", "device", **said | members)


@pytest.mark.parametrize("words", BRACES)
def test_a_rigid_brace_of_the_neck_tells_of_an_injury(words):
    for entry in (device(words), act_ordered(words), act_done(words)):
        (summary,) = summaries_beside(entry)
        assert HARM in summary
    assert page_after(device(words))["mayTrain"] is False


@pytest.mark.parametrize(
    "words",
    [
        *(
            "Rigid collar, do not remove",
            "Hard collar, never off",
            "Miami J, no lifting",
        ),
        *(
            "Halskrause, nicht abnehmen",
            "Minerve rigide, sans retirer",
            "颈托，不可拆除",
        ),
        *("Oxygen and cervical collar", "Collar cervical, sin retirar"),
    ],
)
def test_what_is_said_next_to_it_takes_none_off(words):
    (summary,) = summaries_beside(device(words))
    assert HARM in summary


@pytest.mark.parametrize(
    "words",
    [
        *("Remove Miami J", "Cervical collar off", "Collar removal", "No hard collar"),
        *("Halskrause entfernen", "Keine Halskrause", "HWS-Orthese nicht erforderlich"),
        *("Soft cervical collar", "Weiche Halskrause", "颈托拆除", "頚椎カラー除去"),
        *("Cervical collar cleared", "Retrait minerve", "Geen halskraag nodig"),
    ],
)
def test_one_that_is_taken_off_or_soft_tells_of_none(words):
    assert summaries_beside(device(words)) == []


@pytest.mark.parametrize(
    "reason", ["no trauma and new C2 fracture", "kein Sturz und neue Dens-Fraktur"]
)
def test_a_denied_fall_denies_no_new_fracture(reason):
    (summary,) = summaries_beside(act_ordered("CT spine", reason))
    assert HARM in summary


@pytest.mark.parametrize("code", ["L0150", "L0172", "L0200", "L0710", "L0810"])
def test_so_does_its_code(code):
    (summary,) = summaries_beside(device(codeable(HCPCS, code)))
    assert HARM in summary


def test_so_does_the_device_that_an_order_refers_to():
    named = {"codeReference": {"display": "Miami J collar"}}
    order = device("", **named | {"codeCodeableConcept": None})
    (summary,) = summaries_beside(order)
    assert HARM in summary


@pytest.mark.parametrize(
    "words",
    [
        *("Soft collar", "Weiche Halskrause", "Cervical pillow", "Collar and cuff"),
        *("Remove cervical collar", "No cervical collar needed", "软颈托"),
    ],
)
def test_a_soft_collar_or_one_that_is_taken_off_asks_nothing(words):
    assert summaries_beside(device(words)) == []


def test_nor_does_one_of_before_the_operation():
    assert summaries_beside(device("Miami J", days=9)) == []


def test_nor_does_a_new_one_after_it():
    old = device("Miami J", days=9) | {"id": "old"}
    assert summaries_beside(device("Philadelphia collar"), old) == []


def test_the_fracture_on_the_problem_list_is_asked_about_instead():
    (summary,) = summaries_beside(device("Miami J"), coded("S12.9XXA", days=5))
    assert "recent fracture of cervical spine perhaps not treated" in summary


def test_an_old_fracture_of_the_wrist_is_no_neck():
    (summary,) = summaries_beside(device("Miami J"), coded("S52.501A", days=300))
    assert HARM in summary


def staying_for(*reasons: Any, level: str | None = "L1", **stay: Any) -> list[str]:
    """What is said of somebody whose stay has these reasons."""
    drug = statement("alendronate", "M05BA04", 1)
    record = [
        one
        for one in leaving_chart(*everything_arranged(), drug)
        if one["resourceType"] not in ("Encounter", "Procedure")
    ]
    whole = inpatient() | {"reasonCode": [*reasons]} | stay
    return [
        card["summary"] for card in leave((*record, kyphoplasty_done(level), whole))
    ]


@pytest.mark.parametrize("level", ["L1", None])
@pytest.mark.parametrize(
    "reason",
    [
        *(codeable(ICD, code) for code in ("S12.9XXA", "S12.9", "S12.000A", "S12.7")),
        *({"text": "Fracture of C2"}, {"text": "Densfraktur"}),
        *({"text": "Fracture de C2"}, {"text": "Fractura cervical"}),
        *({"text": "Frattura del dente"}, {"text": "Cervicale fractuur"}),
        *({"text": "Złamanie C2"}, {"text": "頚椎骨折"}, {"text": "颈椎骨折"}),
        {"text": "경추 골절"},
    ],
)
def test_a_broken_neck_as_the_reason_of_the_stay_is_read_before_leaving(reason, level):
    (summary,) = staying_for(reason, level=level)
    assert HARM in summary


def test_so_is_the_name_of_its_diagnosis():
    named = {"reference": "Condition/nowhere", "display": "Odontoid fracture"}
    (summary,) = staying_for(diagnosis=[{"condition": named}])
    assert HARM in summary


@pytest.mark.parametrize("words", ["Fracture L1 and L3", "Fraktur BWK 12"])
def test_so_is_another_vertebra_that_it_names(words):
    (summary,) = staying_for({"text": words})
    assert HARM in summary


@pytest.mark.parametrize(
    "reason",
    [
        *(codeable(ICD, code) for code in ("M54.2", "M47.812", "S32.010A", "S32.0")),
        *(codeable(ICD, code) for code in ("M80.08XA", "S32.009A")),
        *({"text": "Fraktur LWK 1"}, {"text": "Vertebral fracture"}),
        *({"text": "Old C2 fracture 2010"}, {"text": "Z.n. Densfraktur 2005"}),
        *({"text": "No cervical fracture"}, {"text": "Cervical spondylosis"}),
        *({"text": "Multiple vertebral fractures"}, {"text": "Old L3 fracture"}),
    ],
)
def test_what_was_treated_is_old_or_worn_asks_nothing(reason):
    assert staying_for(reason) == []
