"""What a visit's comment tells to look for is no complaint; what it tells of is one."""

import pytest

from tests.patients.leaving import appointment, summaries_beside

COMPLAINTS = [
    *("Wound red and leaking since yesterday", "fever since yesterday"),
    *("Fieber seit gestern", "Schuettelfrost seit gestern", "Wunde nässt"),
    *("Se queja de fiebre desde ayer", "La herida se ve roja", "fiebre desde ayer"),
    *("Si lamenta di febbre da ieri", "Riferisce: si sente febbre"),
    *("plaie rouge depuis hier", "koorts als gevolg van wond", "wond lekt"),
    *("昨日から発熱", "创口渗液，昨日起发热", "어제부터 발열"),
]
TOLD_TO_LOOK_FOR = [
    *("Fever or chills: go to emergency department", "Watch for fever"),
    *("Contact ward with any wound redness", "Yellow fever vaccination"),
    *("Fieber, Schüttelfrost: sofort Notaufnahme", "Bei Fieber melden"),
    *("Consulter en urgence: fièvre, plaie qui coule", "si fièvre, appeler"),
    *("Acudir si fiebre", "si presenta fiebre, acudir", "Ritorno se febbre"),
    *("Bij koorts of rode wond bellen", "Zgłosić się w razie gorączki"),
    *("発熱時は受診", "発熱や創部の発赤があれば連絡", "伤口渗液、发热请及时就诊"),
    *("발열 시 내원", "상처 발적 또는 발열 시 연락"),
]


def summaries_of(comment):
    """The summaries with a visit to come that has this comment."""
    visit = appointment("Wound check", day="2026-12-04", number="v2", comment=comment)
    return summaries_beside(visit)


@pytest.mark.parametrize("comment", COMPLAINTS)
def test_a_complaint_is_to_be_read(comment):
    (summary,) = summaries_of(comment)
    assert summary.endswith("Read before leaving.")


@pytest.mark.parametrize("comment", TOLD_TO_LOOK_FOR)
def test_what_to_look_for_is_none(comment):
    assert summaries_of(comment) == []
