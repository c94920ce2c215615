"""What rules for confirmed, asked and bleeding things must leave as it is."""

import pytest

from tests.patients.places import as_reason, listed, told_at_signing

SOMETHING_ELSE_CONFIRMED = [
    "Malignancy ruled out, subsequently confirmed osteoporotic fracture",
    "Metastasis excluded, now confirmed osteoporotic",
    "Discitis excluded, later diagnosed as erosive osteochondrosis",
    "Discitis ruled out, now confirmed resolved",
    "Metastase ausgeschlossen, dann Osteoporose bestätigt",
    "Kein Tumor, dann gesichert osteoporotisch",
    "Métastase exclue, puis ostéoporose confirmée",
    "Metástasis descartada, luego confirmada fractura osteoporótica",
    "Metastasi esclusa, poi confermata osteoporosi",
    "Metastase uitgesloten, nu bevestigd osteoporotisch",
    "Przerzut wykluczony, potem potwierdzono osteoporozę",
    "転移は否定され、現在確定診断は骨粗鬆症",
    "未见转移，后证实为骨质疏松性骨折",
]
STILL_A_FACT = [
    "Metastasis L4, CBC with differential sent",
    "Vertebral metastasis L4, unclear if stable",
    "Spinal metastasis, unclear whether primary is breast",
    "Discitis L3/4, unclear whether antibiotics finished",
    "Multiple myeloma, not sure if in remission",
    "Wirbelmetastase L4, unklar ob operabel",
    "Spondylodiszitis L3/4, unklar, ob saniert",
    "Wervelmetastase L4, onduidelijk of stabiel",
]
BLED_IN_THE_CANAL = [
    "Epidural and subdural haematoma L2",
    "Epidural anterior haematoma L2",
    "Haematoma: epidural L2",
    "Epidural (L2) haematoma",
    "Bleeding from epidural veins L2",
    "Haemorrhage from a spinal AVM",
]
BLED_ELSEWHERE = [
    "Para-spinal muscle haematoma",
    "Haematoma at spinal incision",
    "Bleeding from epidural site",
    "Spinalanästhesie - Nachblutung Hüfte",
    "Hämatom bei Periduralkatheter",
    "Spinal tap haemorrhagic",
    "Emorragia dopo anestesia spinale",
    "Hémorragie sous anesthésie péridurale",
    "Aufgeklärt über epidurales Hämatom",
]
ASKED_WITHOUT_AN_ANSWER = [
    "?non-Hodgkin lymphoma",
    "L1 lesion ?non-Hodgkin lymphoma",
    "L1-Fx ?Non-Hodgkin-Lymphom",
    "Lésion L1 ?lymphome non hodgkinien",
    "?exclude discitis",
    "? exclusion of discitis",
    "Back pain ?exclude discitis",
    "Fracture L1 ?negative for myeloma",
    "L1 ? no longer stable metastasis",
]
NOTHING_GRAVE = [
    "Métastases ? Non",
    "Metastases ? no",
    "Discite ? Exclue",
    "Discitis? Excluded by MRI",
    "Metastasi? Nessuna",
    "No malignancy despite full search for metastases",
    "Keine Malignität trotz Suche nach Metastasen",
    "Spondylodisc degeneration",
    "Enkel an Leukämie erkrankt",
]


@pytest.mark.parametrize("words", SOMETHING_ELSE_CONFIRMED)
def test_something_else_that_is_confirmed_turns_no_denial(words):
    for summary in told_at_signing(words):
        assert "alignancy" not in summary
        assert "nfection" not in summary
        assert "etasta" not in summary


@pytest.mark.parametrize("words", STILL_A_FACT)
def test_what_is_unclear_about_a_fact_leaves_its_colour(words):
    assert "not excluded" not in listed(words)
    assert "on record" in listed(words) or "infection (" in listed(words)


@pytest.mark.parametrize("words", ASKED_WITHOUT_AN_ANSWER)
def test_a_question_without_an_answer_is_open(words):
    assert "not excluded" in listed(words)


@pytest.mark.parametrize("words", BLED_IN_THE_CANAL)
def test_blood_in_the_canal_leads(words):
    for summary in told_at_signing(words):
        assert "deficit" in summary


@pytest.mark.parametrize("words", BLED_ELSEWHERE)
def test_blood_outside_the_canal_does_not_lead(words):
    assert not any("deficit" in summary for summary in told_at_signing(words))


@pytest.mark.parametrize("words", NOTHING_GRAVE)
def test_an_answered_question_or_a_search_leads_nothing(words):
    summary = listed(words)
    assert "not excluded" not in summary
    assert "on record" not in summary
    assert summary.startswith("No bone drug")


@pytest.mark.parametrize(
    "words", ["Unclear whether discitis", "Lesion L4, unclear whether metastasis"]
)
def test_what_is_asked_for_by_name_is_open(words):
    assert "not excluded" in listed(words)
    assert "not excluded" in as_reason(words)


@pytest.mark.parametrize(
    "words",
    [
        "No discitis but degenerative changes",
        "No metastasis but signal changes of L1",
        "Keine Spondylodiszitis aber degenerative Veränderungen",
        "Pas de spondylodiscite mais modifications dégénératives",
        "No espondilodiscitis pero cambios degenerativos",
        "Sin espondilodiscitis pero cambios degenerativos",
        "Non spondilodiscite ma modificazioni degenerative",
        "Bez zapalenia krążka ale zmiany zwyrodnieniowe",
    ],
)
def test_a_change_behind_a_denial_turns_it_not(words):
    assert "not excluded" not in as_reason(words)
    assert "contraindication" not in listed(words)
