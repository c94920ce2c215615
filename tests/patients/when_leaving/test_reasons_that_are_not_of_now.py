"""Reasons of a stop, or of a stay, that are past, denied, prevented or suspected."""

import pytest

from tests.chart_builders import dose, drug, inpatient, problem
from tests.codes import ICD, codeable
from tests.patients.reassuring import card_of

STATUS_REASON = "http://terminology.hl7.org/CodeSystem/medicationrequest-status-reason"
CHECKED = "check the drug first"


def on_denosumab(reason):
    """The summary of a patient on denosumab who came for this reason."""
    stay = inpatient() | {"reasonCode": [reason]}
    return card_of(dose("denosumab", days=150), stay)["summary"]


def stopped_for(reason, *others, name="alendronate"):
    """The summary of a patient whose tablet was stopped for this reason."""
    order = drug(name, number="s", days=400, status="stopped", statusReason=reason)
    return card_of(order, *others)["summary"]


@pytest.mark.parametrize(
    "words",
    [
        "AKI 2019, recovered",
        "acute kidney injury 03/2024",
        "no AKI",
        "AKI ruled out",
        "AKI prevention",
        "prevention of AKI",
        "mother had AKI",
        "kein akutes Nierenversagen",
        "insuffisance rénale aiguë 2018",
        "AKI, 2019",
        "AKI (2019)",
        "history of AKI in March 2019",
        "Z. n. akutem Nierenversagen 2019",
        "akutes Nierenversagen im Jahr 2019, erholt",
    ],
)
def test_what_came_and_went_or_never_came_lets_the_drug_go_on(words):
    assert "next due" in on_denosumab({"text": words})


@pytest.mark.parametrize(
    "words",
    [
        "prior AKI",
        "previous acute kidney injury",
        "Z. n. akutem Nierenversagen",
        "AKI?",
        "suspected AKI",
        "V. a. akutes Nierenversagen",
    ],
)
def test_kidneys_of_before_or_in_doubt_are_open(words):
    summary = on_denosumab({"text": words})
    assert summary.startswith("Kidney function unclear")
    assert CHECKED in summary


@pytest.mark.parametrize(
    "words",
    [
        "AKI",
        "AKI on CKD since 2015",
        "AKI, CKD since 2015",
        "akutes Nierenversagen",
        "AKI on CKD 2019",
        "AKI on CKD, 2019",
        "AKI (TKR 2019)",
        "akutes Nierenversagen auf CNI 2019",
        "IRA sur IRC 2019",
        "AKI s/p renal transplant 2015",
        "AKI stage 3 KDIGO 2012",
        "AKI 2019 and now again",
        "AKI 2019, again now",
        "AKI. Prior AKI 2019.",
        "AKI since 2019",
        "AKI not resolved",
        "AKI prior to admission",
        "AKI on history of CKD",
    ],
)
def test_kidneys_that_fail_now_lead(words):
    assert on_denosumab({"text": words}).startswith("Acute kidney failure")


@pytest.mark.parametrize(
    "words", ["AKI on CKD 2019", "AKI 2019, recovered", "prior AKI", "AKI"]
)
def test_words_do_not_put_a_code_of_now_into_the_past(words):
    reason = codeable(ICD, "N17.9", words)
    assert on_denosumab(reason).startswith("Acute kidney failure")


@pytest.mark.parametrize(
    "words",
    [
        "hypocalcaemia post thyroidectomy 2012",
        "hypocalcaemia after denosumab 2025",
        "hypocalcaemia 06/2026",
        "hypocalcaemia 2019 and 2026",
        "Hypokalzämie unter Prolia 2025",
        "low calcium 1.7 mmol/l 2025",
    ],
)
def test_a_stop_for_low_calcium_is_not_dated_by_another_year(words):
    assert stopped_for({"text": words}).startswith("Hypocalcaemia")


def test_a_month_since_the_drug_began_is_no_past_of_it():
    left_out = dose("denosumab", days=3) | {
        "status": "not-done",
        "statusReason": [{"text": "hypocalcaemia 06/2026"}],
    }
    summary = card_of(dose("denosumab", days=150), left_out)["summary"]
    assert summary.startswith("Hypocalcaemia")


@pytest.mark.parametrize(
    "words",
    [
        "Dental check to prevent ONJ",
        "ONJ prophylaxis",
        "Kiefernekroseprophylaxe",
        "Zahnsanierung zur Vermeidung einer Kiefernekrose",
        "high risk of ONJ",
        "prevention of ONJ",
        "risk of osteonecrosis of the jaw",
        "Prophylaxe einer Kiefernekrose",
        "prévention de l'ostéonécrose de la mâchoire",
        "no ONJ",
        "hypocalcaemia 2019",
        "Cost",
        "Patient moved",
    ],
)
def test_a_harm_that_is_to_be_prevented_forbids_nothing(words):
    assert "restart or change" in stopped_for({"text": words})


@pytest.mark.parametrize(
    "reason",
    [
        {"text": "suspected ONJ"},
        {"text": "ONJ?"},
        {"text": "patient afraid of ONJ"},
        {"text": "no hypocalcaemia but ONJ"},
        {"text": "Angst vor Kiefernekrose"},
        {"text": "possible atypical femoral fracture"},
        codeable(ICD, "M87.180", "Osteonecrosis of jaw (suspected)"),
    ],
)
def test_a_harm_in_doubt_is_open(reason):
    summary = stopped_for(reason)
    assert summary.startswith("Possible harm to jaw or femur")
    assert CHECKED in summary


