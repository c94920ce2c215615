"""The six worked patients of the card page, section 2, over HTTP: indicator, words, buttons, figures, number of cards.

Figures are those of the evidence page. Texts are examples of tone and order there, so patterns ask for what is said.
"""

import re
from dataclasses import replace

import pytest

from tests.chart_builders import by_topic, labels, model, of_patient, ordered_elsewhere, patient
from tests.generated_patients import Signing
from tests.patients.asking import cards_of
from tests.patients.charts import DRUGS, augmentation, brace, drug, measured, problem
from tests.patients.reading import count_words, text_of
from tests.patients.rules import faults_of

BONE, REHABILITATION, DIETITIAN = (
    "Refer to fracture liaison service",
    "Refer to rehabilitation",
    "Refer to dietitian",
)
OTHERS = [name for name, code in DRUGS.items() if not code.startswith(("M05", "H05", "H02", "A10"))]


def read(values, *, age, sex="female", problems=("I10",), drugs=6):
    """A chart whose lists were read: so many problems and drugs, none of them for bone or diabetes."""
    return (
        patient(sex=sex, age=age),
        *(measured(name, value) for name, value in values.items()),
        *(problem(code) for code in problems),
        *(drug(name) for name in OTHERS[:drugs]),
        ordered_elsewhere(),
    )


P1 = Signing(
    read(
        {
            "bmi": 18.5,
            "bmd-t-score": -3.2,
            "grip-strength": 12,
            "appendicular-muscle-index": 4.8,
            "pma-rate": 57,
            "mna-score": 15,
            "psoas-total-area": 10.0,
            "es-mf-fat-fraction": 58,
            "vbq": 3.1,
        },
        age=81,
        problems=("I10", "E11.9"),
    ),
    tuple(augmentation()),
)
P2 = Signing(
    read(
        {
            "bmi": 21.5,
            "bmd-t-score": -1.9,
            "grip-strength": 24,
            "gait-speed": 1.2,
            "appendicular-muscle-index": 6.4,
            "pma-rate": 47,
            "mna-score": 26,
        },
        age=68,
    ),
    tuple(augmentation()),
)
P3 = Signing(read({"bmi": 28, "bmd-t-score": -2.8}, age=74, drugs=9), tuple(augmentation()))
P4 = Signing(
    read({"ct-attenuation": 45, "multifidus-smi": 105, "bmd-t-score": -2.9}, age=77, sex="male"),
    tuple(augmentation("vertebroplasty")),
)
P5 = Signing((patient(age=79),), tuple(augmentation()))
P6 = Signing(read({}, age=79), (*augmentation(), brace()))
PATIENTS = {"P1": P1, "P2": P2, "P3": P3, "P4": P4, "P5": P5, "P6": P6}


def first_card(signing):
    return cards_of(signing)[0]


def selected(card):
    return {one["label"] for one in card.get("suggestions", ()) if one["isRecommended"]}


def says(text, *patterns):
    """Every pattern that is not there."""
    return [pattern for pattern in patterns if not re.search(pattern, text, re.IGNORECASE)]


@pytest.mark.parametrize("name", PATIENTS)
def test_the_rules_of_every_card_hold(name):
    assert faults_of(cards_of(PATIENTS[name]), PATIENTS[name]) == []


def test_p1_is_warned_of_what_is_not_ordered():
    card = first_card(P1)
    assert card["indicator"] == "warning"
    assert not says(card["summary"], "refracture risk high", "above 90 %", "12 months", r"\(average 35 %\)")
    assert not says(card["summary"], "not ordered", "bone treatment", "rehabilitation", "dietitian")
    assert not re.search(r"9[567] %|urgent|MNA", card["summary"])
    assert selected(card) == {BONE, REHABILITATION, DIETITIAN}


def test_p1_says_why_and_how_sure():
    detail = text_of(first_card(P1))
    assert not says(detail, r"T(-score)? −3\.2", "grip 12 kg", r"muscle index 4\.8", "diabetes", r"BMI 18\.5", "57 %")
    assert not says(detail, "how sure: not very", "88–99 %", r"\b214\b", "one hospital")
    # logit(0.964) + logit(0.17) − logit(74/214) is 0.91
    assert not says(
        detail,
        "not calibrated here: at a site where 17 % refracture, this would be 9[01] %",
        "no bone drug",
        "no loaded bending or twisting",
    )
    assert not says(detail, "pain[^\n]*no (usable )?figure", "without this site's reference")


