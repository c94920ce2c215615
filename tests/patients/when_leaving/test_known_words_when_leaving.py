"""A diagnosis of known words that is everyday, or of before, asks nothing."""

from typing import Any

import pytest

from cds_service.fhir.entries.coded import read_code
from cds_service.fhir.entries.condition_concepts import concepts_of_condition
from cds_service.fhir.entries.words.open_concepts import MAY_BE_GRAVE, NOT_UNDERSTOOD
from tests.builders import terminology
from tests.chart_builders import days_ago, problem
from tests.codes import ICD, codeable
from tests.patients.leaving import cards_beside

# As an admission enters them: without an onset, recorded the day before the operation.
LISTS = {
    "en": "HTN|T2DM, diet controlled|OA both knees|Poor sleep|CKD 3a|TKR R 2016"
    "|Breast cancer 2009, in remission|Varicose veins L leg",
    "de": "Gonarthrose bds.|Knie-TEP re. 2016|Chron. LWS-Syndrom|COPD GOLD II"
    "|Mammakarzinom 2009, in Remission|VHF, unter Eliquis|Presbyakusis",
    "fr": "Mal de dos|Gonarthrose bilatérale|PTH gauche 2019|IRC stade 3a"
    "|Cancer du côlon 2008, opéré, pas de récidive|Lombarthrose|Presbyacousie",
    "es": "DM2 con dieta|Gonartrosis bilateral|PTC izquierda 2019|ERC estadio 3a"
    "|Cáncer de mama 2009 en remisión|Temblor esencial|Espondiloartrosis lumbar",
    "it": "DM2 in dieta|Gonartrosi bilaterale|Alluce valgo bilaterale|FA in apixaban"
    "|Carcinoma mammario 2009 in remissione|Presbiacusia|Disturbi del sonno",
    "nl": "Rugpijn|Lumbale artrose|Hallux valgus bdz|Knieprothese rechts 2016"
    "|Mammacarcinoom 2009, in remissie|Presbyacusis|Slecht slapen",
    "pl": "Cukrzyca typu 2, dieta|Gonartroza obustronna|PChN stadium 3a"
    "|Rak piersi 2009, remisja|Paluch koślawy obustronny|Ból pleców",
    "ja": "2型糖尿病(食事療法)|両側変形性膝関節症|不眠|CKD G3a|腰痛"
    "|乳癌術後(2009年、寛解)|右人工膝関節置換術後(2016年)",
    "zh": "2型糖尿病(饮食控制)|双膝骨关节炎|失眠|慢性肾脏病3a期|腰痛"
    "|乳腺癌术后2009年,缓解|右膝关节置换术后2016年",
    "ko": "제2형 당뇨병(식이요법)|양측 슬관절 골관절염|불면|만성콩팥병 3a기"
    "|유방암 2009년, 관해|우측 슬관절 치환술 2016년|만성 요통",
}
ORDINARY = [title for some in LISTS.values() for title in some.split("|")]
# In words next to the ordinary ones, whenever they were recorded.
HARM = [
    "Insomnia?",
    "Back pain, left foot",
    "Diabetes, foot",
    "Osteoporosis, hip",
    "Compression fracture, chronic",
    "Wrist fracture, left, stable",
    "OA knee, septic",
    "Knie-TEP rechts 2016, Lockerung",
    "Hüft-TEP li. 2019, Luxation",
    "AF with stroke",
    "VHF, Thalamusblutung",
    "Lumbar spondylosis with radiculopathy",
    "Lumbale Spondylose mit Myelopathie",
    "Lombarthrose, instabilité",
    "Espondiloartrosis lumbar, absceso",
    "Mal di schiena, paresi",
    "Rugpijn met uitval",
    "Ból pleców, niedowład nóg",
    "腰椎不安定症",
    "腰痛、下肢麻痺",
    "下肢静脉曲张,血栓形成",
    "요추 불안정",
    "Stress incontinence, saddle anaesthesia",
    "Urinary incontinence since the fall",
    "Ankle swelling left",
    "Restless legs, weakness",
    "MGUS, rising",
    "HTN, chemotherapy",
    "Hypertonie, Mastektomie",
    "高血压,化疗后",
]
CANCERS = [
    "Breast cancer in remission",
    "Breast cancer 2009, recurrence",
    "Breast cancer 2009, recurrent",
    "Breast cancer 2009, partial remission",
    "Breast cancer 2009, stage III",
    "Breast cancer 2009 and 2024",
    "Breast cancer 2023 in remission",
    "Breast cancer 2009 in remission, new bone lesions",
    "Mammakarzinom 2022, in Remission",
    "Mammakarzinom 2009, Rezidiv",
    "Prostatakarzinom 2011, ossär metastasiert",
    "Cancer du sein 2009, récidive",
    "Cáncer de mama 2009, metástasis óseas",
    "Carcinoma mammario 2009, recidiva",
    "Mammacarcinoom 2009, botmetastasen",
    "Rak piersi 2009, wznowa",
    "乳癌術後(2009年)、再発",
    "乳腺癌术后2009年,骨转移",
    "유방암 2009년, 재발",
    "Multiple myeloma 2012, in remission",
    "Lymphoma 2010, in remission",
]
# No news before the operation, and news after it.
LASTING = [
    "Heart failure NYHA II",
    "Rugpijn",
    "Stress incontinence",
    "Urinary incontinence",
    "Herzinsuffizienz NYHA III",
    "Niereninsuffizienz Stadium 3a",
    "Gonalgie gauche",
    "Insuficiencia cardiaca grado II",
    "Scompenso cardiaco NYHA II",
    "Kniepijn links",
    "Niewydolność serca NYHA II",
    "心不全 NYHA II度",
    "周围神经病",
    "Leg oedema left",
    "Enkeloedeem links",
    "左下腿浮腫",
    "하지 부종 우측",
]


