"""Catalogues shorten the name of a cancer: "Malig neop of breast", "Bösart. Neub."."""

import pytest

from tests.patients.reassuring import REASSURING, cards_of, dated, imaging, selected

SHORT = [
    "Malig neop of female breast",
    "Malig. neoplasm bronchus/lung NOS",
    "Malig neopl prostate",
    "Mal neo breast NOS",
    "Secondary malig. neop. of other specified sites",
    "Bösart. Neub. Mamma",
    "Bösart. Neubild. der Prostata",
    "Boesart. Neubildung Niere",
    "Bösart. NB: Bronchus u. Lunge",
    "BNB Prostata",
    "T. maligne du sein",
    "Tum. mal. sein",
    "Neo. maligna de mama",
    "T. maligno de pulmón",
    "Neo. malig. mammella",
    "Kwaad. nieuwvorming mamma",
    "Now. złośl. piersi",
]
OF_BONE = [
    "Secondary malig neop bone",
    "Secondary malig neop of bone and marrow",
    "Sekundäre bösart. Neubild. d. Knochens u. d. Knochenmarkes",
]
# Others, and what is denied, sought or of somebody else: none of them is a cancer.
NONE = [
    "No malig neop seen",
    "Kein Anhalt f. bösart. Neub.",
    "Keine bösart. Neub.",
    "Benign neop of colon",
    "Gutart. Neubildung Haut",
    "Screening for malig neop of colon",
    "Family history of malig neop of breast",
    "Mutter: bösart. Neub. Mamma",
    "Malig hypertension",
    "Mal de tête",
    "Petit mal",
    "Mal union of radius",
    "BN vorhanden",
]


def first(words: str) -> dict[str, object]:
    card: dict[str, object] = cards_of(dated({"text": words}, days=100))[
        "rehabilitation"
    ]
    return card


@pytest.mark.parametrize("words", SHORT)
def test_a_shortened_name_asks_for_a_metastasis(words: str) -> None:
    card = first(words)
    assert card["indicator"] == "warning"
    assert "could this be a metastasis? Biopsy is an option" in str(card["summary"])
    assert not selected(cards_of(dated({"text": words}, days=100)))


@pytest.mark.parametrize("words", OF_BONE)
def test_a_shortened_metastasis_leads(words: str) -> None:
    assert str(first(words)["summary"]).startswith("Bone metastasis on record")


@pytest.mark.parametrize("words", NONE)
def test_what_is_none_does_not_lead(words: str) -> None:
    card = first(words)
    assert card["indicator"] == "info"
    assert "metastasis" not in str(card["summary"])
    assert "settle this" not in str(card["summary"])


def test_a_report_with_a_shortened_name_leads() -> None:
    cards = cards_of(imaging("Malig neop of female breast"))
    assert "settle this before the procedure" in cards["rehabilitation"]["summary"]
    assert REASSURING not in cards["rehabilitation"]["detail"]
