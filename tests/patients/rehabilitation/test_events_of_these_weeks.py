"""After a heart attack, a lung embolism or a stroke of weeks training is agreed on.

It is then offered and not pre-selected. One of years changes nothing.
"""

import pytest

from tests.chart_builders import (
    Resource,
    ask,
    brace,
    by_topic,
    inpatient,
    kyphoplasty,
    order_sign,
)
from tests.codes import ICD, SCT, codeable
from tests.patients.leaving import image_report, page_after
from tests.patients.reassuring import card_of, dated, reassuring_record
from tests.patients.training import FALLS, REFER, assert_training_is_chosen, chosen

HEART = "heart attack, perhaps of these weeks"
LUNG = "lung embolism, perhaps of these weeks"
BRAIN = "stroke, perhaps of these weeks"
CODED = [
    (ICD, "I21.4", HEART),
    (ICD, "I22.0", HEART),
    (SCT, "22298006", HEART),
    (ICD, "I26.99", LUNG),
    (SCT, "59282003", LUNG),
    (ICD, "I63.9", BRAIN),
    (ICD, "I61.0", BRAIN),
    (SCT, "230690007", BRAIN),
]
NAMED = [
    *((one, HEART) for one in ("NSTEMI", "Acute MI", "Herzinfarkt", "Hartinfarct")),
    *((one, HEART) for one in ("Infarctus du myocarde", "Infarto de miocardio")),
    *((one, HEART) for one in ("Infarto miocardico", "Zawał serca", "急性心筋梗塞")),
    *((one, HEART) for one in ("急性心肌梗死", "급성 심근경색", "Hinterwandinfarkt")),
    *((one, LUNG) for one in ("Pulmonary embolism", "PE", "Lungenembolie")),
    *((one, LUNG) for one in ("Embolie pulmonaire", "Embolia pulmonar", "Longembolie")),
    *((one, LUNG) for one in ("Embolia polmonare", "Zatorowość płucna", "肺塞栓症")),
    *((one, LUNG) for one in ("肺栓塞", "폐색전증", "TEP")),
    *((one, BRAIN) for one in ("Stroke", "Schlaganfall", "AVC ischémique", "Ictus")),
    *((one, BRAIN) for one in ("Ischemic stroke", "Beroerte", "Udar mózgu", "脳梗塞")),
    *((one, BRAIN) for one in ("脑梗死", "뇌경색", "Hirninfarkt", "Ictus ischemico")),
]
OVER = [
    *("Old MI", "MI 2012", "NSTEMI 2019", "Z.n. Herzinfarkt", "Family history of MI"),
    *(
        "Status post stroke",
        "History of pulmonary embolism",
        "Ancien AVC",
        "陈旧性脑梗死",
    ),
    *(
        "Alter Schlaganfall 2015",
        "Infarto antiguo",
        "Pregresso ictus",
        "陳旧性心筋梗塞",
    ),
    *("Przebyty udar mózgu", "Oude beroerte", "No PE", "Pulmonary embolism excluded"),
    *("Heat stroke", "Stroke risk", "Hypertension", "Renal infarct"),
]


