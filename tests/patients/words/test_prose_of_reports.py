"""The prose of an imaging report denies a tumour only if it was understood whole."""

import pytest

from tests.patients.reassuring import (
    REASSURING,
    card_of,
    cards_of,
    end_is_selected,
    imaging,
)

NOT_READ = [
    pytest.param("Endplate destruction with paravertebral abscess", id="not-listed"),
    pytest.param("Marrow replacing lesion at L1", id="lesion"),
    pytest.param("No metastasis except L1", id="exception"),
    pytest.param("No biopsy of the metastasis yet", id="denies another thing"),
    pytest.param("Ödem im Myelon", id="German"),
    pytest.param("Infiltrazione neoplastica del soma", id="Italian"),
    pytest.param("双下肢无力", id="Chinese"),
    pytest.param("No acute fracture. " * 800 + "Bone metastasis L1.", id="long"),
    pytest.param("Is there a lesion?", id="question"),
    pytest.param("No definite metastasis.", id="not definite"),
    pytest.param("No definite cord compression.", id="no definite compression"),
    pytest.param("Keine sichere Metastase.", id="not definite, German"),
    pytest.param("Kein sicherer Anhalt für Metastasen.", id="no sure sign, German"),
]


@pytest.mark.parametrize("conclusion", NOT_READ)
def test_a_report_that_was_not_understood_reassures_nobody(conclusion):
    assert "below the usual" in cards_of()["rehabilitation"]["detail"]
    cards = cards_of(imaging(conclusion))
    detail = cards["rehabilitation"]["detail"]
    assert "below the usual" not in detail
    assert "Not known" in detail
    assert "about 1 in" in detail, "no figure is silenced"
    assert not end_is_selected(cards)


@pytest.mark.parametrize(
    "conclusion",
    [
        "Acute compression fracture of L1 with bone marrow edema. No retropulsion.",
        "No evidence of metastasis, discitis or cord compression.",
        "Frische osteoporotische Wirbelkörperfraktur LWK 1 mit Knochenmarködem.",
        "Kein Anhalt für Metastasen oder Osteolysen.",
        "Tassement récent de L1 avec oedème osseux. Pas de lésion suspecte.",
        "L1椎体新鲜压缩性骨折，骨髓水肿。未见骨质破坏。",
    ],
)
def test_a_plain_report_changes_nothing(conclusion):
    cards = cards_of(imaging(conclusion))
    assert "below the usual" in cards["rehabilitation"]["detail"]
    assert end_is_selected(cards)


@pytest.mark.parametrize(
    "report",
    [
        pytest.param({"status": "entered-in-error"}, id="in error"),
        pytest.param({"effectiveDateTime": "2024-11-15"}, id="two years ago"),
    ],
)
def test_a_report_that_says_nothing_of_today_changes_nothing(report):
    detail = cards_of(imaging("Some other words", **report))["rehabilitation"]["detail"]
    assert "below the usual" in detail


def test_reports_are_counted_under_not_known():
    words = "Some other words"
    detail = cards_of(imaging(words))["rehabilitation"]["detail"]
    assert "the words of a report not fully understood" in detail
    two = [imaging(words), imaging(words) | {"id": "ct"}]
    detail = cards_of(*two)["rehabilitation"]["detail"]
    assert "the words of 2 reports not fully understood" in detail


@pytest.mark.parametrize(
    "denial",
    [
        "No spinal cord injury.",
        "No compression of the spinal cord.",
        "Keine Rückenmarksverletzung.",
        "Pas de lésion médullaire.",
        "Sin lesión medular.",
        "脊髄損傷なし。",
        "无脊髓损伤。",
        "척수 손상 없음.",
    ],
)
def test_a_cord_that_is_not_injured_is_understood(denial):
    detail = card_of(imaging(denial))["detail"]
    assert REASSURING in detail
    assert "not fully understood" not in detail


@pytest.mark.parametrize(
    "words",
    [
        "Spinal cord injury.",
        "No spinal cord injury except at L1.",
        "Keine Rückenmarksverletzung außer LWK 1.",
        "Spinal cord injury not excluded.",
        "척수 손상 배제 불가.",
    ],
)
def test_a_cord_that_may_be_injured_is_not(words):
    assert REASSURING not in card_of(imaging(words))["detail"]
