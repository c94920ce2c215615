"""Words that begin like those for a relative make no disease another person's.

"Unclear" begins with "uncle", an ankle is an "enkel" in Dutch and a grandchild in
German, and deflazacort has the character for a husband in Chinese.
"""

import pytest

from tests.patients.places import as_reason, listed, noted_when_leaving

OWN = [
    ("Discitis of unclear cause", "Spinal infection"),
    ("Metastasis L1 of unclear primary", "Bone metastasis on record"),
    ("Foot drop of unclear cause", "New neurological deficit"),
    ("Metastasis of the neighbouring vertebra", "Bone metastasis on record"),
    ("Discitis with neighbouring vertebral oedema", "Spinal infection"),
    ("Enkele botmetastasen", "Bone metastasis on record"),
    ("Enkeloedeem, discitis L3/4", "Spinal infection"),
    ("Zwakte linker enkel, klapvoet", "New neurological deficit"),
    ("Diszitis unklarer Genese", "Spinal infection"),
    ("地夫可特，骨转移", "Bone metastasis on record"),
]
OF_ANOTHER = [
    "Uncle with discitis",
    "Uncle had myeloma",
    "Neighbour has sepsis",
    "Neighbor had discitis",
    "Enkelin mit Diszitis",
    "Ihr Enkel hat Diszitis",
    "Enkel mit Diszitis",
    "丈夫骨转移",
    "夫が骨転移",
]


@pytest.mark.parametrize(("words", "begins"), OWN)
def test_the_disease_is_the_patient_s(words, begins):
    assert listed(words).startswith(begins)


@pytest.mark.parametrize(
    "words", [words for words, begins in OWN if "neuro" not in begins]
)
def test_so_it_is_as_a_reason_and_in_a_note(words):
    assert "not excluded" in as_reason(words)
    assert "not excluded" in noted_when_leaving(words)


@pytest.mark.parametrize("words", OF_ANOTHER)
def test_a_relative_s_disease_leads_nothing(words):
    assert listed(words).startswith("No bone drug")