# What else a title says: how grave it is, what it is not, and what went before.
WITH_MORE = [
    *(
        (one, LUNG)
        for one in ("High-risk PE", "Intermediate-high risk pulmonary embolism")
    ),
    *((one, LUNG) for one in ("Lungenembolie nach TVT", "Post-op pulmonary embolism")),
    *((one, LUNG) for one in ("Lungenembolie ohne Rechtsherzbelastung", "術後肺塞栓")),
    *(
        (one, LUNG)
        for one in ("Embolie pulmonaire à risque intermédiaire", "中高危肺栓塞")
    ),
    ("Embolia pulmonar de riesgo intermedio", LUNG),
    ("Longembolie met intermediair risico", LUNG),
    *(
        (one, HEART)
        for one in ("STEMI s/p PCI", "Infarctus du myocarde sans sus-décalage")
    ),
    *(
        (one, HEART)
        for one in ("Infarto de miocardio sin elevación del ST", "NSTEMI post-op")
    ),
    *(
        (one, HEART)
        for one in ("Hartinfarct zonder ST-elevatie", "Zawał serca bez uniesienia ST")
    ),
    ("Infarto miocardico senza sopraslivellamento ST", HEART),
    *(
        (one, BRAIN)
        for one in ("Mediainfarkt ohne Lyse", "Stroke in a 72-year-old woman")
    ),
    *(
        (one, BRAIN)
        for one in ("AVC ischémique sans thrombolyse", "Udar mózgu po stronie lewej")
    ),
    *(
        (one, BRAIN)
        for one in ("Beroerte na TAVI", "뇌경색 (출혈 없음)", "Ictus tras TAVI")
    ),
]
# Titles of codes, as catalogues print them.
CATALOGUED = [
    ("I26.99", "Other pulmonary embolism without acute cor pulmonale", LUNG),
    ("I26.9", "Lungenembolie ohne Angabe eines akuten Cor pulmonale", LUNG),
    ("I26.9", "Embolie pulmonaire, sans mention de cœur pulmonaire aigu", LUNG),
    ("I26.9", "Embolia polmonare senza menzione di cuore polmonare acuto", LUNG),
    ("I26.9", "Zator płucny bez wzmianki o ostrym sercu płucnym", LUNG),
    ("I63.9", "Infarctus cérébral, sans précision", BRAIN),
    ("I63.9", "Infarto cerebral, no especificado", BRAIN),
    ("I21.4", "Infarto de miocardio sin elevación del segmento ST", HEART),
]
STILL_OVER = (
    "Status post acute ischemic stroke|History of a large left MCA stroke|s/p NSTEMI"
    "|Z.n. akutem Myokardinfarkt|Nach einem Schlaganfall|Folgen eines Hirninfarkts"
    "|Antécédent d'AVC ischémique|Séquelles d'un AVC|AVC ischémique ancien"
    "|Antecedente de ictus|Ictus previo|Pregresso infarto del miocardio|Ictus pregresso"
    "|Status na een herseninfarct|Risico op longembolie|Stan po udarze niedokrwiennym mózgu"
    "|脳梗塞後|脑梗死后遗症|뇌경색 후유증|심근경색 이후|Risk of pulmonary embolism"
    "|Pulmonary embolism was ruled out|Sin embolia pulmonar|Embolie pulmonaire éliminée"
)


def detail_of(entry: Resource) -> str:
    """Return the detail of one who falls; training is offered and not chosen."""
    card = card_of(FALLS, entry)
    assert REFER in {one["label"] for one in card["suggestions"]}
    assert REFER not in chosen(card)
    assert "balance training" not in card["summary"]
    return str(card["detail"])


@pytest.mark.parametrize(("system", "code", "reason"), CODED)
def test_training_is_not_chosen_and_the_card_says_whom_to_ask(
    system: str, code: str, reason: str
) -> None:
    detail = detail_of(dated(codeable(system, code), days=12))
    assert (
        f"not pre-selected: {reason}; agree start and load with its doctors" in detail
    )


@pytest.mark.parametrize(("title", "reason"), NAMED)
def test_so_it_is_if_only_words_name_it(title: str, reason: str) -> None:
    assert reason in detail_of(dated({"text": title}, days=12))


@pytest.mark.parametrize(("title", "reason"), WITH_MORE)
def test_so_it_is_whatever_else_its_title_says(title: str, reason: str) -> None:
    assert reason in detail_of(dated({"text": title}, days=12))
    assert reason in detail_of(image_report(title, days=5))


@pytest.mark.parametrize(("code", "title", "reason"), CATALOGUED)
def test_so_it_is_by_the_title_of_a_catalogue(
    code: str, title: str, reason: str
) -> None:
    assert reason in detail_of(dated(codeable(ICD, code, title), days=12))


@pytest.mark.parametrize("title", STILL_OVER.split("|"))
def test_what_its_words_call_over_directly_is_over(title: str) -> None:
    assert_training_is_chosen(dated({"text": title}, days=12))


@pytest.mark.parametrize(("system", "code", "_"), CODED)
def test_one_of_years_changes_nothing(system: str, code: str, _: str) -> None:
    for days in (700, 50):
        card = card_of(FALLS, dated(codeable(system, code), days=days))
        assert "of these weeks" not in card["detail"]
        assert REFER in chosen(card)


@pytest.mark.parametrize("title", OVER)
def test_nor_does_what_its_words_call_old_or_not_there(title: str) -> None:
    assert_training_is_chosen(dated({"text": title}, days=12))


@pytest.mark.parametrize("code", ["I25.2", "Z86.73", "I69.351", "G45.9"])
def test_nor_a_code_of_what_was(code: str) -> None:
    assert_training_is_chosen(dated(codeable(ICD, code), days=12))


