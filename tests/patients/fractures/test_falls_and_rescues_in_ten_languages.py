"""Falls, leaks and rescues since the operation are read alike in ten languages."""

import pytest

from tests.chart_builders import days_ago, problem
from tests.codes import ICD, codeable
from tests.patients.leaving import act_done, act_ordered, summaries_beside

READ = (
    "1 recent entry names an injury or grave illness. Read before leaving.",
    "1 recent entry not understood. Read before leaving.",
)
WRONG = [
    *("IVC filter insertion", "Vena-cava-Filter", "Filtre cave", "下大静脈フィルター"),
    *("하대정맥 필터", "흉관 삽입", "기관내 삽관", "수혈", "Kardioversion", "胸腔穿刺"),
    *("Liquorleck", "髄液漏", "脑脊液漏", "Zapalenie rany", "창상 감염", "創感染"),
    *("Zakrzepica", "넘어짐", "upadła na oddziale", "Stürzte im Bad"),
    *("X-ray as fell on ward", "Physio because fell on ward"),
]


def beside_a_code(words, days=1):
    """Return a diagnosis with this title next to the code of hypertension."""
    begun = {"onsetDateTime": days_ago(days), "recordedDate": days_ago(days)}
    return problem("x", number="g", code=codeable(ICD, "I10", words), **begun)


@pytest.mark.parametrize(
    "words",
    [
        "낙상",
        "Upadek",
        "Gevallen",
        "Valpartij",
        "넘어짐",
        "upadła na oddziale",
        "坠床",
        "転落",
    ],
)
def test_a_fall_next_to_an_everyday_code_is_to_be_read(words):
    (summary,) = summaries_beside(beside_a_code(words))
    assert summary.endswith("Read before leaving.")


@pytest.mark.parametrize("make", [act_done, act_ordered])
@pytest.mark.parametrize("words", WRONG)
def test_what_went_wrong_is_to_be_read(make, words):
    (summary,) = summaries_beside(make(words))
    assert summary.endswith(READ)


@pytest.mark.parametrize("make", [act_done, act_ordered])
@pytest.mark.parametrize(
    "words",
    [
        *("IVC filter removal", "Defibrillator check", "수혈 동의서", "수혈 검사"),
        *("Profilaktyka zakrzepicy", "낙상 예방", "Ryzyko upadku", "Valpreventie"),
        *(
            "Sturzprophylaxe",
            "Wound care",
            "창상 소독",
            "創部処置",
            "髄液検査",
            "切口换药",
        ),
        *("as follow-up", "because of pain", "Revisión en consulta"),
    ],
)
def test_what_is_ordinary_asks_nothing(make, words):
    assert summaries_beside(make(words)) == []


@pytest.mark.parametrize(
    "words",
    [
        "Sturzrisiko",
        "Fall risk",
        "고혈압",
        "낙상 위험",
        "Ryzyko upadku",
        "gefallen 2018",
    ],
)
def test_nor_does_an_ordinary_title_next_to_a_code(words):
    assert summaries_beside(beside_a_code(words)) == []