def test_p1_says_that_two_cohorts_found_no_effect_of_muscle():
    assert not says(text_of(first_card(P1)), "two other cohorts: no muscle effect")


def test_p1_does_not_count_nutrition_among_the_reasons():
    """MNA enters no figure: it calls the dietitian."""
    card = first_card(P1)
    assert "mna-category" not in {each["name"] for each in model(by_topic([card]), "sarcopenia-pvm-2022")["inputs"]}
    (why,) = re.findall(r"Why high[^\n]*", text_of(card))
    assert "MNA" not in why
    assert not says(text_of(card), "dietitian[^\n]*MNA 15")


@pytest.mark.parametrize("name", ["P1", "P2", "P3", "P4"])
def test_one_card_carries_all_where_no_brace_is_ordered(name):
    assert [card["source"]["topic"]["code"] for card in cards_of(PATIENTS[name])] == ["rehabilitation"]


@pytest.mark.parametrize(("name", "most"), [("P1", 120), ("P2", 90), ("P3", 90), ("P4", 120), ("P5", 90)])
def test_the_first_card_is_short(name, most):
    card = first_card(PATIENTS[name])
    assert count_words(card) <= most, text_of(card)


@pytest.mark.parametrize(
    ("name", "study", "risk", "low", "high"),
    [
        ("P1", "sarcopenia-pvm-2022", 0.964, 0.88, 0.99),
        ("P2", "sarcopenia-pvm-2022", 0.007, 0.00, 0.03),
        ("P3", "sarcopenia-pvm-2022", 0.088, 0.03, 0.24),
    ],
)
def test_the_figures_are_those_of_the_evidence_page(name, study, risk, low, high):
    found = model(by_topic(cards_of(PATIENTS[name])), study)
    assert found["risk"] == pytest.approx(risk, abs=0.01)
    assert found["studyUncertainty"] == pytest.approx([low, high], abs=0.02)


def test_p4_has_the_figure_of_the_nomogram():
    """2.173 − 0.043 · 45 − 0.008 · 105 is −0.602, a risk of 0.354; average after vertebroplasty 0.243."""
    found = model(by_topic(cards_of(P4)), "nvcf-nomogram-2024")
    assert found["risk"] == pytest.approx(0.354, abs=0.01)
    assert found["studyUncertainty"] == pytest.approx([0.22, 0.52], abs=0.02)
    assert found["reference"] == pytest.approx(0.243, abs=0.01)
    assert found["band"] == "high"


def test_p2_leads_with_the_treatment_review():
    card = first_card(P2)
    assert card["indicator"] == "info"
    assert not says(card["summary"], "no bone drug on record", "treatment review", "below average", "under [25] %")
    assert not says(card["summary"], "12 months", r"(study|average) 35 %")
    assert card["summary"].index("treatment review") < card["summary"].index("below average")
    assert BONE in selected(card)
    assert not {REHABILITATION, DIETITIAN} & selected(card)


def test_p2_says_why_treatment_is_reviewed_all_the_same():
    detail = text_of(first_card(P2))
    assert not says(
        detail, "whatever the T-score", r"−1\.9", "no bone drug in 6 medication entries", "no muscle deficit"
    )
    assert not re.search("under 2 %", detail)  # the summary says under 5 %: one number, said once
    assert not says(
        detail, "how sure: not very", "0–3 %", r"\b214\b", "BMI 16–23", "one hospital", "not calibrated here"
    )


def test_p3_is_told_the_act_before_what_the_study_cannot_say():
    card = first_card(P3)
    assert card["indicator"] == "info"
    assert not says(card["summary"], r"^no bone drug on record after a fragility fracture \(T(-score)? −2\.8\)")
    assert not says(card["summary"], "no refracture figure", "BMI 28 is outside the study")
    assert not re.search("%|below|lower|muscle", card["summary"])


