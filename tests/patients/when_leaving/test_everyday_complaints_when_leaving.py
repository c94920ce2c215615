"""Everyday words that sound of a complaint bring no card to who leaves."""

from typing import Any

import pytest

from tests.chart_builders import Resource, days_ago, of_patient
from tests.codes import ICD
from tests.patients.leaving import act_ordered, summaries_beside
from tests.patients.reassuring import dated


def prescribed_for(reason: str) -> Resource:
    """A drug that was prescribed yesterday for this reason."""
    return of_patient(
        "MedicationRequest",
        "drug",
        status="active",
        intent="order",
        medicationCodeableConcept={"text": "Amoxicillin 500 mg"},
        authoredOn=days_ago(1),
        reasonCode=[{"text": reason}],
    )


def entered_now(title: str, *, begun_days: int = 900, **members: Any) -> Resource:
    """A diagnosis in words that was entered yesterday, and began long ago."""
    onset = {"onsetDateTime": days_ago(begun_days)}
    return dated({"text": title}, days=1) | onset | members


def named_at_pressure(words: str) -> Resource:
    """A diagnosis of high pressure that was entered today, with other words."""
    code = {"coding": [{"system": ICD, "code": "I10"}], "text": words}
    return dated(code, days=0)


@pytest.mark.parametrize(
    "entry",
    [
        *(
            act_ordered(one)
            for one in (
                "Local anaesthesia foot",
                "Spinal anaesthesia for leg surgery",
                "Prolonged general anaesthesia",
                "Nerve block for persistent leg pain",
                "Persistent AV block",
                "Anesthésie locale du pied",
                "Incontinence pads",
                "PVR before op",
            )
        ),
        *(prescribed_for(one) for one in ("Eitrige Bronchitis", "Bronchite purulente")),
        prescribed_for("Purulent bronchitis"),
        *(
            entered_now(one)
            for one in ("DEXA scan", "UTI", "TIA", "TIA 2012", "Harnwegsinfekt 2020")
        ),
    ],
)
def test_everyday_words_bring_no_card(entry: Resource) -> None:
    assert not summaries_beside(entry)


@pytest.mark.parametrize(
    "entry",
    [
        *(
            act_ordered("Consult", one)
            for one in (
                "Anaesthesia of left foot",
                "Residual motor block",
                "Numb foot since surgery",
                "PVR 800 ml",
                "Purulent wound",
                "Eitrige Wunde",
            )
        ),
        *(
            act_ordered(one)
            for one in (
                "Residual spinal anaesthesia both legs",
                "Spinal anesthesia not worn off, both legs",
                "Anhaltende Spinalanästhesie beide Beine",
                "Anesthésie résiduelle des jambes",
            )
        ),
        named_at_pressure("residual epidural anaesthesia both legs"),
        entered_now("TIA", begun_days=1),
        entered_now("TIA, left leg weak"),
        entered_now("TIA", note=[{"text": "leg weak since yesterday"}]),
        entered_now("borstkanker"),
    ],
)
def test_what_tells_of_harm_or_of_now_is_asked_about(entry: Resource) -> None:
    assert summaries_beside(entry)