def listed(words: str, *, days: int = 3, **members: Any) -> Any:
    """A diagnosis in words alone, recorded so many days ago and without an onset."""
    said = {"code": {"text": words}, "recordedDate": days_ago(days)}
    return problem("x", number="g", **said | members)


@pytest.mark.parametrize("language", LISTS)
def test_an_ordinary_list_of_an_admission_brings_no_card(language: str) -> None:
    titles = LISTS[language].split("|")
    entries = [listed(one) | {"id": f"c-{n}"} for n, one in enumerate(titles)]
    assert cards_beside(*entries) == []


@pytest.mark.parametrize("words", HARM)
def test_any_other_word_beside_them_is_read(words: str) -> None:
    assert cards_beside(listed(words))


@pytest.mark.parametrize("words", CANCERS)
def test_a_cancer_is_quiet_only_if_it_is_old_and_over(words: str) -> None:
    assert cards_beside(listed(words))


@pytest.mark.parametrize("words", LASTING)
@pytest.mark.parametrize(("days", "number"), [(3, 0), (2, 0), (1, 1)])
def test_what_lasts_is_news_only_after_the_operation(
    words: str, days: int, number: int
) -> None:
    assert len(cards_beside(listed(words, days=days))) == number


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"note": [{"text": "numb legs"}]}, id="a note"),
        pytest.param({"severity": {"text": "severe"}}, id="a severity"),
        pytest.param({"onsetDateTime": days_ago(1)}, id="an onset since"),
        pytest.param({"onsetString": "yesterday"}, id="an onset in words"),
        pytest.param({"recordedDate": None}, id="no day"),
        pytest.param(
            {"code": codeable(ICD, "A41.9") | {"text": "Rugpijn"}},
            id="a grave code",
        ),
    ],
)
def test_what_else_the_entry_says_is_read(members: dict[str, Any]) -> None:
    assert cards_beside(listed("Rugpijn", **members))


def test_a_cancer_whose_status_is_a_relapse_is_read() -> None:
    relapsed = problem("x", number="g", status="relapse")
    relapsed |= {"code": {"text": "Breast cancer 2009, in remission"}}
    assert cards_beside(relapsed | {"recordedDate": days_ago(3)})


@pytest.mark.parametrize("words", ["Nicturia", "Knee pain L", "야간뇨"])
def test_they_support_no_no(words: str) -> None:
    concepts = concepts_of_condition(
        read_code(listed(words), terminology()), terminology()
    )
    assert concepts & {MAY_BE_GRAVE, NOT_UNDERSTOOD}