def test_p3_says_what_the_study_can_and_cannot_tell():
    detail = text_of(first_card(P3))
    assert not says(detail, "9 medication entries", r"\b214\b", "BMI 16–23", "average 35 %")
    assert not says(
        detail,
        "how sure: no figure",
        "if BMI were ignored: 38 % in 12 months",
        "5 (to|–) ?82 %|5–82 %",
        "HU of the vertebra beside",
    )
    assert not re.search(r"(?<!\d)9 %|\b9–", detail)  # the figure with BMI held at 22.0 reassures


def test_p3_is_offered_what_would_give_a_figure_and_nothing_else():
    card = first_card(P3)
    assert selected(card) == {BONE}  # no CT is on record, so HU is not chosen for anybody
    assert REHABILITATION in labels(card)
    assert any(label.startswith("Ask radiology for HU") for label in labels(card))
    assert not [label for label in labels(card) if re.search("grip|walk|MRI|DXA", label)]


def test_p3_with_a_ct_on_record_is_offered_hu_first():
    """D6: a CT exists where the record shows one; the service may ask for its metadata."""
    modality = [{"system": "http://dicom.nema.org/resources/ontology/DCM", "code": "CT"}]
    study = of_patient(
        "ImagingStudy",
        "ct-1",
        status="available",
        modality=modality,
        started="2026-11-12",
        description="CT lumbar spine",
    )
    card = first_card(replace(P3, record=(*P3.record, study)))
    assert any(label.startswith("Ask radiology for HU") for label in selected(card))


def test_p4_compares_with_patients_after_the_same_procedure():
    card = first_card(P4)
    assert card["indicator"] == "warning"
    assert not says(card["summary"], "about 35 %", "2 years", "vertebroplasty average 24 %")
    assert "15 %" not in text_of(card)  # one average, that of the same procedure
    assert not says(card["summary"], "not ordered", "bone treatment", "rehabilitation")
    assert not re.search("12 months|PVP|dietitian", card["summary"])
    assert selected(card) == {BONE, REHABILITATION}


def test_p4_says_how_little_the_study_is():
    detail = text_of(first_card(P4))
    assert not says(detail, "45 HU", "mean 59", "105 mm²/m²", "mean 143", "how sure: not sure", "22–52 %")
    assert not says(detail, r"\b188\b", r"\b28 (new )?fractures", "one hospital", "vertebroplasty average 24 %")
    assert not says(detail, "our reconstruction predicts 16 %", "9 % happened")
    # logit(0.354) + logit(0.17) − logit(28/188) is 0.39
    assert not says(detail, "not calibrated here: at a site where 17 % refracture, this would be 39 %")
    assert not re.search("PVP|vertebroplasty (raises|increases)", detail)


def test_p5_is_told_what_was_not_read():
    card = first_card(P5)
    assert card["indicator"] == "info"
    assert not says(
        card["summary"], "^fragility fracture", "medication list (was )?(not read|empty)", "treatment review"
    )
    assert not says(card["summary"], "no (risk |refracture )?figure", "no bone density or muscle data")
    assert "%" not in card["summary"]


def test_p6_corrects_the_brace_first():
    card = first_card(P6)
    assert (card["source"]["topic"]["code"], card["indicator"]) == ("braceLimit", "warning")
    assert not says(card["summary"], "^TLSO ordered without an end date", "review at 2 weeks", "off by 8")
    assert not says(card["summary"], "15 Jan 2027", "keep (as ordered )?if the spine is unstable")
    (suggestion,) = card["suggestions"]
    assert suggestion["isRecommended"]
    (action,) = suggestion["actions"]
    assert action["type"] == "update"
    assert action["resource"]["occurrencePeriod"]["end"] == "2027-01-15"
    same = {name: part for name, part in action["resource"].items() if name not in ("occurrencePeriod", "note")}
    assert same.items() <= brace().items()


def test_p6_says_when_to_keep_it_and_what_speaks_against():
    detail = text_of(first_card(P6))
    assert not says(detail, "L0456", "4 Dec 2026", "15 Jan 2027", "when pain allows")
    assert not says(
        detail, "instability|unstable", "posterior wall", "neurological deficit", "another untreated fracture"
    )
    assert not says(
        detail, "pain that stops walking", "no trial after kyphoplasty", "favoured a brace", "no benefit", "policy"
    )
    assert count_words(first_card(P6)) <= 75, detail
