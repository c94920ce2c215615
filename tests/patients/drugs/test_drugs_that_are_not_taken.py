"""A drug on the list that is forbidden, somebody else's, or not begun yet."""

import pytest

from tests.builders import findings_of, of_patient


def findings(title):
    statement = of_patient(
        "MedicationStatement",
        "m",
        status="active",
        medicationCodeableConcept={"text": title},
        dateAsserted="2026-11-02",
    )
    return findings_of(statement)


@pytest.mark.parametrize(
    "title",
    [
        "Bisphosphonates contraindicated (eGFR 22)",
        "Alendronate must not be given, eGFR 20",
        "Bisphosphonate kontraindiziert (GFR 22)",
        "Bisphosphonates contre-indiqués (clairance 22 mL/min)",
        "Bifosfonatos contraindicados (ClCr 22)",
        "Bifosfonati controindicati",
        "Bisfosfonaten gecontra-indiceerd",
        "Bisfosfoniany przeciwwskazane",
        "ビスホスホネート禁忌",
        "双膦酸盐禁用",
        "Alendronate 70 mg (mixed up with namesake, not this patient's)",
        "Alendronat 70 mg (Verwechslung mit Bettnachbarin)",
        "Alendronate 70 mg (erreur de patient)",
        "Alendronato 70 mg (de otra paciente)",
        "Alendronato 70 mg (di un'altra paziente)",
        "Alendroninezuur 70mg (verwisseling met naamgenote, niet van deze patiënte)",
        "Alendronian 70 mg (pomyłka, innej pacjentki)",
        "アレンドロン酸 35mg（取り違え、別の患者）",
        "阿仑膦酸钠 70mg（误录，非本人）",
        "Alendronate 70 mg, start only after dental clearance",
    ],
)
def test_a_bone_drug_that_she_does_not_take_is_not_taken(title):
    assert "bone-drug" not in findings(title).known


@pytest.mark.parametrize(
    "title",
    [
        "Alendronate 70 mg weekly",
        "Alendronate 70 mg weekly, not to be taken with milk",
        "Alendronate 70 mg weekly, NSAIDs contraindicated",
        "Alendronat 70 mg, nicht kontraindiziert",
    ],
)
def test_one_that_she_takes_is(title):
    assert findings(title).is_true("bone-drug")


@pytest.mark.parametrize(
    "title",
    [
        "Prednisone 60 mg, to be started only after temporal artery biopsy",
        "Prednison 60 mg, erst nach Biopsie beginnen",
        "Prednisone 60 mg, à commencer seulement après la biopsie",
        "Prednisona 60 mg, iniciar solo tras biopsia",
        "Prednisone 50 mg, iniziare solo dopo biopsia",
        "Prednison 60 mg, pas te starten na biopsie arteria temporalis",
        "Prednizon 60 mg, rozpocząć dopiero po biopsji",
        "プレドニゾロン 生検後に開始",
        "泼尼松 60mg 活检后再开始",
    ],
)
def test_a_steroid_that_waits_is_not_taken(title):
    assert not findings(title).is_true("steroid-use")


@pytest.mark.parametrize(
    "title",
    [
        "Prednisone 5 mg daily, started after biopsy 2024",
        "Prednison 5 mg, gestart na biopsie 2023",
        "Prednisone 5 mg, start date 2024",
    ],
)
def test_one_that_was_begun_is(title):
    assert findings(title).is_true("steroid-use")
