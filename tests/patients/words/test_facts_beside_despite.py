"""What is there "despite" something, or before a question, is there all the same.

"Afebrile despite discitis" was read as a prevention that failed, "no fever despite
discitis" as a denial of both, and "discitis, MRI to rule out an abscess: no abscess" as
a question with its answer.
"""

import pytest

from tests.patients.places import (
    DEFICIT,
    INFECTION,
    SEPSIS,
    as_reason,
    listed,
    noted_when_leaving,
)

TUMOUR = "malignancy of bone"
DESPITE = [
    (INFECTION, "Afebrile despite discitis L4/5"),
    (INFECTION, "Fieberfrei trotz Spondylodiszitis L4/5"),
    (INFECTION, "Apyrétique malgré une spondylodiscite L4-L5"),
    (INFECTION, "Afebril a pesar de espondilodiscitis L4-L5"),
    (INFECTION, "Apiretico nonostante spondilodiscite L4-L5"),
    (INFECTION, "Koortsvrij ondanks spondylodiscitis L4/5"),
    (SEPSIS, "Trotz Sepsis kreislaufstabil"),
    (SEPSIS, "Discharged despite ongoing sepsis"),
    (TUMOUR, "Pain despite metastasis L2"),
    (INFECTION, "No fever despite discitis L4/5"),
    (INFECTION, "Kein Fieber trotz Diszitis L4/5"),
    (INFECTION, "Pas de fièvre malgré une discite L4"),
    (INFECTION, "Sin fiebre a pesar de discitis L4"),
    (INFECTION, "Nessuna febbre nonostante discite L4"),
    (INFECTION, "Geen koorts ondanks discitis L4/5"),
    (INFECTION, "Bez gorączki mimo zapalenia krążka międzykręgowego"),
    (INFECTION, "추간판염에도 불구하고 발열 없음"),
    (TUMOUR, "Keine Schmerzen trotz Metastase L2"),
    (TUMOUR, "Bez bólu mimo przerzutów do kręgosłupa"),
    (INFECTION, "No fever but discitis L4/5"),
    (DEFICIT, "No fall despite foot drop"),
    (DEFICIT, "Kein Sturz trotz Paraparese"),
    (DEFICIT, "No deficit despite cord compression"),
    (INFECTION, "Despite antibiotic prophylaxis discitis L4"),
    (INFECTION, "Trotz Antibiotikaprophylaxe Diszitis"),
    (SEPSIS, "Mimo profilaktyki sepsa"),
    (SEPSIS, "虽然预防用药仍发生败血症"),
]
NOT_THERE = [
    "No sepsis despite prophylaxis",
    "Trotz Prophylaxe keine Sepsis",
    "No sepsis despite risk of sepsis",
    "No discitis despite back pain",
    "Discitis excluded despite raised CRP",
    "Keine Sepsis trotz Risiko",
    "Mother had sepsis despite prophylaxis",
    "予防にもかかわらず敗血症なし",
    "Thromboseprophylaxe trotz Sturzrisiko",
    "No fever but mother had sepsis, but no discitis",
    "Kein Fieber, aber Sepsisprophylaxe, Thromboseprophylaxe",
]
BEHIND_SOMETHING_LESS = [
    (INFECTION, "No fever but mother had sepsis, but discitis L4/5"),
    (INFECTION, "No fever but family history of breast cancer, however discitis L4/5"),
    (INFECTION, "No fever but fear of metastasis, but discitis L4/5"),
    (INFECTION, "Kein Fieber, aber Mutter hatte Sepsis, aber Diszitis L4/5"),
    (INFECTION, "Pas de fièvre mais antécédent familial de cancer, mais discite L4"),
    (INFECTION, "Sin fiebre pero antecedentes familiares de cáncer, pero discitis L4"),
    (INFECTION, "Nessuna febbre ma madre con sepsi, ma discite L4"),
    (INFECTION, "Geen koorts maar familieanamnese kanker, maar discitis L4/5"),
    (TUMOUR, "No pain but metastasis L2, fracture prevention"),
    (SEPSIS, "Keine Schmerzen trotz Sepsis, Prävention von Stürzen"),
]
BEFORE_THE_QUESTION = [
    (
        INFECTION,
        "Discitis L4/5 on antibiotics, CT to rule out abscess shows no abscess",
    ),
    (INFECTION, "Diszitis L4/5, MRT zum Ausschluss Abszess: kein Abszess"),
    (INFECTION, "Discite L4-L5 connue, IRM pour éliminer un abcès: pas d'abcès"),
    (INFECTION, "Discitis L4-L5 conocida, RM para descartar absceso: sin absceso"),
    (INFECTION, "Discite L4-L5 nota, RM per escludere ascesso: nessun ascesso"),
    (INFECTION, "Zapalenie krążka L4/5, MR celem wykluczenia ropnia: bez ropnia"),
    (INFECTION, "椎間板炎 L4/5、膿瘍除外のためMRI: 膿瘍なし"),
    (INFECTION, "추간판염 L4/5, 농양 배제를 위해 MRI: 농양 없음"),
    (SEPSIS, "Sepsis with E. coli, echo to rule out endocarditis: negative"),
    (INFECTION, "MRI to rule out abscess, discitis L4/5 confirmed"),
    (INFECTION, "CRP raised, rule out abscess, discitis L4/5 found"),
    (INFECTION, "MRI to rule out discitis: confirmed"),
    (INFECTION, "Ausschluss Diszitis: positiv"),
    (INFECTION, "RM para descartar discitis: positivo"),
    (INFECTION, "IRM pour exclure une discite: confirmée"),
]
ONLY_ASKED = [
    "MRI to rule out discitis: not confirmed",
    "MRI to rule out discitis: nothing found",
    "Ausschluss Diszitis: negativ",
    "Rule out discitis, metastasis:",
    "RM per escludere discite, non confermata",
    "No metastasis, MRI to rule out discitis: no discitis",
    "Mother had discitis, MRI to rule out discitis: negative",
    "Discitis 2015, MRI to rule out relapse: no relapse",
    "MRI om discitis, abces uit te sluiten: geen",
]


@pytest.mark.parametrize("place", [noted_when_leaving, as_reason])
@pytest.mark.parametrize(("fact", "words"), DESPITE)
def test_what_is_there_despite_something_leads(fact, words, place):
    assert fact in place(words).lower()


@pytest.mark.parametrize("words", NOT_THERE)
def test_what_is_denied_or_prevented_does_not(words):
    assert "not excluded" not in noted_when_leaving(words)
    assert "not excluded" not in as_reason(words)


@pytest.mark.parametrize(("fact", "words"), BEHIND_SOMETHING_LESS)
def test_what_is_there_next_to_something_less_leads_when_leaving(fact, words):
    assert fact in noted_when_leaving(words).lower()


@pytest.mark.parametrize(("fact", "words"), BEFORE_THE_QUESTION)
def test_what_stands_before_a_question_or_affirms_it_leads(fact, words):
    assert fact in noted_when_leaving(words).lower()


@pytest.mark.parametrize("words", ONLY_ASKED)
def test_what_is_only_asked_leads_nothing_when_leaving(words):
    assert "not excluded" not in noted_when_leaving(words)


def test_a_metastasis_despite_which_there_is_no_pain_leads_on_the_list():
    assert (
        "malignancy of bone" in listed("Bez bólu mimo przerzutów do kręgosłupa").lower()
    )