def test_without_any_day_it_may_be_of_these_weeks() -> None:
    entry = dated(codeable(ICD, "I21.4"), days=12)
    bare = {
        k: v for k, v in entry.items() if k not in ("onsetDateTime", "recordedDate")
    }
    assert HEART in detail_of(bare)


def test_a_denied_one_limits_nothing() -> None:
    refuted = codeable(
        "http://terminology.hl7.org/CodeSystem/condition-ver-status", "refuted"
    )
    entry = dated(codeable(ICD, "I21.4"), days=12, verificationStatus=refuted)
    assert_training_is_chosen(entry)


def test_the_page_still_says_to_walk() -> None:
    assert page_after(dated(codeable(ICD, "I21.4"), days=30))["mayTrain"] is True


TERRITORIES = (
    *("Acute infarct in left MCA territory", "Right PCA territory infarction"),
    *("Acute lacunar infarct", "Infarkt im Mediastromgebiet links"),
    *("Infarctus sylvien gauche", "Infarto en territorio de la ACM izquierda"),
    *("Infarto nel territorio silviano", "Infarct in mediastroomgebied links"),
    *("Zawał mózgu", "左中大脳動脈領域の梗塞", "左侧大脑中动脉区梗死"),
    "좌측 중대뇌동맥 영역 경색",
)
REPORTED = [
    *(
        (one, LUNG)
        for one in ("CT: Pulmonary embolism, segmental", "肺塞栓症", "폐색전증")
    ),
    *((one, LUNG) for one in ("Akute Lungenembolie", "Embolie pulmonaire bilatérale")),
    *((one, BRAIN) for one in ("Frischer Mediainfarkt links", "Ictus ischemico")),
    *((one, BRAIN) for one in ("急性脑梗死", "Udar mózgu", "Beroerte links")),
    *((one, HEART) for one in ("Acute MI.", "Infarctus du myocarde", "急性心筋梗塞")),
    ("Acute pulmonary embolism on 14 Nov 2026", LUNG),
    ("Lungenembolie am 14.11.2026", LUNG),
    ("2026年11月14日脑梗死", BRAIN),
    *((one, BRAIN) for one in TERRITORIES),
]
NOT_REPORTED = (
    "No pulmonary embolism|Keine Lungenembolie|Lungenembolie ausgeschlossen|r/o PE"
    "|V.a. Lungenembolie|Pulmonary embolism?|Old stroke left|Stroke 2015|肺塞栓除外"
    "|Wedge fracture L1|Kein Infarkt|Pas d'embolie pulmonaire|Stroke risk low"
    "|Old infarct in left MCA territory|No infarct in the MCA territory|Renal infarct"
    "|Chronic lacunar infarcts|Splenic infarct|MCA territory normal|Bone infarct"
    "|Alter Mediainfarkt|Ancien infarctus sylvien|Infarto antiguo de la ACM"
    "|Lungenembolie am 14.11.2024|Stroke in May 2026|2019年脑梗死"
)


@pytest.mark.parametrize(("words", "reason"), REPORTED)
def test_so_it_is_if_a_report_of_these_weeks_finds_it(words: str, reason: str) -> None:
    assert reason in detail_of(image_report(words, days=5))


@pytest.mark.parametrize(("words", "reason"), REPORTED)
def test_a_report_of_months_ago_changes_nothing(words: str, reason: str) -> None:
    assert reason not in card_of(FALLS, image_report(words, days=70))["detail"]


@pytest.mark.parametrize("words", NOT_REPORTED.split("|"))
def test_nor_one_that_denies_asks_or_calls_it_old(words: str) -> None:
    card = card_of(FALLS, image_report(words, days=5))
    assert "of these weeks" not in card["detail"]


@pytest.mark.parametrize(
    ("words", "status", "is_limited"),
    [
        ("Acute stroke", "in-progress", True),
        ("Lungenembolie", "in-progress", True),
        ("STEMI", "in-progress", True),
        ("Acute stroke", "finished", False),
        ("Old stroke", "in-progress", False),
        ("Wirbelfraktur", "in-progress", False),
    ],
)
def test_the_reason_of_the_stay_counts_while_it_goes_on(
    words: str, status: str, *, is_limited: bool
) -> None:
    stay = inpatient() | {"status": status, "reasonCode": [{"text": words}]}
    rest = [
        one for one in reassuring_record(FALLS) if one["resourceType"] != "Encounter"
    ]
    cards = by_topic(ask(order_sign((*rest, stay), kyphoplasty(), brace())))
    said = "of these weeks" in cards["rehabilitation"]["detail"]
    assert said is is_limited