@pytest.mark.parametrize(
    "words",
    [
        "to prevent worsening of ONJ",
        "prevention of progression of ONJ",
        "zur Vermeidung weiterer Kiefernekrose",
        "Kiefernekrose trotz Prophylaxe",
        "ONJ despite prophylaxis",
        "Antibiotikaprophylaxe bei Kiefernekrose",
        "antibiotic prophylaxis for ONJ",
        "surgery for ONJ to avoid fracture",
        "to prevent ONJ getting worse",
        "ONJ prevented further doses",
    ],
)
def test_prevention_of_worse_denies_no_harm(words):
    summary = stopped_for({"text": words})
    assert summary.startswith(("Jaw necrosis", "Possible harm to jaw or femur"))
    assert CHECKED in summary


@pytest.mark.parametrize(
    "words",
    ["Volume to prevent worsening AKI", "AKI: prevention of hyperkalaemia"],
)
def test_nor_does_it_in_the_reason_of_a_stay(words):
    assert CHECKED in on_denosumab({"text": words})


def test_low_calcium_of_before_or_in_doubt_is_open():
    for words in ("prior hypocalcaemia", "hypocalcaemia?"):
        assert stopped_for({"text": words}).startswith("Possible hypocalcaemia")


@pytest.mark.parametrize("words", ["prior ONJ", "ONJ 2019", "Z. n. Kiefernekrose"])
def test_a_harm_of_the_drug_counts_for_ever(words):
    assert stopped_for({"text": words}).startswith("Jaw necrosis")


def test_so_is_a_diagnosis_in_doubt():
    suspected = problem("M87.180", days=20) | {"code": {"text": "suspected ONJ"}}
    summary = card_of(dose("denosumab", days=150), suspected)["summary"]
    assert summary.startswith("Possible harm to jaw or femur, on denosumab")


@pytest.mark.parametrize(
    "reason",
    [
        {"text": "Anaphylaxis"},
        {"text": "allergic reaction"},
        {"text": "Allergie"},
        {"text": "Anaphylaktische Reaktion"},
        {"text": "Réaction allergique"},
        {"text": "Reacción alérgica"},
        {"text": "Reazione allergica"},
        {"text": "Overgevoeligheid"},
        {"text": "Uczulenie"},
        {"text": "アナフィラキシー"},
        {"text": "过敏反应"},
        {"text": "알레르기 반응"},
        {"text": "Allergic to alendronate"},
        {"text": "allergy to bisphosphonates"},
        {"text": "rash after Fosamax"},
        {"text": "Rash, switched to Prolia"},
        {"text": "severe rash after the second dose"},
        {"text": "Allergie gegen Alendronat"},
        {"text": "History of allergy to alendronate"},
        codeable(ICD, "T88.6XXA"),
        codeable("http://snomed.info/sct", "39579001"),
    ],
)
def test_no_tablet_is_restarted_that_an_allergy_stopped(reason):
    summary = stopped_for(reason)
    assert summary.startswith("Allergy to alendronate, alendronate stopped")
    assert CHECKED in summary
    assert "restart" not in summary


@pytest.mark.parametrize(
    "reason",
    [
        {"text": "suspected allergy"},
        {"text": "anaphylaxis?"},
        {"text": "afraid of allergic reactions"},
        codeable(STATUS_REASON, "salg"),
    ],
)
def test_an_allergy_in_doubt_is_open(reason):
    assert stopped_for(reason).startswith("Possible allergy to alendronate")


@pytest.mark.parametrize(
    "words",
    [
        "no allergy",
        "Keine Allergie",
        "Seasonal allergies",
        "allergy ruled out",
        "无过敏",
        "Allergic to codeine",
        "allergic to denosumab",
        "anaphylaxis to cefazolin",
        "rash from antibiotics",
        "contact rash from plaster",
        "Antibiotikaallergie",
        "allergic reaction excluded",
        "Dental hypersensitivity",
        "Rash resolved, unrelated",
        "Allergy clinic moved",
        "Husband allergic to cats",
    ],
)
def test_no_allergy_forbids_nothing(words):
    assert "restart or change" in stopped_for({"text": words})


def test_a_code_of_an_allergy_to_another_drug_forbids_nothing():
    assert "restart or change" in stopped_for(codeable(ICD, "Z88.0"))


def test_an_order_that_goes_on_was_not_stopped_for_anything():
    order = drug("alendronate", number="s", days=400)
    order["statusReason"] = {"text": "allergy override: tolerated"}
    assert "llergy" not in card_of(order)["summary"]


def test_an_allergy_is_to_a_drug_and_its_kind():
    allergy = {"text": "Anaphylaxis"}
    order = drug("alendronate", number="s", days=400, status="stopped")
    order["statusReason"] = allergy
    on_other = card_of(dose("denosumab", days=150), order)["summary"]
    assert "Allergy" not in on_other
    on_kind = card_of(dose("zoledronate", days=150), order)["summary"]
    assert on_kind.startswith("Allergy to alendronate")


def test_no_next_dose_follows_one_that_was_left_out_for_it():
    left_out = dose("denosumab", days=3) | {
        "status": "not-done",
        "statusReason": [{"text": "Anaphylaxis after the last dose"}],
    }
    summary = card_of(dose("denosumab", days=150), left_out)["summary"]
    assert summary.startswith("Allergy to denosumab, on denosumab")


def test_why_another_drug_was_stopped_says_nothing_of_it():
    other = drug("prednisolone", number="s", status="stopped")
    other["statusReason"] = {"text": "Anaphylaxis"}
    assert "llergy" not in card_of(dose("denosumab", days=150), other)["summary"]
