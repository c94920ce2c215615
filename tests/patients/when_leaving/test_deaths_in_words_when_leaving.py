"""Who died in the stay gets no card, also if the stay's end says it in plain words."""

import pytest

from tests.patients.inpatients import chart, coded
from tests.patients.leaving import kyphoplasty_done, leave

DEAD = (
    "Overleden|Patiënt overleden|사망|사망 퇴원|去世|逝世|永眠|死亡退院|Muerte|Fallecimiento"
    "|Morte|Death of patient|Patient died, family told|Tod im Hospiz|Ist verstorben|Patient ist verstorben|Overlijden|亡くなった"
)
ALIVE = (
    "Discharged home|Ontslagen naar huis|자택 퇴원|回家|自宅退院|Alta a domicilio"
    "|Dimissione a domicilio|사망 아님|Niet overleden|Husband died|配偶死亡"
    "|非死亡|自动出院(非死亡)|死亡以外|死亡なし|사망 외|Died: no|Deceased? no|Tod: nein"
    "|Death of husband|Tod der Ehefrau|Décès du conjoint|Muerte del marido"
    "|Morte della moglie|Overlijden van echtgenoot|Zgon męża|老伴去世|儿子去世"
)


def cards_of_end(words: str) -> list[object]:
    """The cards of somebody without a bone drug whose stay ended so."""
    record = chart(coded("M80.08XA", days=20), kyphoplasty_done())
    end = {"hospitalization": {"dischargeDisposition": {"text": words}}}
    return [
        *leave(
            tuple(
                one | end if one["resourceType"] == "Encounter" else one
                for one in record
            )
        )
    ]


@pytest.mark.parametrize("words", DEAD.split("|"))
def test_there_is_no_card(words: str) -> None:
    assert cards_of_end(words) == []


@pytest.mark.parametrize("words", ALIVE.split("|"))
def test_another_end_silences_nothing(words: str) -> None:
    assert cards_of_end(words)
