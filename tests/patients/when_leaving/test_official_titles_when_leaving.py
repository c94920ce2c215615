"""A diagnosis since the operation in the title of its code alone is as everyday as it."""

import pytest

from tests.patients.leaving import cards_beside, titled

EVERYDAY = [
    "Depression, unspecified",
    "Essential (primary) hypertension",
    "Type 2 diabetes mellitus without complications",
    "Unilateral primary osteoarthritis, right knee",
    "Spondylosis without myelopathy or radiculopathy, lumbar region",
    "Chronic kidney disease, stage 3a",
    "Hypothyreose, nicht näher bezeichnet",
    "Gonarthrose, nicht näher bezeichnet",
    "Spondylose, nicht näher bezeichnet",
    "Divertikulose des Dickdarmes ohne Perforation oder Abszess",
    "Adipositas, nicht näher bezeichnet: Body-Mass-Index [BMI] von 30 bis unter 35",
    "Diabetes mellitus, Typ 2: Ohne Komplikationen: Nicht als entgleist bezeichnet",
    "Épisode dépressif, sans précision",
    "Hipertensión esencial (primaria)",
    "Gonartrosi non specificata",
    "Jicht, niet gespecificeerd",
    "Nadciśnienie samoistne (pierwotne)",
    "2型糖尿病不伴有并发症",
    "本態性(原発性)高血圧(症)",
    "상세불명의 통풍",
    "Hyponatremia",
]
# Each holds an everyday name, empty words of a classification, or a code next to one.
GRAVE = [
    "Hypertensive heart disease with heart failure",
    "Type 2 diabetes mellitus with foot ulcer",
    "Type 2 diabetes mellitus with unspecified complications",
    "Gastritis, unspecified, with bleeding",
    "End stage renal disease",
    "Urinary tract infection, site not specified",
    "Harnwegsinfektion, Lokalisation nicht näher bezeichnet",
    "Severe hyponatremia",
    "Weakness",
    "Pain in right leg",
    "Unsteadiness on feet",
    "Heart failure, unspecified",
    "Herzinsuffizienz, nicht näher bezeichnet",
    "Insuffisance cardiaque, sans précision",
    "Acute kidney failure, unspecified",
    "Paraplegie, nicht näher bezeichnet",
    "Sepsis, unspecified organism",
    "敗血症,詳細不明",
    "Infection, unspecified",
    "Hypothyreose, nicht näher bezeichnet; Sepsis",
    "Gonarthrose, nicht näher bezeichnet, Wundinfektion",
    "Radiculopathy, lumbar region",
    "Spondylosis with myelopathy, lumbar region",
    "nicht näher bezeichnet",
]


@pytest.mark.parametrize("title", EVERYDAY)
def test_an_everyday_title_brings_no_card(title: str) -> None:
    assert cards_beside(titled(title)) == []


@pytest.mark.parametrize("title", GRAVE)
def test_any_other_is_read(title: str) -> None:
    assert cards_beside(titled(title))


def test_a_list_of_eight_titles_brings_no_card() -> None:
    listed = [
        titled(title) | {"id": f"c-{number}"}
        for number, title in enumerate(EVERYDAY[:8])
    ]
    assert cards_beside(*listed) == []


def test_one_grave_title_among_them_does() -> None:
    listed = [
        titled(title) | {"id": f"c-{number}"}
        for number, title in enumerate([*EVERYDAY[:7], "Sepsis, unspecified organism"])
    ]
    assert cards_beside(*listed)
